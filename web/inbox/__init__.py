"""The inbox: my needs, those of others in my places, handing over, and the rules of routing."""
