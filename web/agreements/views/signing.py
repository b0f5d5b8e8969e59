"""Signing a version: a party here, or on paper with its scan, entered by a coordinator."""

from typing import Final
from uuid import UUID

from flask import Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import AgreementVersion, Partnership, Party, Permission, Scan, utc_now
from web.agreements import documents, queries, services
from web.agreements.forms import LARGEST_SCAN, OwnSignatureForm, PaperForm
from web.agreements.views.blueprint import bp
from web.database import current_session
from web.participants.queries import seen_by
from web.security import account_at_work, requires, takes

ROUND_A_SCAN: Final = 64 * 1024


@bp.route("/partnerships/<uuid:id>/agreement/<int:number>/sign", methods=["GET", "POST"])
@requires(Permission.AGREEMENT_SIGN, on=Partnership)
def sign(found: Partnership, number: int) -> ResponseReturnValue:
    """Sign the latest version for a party that the account speaks for."""
    account, version, form = account_at_work(), _latest(found, number), OwnSignatureForm()
    parties = [party for party in version.unsigned_by(found.present) if account.represents(party.participant_id)]
    if not parties:
        flash(_("You have signed this version already."), "info")
        return redirect(url_for("agreements.agreement", id=found.id), 303)
    form.offer(_named(found, parties))
    if not form.is_submitted():
        form.name.data = account.name
    if not form.validate_on_submit():
        return _page("agreements/sign.html", found, version, form), 422 if form.is_submitted() else 200
    party = next(one for one in parties if str(one.id) == form.party.data)
    services.sign(
        current_session(),
        version,
        party,
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
    version, form = _latest(found, number), PaperForm()
    parties = version.unsigned_by(found.present)
    form.offer(_named(found, parties))
    if not form.validate_on_submit():
        return _page("agreements/paper.html", found, version, form), 422 if form.is_submitted() else 200
    party = next(one for one in parties if str(one.id) == form.party.data)
    services.sign_on_paper(
        current_session(),
        version,
        party,
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


def _latest(found: Partnership, number: int) -> AgreementVersion:
    """Return the version if it is there; one that is not the latest any more is refused where it is signed."""
    version = queries.numbered_version(current_session(), found, number)
    if version is None:
        abort(404)
    return version


def _named(found: Partnership, parties: list[Party]) -> list[tuple[Party, str]]:
    account = account_at_work()
    names: dict[UUID, str | None] = {
        party.id: seen_by(account, party.participant, partnership=found).name for party in parties
    }
    return [(party, names[party.id] or _("Party %(number)s", number=party.position)) for party in parties]


def _page(template: str, found: Partnership, version: AgreementVersion, form: OwnSignatureForm | PaperForm) -> str:
    session = current_session()
    return render_template(
        template,
        partnership=found,
        version=version,
        written=documents.written(version),
        form=form,
        standing=queries.standing(session, found),
    )
