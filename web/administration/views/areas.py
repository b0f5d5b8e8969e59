"""Pages of areas: the districts of a municipality, and one of them."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import Area, AreaLevel, Permission, is_granted, utc_now
from web.administration.forms.areas import BordersForm, DistrictForm, MunicipalityForm, NamesForm, RemovalForm
from web.administration.queries import areas as queries
from web.administration.services import areas as services
from web.administration.views.blueprint import bp
from web.database import current_session
from web.i18n import locale
from web.security import account_at_work, requires


@bp.get("/areas")
@requires(Permission.ADMINISTRATION_SEE)
def areas() -> ResponseReturnValue:
    """Show the districts of a municipality, their neighbours and what lies in them."""
    municipalities = queries.municipalities(current_session(), account_at_work())
    form = MunicipalityForm(request.args)
    form.offer(municipalities, locale())
    return _districts_page(form.chosen(municipalities), form, DistrictForm(formdata=None))


@bp.post("/areas/<uuid:id>/districts")
@requires(Permission.AREA_EDIT, on=Area)
def add_district(municipality: Area) -> ResponseReturnValue:
    """Add a district to a municipality."""
    if municipality.level is not AreaLevel.MUNICIPALITY:
        abort(404)
    session, form = current_session(), DistrictForm()
    if not (form.validate() and _is_free(form, municipality)):
        chooser = MunicipalityForm(data={"municipality": municipality.path})
        chooser.offer(queries.municipalities(session, account_at_work()), locale())
        return _districts_page(municipality, chooser, form), 422
    district = services.add_district(session, municipality, form.code.data, form.names())
    flash(_("%(name)s has been added. Say which places border it.", name=district.name(locale())), "success")
    session.flush()
    return redirect(url_for("administration.area", id=district.id), 303)


@bp.route("/areas/<uuid:id>", methods=["GET", "POST"])
@requires(Permission.AREA_EDIT, on=Area)
def area(found: Area) -> ResponseReturnValue:
    """Show one place; give it other names."""
    form = NamesForm.about(found)
    if not form.is_submitted():
        return _area_page(found, form)
    if not (form.validate() and _has_own_name(form, found)):
        return _area_page(found, form), 422
    if form.version.number != found.version:
        form.version.data = str(found.version)
        return _area_page(found, form, is_overtaken=True), 409
    services.rename(found, form.names(), version=form.version.number, at=utc_now())
    flash(_("The name has been saved."), "success")
    return redirect(url_for("administration.area", id=found.id), 303)


@bp.post("/areas/<uuid:id>/neighbours")
@requires(Permission.AREA_EDIT, on=Area)
def neighbours(found: Area) -> ResponseReturnValue:
    """Say which places border this one."""
    session, account, form = current_session(), account_at_work(), BordersForm()
    places = queries.beside(session, account, found)
    form.offer(places, locale())
    if not form.validate():
        return _area_page(found, NamesForm(formdata=None, obj=found), borders=form), 422
    added, removed = form.changes(places)
    services.set_borders(session, found, added=added, removed=removed, by=account)
    flash(_("The neighbours have been saved, on both sides."), "success")
    return redirect(url_for("administration.area", id=found.id), 303)


@bp.post("/areas/<uuid:id>/remove")
@requires(Permission.AREA_EDIT, on=Area)
def remove_area(found: Area) -> ResponseReturnValue:
    """Remove a district in which nothing lies."""
    session, form = current_session(), RemovalForm()
    if found.level is not AreaLevel.DISTRICT:
        abort(404)
    if found.id in queries.contents(session, [found.id]):
        return _area_page(found, NamesForm(formdata=None, obj=found)), 409
    municipality, name = found.tenant, found.name(locale())
    services.remove(session, found, version=form.version.number)
    flash(_("%(name)s has been removed.", name=name), "success")
    return redirect(url_for("administration.areas", municipality=municipality.path), 303)


def _is_free(form: DistrictForm, municipality: Area) -> bool:
    """Tell whether neither code nor name is taken; say by whom where one is."""
    session = current_session()
    same_code = queries.taken(session, f"{municipality.path}.{form.code.data}")
    same_name = queries.namesake(session, municipality, form.name_ja.data)
    if same_code is not None:
        form.code.errors = [_("%(name)s has this code already.", name=same_code.name(locale()))]
    if same_name is not None:
        form.name_ja.errors = [_("There is a district of this name already.")]
    return same_code is None and same_name is None


def _has_own_name(form: NamesForm, found: Area) -> bool:
    """Tell whether no other district of the municipality has the name."""
    if found.parent is None or found.level is not AreaLevel.DISTRICT:
        return True
    if queries.namesake(current_session(), found.parent, form.name_ja.data, except_for=found) is None:
        return True
    form.name_ja.errors = [_("There is a district of this name already.")]
    return False


def _districts_page(municipality: Area | None, chooser: MunicipalityForm, form: DistrictForm) -> str:
    session, account = current_session(), account_at_work()
    return render_template(
        "administration/areas.html",
        municipality=municipality,
        lines=queries.lines(session, account, municipality) if municipality else [],
        may_add=municipality is not None and is_granted(Permission.AREA_EDIT, account, municipality),
        chooser=chooser,
        form=form,
    )


def _area_page(found: Area, form: NamesForm, *, borders: BordersForm | None = None, is_overtaken: bool = False) -> str:
    session, account = current_session(), account_at_work()
    places = queries.beside(session, account, found)
    bordering = queries.neighbours(session, [found.id]).get(found.id, ())
    return render_template(
        "administration/area.html",
        area=found,
        form=form,
        borders=borders or BordersForm.of_now(places, bordering, locale()),
        elsewhere=[place for place in bordering if place.id not in {one.id for one in places}],
        contents=queries.contents(session, [found.id]).get(found.id, queries.Contents()),
        is_overtaken=is_overtaken,
    )
