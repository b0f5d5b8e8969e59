"""Figures of quality and cost, each beside a baseline of the same run."""
