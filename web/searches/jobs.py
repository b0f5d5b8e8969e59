"""What the worker does by the hour: from the morning on, it tells each reader by address once what is new.

Who has an account reads it in the mail with all other news (`web.news`).
"""

from typing import Final

from flask import Flask

from models import utc_now
from web.database import read_scope, session_scope
from web.listings.queries import TOWN_TIME, town_day
from web.searches import queries, services

MORNING: Final = 7


def tidy(app: Flask) -> None:
    """Forget what nobody confirmed, and write the mails of the day, one reader a transaction."""
    at = utc_now()
    with session_scope(app, via="sweeper") as session:
        services.forget_unconfirmed(session, at=at)
    if at.astimezone(TOWN_TIME).hour < MORNING:
        return
    with read_scope(app) as session:
        readers = queries.readers_due(session, on=town_day(at))
    for reader_id in readers:
        with session_scope(app, via="sweeper") as session:
            services.tell(session, reader_id, at=at, secret=app.config["SECRET_KEY"])
