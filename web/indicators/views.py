"""Pages of indicators: the board, the rows behind a number, imported numbers, and the activities of bodies."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import Activity, Area, Indicator, IndicatorSource, Permission, is_granted, utc_now
from models.years import fiscal_year, town_day
from web.database import current_session
from web.fields import options
from web.i18n import fiscal_year as in_words
from web.i18n import locale
from web.indicators import documents, queries, services
from web.indicators.forms import ActivityFilter, ActivityForm, NumberForm, PackForm, RemovalForm, SheetForm
from web.pages import pagination
from web.security import account_at_work, requires

bp = Blueprint("indicators", __name__)


@bp.get("/indicators")
@requires(Permission.INDICATOR_SEE)
def index() -> ResponseReturnValue:
    """Show a municipality's board: what is reached and what is hard first, the table of numbers after it."""
    places = queries.municipalities(current_session(), account_at_work())
    if not places:
        return render_template("indicators/no_place.html")
    municipality = _place(places)
    found = queries.board(current_session(), municipality, today=town_day(utc_now()))
    return render_template(
        "indicators/index.html",
        board=found,
        places=places,
        may_import=is_granted(Permission.INDICATOR_IMPORT, account_at_work(), municipality),
        may_pack=is_granted(Permission.REVIEW_PACK, account_at_work(), municipality),
        with_unit=documents.with_unit,
        number=documents.written_number,
    )


@bp.get("/indicators/<code>/<int:year>")
@requires(Permission.INDICATOR_SEE)
def rows(code: str, year: int) -> ResponseReturnValue:
    """Show what is behind one number of one year."""
    session, asked = current_session(), _asked(code, year)
    if not asked.indicator.is_counted:
        value = queries.value_of(session, asked.indicator, asked.municipality, year)
        return _page_of(asked, value=value)
    number = request.args.get("page", 1, type=int)
    behind = queries.behind(session, asked.source, asked.municipality, asked.span, account_at_work(), number=number)
    found = documents.table(asked.source, behind.rows, account_at_work())
    return _page_of(
        asked,
        behind=behind,
        found=found,
        pagination=pagination(behind.number, behind.pages, place=asked.municipality.path),
    )


@bp.get("/indicators/<code>/<int:year>/sheet")
@requires(Permission.INDICATOR_SEE)
def sheet(code: str, year: int) -> ResponseReturnValue:
    """Hand out what is behind one number as CSV."""
    asked = _asked(code, year)
    if not asked.indicator.is_counted:
        abort(404)
    behind = queries.all_behind(current_session(), asked.source, asked.municipality, asked.span, account_at_work())
    return Response(
        documents.sheet(documents.table(asked.source, behind, account_at_work())),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f"attachment; filename={asked.source}-{year}.csv"},
    )


@bp.route("/administration/areas/<uuid:id>/indicators", methods=["GET", "POST"])
@requires(Permission.INDICATOR_IMPORT, on=Area)
def settings(area: Area) -> ResponseReturnValue:
    """Choose which indicators a municipality looks at, and see the numbers that came from elsewhere."""
    session, municipality, form = current_session(), area.tenant, PackForm()
    packs = {pack.code: pack for pack in queries.packs(session)}
    chosen = queries.chosen_pack(session, municipality)
    form.pack.choices = options((code, pack.name(locale())) for code, pack in packs.items())
    if not form.is_submitted() and chosen is not None:
        form.pack.data = chosen.code
    if not form.validate_on_submit():
        page = render_template(
            "indicators/settings.html",
            municipality=municipality,
            form=form,
            packs=packs.values(),
            chosen=chosen,
            values=queries.values_of(session, municipality),
            with_unit=documents.with_unit,
        )
        return page, 422 if form.is_submitted() else 200
    services.choose_pack(session, municipality, packs[form.pack.data], by=account_at_work(), at=utc_now())
    flash(_("The set of indicators has been chosen."), "success")
    return redirect(url_for("indicators.index", place=municipality.path), 303)


@bp.route("/administration/areas/<uuid:id>/indicators/number", methods=["GET", "POST"])
@requires(Permission.INDICATOR_IMPORT, on=Area)
def write_number(area: Area) -> ResponseReturnValue:
    """Write down one number that comes from elsewhere."""
    session, municipality, form = current_session(), area.tenant, NumberForm()
    imported = {one.code: one for one in _imported(municipality)}
    if not imported:
        return _nothing_to_import(municipality)
    form.indicator.choices = options((code, one.name(locale())) for code, one in imported.items())
    if not form.is_submitted():
        form.indicator.data = request.args.get("indicator") or next(iter(imported))
        form.year.data = request.args.get("year", fiscal_year(town_day(utc_now())), type=int)
    if not form.validate_on_submit():
        page = render_template("indicators/number.html", municipality=municipality, form=form)
        return page, 422 if form.is_submitted() else 200
    services.write_numbers(session, municipality, [form.number(imported)], by=account_at_work())
    flash(_("The number has been written down."), "success")
    return redirect(url_for("indicators.settings", id=municipality.id), 303)


@bp.route("/administration/areas/<uuid:id>/indicators/import", methods=["GET", "POST"])
@requires(Permission.INDICATOR_IMPORT, on=Area)
def import_numbers(area: Area) -> ResponseReturnValue:
    """Take a sheet of numbers: first shown row by row, then written all at once or not at all."""
    session, municipality, form = current_session(), area.tenant, SheetForm()
    if not _imported(municipality):
        return _nothing_to_import(municipality)
    is_good = form.validate_on_submit() and form.read(_indicators(municipality))
    if not is_good or not form.confirmed.data:
        page = render_template(
            "indicators/import.html",
            municipality=municipality,
            form=form,
            is_good=is_good,
            imported=_imported(municipality),
            with_unit=documents.with_unit,
            known={
                (value.indicator_id, value.fiscal_year): value for value in queries.values_of(session, municipality)
            },
        )
        return page, 422 if form.is_submitted() and not is_good else 200
    services.write_numbers(session, municipality, form.numbers, by=account_at_work())
    flash(_("%(count)s numbers have been written down.", count=len(form.numbers)), "success")
    return redirect(url_for("indicators.settings", id=municipality.id), 303)


@bp.get("/activities")
@requires(Permission.ACTIVITY_RECORD)
def activities() -> ResponseReturnValue:
    """List the activities of the bodies that the account speaks for or looks after, the newest first."""
    session, account, form = current_session(), account_at_work(), ActivityFilter(request.args)
    bodies = queries.bodies_for(session, account)
    running = fiscal_year(town_day(utc_now()))
    form.year.choices = [(0, _("All years")), *((year, in_words(year)) for year in range(running, running - 6, -1))]
    form.body.choices = [("", _("All bodies")), *((str(body.id), body.name) for body in bodies)]
    form.validate()
    year = form.year.data if form.year.data in range(running - 5, running + 1) else 0
    body = next((one.id for one in bodies if str(one.id) == form.body.data), None)
    page = queries.page_of(
        session,
        account,
        year=year or None,
        participant=body,
        number=request.args.get("page", 1, type=int),
    )
    active = {"year": year or None, "body": body}
    return render_template(
        "indicators/activities.html",
        page=page,
        search=form,
        has_bodies=bool(bodies),
        active=any(active.values()),
        pagination=pagination(page.number, page.pages, **active),
    )


@bp.route("/activities/new", methods=["GET", "POST"])
@requires(Permission.ACTIVITY_RECORD)
def new_activity() -> ResponseReturnValue:
    """Write down what a body did."""
    session, account, form = current_session(), account_at_work(), ActivityForm()
    bodies = queries.bodies_for(session, account)
    if not bodies:
        return redirect(url_for("indicators.activities"), 303)
    form.offer(bodies)
    if not form.is_submitted() and request.args.get("body"):
        form.participant.data = request.args["body"]
    body = next((one for one in bodies if str(one.id) == form.participant.data), None)
    is_good = form.validate_on_submit()
    if is_good and body is not None and not _was_sent(form):
        is_good = _says_something_new(form, queries.same_as(session, body, on=form.done.on, what=form.done.what))
    if not is_good or body is None:
        page = render_template("indicators/activity.html", form=form, activity=None)
        return page, 422 if form.is_submitted() else 200
    services.record_activity(session, body, form.done, sent_key=form.sent_key.data or "", by=account, at=utc_now())
    flash(_("The activity has been written down."), "success")
    return redirect(url_for("indicators.activities"), 303)


@bp.route("/activities/<uuid:id>", methods=["GET", "POST"])
@requires(Permission.ACTIVITY_EDIT, on=Activity)
def edit_activity(activity: Activity) -> ResponseReturnValue:
    """Correct what was written down about an activity."""
    session, form = current_session(), ActivityForm()
    form.correct(activity)
    is_good = form.validate_on_submit()
    if is_good:
        same = queries.same_as(session, activity.participant, on=form.done.on, what=form.done.what, but=activity)
        is_good = _says_something_new(form, same)
    if not is_good:
        page = render_template("indicators/activity.html", form=form, activity=activity)
        return page, 422 if form.is_submitted() else 200
    services.correct_activity(activity, form.done, version=form.version.number, at=utc_now())
    flash(_("The activity has been corrected."), "success")
    return redirect(url_for("indicators.activities"), 303)


@bp.route("/activities/<uuid:id>/remove", methods=["GET", "POST"])
@requires(Permission.ACTIVITY_EDIT, on=Activity)
def remove_activity(activity: Activity) -> ResponseReturnValue:
    """Ask, then take an activity out that was written down by mistake."""
    form = RemovalForm()
    if not form.is_submitted():
        form.version.data = str(activity.version)
    if not form.validate_on_submit():
        page = render_template("indicators/remove_activity.html", form=form, activity=activity)
        return page, 422 if form.is_submitted() else 200
    services.remove_activity(current_session(), activity, version=form.version.number)
    flash(_("The activity has been removed."), "success")
    return redirect(url_for("indicators.activities"), 303)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One number of one municipality and year."""

    municipality: Area
    indicator: Indicator
    span: queries.Span

    @property
    def source(self) -> IndicatorSource:
        """Return where the number comes from."""
        return self.indicator.source


def _asked(code: str, year: int) -> _Asked:
    """Return the number that the address names; 404 for a place of others, another pack, or a year to come."""
    session, today = current_session(), town_day(utc_now())
    municipality = _place(queries.municipalities(session, account_at_work()))
    pack = queries.chosen_pack(session, municipality)
    indicator = None if pack is None else queries.indicator_of(pack.indicators, code)
    if indicator is None or not indicator.baseline_year <= year <= fiscal_year(today):
        abort(404)
    return _Asked(municipality, indicator, queries.Span.of(year, today=today))


def _page_of(asked: _Asked, **shown: object) -> ResponseReturnValue:
    return render_template(
        "indicators/rows.html",
        municipality=asked.municipality,
        indicator=asked.indicator,
        span=asked.span,
        with_unit=documents.with_unit,
        may_import=is_granted(Permission.INDICATOR_IMPORT, account_at_work(), asked.municipality),
        **shown,
    )


def _place(places: Sequence[Area]) -> Area:
    """Return the municipality that the address names, or the first; one of others is not there."""
    path = request.args.get("place")
    found = next((place for place in places if path in {None, place.path}), None)
    if found is None:
        abort(404)
    return found


def _indicators(municipality: Area) -> Sequence[Indicator]:
    pack = queries.chosen_pack(current_session(), municipality)
    return [] if pack is None else pack.indicators


def _imported(municipality: Area) -> Sequence[Indicator]:
    return [one for one in _indicators(municipality) if not one.is_counted]


def _nothing_to_import(municipality: Area) -> ResponseReturnValue:
    flash(_("Choose a set of indicators first."), "info")
    return redirect(url_for("indicators.settings", id=municipality.id), 303)


def _was_sent(form: ActivityForm) -> bool:
    return queries.sent_before(current_session(), form.sent_key.data or "") is not None


def _says_something_new(form: ActivityForm, same: Activity | None) -> bool:
    """Tell whether nothing says the same already, and say so at the field where something does."""
    if same is None:
        return True
    message = _("This has been written down for this day already. If it was a second time, write what was different.")
    form.what.errors = [message]
    return False
