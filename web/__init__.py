"""Who may do what, through which door."""
