"""Reference data that every installation needs, and a believable town to try everything in."""
