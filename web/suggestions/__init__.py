"""The coordinator's desk: engine runs, suggested teams with reasons, verdicts."""
