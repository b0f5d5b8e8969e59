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

from models import Area, Permission, is_granted
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
    current: bool


@dataclass(frozen=True, slots=True)
class Reader:
    """The account as the frame of a page shows it."""

    name: str
    url: str


ENTRIES = (
    (Permission.DESK_SEE, "suggestions.index", _l("Desk")),
    (Permission.BOARD_SEE, "operations.board", _l("Board")),
    (Permission.ADMINISTRATION_SEE, "administration.index", _l("Administration")),
    (Permission.NEED_LIST, "listings.needs", _l("Needs")),
    (Permission.OFFER_LIST, "listings.offers", _l("Offers")),
    (Permission.PARTNERSHIP_LIST, "partnerships.index", _l("Partnerships")),
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
    app.jinja_env.globals["way_to"] = way_to
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.context_processor(_frame)


def once_token() -> str:
    """Return a fresh key for a form, so that sending it twice has one effect."""
    return uuid4().hex


def way_to(*endpoints: str, **arguments: Any) -> str:
    """Return the address of the first of these pages that exists, or nothing."""
    found = (url_for(one, **arguments) for one in endpoints if one in current_app.view_functions)
    return next(found, "")


def _frame() -> dict[str, object]:
    if g.get(BARE):
        return {"locale": "ja", "account": None, "nav": [], "is_demo": False, "footer_links": []}
    account = current_account()
    return {
        "locale": locale(),
        "reads_easily": reads_easily(),
        "site": current_app.extensions["settings"].base_url,
        "account": None if account is None else Reader(account.name, url_for("accounts.account")),
        "nav": [
            _link(endpoint, text)
            for permission, endpoint, text in ENTRIES
            if is_granted(permission, account) and endpoint in current_app.view_functions
        ],
        "is_demo": _shows_invented_town(),
        "footer_links": [],
    }


def _link(endpoint: str, text: object) -> Link:
    return Link(url_for(endpoint), str(text), request.endpoint == endpoint)


def _shows_invented_town() -> bool:
    """Tell whether the database holds the demo town; once it does, it is not asked again."""
    if not current_app.extensions.get(INVENTED):
        found = current_session().scalar(select(Area.id).where(Area.is_demo).limit(1))
        current_app.extensions[INVENTED] = found is not None
    return bool(current_app.extensions[INVENTED])
