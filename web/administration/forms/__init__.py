"""Shape of what administrators type."""
