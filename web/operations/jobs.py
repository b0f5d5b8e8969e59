"""What the worker does by the hour."""

from flask import Flask

from models import utc_now
from web.database import session_scope
from web.operations.services import tidying


def tidy(app: Flask) -> None:
    """Remove what is kept only for hours or days."""
    with session_scope(app, via="sweeper") as session:
        tidying.tidy(session, at=utc_now())
