"""The form of a partnership: eight plain questions rank six legal forms, and its parties choose one."""
