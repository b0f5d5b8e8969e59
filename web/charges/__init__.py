"""Who is in charge of a need: exactly one account at a time, found by rules, and by itself where somebody is gone."""
