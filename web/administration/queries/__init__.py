"""What administrators read before they change what all share."""
