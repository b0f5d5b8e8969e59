"""Pages of the profile of a place: the profile, its ages, its platform, and notices that look for what is lacking."""

import io

import segno
from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from models import Area, Permission, Pillar, PlatformKind, ResourceKind, is_granted, utc_now
from models.years import fiscal_year, town_day
from web.area_profiles import documents, queries, services
from web.area_profiles.forms import AgesForm, NoticeForm, PlatformForm
from web.database import current_session
from web.i18n import locale
from web.security import account_at_work, current_account, requires

bp = Blueprint("area_profiles", __name__)


@bp.get("/areas/<path>/profile")
@requires(Permission.AREA_PROFILE_SEE)
def profile(path: str) -> ResponseReturnValue:
    """Show what a place has and lacks; those who look after it see small numbers and what nobody was found for."""
    session, today = current_session(), town_day(utc_now())
    place = queries.place_by_path(session, path)
    if place is None:
        abort(404)
    account = current_account()
    may_write = is_granted(Permission.RECRUITING_NOTICE_WRITE, account, place.area)
    platform = queries.standing_platform(session, place.area)
    is_council = platform is None or platform.kind is PlatformKind.COUNCIL
    return render_template(
        "area_profiles/profile.html",
        place=place,
        counts=queries.counts_of(session, place, on=today, whole=may_write),
        ages=queries.ages_of(session, place, on=today, whole=may_write),
        unmet=queries.unmet_needs(session, place) if may_write else [],
        platform=platform,
        council=queries.council_of(session, place, year=fiscal_year(today)) if is_council else None,
        projects=[] if is_council else queries.projects_of(session, place),
        pillars=list(Pillar),
        today=today,
        may_write=may_write,
        may_administer=is_granted(Permission.PLATFORM_CHOOSE, account, place.area),
    )


@bp.get("/areas/<uuid:id>/platform")
@requires(Permission.PLATFORM_CHOOSE, on=Area)
def platform(area: Area) -> ResponseReturnValue:
    """Ask which platform the place has."""
    standing = queries.standing_platform(current_session(), area)
    said = {"kind": standing.kind.value, "pillars": standing.pillars} if standing else {"pillars": list(Pillar)}
    return _platform_page(_profiled(area), PlatformForm(formdata=None, data=said))


@bp.post("/areas/<uuid:id>/platform")
@requires(Permission.PLATFORM_CHOOSE, on=Area)
def choose_platform(area: Area) -> ResponseReturnValue:
    """Choose the platform; the former one stays in the history."""
    place, form = _profiled(area), PlatformForm()
    if not form.validate():
        return _platform_page(place, form), 422
    services.choose_platform(
        current_session(),
        area,
        PlatformKind(form.kind.data),
        [Pillar(one) for one in form.pillars.data or []],
        by=account_at_work(),
        on=town_day(utc_now()),
    )
    flash(_("The platform is chosen. What belonged to the former one is kept."), "success")
    return redirect(url_for("area_profiles.profile", path=area.path), 303)


@bp.get("/areas/<uuid:id>/ages")
@requires(Permission.POPULATION_IMPORT, on=Area)
def ages(area: Area) -> ResponseReturnValue:
    """Ask for a sheet of ages."""
    return _ages_page(_profiled(area), AgesForm(formdata=None), None)


@bp.post("/areas/<uuid:id>/ages")
@requires(Permission.POPULATION_IMPORT, on=Area)
def import_ages(area: Area) -> ResponseReturnValue:
    """Show what a sheet says; take it over when it is sent a second time, and only if all of it can be read."""
    place, form = _profiled(area), AgesForm()
    if not form.validate():
        return _ages_page(place, form, None), 422
    today = town_day(utc_now())
    sheet = documents.read_ages(form.text.data or "", [place.area, *place.districts], today=today)
    if sheet.bad:
        form.text.data = ""
        return _ages_page(place, form, sheet), 422
    if form.file.data or request.form.get("step") != "take":
        return _ages_page(place, form, sheet)
    taken = services.take_ages(current_session(), sheet.rows, source=form.source.data or "")
    flash(_("Rows taken over: %(number)s.", number=taken), "success")
    return redirect(url_for("area_profiles.profile", path=area.path), 303)


@bp.get("/areas/<uuid:id>/recruiting")
@requires(Permission.RECRUITING_NOTICE_WRITE, on=Area)
def recruiting(area: Area) -> ResponseReturnValue:
    """Show a notice, ready to be printed, for what is lacking; all that it says stands in the address."""
    place, session = _profiled(area), current_session()
    form = _notice_form(request.args)
    if not form.validate():
        return render_template("area_profiles/recruiting.html", area=area, form=form, sought=None), 422
    field = queries.field_by_code(session, form.field.data) if form.field.data else None
    kind = ResourceKind(form.kind.data)
    return render_template(
        "area_profiles/recruiting.html",
        area=area,
        form=form,
        field=field,
        kind=kind,
        sought=queries.sought(session, place, field, kind),
        today=town_day(utc_now()),
        address=_needs_address(area, form.field.data or "", kind),
    )


@bp.get("/areas/<uuid:id>/recruiting/qr.svg")
@requires(Permission.RECRUITING_NOTICE_WRITE, on=Area)
def recruiting_code(area: Area) -> ResponseReturnValue:
    """Draw the code that leads from a notice to the list of what it looks for."""
    form = _notice_form(request.args)
    if not form.validate():
        abort(404)
    address = _needs_address(area, form.field.data or "", ResourceKind(form.kind.data))
    drawn = io.BytesIO()
    segno.make(address, error="m").save(drawn, kind="svg", xmldecl=False, scale=8, border=2, svgclass=None)
    return drawn.getvalue(), {"Content-Type": "image/svg+xml"}


def _profiled(area: Area) -> queries.Place:
    place = queries.place_of(current_session(), area)
    if place is None:
        abort(404)
    return place


def _notice_form(said: MultiDict[str, str]) -> NoticeForm:
    asked = MultiDict(said)
    asked.setdefault("kind", ResourceKind.PEOPLE.value)
    return NoticeForm(asked, fields=queries.all_fields(current_session()), locale=locale())


def _needs_address(area: Area, field: str, kind: ResourceKind) -> str:
    """Return where everybody finds these needs, on the configured address and never on what a request claims."""
    base = str(current_app.extensions["settings"].base_url)
    return base + url_for("listings.needs", area=area.path, field=field or None, kind=kind.value)


def _platform_page(place: queries.Place, form: PlatformForm) -> str:
    history = queries.history_of(current_session(), place.area)
    return render_template("area_profiles/platform.html", area=place.area, form=form, history=history)


def _ages_page(place: queries.Place, form: AgesForm, sheet: documents.AgeSheet | None) -> str:
    return render_template(
        "area_profiles/ages.html",
        area=place.area,
        districts=place.districts,
        form=form,
        sheet=sheet,
        today=town_day(utc_now()),
    )
