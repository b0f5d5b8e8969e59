"""Roundtables, exchanges, team meetings and matching meetings: called, held, and what came of their decisions."""
