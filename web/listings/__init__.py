"""Needs and offers: list, search, post, edit, import."""
