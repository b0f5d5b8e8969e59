"""Pages of endorsements: writing one down, taking it back, and the page and paper by which anybody checks it."""

import io

import segno
from flask import Blueprint, abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import Endorsement, Participant, Permission, utc_now
from models.years import town_day
from web.database import current_session
from web.endorsements import queries, services
from web.endorsements.forms import EndorsementForm, RevocationForm
from web.i18n import locale
from web.security import account_at_work, requires

bp = Blueprint("endorsements", __name__)


@bp.route("/participants/<uuid:id>/endorsements/new", methods=["GET", "POST"])
@requires(Permission.ENDORSEMENT_RECORD, on=Participant)
def record(found: Participant) -> ResponseReturnValue:
    """Write down that a public office stands behind a body."""
    form = EndorsementForm.about(found, language=locale(), today=town_day(utc_now()))
    if not form.validate_on_submit():
        page = render_template("endorsements/new.html", participant=found, form=form)
        return page, 422 if form.is_submitted() else 200
    services.record(current_session(), found, form.credit, by=account_at_work())
    flash(_("It is written down. It shows wherever the body is shown, until its last day."), "success")
    return redirect(url_for("participants.participant", id=found.id, _anchor="endorsements"), 303)


@bp.route("/endorsements/<uuid:id>/revoke", methods=["GET", "POST"])
@requires(Permission.ENDORSEMENT_REVOKE, on=Endorsement)
def revoke(endorsement: Endorsement) -> ResponseReturnValue:
    """Ask why, and take an endorsement back."""
    form = RevocationForm()
    if not form.validate_on_submit():
        page = render_template("endorsements/revoke.html", endorsement=endorsement, form=form)
        return page, 422 if form.is_submitted() else 200
    services.revoke(current_session(), endorsement, because=form.because.data, at=utc_now())
    flash(_("It is taken back and shown nowhere any longer."), "success")
    return redirect(url_for("participants.participant", id=endorsement.participant_id, _anchor="endorsements"), 303)


@bp.get("/endorsements/<code>")
@requires(Permission.ENDORSEMENT_CHECK)
def check(code: str) -> ResponseReturnValue:
    """Say to anybody whether an endorsement stands today."""
    return render_template("endorsements/check.html", endorsement=_endorsement(code), today=town_day(utc_now()))


@bp.get("/endorsements/<code>/qr.svg")
@requires(Permission.ENDORSEMENT_CHECK)
def qr(code: str) -> ResponseReturnValue:
    """Draw the code that leads from the paper to the page that says whether it stands."""
    drawn = io.BytesIO()
    address = _address(_endorsement(code))
    segno.make(address, error="m").save(drawn, kind="svg", xmldecl=False, scale=8, border=2, svgclass=None)
    return drawn.getvalue(), {"Content-Type": "image/svg+xml"}


@bp.get("/endorsements/<code>/print")
@requires(Permission.ENDORSEMENT_CHECK)
def certificate(code: str) -> ResponseReturnValue:
    """Show the paper, one sheet of A4; where it does not stand today there is none."""
    endorsement, today = _endorsement(code), town_day(utc_now())
    return render_template(
        "endorsements/certificate.html", endorsement=endorsement, today=today, address=_address(endorsement)
    )


def _endorsement(code: str) -> Endorsement:
    found = queries.by_code(current_session(), code)
    if found is None:
        abort(404)
    return found


def _address(endorsement: Endorsement) -> str:
    """Return where everybody checks it, on the configured address and never on what a request claims."""
    site = str(current_app.extensions["settings"].base_url)
    return site + url_for("endorsements.check", code=endorsement.code)
