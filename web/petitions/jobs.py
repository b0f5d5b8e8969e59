"""What the worker does by the hour: it reminds of answers that the administration owes."""

from typing import Final

from flask import Flask

from models import utc_now
from models.years import TOWN_TIME
from web.database import session_scope
from web.petitions import services

MORNING: Final = 7


def tidy(app: Flask) -> None:
    """Remind of answers that are due soon, from the morning on."""
    at = utc_now()
    if at.astimezone(TOWN_TIME).hour < MORNING:
        return
    with session_scope(app, via="sweeper") as session:
        services.remind(session, at=at)
