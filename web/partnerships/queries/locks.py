"""Reads before a change: whole teams and proposals, while others wait."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models import (
    Commitment,
    Enquiry,
    Need,
    Offer,
    Partnership,
    Party,
    Slot,
    Suggestion,
    SuggestionPartner,
    SuggestionShare,
)
from web.participants.queries import whole_proposal


def load_team(session: Session, suggestion: Suggestion) -> None:
    """Load what becomes of a suggestion when it is proposed: its partners, their shares, and the need."""
    session.scalars(
        select(Suggestion)
        .where(Suggestion.id == suggestion.id)
        .options(
            joinedload(Suggestion.need).joinedload(Need.participant),
            selectinload(Suggestion.partners).options(
                joinedload(SuggestionPartner.offer).joinedload(Offer.participant),
                selectinload(SuggestionPartner.shares).options(
                    joinedload(SuggestionShare.slot), joinedload(SuggestionShare.item)
                ),
            ),
        )
    ).all()


def lock_proposal(session: Session, enquiry: Enquiry) -> Partnership:
    """Make other answers wait, and read anew what they said before."""
    partnership = enquiry.party.partnership
    lock_partnership(session, partnership)
    return partnership


def lock_partnership(session: Session, partnership: Partnership) -> None:
    """Make others wait who want to answer or end this partnership, and read it anew."""
    session.scalars(
        select(Partnership)
        .where(Partnership.id == partnership.id)
        .options(*whole_proposal())
        .with_for_update(key_share=True, of=Partnership)
        .execution_options(populate_existing=True)
    ).one()


def is_covered(session: Session, need: Need) -> bool:
    """Tell whether partnerships to which all said yes cover every slot of an open need; others wait meanwhile."""
    session.execute(select(Need.id).where(Need.id == need.id).with_for_update(key_share=True))
    session.refresh(need, ["status"])
    if not need.is_open:
        return False
    promised = (
        select(func.coalesce(func.sum(Commitment.quantity), 0))
        .join(Party, Commitment.party_id == Party.id)
        .join(Partnership, Party.partnership_id == Partnership.id)
        .where(Commitment.slot_id == Slot.id, Commitment.released_at.is_(None), Partnership.accepted_at.is_not(None))
        .scalar_subquery()
    )
    return not session.scalar(select(exists(select(Slot.id).where(Slot.need_id == need.id, promised < Slot.quantity))))


def proposals_due(session: Session, *, on: date) -> Sequence[UUID]:
    """Return the proposals in which an answer is due on a day, or was before it."""
    statement = (
        select(Party.partnership_id)
        .join(Enquiry, Enquiry.party_id == Party.id)
        .where(Enquiry.reply.is_(None), Enquiry.released_at.is_(None), Enquiry.due_on <= on)
    )
    return session.scalars(statement.distinct().order_by(Party.partnership_id)).all()
