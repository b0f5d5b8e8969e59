"""A need on paper: the notice that hangs on a board, its code, and the form that is filled in by hand."""

import io

import segno
from flask import current_app, render_template, url_for
from flask.typing import ResponseReturnValue

from models import Need, Permission
from seeds.ready_made import ready_made_needs
from web.database import current_session
from web.i18n import locale
from web.listings import queries
from web.listings.views.blueprint import bp
from web.listings.views.listings import endorsements_of
from web.participants.queries import seen_by
from web.security import requires


@bp.get("/needs/<uuid:id>/notice")
@requires(Permission.NEED_EDIT, on=Need)
def need_notice(need: Need) -> ResponseReturnValue:
    """Show the notice; its telephone number stands on paper alone, so only who may edit the need opens it."""
    queries.whole_need(current_session(), need)
    return render_template(
        "listings/notice.html",
        need=need,
        owner=seen_by(None, need.participant),
        endorsements=endorsements_of(current_session(), need.participant),
        address=_address(need),
    )


@bp.get("/needs/<uuid:id>/qr.svg")
@requires(Permission.NEED_SEE, on=Need)
def need_code(need: Need) -> ResponseReturnValue:
    """Draw the code that leads from the paper to the page of the need."""
    drawn = io.BytesIO()
    segno.make(_address(need), error="m").save(drawn, kind="svg", xmldecl=False, scale=8, border=2, svgclass=None)
    return drawn.getvalue(), {"Content-Type": "image/svg+xml"}


@bp.get("/needs/paper")
@requires(Permission.PAGE_SEE)
def need_paper() -> ResponseReturnValue:
    """Show the form that is filled in by hand and given to a coordinator."""
    return render_template("listings/paper.html", kinds=ready_made_needs().values(), language=locale())


def _address(need: Need) -> str:
    """Return where everybody finds the need, on the configured address and never on what a request claims."""
    return str(current_app.extensions["settings"].base_url) + url_for("listings.need", id=need.id)
