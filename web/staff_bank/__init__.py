"""The staff bank: offices held and load, council seats, and courses that lead to small roles."""
