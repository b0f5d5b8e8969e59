"""Equal opportunity: who was never suggested for a long time, at which gate they fall, how work is spread."""
