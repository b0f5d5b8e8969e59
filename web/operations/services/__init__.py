"""What the people who run an installation do to it: keep it safe, keep it tidy."""
