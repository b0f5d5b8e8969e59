"""Passing somebody on to an intermediary or office that can do more, and seeing that it arrives."""
