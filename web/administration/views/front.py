"""The first page of administration."""

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from models import Permission
from web.administration.views.blueprint import bp
from web.security import requires

PEOPLE = "people.staff"


@bp.get("")
@requires(Permission.ADMINISTRATION_SEE)
def index() -> ResponseReturnValue:
    """Show what an administrator can decide, and where."""
    return render_template("administration/index.html", has_people=PEOPLE in current_app.view_functions)
