"""The same team once more: a partnership that is continued begins with a suggestion of its own."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload, undefer

from models import Offer, Suggestion, SuggestionPartner, SuggestionShare
from web.suggestions.services.editing import next_rank


def again(session: Session, former: Suggestion, offers: Collection[UUID]) -> Suggestion:
    """Return a suggestion of the same team, those of these offers, for the same need, to be decided anew.

    The need may be filled: nobody else is sought for it. Where somebody has left, the figures of the whole
    team say nothing about the others, so there are none.
    """
    session.scalars(
        select(Suggestion)
        .where(Suggestion.id == former.id)
        .options(
            undefer(Suggestion.snapshot),
            joinedload(Suggestion.run),
            selectinload(Suggestion.partners).options(
                joinedload(SuggestionPartner.offer).joinedload(Offer.participant),
                selectinload(SuggestionPartner.shares).options(
                    joinedload(SuggestionShare.slot), joinedload(SuggestionShare.item)
                ),
            ),
        )
    ).all()
    kept = [partner for partner in former.partners if partner.offer_id in offers]
    is_whole = len(kept) == len(former.partners)
    suggestion = Suggestion(
        need=former.need,
        run=former.run,
        rank=next_rank(session, former),
        score=former.score if is_whole else None,
        confidence=former.confidence,
        value=former.value,
        reasons=former.reasons if is_whole else [],
        open_slots=former.open_slots,
        places=former.places,
        snapshot=former.snapshot if is_whole else {},
    )
    suggestion.edited_from_id = former.id
    for position, partner in enumerate(kept, start=1):
        member = SuggestionPartner(
            suggestion=suggestion,
            offer=partner.offer,
            position=position,
            score=partner.score,
            confidence=partner.confidence,
            parts=partner.parts,
            reasons=partner.reasons,
        )
        for share in partner.shares:
            SuggestionShare(partner=member, slot=share.slot, item=share.item, quantity=share.quantity)
    session.add(suggestion)
    session.flush()
    return suggestion
