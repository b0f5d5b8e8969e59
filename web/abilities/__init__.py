"""What a resident can do: told in three taps, answered at once with needs that fit, kept as an offer."""
