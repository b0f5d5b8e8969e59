"""The first page that each role sees."""
