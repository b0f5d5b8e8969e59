"""What administrators decide for all: places and their borders, skills and what they are called, the weights."""
