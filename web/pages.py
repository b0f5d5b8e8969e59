"""What every page shares: navigation, who is signed in, tokens for forms, limits."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from flask import Flask, current_app, g, request, url_for
from flask_babel import lazy_gettext as _l
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from sqlalchemy import select
from werkzeug.middleware.proxy_fix import ProxyFix

from models import Account, Area, Permission, is_granted
from web.config import Settings
from web.database import BARE, current_session
from web.i18n import locale, reads_easily
from web.security import current_account

INVENTED: Final = "invented_town"

limiter = Limiter(get_remote_address, storage_uri="memory://", strategy="moving-window")


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the navigation."""

    url: str
    label: str
    current: str | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """The account as the frame of a page shows it."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Pagination:
    """Where a page of a list stands, and the ways to its neighbours."""

    number: int
    pages: int
    previous_url: str | None
    next_url: str | None


def pagination(number: int, pages: int, **kept: Any) -> Pagination:
    """Return where the list of this address stands; the ways to its neighbours keep what is named besides the page."""

    def way_to(page: int) -> str | None:
        if not 1 <= page <= pages:
            return None
        return url_for(request.endpoint or "", **(request.view_args or {}), **kept, page=page)

    return Pagination(number, pages, way_to(number - 1), way_to(number + 1))


ENTRIES = (
    (Permission.DESK_SEE, "suggestions.index", _l("Desk")),
    (Permission.FIELD_SEE, "field.index", _l("Out in the field")),
    (Permission.BOARD_SEE, "operations.board", _l("Board")),
    (Permission.ADMINISTRATION_SEE, "administration.index", _l("Administration")),
    (Permission.NEED_LIST, "listings.needs", _l("Needs")),
    (Permission.OFFER_LIST, "listings.offers", _l("Offers")),
    (Permission.PARTNERSHIP_LIST, "partnerships.index", _l("Partnerships")),
)
# Who has not signed in sees the ways in beside what there is to read.
VISITORS_ENTRIES = (
    (Permission.NEED_LIST, "listings.needs", _l("Needs")),
    (Permission.PAGE_SEE, "abilities.start", _l("What I can do")),
    (Permission.NEED_BEGIN, "listings.begin_need", _l("Write down a need")),
)
FOOTER = (
    ("home.about", _l("About Enishi")),
    ("areas.index", _l("Areas")),
    ("partnerships.public", _l("What has come about")),
    ("cases.index", _l("Cases to learn from")),
    ("plans.index", _l("Area plans")),
    ("seasons.index", _l("Pro-bono seasons")),
    ("roundtables.index", _l("Roundtables and meetings")),
    ("petitions.index", _l("Requests to the administration")),
    ("networks.index", _l("Networks")),
    ("referrals.directory", _l("Whom to ask")),
    ("intake.forms", _l("Forms to print")),
    ("searches.ask", _l("Ask a person")),
    ("home.accessibility", _l("Accessibility")),
    ("searches.atom", _l("New needs as a feed (Atom)")),
)


def init_pages(app: Flask, settings: Settings) -> None:
    """Give templates what every page needs."""
    app.config.update(RATELIMIT_ENABLED=settings.rate_limits, RATELIMIT_HEADERS_ENABLED=False)
    limiter.init_app(app)
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # the way WSGI middleware is put in front
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )
    app.jinja_env.globals["once_token"] = once_token
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.context_processor(_frame)


def once_token() -> str:
    """Return a fresh key for a form, so that sending it twice has one effect."""
    return uuid4().hex


def _frame() -> dict[str, object]:
    if g.get(BARE):
        return {"locale": "ja", "account": None, "nav": [], "is_demo": False, "footer_links": []}
    account = current_account()
    return {
        "locale": locale(),
        "reads_easily": reads_easily(),
        "site": current_app.extensions["settings"].base_url,
        "account": None if account is None else Reader(account.name, url_for("accounts.account")),
        "nav": _navigation(account),
        "is_demo": _shows_invented_town(),
        "footer_links": [Link(url_for(endpoint), str(text)) for endpoint, text in FOOTER],
    }


def _navigation(account: Account | None) -> list[Link]:
    """Return the ways that are open to the account; the one that leads to this page, or above it, is marked."""
    shown = [
        (url_for(endpoint), str(text))
        for permission, endpoint, text in (VISITORS_ENTRIES if account is None else ENTRIES)
        if is_granted(permission, account)
    ]
    above = max((url for url, _ in shown if f"{request.path}/".startswith(f"{url}/")), key=len, default="")
    marks = {above: "page" if request.path == above else "true"}
    return [Link(url, text, marks.get(url)) for url, text in shown]


def _shows_invented_town() -> bool:
    """Tell whether the database holds the demo town; once it does, it is not asked again."""
    if not current_app.extensions.get(INVENTED):
        found = current_session().scalar(select(Area.id).where(Area.is_demo).limit(1))
        current_app.extensions[INVENTED] = found is not None
    return bool(current_app.extensions[INVENTED])
