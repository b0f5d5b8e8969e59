"""Enquiries with their answers, and the partnerships that follow."""
