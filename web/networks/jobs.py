"""What the worker does by the hour: it ends networks whose last day has passed."""

from flask import Flask

from models import Network, utc_now
from models.years import town_day
from web.database import read_scope, session_scope
from web.networks import queries, services


def tidy(app: Flask) -> None:
    """End what passed its last day, one a transaction."""
    at = utc_now()
    with read_scope(app) as session:
        due = queries.past_their_day(session, town_day(at))
    for network_id in due:
        with session_scope(app, via="sweeper") as session:
            services.keep_time(session, session.get_one(Network, network_id), at=at)
