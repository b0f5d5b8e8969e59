"""Reads of matching tables and agreements: dates that suit all, versions, principles, signatures."""

from web.agreements.queries.dates import FreeTime, table_of, times_that_suit
from web.agreements.queries.seats import Seat, Seats, seats_of
from web.agreements.queries.versions import (
    Standing,
    drafted_from,
    latest_number,
    latest_version,
    numbered_version,
    principle_sets,
    principles_chosen,
    principles_of,
    standing,
    versions_of,
)

__all__ = [
    "FreeTime",
    "Seat",
    "Seats",
    "Standing",
    "drafted_from",
    "latest_number",
    "latest_version",
    "numbered_version",
    "principle_sets",
    "principles_chosen",
    "principles_of",
    "seats_of",
    "standing",
    "table_of",
    "times_that_suit",
    "versions_of",
]
