"""What the worker does by the hour: it reminds of the dates of seasons, in one mail a day at most."""

from typing import Final

from flask import Flask

from models import utc_now
from models.years import TOWN_TIME, town_day
from web.database import read_scope, session_scope
from web.seasons import queries, services

MORNING: Final = 7


def tidy(app: Flask) -> None:
    """Remind from the morning on, all in one transaction: whoever was written to today is not written to again."""
    at = utc_now()
    if at.astimezone(TOWN_TIME).hour < MORNING:
        return
    with read_scope(app) as session:
        is_anybody_due = bool(queries.reminders_due(session, today=town_day(at)))
    if not is_anybody_due:
        return
    with session_scope(app, via="sweeper") as session:
        for due in queries.reminders_due(session, today=town_day(at)):
            services.remind(session, due)
