"""Whom a name means: registered bodies and people, found by what somebody types."""
