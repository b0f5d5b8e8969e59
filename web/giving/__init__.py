"""What somebody gave in a fiscal year, as a record to read, print and take along."""
