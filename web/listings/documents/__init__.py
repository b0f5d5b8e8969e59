"""Sheets that offices keep of needs and offers: read within limits, understood row by row, refused in words."""
