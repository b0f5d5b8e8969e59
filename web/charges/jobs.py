"""What the worker does by the hour: it sees to it that every need that waits is in exactly one inbox."""

from typing import Final

from flask import Flask

from models import utc_now
from web.charges import queries, services
from web.database import read_scope, session_scope

AT_ONCE: Final = 50


def tidy(app: Flask) -> None:
    """Bring in order what is out of order, some needs a transaction."""
    with read_scope(app) as session:
        wrong = queries.out_of_order(session)
    for start in range(0, len(wrong), AT_ONCE):
        with session_scope(app, via="sweeper") as session:
            services.settle_all(session, wrong[start : start + AT_ONCE], at=utc_now())
