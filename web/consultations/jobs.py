"""What the worker does by the hour: it erases who asked, a year after the consultation was closed."""

from flask import Flask

from models import utc_now
from web.consultations import services
from web.database import session_scope


def tidy(app: Flask) -> None:
    """Forget the askers who are nobody registered, a year after all was done."""
    with session_scope(app, via="sweeper") as session:
        services.forget_askers(session, at=utc_now())
