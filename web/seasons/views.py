"""Pages of pro-bono seasons: for everybody, for who enters, and for who builds the teams."""

from typing import TypeVar
from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from models import Permission, Season, SeasonProfessional, SeasonProject, is_granted, utc_now
from models.years import town_day
from web.database import current_session
from web.pages import pagination
from web.participants.queries import seen_by
from web.seasons import documents, queries, services
from web.seasons.forms import EntryForm, KickOffForm, ListFilter, MoveForm, PlanForm, TextForm
from web.security import account_at_work, current_account, requires

bp = Blueprint("seasons", __name__)

Row = TypeVar("Row", SeasonProject, SeasonProfessional)


@bp.get("/seasons")
@requires(Permission.SEASON_LIST)
def index() -> ResponseReturnValue:
    """List the seasons that go on or come, or those of the past."""
    search = ListFilter(request.args)
    today = town_day(utc_now())
    number = request.args.get("page", 1, type=int)
    page = queries.page_of(current_session(), search.chosen, today=today, number=number)
    return render_template(
        "seasons/index.html",
        search=search,
        page=page,
        today=today,
        may_plan=is_granted(Permission.SEASON_PLAN, current_account()),
        pagination=pagination(page.number, page.pages, show=search.chosen.value),
    )


@bp.route("/seasons/new", methods=["GET", "POST"])
@requires(Permission.SEASON_PLAN)
def new() -> ResponseReturnValue:
    """Plan a season: first the kick-off, then all dates as they follow from it."""
    areas = queries.areas_of(account_at_work())
    if request.method == "GET":
        kick_off = KickOffForm(request.args)
        if "kick_off_on" not in request.args:
            return render_template("seasons/kick_off.html", form=KickOffForm(formdata=None))
        if not kick_off.validate() or kick_off.kick_off_on.data is None:
            return render_template("seasons/kick_off.html", form=kick_off), 422
        form = PlanForm(formdata=None)
        form.offer_areas(areas)
        form.propose(kick_off.kick_off_on.data)
        return render_template("seasons/plan.html", form=form, season=None)
    form = PlanForm()
    form.offer_areas(areas)
    if not form.validate():
        return render_template("seasons/plan.html", form=form, season=None), 422
    area = next(area for area in areas if str(area.id) == form.area.data)
    season = services.plan(current_session(), area, form.planned, by=account_at_work())
    flash(_("The season is planned. Anybody can read of it now."), "success")
    return redirect(url_for("seasons.season", id=season.id), 303)


@bp.get("/seasons/<uuid:id>")
@requires(Permission.SEASON_SEE, on=Season)
def season(found: Season) -> ResponseReturnValue:
    """Show one season: its dates, what organisations bring, and what came of it."""
    account, today = current_account(), town_day(utc_now())
    return render_template(
        "seasons/season.html",
        seen=queries.seen(current_session(), found, account),
        season=found,
        today=today,
        step=found.next_step(today),
        takes_entries=found.takes_entries(today),
        may_enter=is_granted(Permission.SEASON_ENTER, account),
        is_mine=lambda entry: queries.may_withdraw(account, entry),
        name_of=documents.name_of,
    )


@bp.get("/seasons/<uuid:id>/season.ics")
@requires(Permission.SEASON_SEE, on=Season)
def calendar(found: Season) -> ResponseReturnValue:
    """Hand out the dates as a calendar file."""
    return Response(
        documents.calendar(found, url=url_for("seasons.season", id=found.id, _external=True)),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": "attachment; filename=season.ics"},
    )


@bp.route("/seasons/<uuid:id>/edit", methods=["GET", "POST"])
@requires(Permission.SEASON_EDIT, on=Season)
def edit(found: Season) -> ResponseReturnValue:
    """Change what was planned."""
    form = PlanForm()
    if not form.is_submitted():
        form.fill_from(found)
    form.about(found)
    if not form.validate_on_submit():
        return _answer(render_template("seasons/plan.html", form=form, season=found), is_wrong=form.is_submitted())
    services.change(found, form.planned)
    flash(_("Your changes are saved."), "success")
    return _back(found)


@bp.route("/seasons/<uuid:id>/projects/new", methods=["GET", "POST"])
@requires(Permission.SEASON_ENTER)
def enter_project(id: UUID) -> ResponseReturnValue:  # noqa: A002  (the name in the address)
    """Enter an open need."""
    session, account, found = current_session(), account_at_work(), _season_or_404(id)
    if not found.takes_entries(town_day(utc_now())):
        return _too_late(found)
    choices, form = queries.needs_to_enter(session, account, found), EntryForm()
    form.offer_choices([(str(one.id), f"{one.title} — {documents.name_of(one.owner)}") for one in choices])
    if not form.validate_on_submit():
        page = render_template("seasons/enter.html", form=form, season=found, choices=choices, is_project=True)
        return _answer(page, is_wrong=form.is_submitted())
    need = next(one.row for one in choices if str(one.id) == form.row.data)
    services.enter_project(session, found, need, by=account, at=utc_now())
    flash(_("“%(title)s” takes part in the season.", title=need.title), "success")
    return _back(found)


@bp.route("/seasons/<uuid:id>/professionals/new", methods=["GET", "POST"])
@requires(Permission.SEASON_ENTER)
def enter_offer(id: UUID) -> ResponseReturnValue:  # noqa: A002  (the name in the address)
    """Enter as a professional, with an offer."""
    session, account, found = current_session(), account_at_work(), _season_or_404(id)
    if not found.takes_entries(town_day(utc_now())):
        return _too_late(found)
    choices, form = queries.offers_to_enter(session, account, found), EntryForm()
    form.offer_choices([(str(one.id), f"{one.title} — {documents.name_of(one.owner)}") for one in choices])
    if not form.validate_on_submit():
        page = render_template("seasons/enter.html", form=form, season=found, choices=choices, is_project=False)
        return _answer(page, is_wrong=form.is_submitted())
    offer = next(one.row for one in choices if str(one.id) == form.row.data)
    services.enter_offer(session, found, offer, by=account, at=utc_now())
    flash(_("“%(title)s” takes part in the season.", title=offer.title), "success")
    return redirect(url_for("seasons.entries", id=found.id), 303)


@bp.get("/seasons/<uuid:id>/entries")
@requires(Permission.SEASON_ENTER)
def entries(id: UUID) -> ResponseReturnValue:  # noqa: A002  (the name in the address)
    """Show the reader's own entries; a coordinator of the place sees all."""
    session, account, found = current_session(), account_at_work(), _season_or_404(id)
    seen = queries.seen(session, found, account)
    return render_template(
        "seasons/entries.html",
        season=found,
        projects=[one for one in seen.projects if queries.may_withdraw(account, one.entry)],
        professionals=[
            (one, documents.name_of(seen_by(account, one.offer.participant)))
            for one in found.professionals
            if queries.may_withdraw(account, one)
        ],
        takes_entries=found.takes_entries(town_day(utc_now())),
        name_of=documents.name_of,
    )


@bp.post("/seasons/<uuid:id>/projects/<uuid:entry>/withdraw")
@requires(Permission.SEASON_ENTER)
def withdraw_project(id: UUID, entry: UUID) -> ResponseReturnValue:  # noqa: A002  (the name in the address)
    """Take a project back."""
    found = _season_or_404(id)
    return _withdraw(found, _or_404(queries.project_of(current_session(), found, entry)))


@bp.post("/seasons/<uuid:id>/professionals/<uuid:entry>/withdraw")
@requires(Permission.SEASON_ENTER)
def withdraw_offer(id: UUID, entry: UUID) -> ResponseReturnValue:  # noqa: A002  (the name in the address)
    """Take a professional back."""
    found = _season_or_404(id)
    return _withdraw(found, _or_404(queries.professional_of(current_session(), found, entry)))


@bp.get("/seasons/<uuid:id>/cohort")
@requires(Permission.SEASON_EDIT, on=Season)
def cohort(found: Season) -> ResponseReturnValue:
    """Show the teams as they are proposed, who stays without one and why."""
    return _cohort_page(found, MoveForm(formdata=None))


@bp.post("/seasons/<uuid:id>/cohort/match")
@requires(Permission.SEASON_EDIT, on=Season)
def match(found: Season) -> ResponseReturnValue:
    """Build the teams of all projects at once."""
    services.match(current_session(), found, at=utc_now())
    flash(_("The teams are built. Please look at them; nobody has been asked yet."), "success")
    return redirect(url_for("seasons.cohort", id=found.id), 303)


@bp.post("/seasons/<uuid:id>/cohort/move")
@requires(Permission.SEASON_EDIT, on=Season)
def move(found: Season) -> ResponseReturnValue:
    """Put a professional into another team."""
    session, form = current_session(), MoveForm()
    queries.whole(session, found)
    _offer_moves(form, found)
    if not form.validate():
        return _cohort_page(found, form), 422
    professional = next(one for one in found.professionals if str(one.id) == form.professional.data)
    project = next((one for one in found.projects if str(one.id) == form.project.data), None)
    missed = services.move(session, found, professional, project, at=utc_now())
    if missed is not None:
        laid = queries.lay_out(session, found, at=utc_now())
        form.project.errors = [documents.missed_in_words(laid, missed)]
        return _cohort_page(found, form), 422
    flash(_("Moved. Please look at the teams again."), "success")
    return redirect(url_for("seasons.cohort", id=found.id), 303)


@bp.post("/seasons/<uuid:id>/cohort/approve")
@requires(Permission.SEASON_EDIT, on=Season)
def approve(found: Season) -> ResponseReturnValue:
    """Approve the cohort as a whole."""
    services.approve(current_session(), found, by=account_at_work(), at=utc_now())
    flash(_("The teams are approved. Every party has been asked in the usual way."), "success")
    return redirect(url_for("seasons.cohort", id=found.id), 303)


@bp.route("/seasons/<uuid:id>/projects/<uuid:entry>/presented", methods=["GET", "POST"])
@requires(Permission.SEASON_EDIT, on=Season)
def presented(found: Season, entry: UUID) -> ResponseReturnValue:
    """Note what a project presented."""
    project = _or_404(queries.project_of(current_session(), found, entry))
    if project.partnership_id is None:
        abort(404)
    form = TextForm.of(
        project.presented,
        called=_l("What did the team present?"),
        hint=_l("Anybody can read this where every party agreed to publication. Please name no persons."),
    )
    if not form.validate_on_submit():
        page = render_template("seasons/text.html", form=form, season=found, heading=project.need.title)
        return _answer(page, is_wrong=form.is_submitted())
    services.present(project, form.text.data or "")
    flash(_("The result has been noted."), "success")
    return _back(found)


@bp.route("/seasons/<uuid:id>/looking-back", methods=["GET", "POST"])
@requires(Permission.SEASON_EDIT, on=Season)
def looking_back(found: Season) -> ResponseReturnValue:
    """Note what is to be learnt from the season."""
    form = TextForm.of(
        found.looked_back,
        called=_l("What do we take with us into the next season?"),
        hint=_l("Anybody can read this. Please name no persons."),
    )
    if not form.validate_on_submit():
        page = render_template("seasons/text.html", form=form, season=found, heading=_("Looking back"))
        return _answer(page, is_wrong=form.is_submitted())
    services.look_back(found, form.text.data or "")
    flash(_("Thank you. It has been noted."), "success")
    return _back(found)


def _cohort_page(found: Season, form: MoveForm) -> str:
    session, account = current_session(), account_at_work()
    queries.whole(session, found)
    _offer_moves(form, found)
    laid = queries.lay_out(session, found, at=utc_now())
    return render_template(
        "seasons/cohort.html",
        season=found,
        form=form,
        cohort=documents.cohort_in_words(laid, account),
        takes_entries=found.takes_entries(town_day(utc_now())),
        has_interest=queries.has_interest(account, found),
        name_of=documents.name_of,
    )


def _offer_moves(form: MoveForm, found: Season) -> None:
    account = account_at_work()
    form.offer_choices(
        [
            (str(one.id), f"{documents.name_of(seen_by(account, one.offer.participant))} — {one.offer.title}")
            for one in found.professionals
        ],
        [(str(one.id), one.need.title) for one in found.projects],
    )


def _withdraw(found: Season, entry: SeasonProject | SeasonProfessional) -> ResponseReturnValue:
    account = account_at_work()
    if not queries.may_withdraw(account, entry):
        abort(404)
    services.withdraw(current_session(), entry, by=account, at=utc_now())
    flash(_("The entry has been taken back."), "success")
    return redirect(url_for("seasons.entries", id=found.id), 303)


def _season_or_404(identity: UUID) -> Season:
    found = current_session().get(Season, identity)
    if found is None:
        abort(404)
    return found


def _or_404(row: Row | None) -> Row:
    if row is None:
        abort(404)
    return row


def _too_late(found: Season) -> ResponseReturnValue:
    flash(_("This season takes no more entries."), "warning")
    return _back(found)


def _back(found: Season) -> ResponseReturnValue:
    return redirect(url_for("seasons.season", id=found.id), 303)


def _answer(page: str, *, is_wrong: bool) -> ResponseReturnValue:
    return (page, 422) if is_wrong else page
