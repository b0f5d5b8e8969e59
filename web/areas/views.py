"""Pages of places: all of them, one each, and on request a map of what borders what."""

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from models import Area, Need, Permission
from web.areas import documents, queries
from web.database import current_session
from web.i18n import locale
from web.listings.queries import places_with
from web.security import requires

bp = Blueprint("areas", __name__)


@bp.get("/areas")
@requires(Permission.PAGE_SEE)
def index() -> ResponseReturnValue:
    """List the places in which something is sought, each before what lies in it."""
    return render_template("areas/index.html", places=places_with(current_session(), None, Need))


@bp.get("/areas/<path>")
@requires(Permission.PAGE_SEE)
def area(path: str) -> ResponseReturnValue:
    """Show what anybody may know of a place."""
    found = _area(path)
    return render_template(
        "areas/area.html",
        around=queries.around(current_session(), found),
        activity=queries.activity(current_session(), found),
    )


@bp.get("/areas/<path>/map")
@requires(Permission.PAGE_SEE)
def borders(path: str) -> ResponseReturnValue:
    """Show which places border each other, as a drawing and as a list."""
    found = _area(path)
    known = queries.borders_around(current_session(), found)
    if not known.pairs:
        abort(404)
    drawing = documents.drawn([one.name(locale()) for one in known.areas], known.pairs)
    return render_template("areas/map.html", area=found, borders=known, drawing=drawing)


def _area(path: str) -> Area:
    found = queries.area_by_path(current_session(), path)
    if found is None:
        abort(404)
    return found
