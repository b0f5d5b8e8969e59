"""Changes of needs and offers: posted, edited, opened and taken back by people, and brought in from sheets."""
