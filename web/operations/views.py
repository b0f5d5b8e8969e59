"""Pages: the pulse, the board, the record."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from models import Permission, Stage, utc_now
from models.lifecycle import MAIN_WAY
from web.database import BEGIN, current_session, db
from web.operations.forms import SUBJECTS, RecordFilter
from web.operations.queries import board as board_queries
from web.operations.queries import pulse, record
from web.pages import pagination
from web.security import account_at_work, requires

bp = Blueprint("operations", __name__)

PATIENCE_SECONDS: Final = 0.8
ENDED_EARLY: Final = (Stage.DECLINED, Stage.LAPSED, Stage.WITHDRAWN)


@bp.get("/healthz")
@requires(Permission.PAGE_SEE)
def healthz() -> ResponseReturnValue:
    """Tell whether the database answers, within one second."""
    if pulse.answers(db.engine.execution_options(**{BEGIN: "DEFERRED"}), within_seconds=PATIENCE_SECONDS):
        return jsonify(status="ok")
    return jsonify(status="unavailable"), HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "2"}


@bp.get("/board")
@requires(Permission.BOARD_SEE)
def board() -> ResponseReturnValue:
    """Show the figures of the places that the administrator looks after."""
    figures = board_queries.board(current_session(), account_at_work(), at=utc_now())
    return render_template("operations/board.html", board=figures, main_way=MAIN_WAY, ended_early=ENDED_EARLY)


@bp.get("/audit")
@requires(Permission.AUDIT_SEE)
def audit() -> ResponseReturnValue:
    """Show who changed what, newest first."""
    form = RecordFilter(request.args)
    if not form.validate():
        return render_template("operations/audit.html", form=form, page=None, subjects=SUBJECTS), 422
    number = request.args.get("page", 1, type=int)
    page = record.record(
        current_session(), account_at_work(), number=number, table=form.table.data, subject=form.subject_id
    )
    asked = {name: request.args.get(name) or None for name in ("table", "subject")}
    return render_template(
        "operations/audit.html",
        form=form,
        page=page,
        subjects=SUBJECTS,
        pagination=pagination(page.number, page.pages, **asked),
    )
