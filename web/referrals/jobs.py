"""What the worker does by the hour: it asks for what did not come in time from those whom somebody was passed on to."""

from typing import Final

from flask import Flask

from models import Referral, utc_now
from models.years import TOWN_TIME, town_day
from web.database import read_scope, session_scope
from web.referrals import queries, services

MORNING: Final = 7


def tidy(app: Flask) -> None:
    """Remind of receipts and results from the morning on, each once, one a transaction."""
    at = utc_now()
    if at.astimezone(TOWN_TIME).hour < MORNING:
        return
    with read_scope(app) as session:
        due = queries.due_for_reminder(session, town_day(at))
    for referral_id in due:
        with session_scope(app, via="sweeper") as session:
            services.remind(session, session.get_one(Referral, referral_id), at=at)
