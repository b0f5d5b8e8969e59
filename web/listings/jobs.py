"""What the worker does by the hour: it ends what nobody renewed, and asks about what ends soon."""

from typing import Final

from flask import Flask

from models import utc_now
from models.years import TOWN_TIME
from web.database import read_scope, session_scope
from web.listings.queries import renewal as queries
from web.listings.queries import town_day
from web.listings.services import renewal

MORNING: Final = 7


def tidy(app: Flask) -> None:
    """Keep the time of needs and offers from the morning on, one participant a transaction."""
    at = utc_now()
    if at.astimezone(TOWN_TIME).hour < MORNING:
        return
    with read_scope(app) as session:
        due = queries.participants_due(session, on=town_day(at))
    for participant_id in due:
        with session_scope(app, via="sweeper") as session:
            renewal.keep_time(session, participant_id, at=at)
