"""Cases: what can be learnt from partnerships that ended, beside the needs that are like theirs."""
