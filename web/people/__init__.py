"""Who speaks for a body and who looks after a place: inviting, handing over, ending."""
