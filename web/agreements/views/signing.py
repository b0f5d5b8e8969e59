"""Signing a version: a party here, or on paper with its scan, entered by a coordinator."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import AgreementVersion, Partnership, Party, Permission, Scan, utc_now
from web.agreements import documents, queries, services
from web.agreements.forms import LARGEST_SCAN, OwnSignatureForm, PaperForm
from web.agreements.views.blueprint import bp
from web.database import current_session
from web.security import account_at_work, requires, takes

ROUND_A_SCAN: Final = 64 * 1024


@bp.route("/partnerships/<uuid:id>/agreement/<int:number>/sign", methods=["GET", "POST"])
@requires(Permission.AGREEMENT_SIGN, on=Partnership)
def sign(found: Partnership, number: int) -> ResponseReturnValue:
    """Sign the latest version for a party that the account speaks for."""
    account, paper, form = account_at_work(), _paper(found, number), OwnSignatureForm()
    unsigned = paper.version.unsigned_by(found.present)
    seats = [seat for seat in paper.seats.parties if seat.is_own and seat.party in unsigned]
    if not seats:
        flash(_("You have signed this version already."), "info")
        return redirect(url_for("agreements.agreement", id=found.id), 303)
    form.offer(_named(seats))
    if not form.is_submitted():
        form.name.data = account.name
    status = _refusal(form, paper)
    if status is not None:
        return paper.page("agreements/sign.html", form), status
    services.sign(
        current_session(),
        paper.version,
        next(seat.party for seat in seats if str(seat.id) == form.party.data),
        name=form.name.data,
        capacity=form.capacity.data or "",
        by=account,
        at=utc_now(),
    )
    flash(_("You have signed version %(number)s.", number=number), "success")
    return redirect(url_for("agreements.agreement", id=found.id), 303)


@bp.route("/partnerships/<uuid:id>/agreement/<int:number>/paper", methods=["GET", "POST"])
@takes(LARGEST_SCAN + ROUND_A_SCAN)
@requires(Permission.AGREEMENT_SIGN_FOR, on=Partnership)
def sign_on_paper(found: Partnership, number: int) -> ResponseReturnValue:
    """Enter a signature that a party gave on paper, with its scan."""
    paper, form = _paper(found, number), PaperForm()
    unsigned = paper.version.unsigned_by(found.present)
    seats = [seat for seat in paper.seats.parties if seat.party in unsigned]
    form.offer(_named(seats))
    status = _refusal(form, paper)
    if status is not None:
        return paper.page("agreements/paper.html", form), status
    services.sign_on_paper(
        current_session(),
        paper.version,
        next(seat.party for seat in seats if str(seat.id) == form.party.data),
        name=form.name.data,
        capacity=form.capacity.data or "",
        paper=form.paper,
        by=account_at_work(),
        at=utc_now(),
    )
    flash(_("The signature on paper has been entered."), "success")
    return redirect(url_for("agreements.agreement", id=found.id), 303)


@bp.get("/scans/<uuid:id>")
@requires(Permission.SCAN_SEE, on=Scan)
def scan(kept: Scan) -> ResponseReturnValue:
    """Hand out the scan of a signed paper."""
    ending = kept.media_type.rpartition("/")[2]
    return Response(
        kept.content,
        content_type=kept.media_type,
        headers={"Content-Disposition": f"attachment; filename=signed-{kept.id}.{ending}"},
    )


@dataclass(frozen=True, slots=True)
class _Paper:
    """What lies on the table to be signed."""

    version: AgreementVersion
    standing: queries.Standing
    seats: queries.Seats

    def page(self, template: str, form: OwnSignatureForm | PaperForm) -> str:
        """Show it with the form to sign it."""
        return render_template(
            template,
            partnership=self.seats.partnership,
            version=self.version,
            written=documents.written(self.version),
            form=form,
            standing=self.standing,
        )


def _paper(found: Partnership, number: int) -> _Paper:
    """Return the version if it is there; one that is not the latest any more is refused where it is signed."""
    session = current_session()
    seats, standing = queries.seats_of(session, found, account_at_work()), queries.standing(session, found)
    is_latest = standing.latest is not None and standing.latest.number == number
    version = standing.latest if is_latest else queries.numbered_version(session, found, number)
    if version is None:
        abort(404)
    return _Paper(version, standing, seats)


def _refusal(form: OwnSignatureForm | PaperForm, paper: _Paper) -> int | None:
    """Return with which status the form is shown, or None where it is to be signed."""
    if not form.is_submitted():
        return 200
    if not paper.standing.lets_sign(paper.version):
        return 409
    return None if form.validate() else 422


def _named(seats: Sequence[queries.Seat]) -> list[tuple[Party, str]]:
    return [(seat.party, seat.participant.name or _("Party %(number)s", number=seat.party.position)) for seat in seats]
