"""What administrators change for all."""
