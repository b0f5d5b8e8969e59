"""Changes to drafts: keeping, claiming, discarding."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account, Draft, DraftKind
from models.errors import InvalidValue
from web.drafts.queries import draft_of_browser

KEPT_FOR_AN_ACCOUNT: Final = timedelta(days=30)
KEPT_FOR_A_BROWSER: Final = timedelta(days=7)
MOST_CHARACTERS: Final = 100_000


def save(
    session: Session, account: Account, kind: DraftKind, content: Mapping[str, Any], *, about: str = "", at: datetime
) -> Draft:
    """Keep what an account typed into a form, in the place of what it had typed there before."""
    _check_length(content)
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
    _check_length(content)
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
    draft = draft_of_browser(session, token_hash, at=at)
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


def put_away(draft: Draft, *, at: datetime) -> None:
    """Discard a draft so that it can still be taken out again for a moment."""
    draft.discard(at=at)


def _check_length(content: Mapping[str, Any]) -> None:
    if len(json.dumps(content, ensure_ascii=False)) > MOST_CHARACTERS:
        raise InvalidValue("this is more than anybody types into a form")
