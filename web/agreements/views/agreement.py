"""The sheet of mutual benefit and the agreement: how far it is, writing it, every version, the files."""

from collections.abc import Callable

from flask import Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import AgreementVersion, Partnership, Permission, utc_now
from models.agreements import DRAFTED_IN, SIGNED_IN
from web.agreements import documents, queries, services
from web.agreements.forms import ClausesForm, SheetForm
from web.agreements.views.blueprint import bp
from web.database import current_session
from web.i18n import locale
from web.security import account_at_work, requires


@bp.get("/partnerships/<uuid:id>/agreement")
@requires(Permission.PARTNERSHIP_CARRY, on=Partnership)
def agreement(found: Partnership) -> ResponseReturnValue:
    """Show how far the agreement is: which principles it keeps, who has signed, which versions there were."""
    session = current_session()
    standing = queries.standing(session, found)
    return render_template(
        "agreements/agreement.html",
        seen=queries.seats_of(session, found, account_at_work()),
        standing=standing,
        versions=queries.versions_of(session, found),
        may_write=found.stage in DRAFTED_IN,
        may_sign=found.stage in SIGNED_IN,
        has_pdf=documents.pdf_can_be_made(),
    )


@bp.route("/partnerships/<uuid:id>/benefit-sheet", methods=["GET", "POST"])
@requires(Permission.PARTNERSHIP_CARRY, on=Partnership)
def sheet(found: Partnership) -> ResponseReturnValue:
    """Fill in the sheet of mutual benefit."""
    return _written(found, SheetForm(), "agreements/sheet.html", _("The sheet has been kept."))


@bp.route("/partnerships/<uuid:id>/agreement/clauses", methods=["GET", "POST"])
@requires(Permission.PARTNERSHIP_CARRY, on=Partnership)
def clauses(found: Partnership) -> ResponseReturnValue:
    """Write the clauses that hold for all."""
    return _written(found, ClausesForm(), "agreements/clauses.html", _("The agreement has been written down."))


@bp.get("/partnerships/<uuid:id>/agreement/<int:number>")
@requires(Permission.PARTNERSHIP_CARRY, on=Partnership)
def version(found: Partnership, number: int) -> ResponseReturnValue:
    """Show one version as it is signed; it prints on A4."""
    shown = _version(found, number)
    return render_template(
        "agreements/version.html",
        partnership=found,
        version=shown,
        written=documents.written(shown),
        has_pdf=documents.pdf_can_be_made(),
        is_latest=number == queries.latest_number(current_session(), found),
    )


@bp.get("/partnerships/<uuid:id>/agreement/<int:number>/html")
@requires(Permission.PARTNERSHIP_CARRY, on=Partnership)
def html(found: Partnership, number: int) -> ResponseReturnValue:
    """Hand out one version as a page that stands by itself."""
    return _file(found, number, lambda shown: documents.as_html(shown).encode(), "html", "text/html; charset=utf-8")


@bp.get("/partnerships/<uuid:id>/agreement/<int:number>/pdf")
@requires(Permission.PARTNERSHIP_CARRY, on=Partnership)
def pdf(found: Partnership, number: int) -> ResponseReturnValue:
    """Hand out one version as PDF, where that can be made."""
    if not documents.pdf_can_be_made():
        abort(404)
    return _file(found, number, documents.as_pdf, "pdf", "application/pdf")


@bp.get("/partnerships/<uuid:id>/agreement/<int:number>/docx")
@requires(Permission.PARTNERSHIP_CARRY, on=Partnership)
def docx(found: Partnership, number: int) -> ResponseReturnValue:
    """Hand out one version as a file that an office edits."""
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    return _file(found, number, documents.as_docx, "docx", kind)


def _written(found: Partnership, form: SheetForm | ClausesForm, template: str, done: str) -> ResponseReturnValue:
    """Show a form that writes a version, and write it; nobody's words are lost where two write at once."""
    session, status = current_session(), 200
    latest = queries.latest_version(session, found)
    if not form.is_submitted():
        form.show(found, latest, queries.drafted_from(session, found))
    elif not form.validate():
        status = 422
    elif form.base != (latest.number if latest else 0):
        form.overtake(latest.number if latest else 0)
        status = 409
    else:
        services.write(
            session,
            found,
            clauses=form.clauses,
            of_parties=form.of_parties,
            based_on=form.base,
            by=account_at_work(),
            at=utc_now(),
        )
        flash(done, "success")
        return redirect(url_for("agreements.agreement", id=found.id), 303)
    seen = queries.seats_of(session, found, account_at_work())
    return render_template(template, partnership=found, form=form, seen=seen, latest=latest), status


def _version(found: Partnership, number: int) -> AgreementVersion:
    shown = queries.numbered_version(current_session(), found, number)
    if shown is None:
        abort(404)
    return shown


def _file(
    found: Partnership, number: int, write: Callable[[AgreementVersion], bytes], ending: str, kind: str
) -> Response:
    name = f"agreement-{number}-{locale()}.{ending}"
    return Response(
        write(_version(found, number)),
        content_type=kind,
        headers={"Content-Disposition": f"attachment; filename={name}"},
    )
