"""Pages of area plans: the list, one plan, and what is written into it."""

from datetime import date
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from models import AreaPlan, Goal, Permission, is_granted, utc_now
from models.years import fiscal_year, town_day
from web.database import current_session
from web.i18n import locale
from web.pages import pagination
from web.plans import queries, services
from web.plans.forms import (
    AdoptForm,
    GoalForm,
    MeasuredForm,
    NeedForm,
    PlanFilter,
    PlanForm,
    VersionedForm,
    WordsForm,
    YearsForm,
    place_name,
)
from web.security import account_at_work, current_account, requires

bp = Blueprint("plans", __name__)


@bp.get("/plans")
@requires(Permission.AREA_PLAN_LIST)
def index() -> ResponseReturnValue:
    """List the plans that the reader may see."""
    session, account, search, year = current_session(), current_account(), PlanFilter(request.args), _this_year()
    narrowing, may_write = search.narrowing, is_granted(Permission.AREA_PLAN_WRITE, account)
    page = queries.page_of(session, account, narrowing, year=year, number=request.args.get("page", 1, type=int))
    search.offer_choices(queries.places_with_plans(session, account), locale(), with_drafts=may_write)
    active = narrowing.active()
    return render_template(
        "plans/index.html",
        search=search,
        page=page,
        year=year,
        active=active,
        may_write=may_write,
        place_name=place_name,
        pagination=pagination(page.number, page.pages, **active),
    )


@bp.route("/plans/new", methods=["GET", "POST"])
@requires(Permission.AREA_PLAN_WRITE)
def new() -> ResponseReturnValue:
    """Begin a plan."""
    session, account, form = current_session(), account_at_work(), PlanForm()
    places = {str(place.id): place for place in queries.places_for_plans(session, account)}
    form.offer_places(list(places.values()), locale())
    form.offer_years(_today())
    if not form.validate_on_submit():
        return _page("plans/edit.html", form, plan=None)
    plan = services.write(session, form.words, places[form.area.data], by=account)
    session.flush()
    flash(_("The plan has been begun as a draft. Now write down its goals."), "success")
    return _to(plan)


@bp.get("/plans/<uuid:id>")
@requires(Permission.AREA_PLAN_SEE, on=AreaPlan)
def plan(found: AreaPlan) -> ResponseReturnValue:
    """Show a plan: goals and who works on them, how far they are, and what came of them; it prints on A4."""
    account = current_account()
    may_edit = is_granted(Permission.AREA_PLAN_EDIT, account, found)
    return render_template(
        "plans/plan.html",
        plan=found,
        whole=queries.whole_plan(current_session(), found, account, is_inside=may_edit),
        may_edit=may_edit,
        year=_this_year(),
        place=place_name(found.area, locale()),
        printed_at=utc_now(),
    )


@bp.route("/plans/<uuid:id>/edit", methods=["GET", "POST"])
@requires(Permission.AREA_PLAN_EDIT, on=AreaPlan)
def edit(found: AreaPlan) -> ResponseReturnValue:
    """Change what a plan says."""
    session, form = current_session(), YearsForm(obj=found)
    form.offer_years(_today(), known=(found.first_year, found.last_year))
    form.keep_within(queries.goals_of(session, found))
    if not form.validate_on_submit():
        return _page("plans/edit.html", form, plan=found)
    if _is_overtaken(form, found):
        return render_template("plans/edit.html", form=form, plan=found, is_overtaken=True), 409
    services.rewrite(session, found, form.words, version=form.version.number)
    flash(_("The plan has been saved."), "success")
    return _to(found)


@bp.route("/plans/<uuid:id>/adopt", methods=["GET", "POST"])
@requires(Permission.AREA_PLAN_EDIT, on=AreaPlan)
def adopt(found: AreaPlan) -> ResponseReturnValue:
    """Put a plan in force."""
    session, form = current_session(), AdoptForm()
    form.until(_today())
    goals = queries.goals_of(session, found)
    if not form.validate_on_submit():
        return _page("plans/adopt.html", form, plan=found, goals=goals)
    services.adopt(session, found, on=_day(form.on.data), at=utc_now())
    flash(_("The plan is in force. Anybody can read it now."), "success")
    return _to(found)


@bp.route("/plans/<uuid:id>/next", methods=["GET", "POST"])
@requires(Permission.AREA_PLAN_EDIT, on=AreaPlan)
def carry_on(found: AreaPlan) -> ResponseReturnValue:
    """Begin the next plan of the place with the goals of this one."""
    length = found.last_year - found.first_year
    beginning = {"title": found.title, "vision": found.vision, "first_year": found.last_year + 1}
    form = YearsForm(data={**beginning, "last_year": found.last_year + 1 + length})
    form.offer_years(_today(), known=(found.last_year + 1, found.last_year + 1 + length))
    if not form.validate_on_submit():
        return _page("plans/next.html", form, plan=found)
    session = current_session()
    following = services.carry_on(session, found, form.words, by=account_at_work())
    session.flush()
    flash(_("The next plan has been begun as a draft. Go through its goals."), "success")
    return _to(following)


@bp.route("/plans/<uuid:id>/goals/new", methods=["GET", "POST"])
@requires(Permission.AREA_PLAN_EDIT, on=AreaPlan)
def new_goal(found: AreaPlan) -> ResponseReturnValue:
    """Set one goal more; it may come from a decision of a meeting."""
    session, form = current_session(), GoalForm.of(found)
    if not form.is_submitted():
        form.decision.data = request.args.get("decision", "")
    decision = queries.open_decision(session, found, form.decision_id) if form.decision_id else None
    if decision is not None and not form.is_submitted():
        form.title.data = decision.text.splitlines()[0][:200]
    if not form.validate_on_submit():
        return _goal_page(found, form, None, decision=decision, decisions=queries.open_decisions(session, found))
    services.add_goal(session, found, form.draft, decision=decision)
    flash(_("The goal has been added."), "success")
    return _to(found, "goals")


@bp.route("/plans/<uuid:id>/goals/<uuid:goal>/edit", methods=["GET", "POST"])
@requires(Permission.AREA_PLAN_EDIT, on=AreaPlan)
def edit_goal(found: AreaPlan, goal: UUID) -> ResponseReturnValue:
    """Change a goal, and who leads or takes part in it."""
    session, changed = current_session(), _goal(found, goal)
    form = GoalForm.of(found, changed)
    if not form.validate_on_submit():
        return _goal_page(found, form, changed)
    if _is_overtaken(form, changed):
        return _goal_page(found, form, changed, is_overtaken=True)
    services.change_goal(session, changed, form.draft, version=form.version.number)
    flash(_("The goal has been saved."), "success")
    return _to(found, f"goal-{changed.position}")


@bp.post("/plans/<uuid:id>/goals/<uuid:goal>/remove")
@requires(Permission.AREA_PLAN_EDIT, on=AreaPlan)
def remove_goal(found: AreaPlan, goal: UUID) -> ResponseReturnValue:
    """Take a goal out of a draft."""
    services.remove_goal(current_session(), _goal(found, goal))
    flash(_("The goal has been taken out."), "success")
    return _to(found, "goals")


@bp.route("/plans/<uuid:id>/goals/<uuid:goal>/measured", methods=["GET", "POST"])
@requires(Permission.AREA_PLAN_EDIT, on=AreaPlan)
def measure(found: AreaPlan, goal: UUID) -> ResponseReturnValue:
    """Write down what was measured for a fiscal year."""
    measured, form = _goal(found, goal), MeasuredForm()
    form.offer_years(found, _today())
    if not form.validate_on_submit():
        return _page("plans/measured.html", form, plan=found, goal=measured)
    services.measure(
        measured,
        form.value.data or 0.0,
        year=form.year.data,
        note=form.note.data or "",
        by=account_at_work(),
        at=utc_now(),
    )
    flash(_("It has been written down."), "success")
    return _to(found, f"goal-{measured.position}")


@bp.get("/plans/<uuid:id>/goals/<uuid:goal>/needs")
@requires(Permission.AREA_PLAN_EDIT, on=AreaPlan)
def needs(found: AreaPlan, goal: UUID) -> ResponseReturnValue:
    """Look for needs of the place that serve a goal."""
    session, account, search = current_session(), account_at_work(), WordsForm(request.args)
    return render_template(
        "plans/needs.html",
        plan=found,
        goal=_goal(found, goal),
        search=search,
        needs=queries.linkable_needs(session, account, found, words=search.words),
        most=queries.MOST_OFFERED,
    )


@bp.post("/plans/<uuid:id>/goals/<uuid:goal>/needs/<uuid:need>/link")
@requires(Permission.AREA_PLAN_EDIT, on=AreaPlan)
def link_need(found: AreaPlan, goal: UUID, need: UUID) -> ResponseReturnValue:
    """Note that a need serves a goal."""
    session, served = current_session(), _goal(found, goal)
    linked = queries.linkable_need(session, account_at_work(), found, need)
    if linked is None:
        abort(404)
    services.link_need(session, served, linked, at=utc_now())
    flash(_("“%(need)s” now belongs to this goal.", need=linked.title), "success")
    return _to(found, f"goal-{served.position}")


@bp.post("/plans/<uuid:id>/goals/<uuid:goal>/needs/<uuid:need>/unlink")
@requires(Permission.AREA_PLAN_EDIT, on=AreaPlan)
def unlink_need(found: AreaPlan, goal: UUID, need: UUID) -> ResponseReturnValue:
    """Take back that a need serves a goal."""
    session, served = current_session(), _goal(found, goal)
    link = queries.link(session, served, need)
    if link is None:
        abort(404)
    services.unlink_need(session, link)
    flash(_("The need no longer belongs to this goal."), "success")
    return _to(found, f"goal-{served.position}")


@bp.route("/plans/<uuid:id>/goals/<uuid:goal>/needs/new", methods=["GET", "POST"])
@requires(Permission.AREA_PLAN_EDIT, on=AreaPlan)
def begin_need(found: AreaPlan, goal: UUID) -> ResponseReturnValue:
    """Write down, as a draft, what a body lacks to reach a goal."""
    session, account, served = current_session(), account_at_work(), _goal(found, goal)
    form, now = NeedForm(), utc_now()
    bodies = {str(body.id): body for body in queries.coordinated_bodies(session, found, account)}
    form.offer_bodies(list(bodies.values()), [membership.participant_id for membership in account.memberships])
    if not form.validate_on_submit():
        return _page("plans/need.html", form, plan=found, goal=served, bodies=bodies)
    need = services.begin_need(
        session,
        served,
        title=form.title.data or "",
        body=bodies[form.body.data],
        told=form.told(town_day(now)),
        by=account,
        at=now,
    )
    session.flush()
    flash(_("The need has been begun as a draft. Write down what exactly is lacking, and open it."), "success")
    return redirect(url_for("listings.edit_need", id=need.id), 303)


def _goal_page(
    plan: AreaPlan, form: GoalForm, goal: Goal | None, *, is_overtaken: bool = False, **shown: object
) -> ResponseReturnValue:
    session = current_session()
    page = render_template(
        "plans/goal.html",
        form=form,
        plan=plan,
        goal=goal,
        is_overtaken=is_overtaken,
        bodies=queries.bodies_of(session, plan),
        may_remove=goal is not None and not plan.is_adopted and not queries.is_referred_to(session, goal),
        **shown,
    )
    return page, 409 if is_overtaken else 422 if form.is_submitted() else 200


def _page(template: str, form: FlaskForm, **shown: object) -> ResponseReturnValue:
    """Answer with the page of a form: as it is opened, or with what was typed and what is wrong with it."""
    return render_template(template, form=form, **shown), 422 if form.is_submitted() else 200


def _is_overtaken(form: VersionedForm, row: AreaPlan | Goal) -> bool:
    """Tell whether somebody else changed the row meanwhile; sent again, the form then counts."""
    if form.version.number == row.version:
        return False
    form.version.data = str(row.version)
    return True


def _goal(plan: AreaPlan, goal_id: UUID) -> Goal:
    found = next((goal for goal in queries.goals_of(current_session(), plan) if goal.id == goal_id), None)
    if found is None:
        abort(404)
    return found


def _to(plan: AreaPlan, anchor: str | None = None) -> ResponseReturnValue:
    return redirect(url_for("plans.plan", id=plan.id, _anchor=anchor), 303)


def _today() -> date:
    return town_day(utc_now())


def _this_year() -> int:
    return fiscal_year(_today())


def _day(typed: date | None) -> date:
    if typed is None:
        abort(422)
    return typed
