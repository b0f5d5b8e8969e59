"""The directory: whom one can be passed on to, for everybody to read."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import Area, Intermediary, Permission, is_granted, utc_now
from models.errors import StaleVersion
from web.database import current_session
from web.i18n import locale
from web.pages import pagination
from web.referrals import queries, services
from web.referrals.forms import DirectorySearch, EntryForm
from web.referrals.views.blueprint import bp
from web.security import account_at_work, current_account, requires


@bp.get("/directory")
@requires(Permission.DIRECTORY_SEE)
def directory() -> ResponseReturnValue:
    """List intermediaries and offices by field and place."""
    session, account, search = current_session(), current_account(), DirectorySearch(request.args)
    search.offer(queries.fields(session), queries.areas_of_entries(session), locale())
    sought = search.sought
    page = queries.directory_page(session, sought, number=request.args.get("page", 1, type=int))
    return render_template(
        "referrals/directory.html",
        search=search,
        page=page,
        active=sought.active(),
        pagination=pagination(page.number, page.pages, **sought.active()),
        may_add=is_granted(Permission.DIRECTORY_ADD, account),
        may_refer=is_granted(Permission.REFERRAL_LIST, account),
    )


@bp.get("/directory/<uuid:id>")
@requires(Permission.DIRECTORY_SEE, on=Intermediary)
def entry(found: Intermediary) -> ResponseReturnValue:
    """Show one entry."""
    return render_template(
        "referrals/entry.html",
        entry=queries.whole_entry(current_session(), found),
        may_edit=is_granted(Permission.DIRECTORY_EDIT, current_account(), found),
    )


@bp.route("/directory/new", methods=["GET", "POST"])
@requires(Permission.DIRECTORY_ADD)
def new_entry() -> ResponseReturnValue:
    """Add an intermediary or office."""
    session, form = current_session(), EntryForm()
    form.offer(queries.places_looked_after(session, account_at_work()), queries.fields(session), locale())
    if not form.validate_on_submit():
        return _form_page(form, None)
    added = services.add_entry(session, form.entry, by=account_at_work())
    session.flush()
    flash(_("“%(name)s” stands in the directory now.", name=added.name), "success")
    return redirect(url_for("referrals.entry", id=added.id), 303)


@bp.route("/directory/<uuid:id>/edit", methods=["GET", "POST"])
@requires(Permission.DIRECTORY_EDIT, on=Intermediary)
def edit_entry(found: Intermediary) -> ResponseReturnValue:
    """Change an entry."""
    session, form, written = current_session(), EntryForm(), queries.whole_entry(current_session(), found)
    form.offer(
        _with(queries.places_looked_after(session, account_at_work()), written), queries.fields(session), locale()
    )
    if not form.is_submitted():
        form.show(written)
    if not form.validate_on_submit():
        return _form_page(form, written)
    if form.version.data != str(written.version):
        raise StaleVersion("somebody else changed the entry")
    services.edit_entry(written, form.entry, version=written.version, by=account_at_work())
    flash(_("The entry is saved."), "success")
    return redirect(url_for("referrals.entry", id=written.id), 303)


@bp.post("/directory/<uuid:id>/end")
@requires(Permission.DIRECTORY_EDIT, on=Intermediary)
def end_entry(found: Intermediary) -> ResponseReturnValue:
    """Take an entry out of the directory."""
    services.end_entry(found, at=utc_now())
    flash(_("“%(name)s” is in the directory no longer.", name=found.name), "success")
    return redirect(url_for("referrals.directory"), 303)


def _with(places: Sequence[Area], written: Intermediary) -> list[Area]:
    """Add the places that stand in an entry already, which the account may leave as they are."""
    known = {place.id for place in places}
    return [*places, *(place for place in [written.area, *written.areas] if place.id not in known)]


def _form_page(form: EntryForm, written: Intermediary | None) -> ResponseReturnValue:
    page = render_template("referrals/entry_form.html", form=form, entry=written)
    return page, 422 if form.is_submitted() else 200
