"""What the worker does by the hour: from eight o'clock on, it writes each account the one mail of its day."""

from typing import Final

from flask import Flask

from models import utc_now
from models.years import TOWN_TIME, town_day
from web.database import read_scope, session_scope
from web.news import queries, services

MORNING: Final = 8


def tidy(app: Flask) -> None:
    """Forget what is old, and write the mails of the day, one account a transaction."""
    at = utc_now()
    with session_scope(app, via="sweeper") as session:
        services.forget_old(session, at=at)
    if at.astimezone(TOWN_TIME).hour < MORNING:
        return
    with read_scope(app) as session:
        due = queries.accounts_due(session, on=town_day(at))
    for account_id in due:
        with session_scope(app, via="sweeper") as session:
            services.write_digest(session, account_id, at=at, secret=app.config["SECRET_KEY"])
