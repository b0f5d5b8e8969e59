"""The page from which a coordinator goes out."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from models import Permission, utc_now
from models.years import town_day
from web.database import current_session
from web.field import queries
from web.security import account_at_work, requires

bp = Blueprint("field", __name__)


@bp.get("/field")
@requires(Permission.FIELD_SEE)
def index() -> ResponseReturnValue:
    """Show what waits in the field, and the way to everything that is done there."""
    waiting = queries.waiting(current_session(), account_at_work(), at=utc_now())
    return render_template("field/index.html", waiting=waiting)


@bp.get("/field/drafts")
@requires(Permission.FIELD_SEE)
def drafts() -> ResponseReturnValue:
    """Show the needs that were heard in the field and that nobody opened yet."""
    found = queries.drafts(current_session(), account_at_work())
    return render_template("field/drafts.html", drafts=found, today=town_day(utc_now()))
