"""The running of a partnership: milestones, the ledger, hours worked, and requests to change or leave."""
