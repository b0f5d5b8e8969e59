"""What the people who run an installation read: its pulse, its figures, its record, its invariants."""
