"""What the worker does by the hour: it reminds of the last day to look back, and tells when that has passed."""

from typing import Final

from flask import Flask

from models import Partnership, utc_now
from models.business_days import is_business_day
from models.years import TOWN_TIME, town_day
from web.database import read_scope, session_scope
from web.evaluations import queries, services

OFFICE_HOURS: Final = range(8, 18)


def tidy(app: Flask) -> None:
    """Remind and tell where it is time, one partnership a transaction, in office hours alone."""
    at = utc_now()
    if not is_business_day(town_day(at)) or at.astimezone(TOWN_TIME).hour not in OFFICE_HOURS:
        return
    with read_scope(app) as session:
        due = queries.evaluations_due(session, on=town_day(at))
    for partnership_id in due:
        with session_scope(app, via="sweeper") as session:
            services.keep_time(session, session.get_one(Partnership, partnership_id), at=at)
