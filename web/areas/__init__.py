"""A page for each place: what is sought and given there, who is active, which places lie beside it."""
