"""Visits: who goes where how often, what was seen and heard there, and what becomes of it."""
