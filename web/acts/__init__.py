"""Acts on behalf of others: who said something, in which way, and who typed it in; other features note them here."""
