"""Searches that people keep: told by mail what is new, and stopped by one click."""
