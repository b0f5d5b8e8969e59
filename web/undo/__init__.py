"""Taking back what was done by mistake: a withdrawal, a pause, a draft that was discarded."""
