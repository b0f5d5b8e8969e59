"""Changes to news: what happened in a partnership is noted for those whom it concerns."""

from datetime import datetime

from sqlalchemy.orm import Session

from models import Account, NewsKind, Notice, Partnership
from web.participants.queries import accounts_of


def tell(session: Session, partnership: Partnership, kind: NewsKind, *, by: Account | None, at: datetime) -> None:
    """Note a piece of news for everybody who speaks for a party, and for who proposed it; not for who made it."""
    accounts = accounts_of(session, [party.participant for party in partnership.present])
    concerned = {account.id: account for of_one in accounts.values() for account in of_one}
    proposer = partnership.proposed_by
    if proposer is not None and proposer.may_sign_in:
        concerned[proposer.id] = proposer
    if by is not None:
        concerned.pop(by.id, None)
    session.add_all(
        Notice(kind=kind, at=at, account=account, partnership=partnership)
        for account in concerned.values()
        if account.news_stopped_at is None
    )
