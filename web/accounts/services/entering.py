"""Ways in: signing up, links that come by mail, passwords.

A link is signed and names the state that the account was in. Whatever uses a link, or sets or removes the
password, changes that state; so a link works once, and every older one dies with it.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account, ApiToken, SignIn, SignInAttempt
from web.accounts import emails
from web.accounts.queries import by_email
from web.drafts.services import claim

LINK_SALT: Final = "account-link"


class LinkKind(StrEnum):
    """What a link from a mail is for."""

    WELCOME = "welcome"
    PASSWORD = "password"  # noqa: S105  # the name of a kind of link
    SIGN_IN = "sign-in"


LASTS: Final = {
    LinkKind.WELCOME: timedelta(days=2),
    LinkKind.PASSWORD: timedelta(days=2),
    LinkKind.SIGN_IN: timedelta(minutes=30),
}

MakeLink = Callable[[LinkKind, str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who asks for a link: the language, where the reader wanted to go, and the draft in the browser."""

    secret: str
    make_link: MakeLink
    locale: str
    at: datetime
    wanted: str | None = None
    draft: str | None = None  # the hash of its token; the link may be opened in another browser


@dataclass(frozen=True, slots=True)
class Link:
    """What a link that still works leads to."""

    account: Account
    wanted: str | None
    draft: str | None


def sign_up(session: Session, asking: Asking, *, email: str, name: str) -> None:
    """Write a new account and send it a link, or send a known one a link: to the outside it is the same."""
    account = by_email(session, email)
    if account is not None and account.confirmed_at is not None:
        emails.sign_in_link(session, account, link=_link(account, LinkKind.SIGN_IN, asking))
        return
    if account is None:
        account = Account(email=email, name=name.strip(), locale=asking.locale)
        session.add(account)
    if asking.draft is not None:
        # Nobody but this browser knows of the new account, so the answers may be given to it at once.
        claim(session, account, asking.draft, at=asking.at)
    emails.welcome(session, account, link=_link(account, LinkKind.WELCOME, asking))


def send_password_link(session: Session, asking: Asking, *, email: str, sign_up_link: str) -> None:
    """Send a link to set a new password, or word that there is no account: to the outside it is the same."""
    account = by_email(session, email)
    if account is None:
        emails.no_account(session, email.strip(), locale=asking.locale, link=sign_up_link)
    else:
        emails.new_password(session, account, link=_link(account, LinkKind.PASSWORD, asking))


def send_sign_in_link(session: Session, asking: Asking, *, email: str, sign_up_link: str) -> None:
    """Send a link that signs in, or word that there is no account: to the outside it is the same."""
    account = by_email(session, email)
    if account is None:
        emails.no_account(session, email.strip(), locale=asking.locale, link=sign_up_link)
    elif account.confirmed_at is None:
        emails.welcome(session, account, link=_link(account, LinkKind.WELCOME, asking))
    else:
        emails.sign_in_link(session, account, link=_link(account, LinkKind.SIGN_IN, asking))


def link_of_token(session: Session, token: str, *kinds: LinkKind, secret: str, at: datetime) -> Link | None:
    """Return what a link of one of these kinds leads to, or None where it is used up, too old, or wrong."""
    try:
        kind, account_id, state, expires, wanted, draft = _serializer(secret).loads(token)
        account = session.get(Account, UUID(account_id))
    except (BadSignature, ValueError, TypeError):
        return None
    if account is None or account.suspended_at is not None or state != _state(account):
        return None
    if kind not in kinds or at >= datetime.fromtimestamp(expires, UTC):
        return None
    return Link(account, wanted, draft)


def enter_by_link(account: Account, *, at: datetime) -> None:
    """Confirm the address with a link that came to it, and use up this link and every older one."""
    account.confirmed_at = account.confirmed_at or at
    account.link_used_at = at


def set_password(session: Session, account: Account, password_hash: str, *, at: datetime) -> None:
    """Set a password, confirm the address, and end every session and token that was open."""
    account.password_hash = password_hash
    account.confirmed_at = account.confirmed_at or at
    _end_all(session, account, at=at)


def remove_password(session: Session, account: Account, *, at: datetime) -> None:
    """Keep no password any longer, and end every session and token that was open."""
    account.password_hash = None
    account.link_used_at = at
    _end_all(session, account, at=at)


def end_all_sessions(session: Session, account: Account, *, at: datetime) -> None:
    """End the account's sessions on the server."""
    for sign_in in session.scalars(select(SignIn).where(SignIn.account_id == account.id, SignIn.ended_at.is_(None))):
        sign_in.end(at=at)


def note_failures(session: Session, subject_hashes: Iterable[str]) -> None:
    """Count one failed sign-in for each subject."""
    session.add_all(SignInAttempt(subject_hash=subject) for subject in subject_hashes)


def _end_all(session: Session, account: Account, *, at: datetime) -> None:
    end_all_sessions(session, account, at=at)
    for token in session.scalars(select(ApiToken).where(ApiToken.account_id == account.id)):
        token.revoke(at=at)


def _link(account: Account, kind: LinkKind, asking: Asking) -> str:
    expires = int((asking.at + LASTS[kind]).timestamp())
    content = [kind, account.id.hex, _state(account), expires, asking.wanted, asking.draft]
    return asking.make_link(kind, str(_serializer(asking.secret).dumps(content)))


def _serializer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt=LINK_SALT)


def _state(account: Account) -> str:
    state = f"{account.password_hash}{account.confirmed_at}{account.link_used_at}"
    return hashlib.sha256(state.encode()).hexdigest()[:16]
