"""Accounts: signing in and out, one's own data, export and erasure."""
