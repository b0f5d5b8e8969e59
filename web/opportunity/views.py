"""The page on equal opportunity."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from models import Permission, utc_now
from web.database import current_session
from web.opportunity import queries
from web.pages import pagination
from web.security import account_at_work, requires
from web.suggestions.documents.words import GATES_IN_SHORT

bp = Blueprint("opportunity", __name__)


@bp.get("/opportunity")
@requires(Permission.OPPORTUNITY_SEE)
def index() -> ResponseReturnValue:
    """Show who was never suggested in 90 days and at which gate they fall, and how evenly work is spread."""
    session, account, at = current_session(), account_at_work(), utc_now()
    page = queries.overlooked(session, account, at=at, number=request.args.get("page", 1, type=int))
    return render_template(
        "opportunity/index.html",
        page=page,
        spread=queries.spread(session, account, at=at),
        in_short=GATES_IN_SHORT,
        pagination=pagination(page.number, page.pages),
    )
