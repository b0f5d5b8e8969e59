"""From the last yes to the signature: the matching table, the sheet of mutual benefit, the agreement and its gates."""
