"""The profile of a place (地域カルテ): who is there, what is lacking, how old its people are, its platform."""
