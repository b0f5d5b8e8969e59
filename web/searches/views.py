"""Pages on which searches are kept, confirmed, renamed and stopped, and on which a person is asked."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from models import Need, Permission, SavedSearch, utc_now
from web.database import current_session
from web.i18n import asked_language, locale
from web.listings import queries as listing_queries
from web.listings.forms import needs_search
from web.listings.queries import Filters
from web.mailer import page_url
from web.pages import limiter
from web.searches import documents, queries, services
from web.searches.forms import KeepForm, NameForm, QuestionForm
from web.security import account_at_work, csrf, current_account, requires
from web.transfer import for_programs

bp = Blueprint("searches", __name__)


@bp.get("/searches")
@requires(Permission.ACCOUNT_OWN)
def index() -> ResponseReturnValue:
    """List the searches that the account keeps."""
    return _own_searches(NameForm(formdata=None))


@bp.post("/searches")
@requires(Permission.ACCOUNT_OWN)
def save() -> ResponseReturnValue:
    """Keep the search that is open, by one tap."""
    filters = needs_search.filters_of(request.args)
    account = account_at_work()
    if services.save(current_session(), account, filters.active(), name=_in_words(filters), at=utc_now()):
        flash(_("The search is saved. When there is something new, you get a mail, at most one a day."), "success")
    else:
        flash(_("You keep twenty searches already. Remove one first."), "warning")
    return redirect(url_for("searches.index"), 303)


@bp.post("/searches/<uuid:id>/rename")
@requires(Permission.SEARCH_EDIT, on=SavedSearch)
def rename(search: SavedSearch) -> ResponseReturnValue:
    """Give a search another name."""
    form = NameForm()
    if not form.validate_on_submit():
        return _own_searches(form), 422
    search.rename(form.name.data)
    flash(_("The search has its new name."), "success")
    return redirect(url_for("searches.index"), 303)


@bp.post("/searches/<uuid:id>/remove")
@requires(Permission.SEARCH_EDIT, on=SavedSearch)
def remove(search: SavedSearch) -> ResponseReturnValue:
    """Forget a search."""
    services.remove(current_session(), search)
    flash(_("The search is removed. No more mails about it."), "success")
    return redirect(url_for("searches.index"), 303)


@bp.route("/searches/new", methods=["GET", "POST"])
@requires(Permission.NEED_LIST)
@limiter.limit("20 per hour", methods=["POST"])
def by_mail() -> ResponseReturnValue:
    """Ask for the address to which mails about the search that is open shall go."""
    filters = needs_search.filters_of(request.args)
    form, name = KeepForm(), _in_words(filters)
    if not form.validate_on_submit():
        page = render_template("searches/by_mail.html", form=form, name=name, url=needs_search.needs_url(filters))
        return page, 422 if form.is_submitted() else 200
    services.ask_to_save(
        current_session(),
        form.email.data,
        filters.active(),
        name=name,
        locale=locale(),
        secret=current_app.config["SECRET_KEY"],
        make_link=lambda token: page_url(current_session(), url_for("searches.confirm", token=token)),
        at=utc_now(),
    )
    return render_template("searches/mail_sent.html", url=needs_search.needs_url(filters))


@bp.route("/searches/confirm/<token>", methods=["GET", "POST"])
@requires(Permission.NEED_LIST)
def confirm(token: str) -> ResponseReturnValue:
    """Confirm a search by a button: a program that only looks at the links of a mail confirms nothing."""
    search = services.search_to_confirm(current_session(), token, secret=current_app.config["SECRET_KEY"])
    if search is None:
        return render_template("searches/link_too_old.html"), 410
    if request.method == "POST":
        search.confirm(at=utc_now())
    url = needs_search.needs_url(Filters.from_address(search.parameters))
    stop_url = url_for("searches.stop", token=services.stop_token(search.reader_id, current_app.config["SECRET_KEY"]))
    return render_template("searches/confirm.html", search=search, url=url, stop_url=stop_url)


@bp.route("/searches/stop/<token>", methods=["GET", "POST"])
@csrf.exempt
@requires(Permission.NEED_LIST)
def stop(token: str) -> ResponseReturnValue:
    """Stop mails to one reader; the token is what allows it, as a mail program sends no cookie (RFC 8058)."""
    reader_id = services.reader_of_token(token, secret=current_app.config["SECRET_KEY"])
    if reader_id is None:
        return render_template("searches/link_too_old.html"), 410
    if request.method == "POST":
        services.stop(current_session(), reader_id, only=request.form.get("search", type=UUID))
        current_session().flush()
    searches = queries.searches_of_reader(current_session(), reader_id)
    return render_template("searches/stop.html", searches=searches)


@bp.route("/searches/ask", methods=["GET", "POST"])
@requires(Permission.NEED_LIST)
@limiter.limit("5 per hour", methods=["POST"])
def ask() -> ResponseReturnValue:
    """Hand a question to the coordinators of a municipality."""
    filters, account = needs_search.filters_of(request.args), current_account()
    places = queries.places_with_somebody_to_ask(current_session())
    if not places:
        abort(404)
    form = QuestionForm(email=account.email if account else None, name=account.name if account else None)
    form.offer_places(places, wanted=filters.area)
    if not form.validate_on_submit():
        page = render_template("searches/ask.html", form=form, url=needs_search.needs_url(filters))
        return page, 422 if form.is_submitted() else 200
    services.ask(
        current_session(),
        next(place for place in places if place.path == form.place.data),
        text=form.question.data,
        name=form.name.data or "",
        address=form.email.data,
        sought=_in_words(filters),
        path=needs_search.needs_url(filters),
    )
    flash(_("Your question is on its way. A coordinator answers you by mail."), "success")
    return redirect(needs_search.needs_url(filters), 303)


@bp.get("/needs.atom")
@requires(Permission.NEED_LIST)
def atom() -> ResponseReturnValue:
    """Give the newest needs of a search as a feed, the same to everybody."""
    filters, language = needs_search.filters_of(request.args), asked_language()
    own: dict[str, Any] = filters.active() | {"lang": language}
    with force_locale(language):
        title = _("Enishi: %(name)s", name=_in_words(filters))
    return for_programs(
        documents.feed(
            queries.newest_needs(current_session(), filters),
            title=title,
            language=language,
            site=_site(),
            page=needs_search.needs_url(filters),
            own=url_for("searches.atom", **own),
        ),
        "application/atom+xml",
    )


@bp.get("/needs.ics")
@requires(Permission.NEED_LIST)
def calendar() -> ResponseReturnValue:
    """Give the days of the needs of a search as a calendar, the same to everybody."""
    filters, language = needs_search.filters_of(request.args), asked_language()
    with force_locale(language):
        title = _("Enishi: %(name)s", name=_in_words(filters))
    needs = [seen.row for seen in queries.dated_needs(current_session(), filters)]
    return for_programs(documents.calendar(needs, title=title, language=language, site=_site()), "text/calendar")


@bp.get("/needs/<uuid:id>.ics")
@requires(Permission.NEED_SEE, on=Need)
def calendar_of_need(need: Need) -> ResponseReturnValue:
    """Give the days of one need as a calendar."""
    if need.starts_on is None and need.ends_on is None:
        abort(404)
    listing_queries.whole_need(current_session(), need)
    content = documents.calendar([need], title=need.title, language=locale(), site=_site())
    return content, {"Content-Type": "text/calendar; charset=utf-8", "Content-Disposition": "attachment"}


def _site() -> str:
    return str(current_app.extensions["settings"].base_url)


def _own_searches(form: NameForm) -> str:
    searches: list[dict[str, Any]] = [
        {"row": search, "url": needs_search.needs_url(Filters.from_address(search.parameters))}
        for search in queries.searches_of(current_session(), account_at_work())
    ]
    return render_template("searches/index.html", searches=searches, form=form)


def _in_words(filters: Filters) -> str:
    found = listing_queries.facets(current_session(), None, filters)
    return needs_search.in_words(filters, found)[:120] or _("All open needs")
