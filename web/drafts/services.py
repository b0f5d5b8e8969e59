"""Changes to drafts: keeping, claiming, discarding."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account, Draft, DraftKind

KEPT_FOR_AN_ACCOUNT: Final = timedelta(days=30)
KEPT_FOR_A_BROWSER: Final = timedelta(days=7)


def save(
    session: Session, account: Account, kind: DraftKind, content: Mapping[str, Any], *, about: str = "", at: datetime
) -> Draft:
    """Keep what an account typed into a form, in the place of what it had typed there before."""
    until = at + KEPT_FOR_AN_ACCOUNT
    draft = session.scalar(
        select(Draft).where(Draft.account_id == account.id, Draft.kind == kind, Draft.about == about)
    )
    if draft is None:
        draft = Draft(kind=kind, content=dict(content), saved_at=at, expires_at=until, about=about, account=account)
        session.add(draft)
    else:
        draft.save(content, at=at, until=until)
    return draft


def save_for_browser(
    session: Session, token_hash: str, kind: DraftKind, content: Mapping[str, Any], *, at: datetime
) -> Draft:
    """Keep what a visitor typed; whoever holds the token goes on with it."""
    until = at + KEPT_FOR_A_BROWSER
    draft = session.scalar(select(Draft).where(Draft.token_hash == token_hash))
    if draft is None:
        draft = Draft(kind=kind, content=dict(content), saved_at=at, expires_at=until, token_hash=token_hash)
        session.add(draft)
    else:
        draft.save(content, at=at, until=until)
    return draft


def claim(session: Session, account: Account, token_hash: str, *, at: datetime) -> Draft | None:
    """Give a browser's draft to the account that signs up or in with it; it takes the place of an older one."""
    draft = session.scalar(select(Draft).where(Draft.token_hash == token_hash, Draft.expires_at > at))
    if draft is None:
        return None
    older = session.scalar(
        select(Draft).where(Draft.account_id == account.id, Draft.kind == draft.kind, Draft.about == draft.about)
    )
    if older is not None:
        session.delete(older)
        session.flush()
    draft.claim(account)
    return draft


def discard(session: Session, draft: Draft) -> None:
    """Forget a draft."""
    session.delete(draft)
