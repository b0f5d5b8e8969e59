"""Who was not suggested for a long time."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Select, select

from models import Area, Offer, OfferStatus, Participant, Suggestion, SuggestionPartner
from models.suggestions import UNDECIDED, unpublished_runs

OVERLOOKED_AFTER: Final = timedelta(days=90)


def overlooked_offers(here: ColumnElement[bool], *, at: datetime) -> Select[Offer]:
    """Return the statement for the open offers of some places that were in no suggestion for 90 days."""
    lately = (
        select(SuggestionPartner.id)
        .join(Suggestion, SuggestionPartner.suggestion_id == Suggestion.id)
        .where(SuggestionPartner.offer_id == Offer.id, is_lately_suggested(at))
    )
    return (
        select(Offer)
        .join(Area, Offer.area_id == Area.id)
        .join(Participant, Participant.id == Offer.participant_id)
        .where(
            here,
            Offer.status == OfferStatus.OPEN,
            Offer.created_at < at - OVERLOOKED_AFTER,
            *takes_part(),
            ~lately.exists(),
        )
    )


def is_lately_suggested(at: datetime) -> ColumnElement[bool]:
    """Return whether a `Suggestion` was published in the last 90 days, or still lies on a desk."""
    is_lately = Suggestion.created_at >= at - OVERLOOKED_AFTER
    return (is_lately | Suggestion.verdict.in_(UNDECIDED)) & Suggestion.run_id.not_in(unpublished_runs())


def takes_part() -> tuple[ColumnElement[bool], ...]:
    """Return the conditions under which a `Participant` takes part at present."""
    return (Participant.left_at.is_(None), Participant.paused_at.is_(None))
