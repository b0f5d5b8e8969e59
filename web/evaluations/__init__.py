"""What became of it: blind evaluations of the parties, a survey of those who came along, and views from outside."""
