"""Area plans: what the people of a place want to reach, who leads and takes part, and how far they are."""
