"""Mails about accounts: links that lead in, and news of a new way in."""

from sqlalchemy.orm import Session

from models import Account
from web.mailer import compose, page_url


def welcome(session: Session, account: Account, *, link: str) -> None:
    """Send the link with which a new account is opened."""
    compose(session, "welcome", to=account, link=link)


def sign_in_link(session: Session, account: Account, *, link: str) -> None:
    """Send the link with which a known account signs in."""
    compose(session, "sign-in-link", to=account, link=link)


def new_password(session: Session, account: Account, *, link: str) -> None:
    """Send the link with which a known account sets a new password."""
    compose(session, "new-password", to=account, link=link)


def no_account(session: Session, address: str, *, locale: str, link: str) -> None:
    """Tell an address that asked for a link that no account belongs to it."""
    compose(session, "no-account", address=address, locale=locale, address_asked=address, link=link)


def passkey_added(session: Session, account: Account, *, name: str) -> None:
    """Tell the owner of an account that it has a new passkey."""
    compose(session, "passkey-added", to=account, passkey=name, url=page_url(session, "/account"))
