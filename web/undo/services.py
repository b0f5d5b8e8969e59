"""Each step taken back: the row stands again exactly as it stood, or nothing happens."""

from typing import TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from models import Account, Draft, Need, NeedStatus, Offer, OfferStatus
from models.errors import IllegalMove, NotAllowed, StaleVersion
from web.listings.services import needs, offers

Row = TypeVar("Row", Need, Offer)


def reopen_need(session: Session, row: UUID, *, version: str, status: str, by: Account | None) -> Need:
    """Take a withdrawal back; partners are sought anew."""
    need = _unchanged(session.get(Need, row), version)
    needs.take_back_withdrawal(session, need, NeedStatus(status), by=_somebody(by))
    return need


def take_out_need(session: Session, row: UUID, *, version: str, by: Account | None) -> Need:
    """Take back that a need was discarded."""
    need = _unchanged(session.get(Need, row), version)
    needs.take_out_again(need, by=_somebody(by))
    return need


def reopen_offer(session: Session, row: UUID, *, version: str, status: str, by: Account | None) -> Offer:
    """Take a pause or withdrawal back; needs are sought anew."""
    offer = _unchanged(session.get(Offer, row), version)
    offers.take_back(session, offer, OfferStatus(status), by=_somebody(by))
    return offer


def take_out_draft(session: Session, row: UUID, *, discarded_at: str, by: Account | None, browser: str | None) -> Draft:
    """Take back that a draft was discarded."""
    draft = session.get(Draft, row)
    if draft is None or draft.discarded_at is None or draft.discarded_at.isoformat() != discarded_at:
        raise IllegalMove("the draft was written anew, or is gone")
    is_own = (
        draft.account_id == by.id if by is not None else draft.token_hash is not None and draft.token_hash == browser
    )
    if not is_own:
        raise NotAllowed("the draft belongs to somebody else")
    draft.take_out_again()
    return draft


def _unchanged(row: Row | None, version: str) -> Row:
    if row is None or str(row.version) != version:
        raise StaleVersion("somebody changed it meanwhile")
    return row


def _somebody(by: Account | None) -> Account:
    if by is None:
        raise NotAllowed("only accounts withdraw, pause and discard")
    return by
