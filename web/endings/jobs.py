"""What the worker does by the hour: it keeps the clocks of partnerships, from the last yes to the last day of grace."""

from typing import Final

from flask import Flask

from models import Partnership, utc_now
from models.years import TOWN_TIME, town_day
from web.database import read_scope, session_scope
from web.endings import queries, services

MORNING: Final = 7


def tidy(app: Flask) -> None:
    """Keep the time of partnerships from the morning on, one a transaction."""
    at = utc_now()
    if at.astimezone(TOWN_TIME).hour < MORNING:
        return
    with read_scope(app) as session:
        due = queries.partnerships_due(session, on=town_day(at))
    for partnership_id in due:
        with session_scope(app, via="sweeper") as session:
            services.keep_time(session, session.get_one(Partnership, partnership_id), at=at)
