"""The one button that takes the last step back."""

from flask import Blueprint, flash, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import Draft, DraftKind, Need, Offer, Permission
from web.database import current_session
from web.drafts.forms import TOKEN
from web.security import current_account, requires, token_hash
from web.undo import services
from web.undoing import StepTaken, Undoable, step_of

bp = Blueprint("undo", __name__)


@bp.post("/undo")
@requires(Permission.STEP_UNDO)
def undo() -> ResponseReturnValue:
    """Take back what was done a moment ago."""
    row = _taken_back(step_of(request.form.get("step", "")))
    flash(_("It is as it was before."), "success")
    return redirect(_page_of(row), 303)


def _taken_back(step: StepTaken) -> Need | Offer | Draft:
    session, by = current_session(), current_account()
    if step.what is Undoable.NEED_WITHDRAWN:
        return services.reopen_need(session, step.row, version=step.mark, status=step.before, by=by)
    if step.what is Undoable.NEED_DISCARDED:
        return services.take_out_need(session, step.row, version=step.mark, by=by)
    if step.what is Undoable.DRAFT_DISCARDED:
        browser = token_hash(cookie[TOKEN]) if TOKEN in cookie else None
        return services.take_out_draft(session, step.row, discarded_at=step.mark, by=by, browser=browser)
    return services.reopen_offer(session, step.row, version=step.mark, status=step.before, by=by)


def _page_of(row: Need | Offer | Draft) -> str:
    if isinstance(row, Need):
        return url_for("listings.need", id=row.id)
    if isinstance(row, Offer):
        return url_for("listings.offer", id=row.id)
    if row.kind is DraftKind.OFFER:
        return url_for("listings.edit_offer", id=row.about) if row.about else url_for("listings.new_offer")
    return url_for("listings.edit_need", id=row.about) if row.about else url_for("listings.begin_need")
