"""Who is at the door: sessions kept on the server, passwords, permissions, headers."""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from types import MappingProxyType
from typing import Any, Final, cast
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import Flask, Response, abort, current_app, g, request, session
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf import CSRFProtect
from sqlalchemy import select
from sqlalchemy.orm import joinedload, lazyload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from models import (
    Account,
    ApiToken,
    Area,
    AreaPlan,
    Base,
    CaseStudy,
    ChangeRequest,
    Enquiry,
    Membership,
    Need,
    Offer,
    Participant,
    Partnership,
    Party,
    Permission,
    SignIn,
    is_granted,
    utc_now,
)
from web.config import Settings
from web.database import current_session, working_as

SESSION_LASTS: Final = timedelta(hours=12)
API_PREFIX: Final = "/api/"
DOOR: Final = "permission"
LARGEST: Final = "largest"
DRAFT: Final = "draft"  # the token in the cookie of a visitor who typed something

# What the rules about a row read besides it comes with it, in one query.
AT_THE_DOOR: Final[Mapping[type[Base], Sequence[ORMOption]]] = MappingProxyType(
    {
        Need: (joinedload(Need.area), joinedload(Need.participant).lazyload(Participant.consents)),
        Offer: (joinedload(Offer.area), joinedload(Offer.participant).lazyload(Participant.consents)),
        Partnership: (
            joinedload(Partnership.need).joinedload(Need.area),
            joinedload(Partnership.parties).joinedload(Party.enquiry),
        ),
        AreaPlan: (joinedload(AreaPlan.area).joinedload(Area.parent),),
        CaseStudy: (
            joinedload(CaseStudy.partnership).options(
                joinedload(Partnership.need).joinedload(Need.area),
                selectinload(Partnership.parties).options(lazyload(Party.commitments), lazyload(Party.enquiry)),
            ),
        ),
        Enquiry: (
            joinedload(Enquiry.party).options(
                lazyload(Party.commitments),
                joinedload(Party.partnership).options(
                    lazyload(Partnership.parties), joinedload(Partnership.need).joinedload(Need.area)
                ),
            ),
        ),
        ChangeRequest: (
            joinedload(ChangeRequest.party)
            .joinedload(Party.partnership)
            .joinedload(Partnership.need)
            .joinedload(Need.area),
        ),
    }
)

csrf = CSRFProtect()
login_manager = LoginManager()
_hasher = PasswordHasher()
# An unknown address is checked against this, so that it takes as long as a known one.
_NOBODY: Final = _hasher.hash(secrets.token_urlsafe(24))


class SignedIn(UserMixin):
    """What Flask-Login carries around, so that `Account` stays free of Flask."""

    def __init__(self, account: Account, sign_in: SignIn, token: str) -> None:
        self.account = account
        self.sign_in = sign_in
        self.token = token

    def get_id(self) -> str:
        """Return the session's random token; the database holds only its hash."""
        return self.token


@dataclass(frozen=True, slots=True)
class Door:
    """What a route asks for: the permission, and the kind of row it is about."""

    permission: Permission
    on: type[Base] | None


def init_security(app: Flask, settings: Settings) -> None:
    """Set cookies, sign-in, CSRF protection and headers."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="__Host-enishi" if settings.production else "enishi",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.production,
        PERMANENT_SESSION_LIFETIME=SESSION_LASTS,
        TRUSTED_HOSTS=list(settings.hosts),
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=settings.production,
    )
    app.extensions["second_factor"] = settings.second_factor
    # Before the form is read for its token: what is too large is refused while it is read.
    app.before_request(_allow_what_is_taken)
    csrf.init_app(app)
    login_manager.init_app(app)
    login_manager.user_loader(_load_signed_in)
    login_manager.session_protection = None
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.before_request(_find_account)
    app.after_request(_set_headers)


def token_hash(token: str) -> str:
    """Return what the database keeps of a random token."""
    return hashlib.sha256(token.encode()).hexdigest()


def keyed_hash(text: str) -> str:
    """Return a hash that only this installation can compute, for what must not be kept in the clear."""
    key = cast("str", current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password."""
    return _hasher.hash(password)


def password_matches(stored: str | None, password: str) -> bool:
    """Compare a password, taking the same time where there is none."""
    try:
        return _hasher.verify(stored or _NOBODY, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def begin_session(account: Account, *, second_factor_passed: bool = False) -> None:
    """Begin a new session on the server and forget whatever the browser carried before."""
    end_session()
    kept = {name: session[name] for name in ("locale", "easy", DRAFT) if name in session}
    session.clear()
    session.update(kept)
    session.permanent = True
    token = secrets.token_urlsafe(32)
    sign_in = SignIn(
        account=account,
        token_hash=token_hash(token),
        expires_at=utc_now() + SESSION_LASTS,
        second_factor_passed=second_factor_passed,
    )
    current_session().add(sign_in)
    working_as(account.id, via="page")
    login_user(SignedIn(account, sign_in, token))


def end_session() -> None:
    """End the session on the server, if there is one."""
    if current_user and current_user.is_authenticated:
        current_user.sign_in.end(at=utc_now())
        logout_user()


def current_sign_in() -> SignIn | None:
    """Return the session at the door, where a browser opened one."""
    return cast("SignIn", current_user.sign_in) if current_user.is_authenticated else None


def current_account() -> Account | None:
    """Return the account at the door, or None; a staff account counts only with its second factor."""
    return cast("Account | None", g.get("account"))


def account_at_work() -> Account:
    """Return the account at the door of a route that only accounts may open."""
    account = current_account()
    if account is None:
        abort(401)
    return account


def awaited_second_factor() -> SignIn | None:
    """Return the session that still lacks its second factor, if there is one."""
    return cast("SignIn | None", g.get("awaited_second_factor"))


def second_factor_needed(account: Account) -> bool:
    """Tell whether the account must show a second factor: it has one, or it is staff where staff must."""
    if account.second_factor_since is not None:
        return True
    return bool(current_app.extensions["second_factor"]) and account.is_staff


def requires(
    permission: Permission, *, on: type[Base] | None = None
) -> Callable[[Callable[..., ResponseReturnValue]], Callable[..., ResponseReturnValue]]:
    """Open a door only with the permission; with `on`, load the row by the `id` of the URL and pass it on.

    What is absent and what is forbidden look the same: 404 to those who are signed in, the way to
    the sign-in to those who are not.
    """

    def decorate(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
        @wraps(view)
        def door(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            account = current_account()
            if on is None:
                if not is_granted(permission, account):
                    abort(401 if account is None else 403)
                return view(*args, **kwargs)
            row = current_session().get(on, _row_id(kwargs), options=AT_THE_DOOR.get(on, ()))
            if row is None or not is_granted(permission, account, row):
                abort(401 if account is None else 404)
            return view(row, *args, **kwargs)

        # flask-openapi3 resolves the annotations of API views; Flask's answer type cannot be resolved from there.
        door.__annotations__ = {name: hint for name, hint in view.__annotations__.items() if name != "return"}
        setattr(door, DOOR, Door(permission, on))
        return door

    return decorate


def takes(largest: int) -> Callable[[Callable[..., ResponseReturnValue]], Callable[..., ResponseReturnValue]]:
    """Let a door take requests of up to so many bytes, where they carry a file; all others keep the common limit."""

    def decorate(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
        setattr(view, LARGEST, largest)
        return view

    return decorate


def _allow_what_is_taken() -> None:
    largest = getattr(current_app.view_functions.get(request.endpoint or ""), LARGEST, None)
    if largest is not None:
        request.max_content_length = largest


def _row_id(kwargs: dict[str, Any]) -> UUID:
    """Take the id out of a page's URL, or read it from an API route's validated path."""
    return cast("UUID", kwargs["path"].id if "path" in kwargs else kwargs.pop("id"))


def check_every_route_names_its_permission(app: Flask) -> None:
    """Refuse to start with a route that anybody could open because nobody thought of it."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static" and door_of(app.view_functions[rule.endpoint]) is None:
            raise RuntimeError(f"{rule.endpoint} ({rule}) names no permission")


def door_of(view: Callable[..., Any]) -> Door | None:
    """Return what a view function asks for."""
    return cast("Door | None", getattr(view, DOOR, None))


def csp_nonce() -> str:
    """Return the random value that allows this page's own scripts and styles."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return cast("str", g.csp_nonce)


def allow_worker() -> None:
    """Let this page start a worker of ours, which opens a form where there is no connection."""
    g.starts_worker = True


def _find_account() -> None:
    if request.endpoint == "static":
        return
    if request.path.startswith(API_PREFIX):
        account, via = _bearer(), "api"
    else:
        account, via = None, "page"
        if current_user.is_authenticated:
            account = current_user.account
            if second_factor_needed(account) and not current_user.sign_in.second_factor_passed:
                g.awaited_second_factor, account = current_user.sign_in, None
    g.account = account
    g.account_id = None if account is None else account.id
    if account is not None:
        working_as(account.id, via=via)


def _bearer() -> Account | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.casefold() != "bearer" or not token:
        return None
    found = current_session().scalar(select(ApiToken).where(ApiToken.token_hash == token_hash(token.strip())))
    if found is None or not found.is_live(utc_now()):
        return None
    since = found.account.second_factor_since
    # A token is no way around the second factor: it must have been made behind it.
    if second_factor_needed(found.account) and (since is None or found.created_at < since):
        return None
    return found.account


def _load_signed_in(token: str) -> SignedIn | None:
    if request.path.startswith(API_PREFIX):
        return None
    # Whom the account speaks for is asked on every page, what they consented to on few.
    spoken_for = joinedload(SignIn.account).selectinload(Account.memberships).joinedload(Membership.participant)
    sign_in = current_session().scalar(
        select(SignIn).where(SignIn.token_hash == token_hash(token)).options(spoken_for.lazyload(Participant.consents))
    )
    if sign_in is None or not sign_in.is_live(utc_now()):
        return None
    return SignedIn(sign_in.account, sign_in, token)


def _set_headers(response: Response) -> Response:
    nonce = csp_nonce()
    worker = "worker-src 'self'; " if g.get("starts_worker") else ""
    response.headers.setdefault(
        "Content-Security-Policy",
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src 'self'; "
        f"{worker}connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    )
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    # A page is for its reader alone. What says that it is public is the same for everybody; but to a browser
    # with a session it carries the cookie, which no cache on the way may keep.
    if request.endpoint != "static" and (session or not response.cache_control.public):
        response.headers["Cache-Control"] = "no-store"
    return response
