"""Doors: forms to print, the entry of a registration, what was entered for somebody, and its slip."""

import io
from typing import Final

import segno
from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import ActOnBehalf, Participant, Permission, is_granted, utc_now
from models.listings import MOST_ITEMS
from models.participants import CONSENT_TEXT_VERSION
from models.years import town_day
from seeds.ready_made import ready_made_needs
from web.abilities.documents import title_of
from web.agreements.forms import LARGEST_SCAN
from web.database import current_session
from web.i18n import locale
from web.intake import queries, services
from web.intake.documents import PAPER_FORMS, PaperKind
from web.intake.forms import RegistrationForm
from web.participants.queries import seen_by
from web.security import account_at_work, current_account, requires, takes

bp = Blueprint("intake", __name__)

ROUND_A_SCAN: Final = 64 * 1024


@bp.get("/intake/forms")
@requires(Permission.INTAKE_PRINT)
def forms() -> ResponseReturnValue:
    """List the forms that can be printed."""
    return render_template(
        "intake/forms.html",
        papers=PAPER_FORMS,
        may_enter=is_granted(Permission.INTAKE_ENTER, current_account()),
    )


@bp.get("/intake/forms/<kind>")
@requires(Permission.INTAKE_PRINT)
def form(kind: str) -> ResponseReturnValue:
    """Show one form on a sheet of A4, with its code and where it is handed in."""
    paper, account = _kind(kind), current_account()
    path = request.args.get("area", "").replace("\0", "")
    if not path and account is not None and account.appointments:
        path = account.appointments[0].area.path
    return render_template(
        f"intake/paper_{paper.value}.html",
        kind=paper,
        paper=PAPER_FORMS[paper],
        address=_address(paper),
        offices=queries.places_to_hand_in(current_session(), path),
        coordinator=account if is_granted(Permission.INTAKE_ENTER, account) else None,
        kinds=ready_made_needs().values(),
        language=locale(),
        consent_version=CONSENT_TEXT_VERSION,
        most_items=MOST_ITEMS,
    )


@bp.get("/intake/forms/<kind>/qr.svg")
@requires(Permission.INTAKE_PRINT)
def form_code(kind: str) -> ResponseReturnValue:
    """Draw the code that leads from the paper to the page that asks the same."""
    drawn = io.BytesIO()
    segno.make(_address(_kind(kind)), error="m").save(
        drawn, kind="svg", xmldecl=False, scale=8, border=2, svgclass=None
    )
    return drawn.getvalue(), {"Content-Type": "image/svg+xml"}


@bp.route("/intake/new", methods=["GET", "POST"])
@takes(LARGEST_SCAN + ROUND_A_SCAN)
@requires(Permission.INTAKE_ENTER)
def new() -> ResponseReturnValue:
    """Enter a registration that came on paper, by telephone or face to face."""
    session, account, entry = current_session(), account_at_work(), RegistrationForm()
    entry.offer(queries.places(session, account), locale(), town_day(utc_now()))
    if not entry.validate_on_submit():
        page = render_template("intake/new.html", form=entry, alike=(), consent_version=CONSENT_TEXT_VERSION)
        return page, 422 if entry.is_submitted() else 200
    said = entry.registration(title_of)
    alike = queries.perhaps_the_same(session, said.area, name=said.name, phone=said.contact_phone)
    if alike and not entry.is_another.data:
        entry.is_another.errors = [_("Somebody of this name or number is registered already. Look whether it is them.")]
        page = render_template("intake/new.html", form=entry, alike=alike, consent_version=CONSENT_TEXT_VERSION)
        return page, 422
    participant = services.register(session, said, by=account, at=utc_now())
    session.flush()
    flash(_("%(name)s is registered. Print the slip and hand it to them.", name=participant.name), "success")
    return redirect(url_for("intake.acts", id=participant.id), 303)


@bp.get("/participants/<uuid:id>/entered")
@requires(Permission.PARTICIPANT_EDIT, on=Participant)
def acts(found: Participant) -> ResponseReturnValue:
    """Show all that was entered for somebody, to them and to their coordinators."""
    account = account_at_work()
    return render_template(
        "intake/acts.html",
        participant=found,
        seen=seen_by(account, found),
        done=queries.done_for(current_session(), found),
        is_own=account.represents(found.id),
    )


@bp.get("/participants/<uuid:id>/slip")
@requires(Permission.PARTICIPANT_EDIT, on=Participant)
def slip(found: Participant) -> ResponseReturnValue:
    """Show what was entered for somebody, on a sheet to hand to them."""
    session = current_session()
    return render_template(
        "intake/slip.html",
        participant=found,
        done=queries.done_for(session, found),
        standing=queries.standing_titles(session, found),
        offices=queries.places_to_hand_in(session, found.area.path),
        coordinator=account_at_work(),
        today=town_day(utc_now()),
    )


@bp.get("/papers/<uuid:id>")
@requires(Permission.PAPER_SEE, on=ActOnBehalf)
def paper(act: ActOnBehalf) -> ResponseReturnValue:
    """Hand out the paper that somebody filled in."""
    kept = act.paper
    if kept is None:
        abort(404)
    ending = kept.media_type.rpartition("/")[2]
    return Response(
        kept.content,
        content_type=kept.media_type,
        headers={"Content-Disposition": f"attachment; filename=paper-{act.id}.{ending}"},
    )


def _kind(typed: str) -> PaperKind:
    if typed not in set(PaperKind):
        abort(404)
    return PaperKind(typed)


def _address(kind: PaperKind) -> str:
    """Return where the same is asked on the web, on the configured address."""
    return str(current_app.extensions["settings"].base_url) + url_for(PAPER_FORMS[kind].door)
