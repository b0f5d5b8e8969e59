"""Tokens with which an account's own programs use the API."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from models import Account, ApiToken
from models.errors import NotAllowed

TOKEN_LASTS: Final = timedelta(days=365)


def create_token(session: Session, account: Account, *, name: str, at: datetime) -> str:
    """Write a new API token and return it; it is shown this once and never again."""
    token = secrets.token_urlsafe(32)
    session.add(
        ApiToken(
            account=account,
            name=name,
            token_hash=hashlib.sha256(token.encode()).hexdigest(),
            expires_at=at + TOKEN_LASTS,
        )
    )
    return token


def revoke_token(token: ApiToken, *, by: Account, at: datetime) -> None:
    """Close one of the account's own tokens."""
    if token.account_id != by.id:
        raise NotAllowed("a token is closed by its own account")
    token.revoke(at=at)
