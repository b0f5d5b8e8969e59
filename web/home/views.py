"""The first page, and the choice of language."""

from typing import Any, Final
from urllib.parse import quote

from flask import Blueprint, abort, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from models import Account, Permission, utc_now
from web.accounts.services import change_locale
from web.database import current_session
from web.home import queries
from web.i18n import LOCALES
from web.participants.queries import seen_by
from web.security import current_account, requires
from web.suggestions.documents import confidence_in_words, fit_in_words
from web.suggestions.queries.showings import FittingNeed, needs_for

bp = Blueprint("home", __name__)

QUERY_CHARACTERS: Final = "=&%+-._~"
MOST_FITTING: Final = 6


@bp.get("/")
@requires(Permission.PAGE_SEE)
def index() -> ResponseReturnValue:
    """Show what this reader needs first."""
    db, account = current_session(), current_account()
    if account is None:
        needs = queries.newest_open_needs(db)
        seen = {need.id: seen_by(None, need.participant) for need in needs}
        return render_template("home/visitor.html", needs=needs, seen=seen)
    return render_template(
        "home/index.html",
        owner=account,
        enquiries=queries.open_enquiries(db, account),
        needs=queries.own_needs(db, account),
        offers=queries.own_offers(db, account),
        fitting=[_fitting(one, account) for one in needs_for(db, account, at=utc_now(), limit=MOST_FITTING)],
        partnerships=queries.own_partnerships(db, account),
        desk=queries.desk_figures(db, account) if account.is_staff else None,
    )


@bp.post("/language")
@requires(Permission.PAGE_SEE)
def language() -> ResponseReturnValue:
    """Remember the chosen language and return to the page that was open."""
    chosen = request.form.get("locale")
    if chosen not in LOCALES:
        abort(422)
    session["locale"] = chosen
    account = current_account()
    if account is not None:
        change_locale(account, chosen)
    return redirect(_known_page(request.form.get("back", "")), 303)


def _fitting(one: FittingNeed, account: Account) -> dict[str, Any]:
    return {
        "need": one.need,
        "owner": seen_by(account, one.need.participant).name,
        "offer": one.offer,
        "score": one.score,
        "confidence": one.confidence,
        "words": {"fit": fit_in_words(one.score), "confidence": confidence_in_words(one.confidence)},
    }


def _known_page(path: str) -> str:
    """Return the address of our own page that the path names, or of the first page: never a foreign one."""
    bare, _, query = path.partition("?")
    try:
        endpoint, arguments = current_app.url_map.bind("localhost").match(bare, method="GET")
    except (HTTPException, RequestRedirect):
        return url_for("home.index")
    return url_for(endpoint, **arguments) + (f"?{quote(query, safe=QUERY_CHARACTERS)}" if query else "")
