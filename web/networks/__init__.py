"""Networks that are founded for a mission, and end with it."""
