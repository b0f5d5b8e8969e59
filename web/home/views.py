"""The first page, the choice of language, and what the town should know about these pages."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote

from flask import Blueprint, abort, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from models import Account, AreaLevel, DraftKind, Need, ParticipantKind, Permission, ResourceKind, is_granted, utc_now
from web.accounts.services import change_locale
from web.database import current_session
from web.drafts.queries import draft_of
from web.home import queries
from web.home.forms import SampleForm
from web.i18n import EASY, LOCALES, locale
from web.listings.queries import places_with
from web.pages import pagination
from web.participants.queries import seen_by
from web.partnerships.queries import awaited_of
from web.security import current_account, requires
from web.staff_bank.queries import invitations_of
from web.suggestions.documents import confidence_in_words, fit_in_words
from web.suggestions.queries.showings import FittingNeed, needs_for

bp = Blueprint("home", __name__)

QUERY_CHARACTERS: Final = "=&%+-._~"
MOST_FITTING: Final = 5
MOST_PLACES: Final = 24
SAMPLE_PAGES: Final = 3

SEEKS_FIRST: Final = ("enquiries", "waiting", "ask", "needs", "partnerships", "fitting", "further")
# What stands on whose first page, and in which order; each has a macro of this name in home/sections.html.
SECTIONS: Final[Mapping[ParticipantKind, tuple[str, ...]]] = MappingProxyType(
    {
        ParticipantKind.RESIDENT: (
            "enquiries",
            "waiting",
            "partnerships",
            "small_roles",
            "can_do",
            "fitting",
            "offers",
        ),
        ParticipantKind.NEIGHBORHOOD_ASSOCIATION: SEEKS_FIRST,
        ParticipantKind.RMO: SEEKS_FIRST,
        ParticipantKind.NPO: ("enquiries", "waiting", "needs", "ask", "partnerships", "fitting", "further"),
        ParticipantKind.COMPANY: ("enquiries", "waiting", "partnerships", "offers", "fitting", "further"),
        ParticipantKind.UNIVERSITY: ("enquiries", "waiting", "partnerships", "offers", "fitting", "further"),
        ParticipantKind.GOVERNMENT: SEEKS_FIRST,
        ParticipantKind.INTERMEDIARY: SEEKS_FIRST,
    }
)


@bp.get("/")
@requires(Permission.PAGE_SEE)
def index() -> ResponseReturnValue:
    """Show what this reader needs first."""
    db, account = current_session(), current_account()
    if account is None:
        needs = queries.newest_open_needs(db)
        seen = {need.id: seen_by(None, need.participant) for need in needs}
        return render_template("home/visitor.html", needs=needs, seen=seen, places=_place_chips(db))
    sections = _sections(account)
    shown = {name: READS[name](db, account) for name in sections if name in READS}
    return render_template("home/index.html", owner=account, sections=sections, shown=shown)


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


@bp.post("/reading")
@requires(Permission.PAGE_SEE)
def reading() -> ResponseReturnValue:
    """Read pages in plain Japanese, or in the usual one again; the language of the account stays as it is."""
    session["locale"] = "ja"
    session[EASY] = request.form.get("reading") == EASY
    return redirect(_known_page(request.form.get("back", "")), 303)


@bp.get("/about")
@requires(Permission.PAGE_SEE)
def about() -> ResponseReturnValue:
    """Say what this is, who sees what, and how suggestions come about."""
    return render_template("home/about.html")


@bp.get("/accessibility")
@requires(Permission.PAGE_SEE)
def accessibility() -> ResponseReturnValue:
    """State which standard the pages follow, and what was tested."""
    return render_template("home/accessibility.html")


@bp.get("/components")
@requires(Permission.PAGE_SEE)
def components() -> ResponseReturnValue:
    """Show developers every component in each of its states; the public has no use for it."""
    if current_app.extensions["settings"].production:
        abort(404)
    wrong = SampleForm(prefix="wrong-", data={"title": "", "quantity": None, "kind": ResourceKind.PEOPLE.value})
    wrong.validate()
    number = min(max(request.args.get("page", 1, type=int), 1), SAMPLE_PAGES)
    return render_template(
        "home/components.html", sample=SampleForm(prefix="plain-"), wrong=wrong, page=pagination(number, SAMPLE_PAGES)
    )


def _sections(account: Account) -> tuple[str, ...]:
    """Return what stands on the account's first page: its office first, then whom it speaks for."""
    office = tuple(section for section, needed in OFFICES if is_granted(needed, account))
    if account.memberships:
        return office + SECTIONS[account.memberships[0].participant.kind]
    return office or ("first_step",)


def _place_chips(db: Session) -> list[dict[str, Any]]:
    return [
        {
            "label": one.area.name(locale()),
            "url": url_for("areas.area", path=one.area.path),
            "found": one.listed,
        }
        for one in places_with(db, None, Need)
        if one.area.level in {AreaLevel.MUNICIPALITY, AreaLevel.DISTRICT}
    ][:MOST_PLACES]


def _fitting(db: Session, account: Account) -> list[dict[str, Any]]:
    return [_fitting_need(one, account) for one in needs_for(db, account, at=utc_now(), limit=MOST_FITTING)]


def _fitting_need(one: FittingNeed, account: Account) -> dict[str, Any]:
    return {
        "need": one.need,
        "owner": seen_by(account, one.need.participant).name,
        "offer": one.offer,
        "score": one.score,
        "confidence": one.confidence,
        "plan": one.plan,
        "words": {"fit": fit_in_words(one.score), "confidence": confidence_in_words(one.confidence)},
    }


OFFICES: Final = (("board", Permission.BOARD_SEE), ("desk", Permission.DESK_SEE))
READS: Final[Mapping[str, Callable[[Session, Account], Any]]] = MappingProxyType(
    {
        "ask": lambda db, account: draft_of(db, account, DraftKind.NEED, at=utc_now()),
        "desk": queries.desk_figures,
        "enquiries": queries.open_enquiries,
        "fitting": _fitting,
        "needs": queries.own_needs,
        "offers": queries.own_offers,
        "partnerships": queries.own_partnerships,
        "small_roles": lambda db, account: invitations_of(db, account, at=utc_now()),
        "waiting": lambda db, account: awaited_of(db, account, at=utc_now()),
    }
)


def _known_page(path: str) -> str:
    """Return the address of our own page that the path names, or of the first page: never a foreign one."""
    bare, _, query = path.partition("?")
    try:
        endpoint, arguments = current_app.url_map.bind("localhost").match(bare, method="GET")
    except (HTTPException, RequestRedirect):
        return url_for("home.index")
    return url_for(endpoint, **arguments) + (f"?{quote(query, safe=QUERY_CHARACTERS)}" if query else "")
