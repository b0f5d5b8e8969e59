"""Whether it works: what is counted and what is imported, year by year, and every number down to its rows."""
