"""Pages of cases: the list, one case, the final report, and a case as the template of a new need."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import CaseStudy, DraftKind, Partnership, Permission, Stage, is_granted, utc_now
from web.cases import queries, services
from web.cases.forms import CaseFilter, CaseForm, begun_from
from web.database import current_session
from web.drafts.forms import DraftOf
from web.i18n import locale
from web.pages import pagination
from web.security import account_at_work, current_account, requires

bp = Blueprint("cases", __name__)


@bp.get("/cases")
@requires(Permission.CASE_LIST)
def index() -> ResponseReturnValue:
    """List the cases that the reader may see."""
    session, account, search = current_session(), current_account(), CaseFilter(request.args)
    narrowing = search.narrowing
    page = queries.page_of(session, account, narrowing, number=request.args.get("page", 1, type=int))
    search.offer_choices(queries.fields_of(session, account), locale())
    active = narrowing.active()
    return render_template(
        "cases/index.html",
        search=search,
        page=page,
        active=active,
        pagination=pagination(page.number, page.pages, **active),
    )


@bp.get("/cases/<uuid:id>")
@requires(Permission.CASE_SEE, on=CaseStudy)
def case(found: CaseStudy) -> ResponseReturnValue:
    """Show one case."""
    session, account = current_session(), current_account()
    queries.whole_case(session, found)
    return render_template(
        "cases/case.html",
        case=found,
        goals=queries.goals_of(session, found.partnership),
        is_inside=is_granted(Permission.PARTNERSHIP_SEE, account, found.partnership),
        may_write=is_granted(Permission.PARTNERSHIP_DECIDE, account, found.partnership),
        may_begin=is_granted(Permission.NEED_BEGIN, account),
    )


@bp.post("/cases/<uuid:id>/begin-need")
@requires(Permission.CASE_SEE, on=CaseStudy)
def begin_need(found: CaseStudy) -> ResponseReturnValue:
    """Begin a need with what the need of a case lacked."""
    queries.whole_case(current_session(), found)
    DraftOf(DraftKind.NEED).keep(begun_from(found, locale()))
    return redirect(url_for("listings.need_step", step="what"), 303)


@bp.route("/partnerships/<uuid:id>/case", methods=["GET", "POST"])
@requires(Permission.PARTNERSHIP_DECIDE, on=Partnership)
def edit(found: Partnership) -> ResponseReturnValue:
    """Write the final report of a partnership that ended."""
    session = current_session()
    if found.stage is not Stage.CLOSED:
        return redirect(url_for("partnerships.partnership", id=found.id), 303)
    form = CaseForm.of(queries.case_of(session, found), queries.what_is_known(session, found))
    if not form.validate_on_submit():
        return render_template("cases/edit.html", partnership=found, form=form), 422 if form.is_submitted() else 200
    written = services.write(session, found, form.report, seen_at=form.opened_on, by=account_at_work(), at=utc_now())
    flash(_("The report is saved. Those with a similar need can learn from it."), "success")
    return redirect(url_for("cases.case", id=written.id), 303)
