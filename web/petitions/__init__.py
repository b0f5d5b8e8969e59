"""Requests to the administration (要望): what a body asks for, what it does itself, and an answer in public."""
