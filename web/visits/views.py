"""Pages of visits: what is due, writing one down, what came of it, and the plan."""

from pathlib import Path
from typing import Final

from flask import Blueprint, Response, flash, json, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import Permission, Visit, VisitPlan, utc_now
from models.years import town_day
from web.consultations.forms import HeardForm, identity_in
from web.consultations.queries import bodies_of, participant_of, place_of, places_of, speakers_in
from web.consultations.services import begin_need
from web.database import current_session
from web.pages import pagination
from web.registered.queries import Register
from web.security import account_at_work, allow_worker, requires
from web.visits import queries, services
from web.visits.forms import NONE, PlanForm, VisitFilter, VisitForm

bp = Blueprint("visits", __name__)

WORKER: Final = Path(__file__).parent.parent / "static" / "js" / "visits-worker.js"


@bp.get("/visits")
@requires(Permission.VISIT_LIST)
def index() -> ResponseReturnValue:
    """Show what is due, the longest overdue first, and the latest visits."""
    session, account, search = current_session(), account_at_work(), VisitFilter(request.args)
    search.offer(places_of(session, account))
    area, mine, active = search.area.data or "", bool(search.mine.data), search.active()
    plans = queries.plans_of(session, account).narrowed(account, mine=mine, area=area)
    pages = queries.pages_of(len(plans.planned))
    number = min(max(request.args.get("page", 1, type=int), 1), pages)
    recent = queries.page_of(session, account, area=area, mine=mine, number=1)
    first = (number - 1) * queries.PAGE_SIZE
    return render_template(
        "visits/index.html",
        search=search,
        active=active,
        today=town_day(utc_now()),
        plans=plans,
        shown=plans.planned[first : first + queries.PAGE_SIZE],
        recent=recent.visits[: queries.MOST_RECENT],
        total=recent.total,
        account_key=account.id,
        pagination=pagination(number, pages, **active),
    )


@bp.get("/visits/all")
@requires(Permission.VISIT_LIST)
def past() -> ResponseReturnValue:
    """List the visits that were, the newest first."""
    session, account, search = current_session(), account_at_work(), VisitFilter(request.args)
    search.offer(places_of(session, account))
    number = request.args.get("page", 1, type=int)
    area, mine, active = search.area.data or "", bool(search.mine.data), search.active()
    page = queries.page_of(session, account, area=area, mine=mine, number=number)
    return render_template(
        "visits/past.html",
        search=search,
        page=page,
        active=active,
        pagination=pagination(page.number, page.pages, **active),
    )


@bp.route("/visits/new", methods=["GET", "POST"])
@requires(Permission.VISIT_RECORD)
def new() -> ResponseReturnValue:
    """Write a visit down; a script that sends it later learns the address of its page."""
    allow_worker()
    session, account = current_session(), account_at_work()
    at = place_of(session, account, identity_in(request.args.get("area")))
    to = participant_of(session, account, identity_in(request.args.get("participant")))
    asked = request.values.get("consultation") if request.method == "GET" else request.form.get("consultation")
    about = queries.consultation_of(session, account, identity_in(asked))
    form = VisitForm.to_record(places_of(session, account), bodies_of(session, account), at=at, to=to, about=about)
    if not form.validate_on_submit():
        page = render_template("visits/form.html", form=form, visit=None, about=about, account_key=account.id)
        return page, _status(form)
    key = form.sent_key.data or ""
    visit = services.record(session, form.report, sent_key=key, consultation=about, by=account, at=utc_now())
    flash(_("The visit is written down."), "success")
    address = url_for("visits.visit", id=visit.id)
    if request.accept_mimetypes.best == "application/json":
        return Response(json.dumps({"url": address}), 201, content_type="application/json")
    return redirect(address, 303)


@bp.get("/visits/offline")
@requires(Permission.PAGE_SEE)
def offline() -> ResponseReturnValue:
    """Show the form as phones keep it, to be opened without a connection: the same for everybody, about nobody."""
    form = VisitForm.to_record([], Register(), at=None, to=None, about=None)
    return render_template("visits/offline.html", form=form)


@bp.get("/visits/worker")
@requires(Permission.PAGE_SEE)
def worker() -> ResponseReturnValue:
    """Give the script that opens the form without a connection; from here it may act under /visits/ alone."""
    return Response(WORKER.read_text(encoding="utf-8"), content_type="text/javascript; charset=utf-8")


@bp.get("/visits/<uuid:id>")
@requires(Permission.VISIT_SEE, on=Visit)
def visit(found: Visit) -> ResponseReturnValue:
    """Show one visit and what came of it."""
    session = current_session()
    whole = queries.whole_visit(session, found)
    return render_template("visits/visit.html", visit=whole, outcome=queries.outcome_of(session, found))


@bp.route("/visits/<uuid:id>/edit", methods=["GET", "POST"])
@requires(Permission.VISIT_EDIT, on=Visit)
def edit(found: Visit) -> ResponseReturnValue:
    """Write a visit anew."""
    session, account = current_session(), account_at_work()
    form = VisitForm.to_edit(found, places_of(session, account), bodies_of(session, account))
    if not form.validate_on_submit():
        return render_template("visits/form.html", form=form, visit=found, about=None), _status(form)
    services.change(found, form.report, version=request.form.get("version", 0, type=int), by=account)
    flash(_("The visit is saved."), "success")
    return redirect(url_for("visits.visit", id=found.id), 303)


@bp.route("/visits/<uuid:id>/need", methods=["GET", "POST"])
@requires(Permission.VISIT_EDIT, on=Visit)
def need(found: Visit) -> ResponseReturnValue:
    """Write down what was heard on a visit as the draft of a need."""
    session, account, form = current_session(), account_at_work(), HeardForm()
    form.offer(speakers_in(session, account, found.area), first=found.participant)
    if not form.is_submitted():
        form.body.data, form.said_on.data = found.heard, found.visited_on
    if not form.validate_on_submit():
        return render_template("visits/need.html", form=form, visit=found), _status(form)
    drafted = begin_need(session, form.heard, source=found, by=account, at=utc_now())
    flash(_("The draft is saved. Name what is lacking, and open it."), "success")
    return redirect(url_for("listings.edit_need", id=drafted.id), 303)


@bp.route("/visits/plans/new", methods=["GET", "POST"])
@requires(Permission.VISIT_RECORD)
def new_plan() -> ResponseReturnValue:
    """Plan visits to a place or body, or plan none."""
    session, account = current_session(), account_at_work()
    at = place_of(session, account, identity_in(request.args.get("area")))
    to = participant_of(session, account, identity_in(request.args.get("participant")))
    form = PlanForm.to_begin(places_of(session, account), bodies_of(session, account), at=at, to=to)
    place = form.place or at
    form.offer_visitors([account] if place is None else queries.visitors_in(session, place))
    if not form.validate_on_submit() or place is None:
        return render_template("visits/plan.html", form=form, plan=None), _status(form)
    if request.form.get("action") == NONE:
        services.plan_none(session, form.rhythm(place), by=account, on=town_day(utc_now()))
        flash(_("No visits are planned there any longer."), "success")
    else:
        services.plan(session, form.rhythm(place), by=account)
        flash(_("The visits are planned."), "success")
    return redirect(url_for("visits.index"), 303)


@bp.route("/visits/plans/<uuid:id>", methods=["GET", "POST"])
@requires(Permission.VISIT_PLAN_EDIT, on=VisitPlan)
def plan(found: VisitPlan) -> ResponseReturnValue:
    """Change how often somebody goes to a place or body, and who."""
    session, account, form = current_session(), account_at_work(), PlanForm.to_edit(found)
    form.offer_visitors(queries.visitors_in(session, found.area))
    if not form.validate_on_submit():
        return render_template("visits/plan.html", form=form, plan=found), _status(form)
    services.plan(session, form.rhythm(found.area), by=account)
    flash(_("The visits are planned."), "success")
    return redirect(url_for("visits.index"), 303)


@bp.post("/visits/plans/<uuid:id>/end")
@requires(Permission.VISIT_PLAN_EDIT, on=VisitPlan)
def end_plan(found: VisitPlan) -> ResponseReturnValue:
    """Plan no further visits to a place or body."""
    found.end(on=town_day(utc_now()))
    flash(_("No visits are planned there any longer."), "success")
    return redirect(url_for("visits.index"), 303)


def _status(form: VisitForm | PlanForm | HeardForm) -> int:
    return 422 if form.is_submitted() else 200
