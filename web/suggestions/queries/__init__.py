"""Reads of the desk: what the engine is told, and what a coordinator may see of its answers."""
