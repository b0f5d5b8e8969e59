"""A proper end: the clock of a term, finishing, and the decision how a partnership ends."""
