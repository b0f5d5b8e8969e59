"""News of partnerships: gathered for each account, and mailed at most once a day."""
