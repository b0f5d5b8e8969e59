"""Reads for residents: what is asked for most, where, and which needs fit what somebody can do."""
