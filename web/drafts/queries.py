"""Reads of drafts: each belongs to one account, or to the browser that holds its token."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account, Draft, DraftKind


def draft_of(session: Session, account: Account, kind: DraftKind, *, about: str = "", at: datetime) -> Draft | None:
    """Return what the account typed into this form and did not send."""
    return session.scalar(
        select(Draft).where(
            Draft.account_id == account.id,
            Draft.kind == kind,
            Draft.about == about,
            Draft.expires_at > at,
            Draft.discarded_at.is_(None),
        )
    )


def draft_of_browser(session: Session, token_hash: str, *, at: datetime) -> Draft | None:
    """Return what was typed in the browser that holds the token with this hash."""
    return session.scalar(
        select(Draft).where(Draft.token_hash == token_hash, Draft.expires_at > at, Draft.discarded_at.is_(None))
    )
