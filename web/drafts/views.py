"""What is typed is kept by itself, and put away when somebody wants to begin anew."""

from typing import Final
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import DraftKind, Permission, utc_now
from web.drafts import services
from web.drafts.forms import DraftOf, as_typed, saved_sentence
from web.security import requires
from web.undoing import StepTaken, Undoable, offer_undo

bp = Blueprint("drafts", __name__)

FORMS: Final = {
    DraftKind.NEED: ("listings.new_need", "listings.edit_need"),
    DraftKind.OFFER: ("listings.new_offer", "listings.edit_offer"),
}


@bp.post("/drafts/<kind>")
@requires(Permission.DRAFT_KEEP)
def keep(kind: str) -> ResponseReturnValue:
    """Keep what stands in a form now, and answer when that was."""
    draft = _draft(kind).keep(as_typed(request.form))
    return saved_sentence(draft), {"Content-Type": "text/plain; charset=utf-8"}


@bp.post("/drafts/<kind>/discard")
@requires(Permission.DRAFT_KEEP)
def discard(kind: str) -> ResponseReturnValue:
    """Put a draft away and show the form as it was before."""
    draft = _draft(kind)
    if draft.found is not None:
        at = utc_now()
        services.put_away(draft.found, at=at)
        flash(_("What you had written is discarded."), "success")
        offer_undo(StepTaken(what=Undoable.DRAFT_DISCARDED, row=draft.found.id, mark=at.isoformat()))
    return redirect(_form_of(draft), 303)


def _draft(kind: str) -> DraftOf:
    about = request.args.get("about", type=UUID)
    if kind not in {known.value for known in FORMS} or (about is None and request.args.get("about")):
        abort(404)
    return DraftOf(DraftKind(kind), about="" if about is None else str(about))


def _form_of(draft: DraftOf) -> str:
    new, edit = FORMS[draft.kind]
    return url_for(edit, id=draft.about) if draft.about else url_for(new)
