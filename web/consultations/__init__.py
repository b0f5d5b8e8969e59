"""Consultations: who asked for advice and what was answered, counted once, and what becomes of it."""
