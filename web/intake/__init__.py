"""What people without an account say on paper, by telephone or face to face, entered for them and marked as such."""
