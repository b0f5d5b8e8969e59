"""Profiles: who somebody is, what they consented to, and who learnt their contact details."""
