"""Mails about accounts: links to set a password."""

from sqlalchemy.orm import Session

from models import Account
from web.mailer import compose


def welcome(session: Session, account: Account, *, link: str) -> None:
    """Send the link with which a new account sets its password."""
    compose(session, "welcome", to=account, link=link)


def new_password(session: Session, account: Account, *, link: str) -> None:
    """Send the link with which a known account sets a new password."""
    compose(session, "new-password", to=account, link=link)


def no_account(session: Session, address: str, *, locale: str, link: str) -> None:
    """Tell an address that asked for a link that no account belongs to it."""
    compose(session, "no-account", address=address, locale=locale, address_asked=address, link=link)
