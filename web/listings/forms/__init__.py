"""What people type about needs and offers: read kindly, checked at the field, kept when something is wrong."""
