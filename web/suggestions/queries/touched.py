"""Which needs one offer touches: those that hold it, and those that would find it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from matching import NeedProfile, OfferProfile, Taxonomy
from models import (
    Area,
    Need,
    NeedOutcome,
    NeedStatus,
    Offer,
    Reach,
    Suggestion,
    SuggestionPartner,
    lies_under,
)
from models.suggestions import UNDECIDED, published_runs
from web.suggestions.queries import profiles, retrieval


def reached(session: Session, offer: Offer, *, at: datetime) -> tuple[OfferProfile, Sequence[UUID]]:
    """Return what the engine is told of an offer, and where needs are open that it may serve; nowhere while closed."""
    told = profiles.told_offers(session, select(Offer).where(Offer.id == offer.id), at=at)[str(offer.id)]
    if not (told.is_open and (told.consented or told.consents)):
        return told, ()
    statement = select(Area.id).where(Area.id.in_(select(Need.municipality_id).where(Need.status == NeedStatus.OPEN)))
    if offer.reach is Reach.PREFECTURE:
        prefecture = ".".join(offer.municipality.path.split(".")[: profiles.PREFECTURE_DEPTH])
        statement = statement.where(lies_under([prefecture]))
    elif offer.reach is not Reach.ANYWHERE:
        statement = statement.where(Area.id == offer.municipality_id)
    return told, session.scalars(statement.order_by(Area.path)).all()


def holding(session: Session, offer: Offer) -> Sequence[UUID]:
    """Return the needs of which an undecided suggestion holds an offer."""
    with_it = select(SuggestionPartner.suggestion_id).where(SuggestionPartner.offer_id == offer.id)
    return session.scalars(
        select(Suggestion.need_id).where(Suggestion.id.in_(with_it), Suggestion.verdict.in_(UNDECIDED)).distinct()
    ).all()


def unmet(session: Session, municipality: Area) -> frozenset[str]:
    """Return the needs of a municipality for which nobody counted when they were last looked at."""
    rows = session.scalars(
        select(NeedOutcome.need_id).where(
            NeedOutcome.municipality_id == municipality.id,
            NeedOutcome.run_id.in_(published_runs()),
            NeedOutcome.candidates == 0,
        )
    )
    return frozenset(map(str, rows))


def finding(
    session: Session, municipality: Area, offer: Offer, needs: Sequence[NeedProfile], taxonomy: Taxonomy
) -> Sequence[UUID]:
    """Return those of the needs for which retrieval finds an offer: no run of the others would see it."""
    if not needs:
        return ()
    looking = retrieval.wanted(needs, taxonomy)
    found = profiles.found_beside(session, municipality, offer, looking)
    return [UUID(need.id) for need, offers in zip(needs, found, strict=True) if offer.id in offers]


def needs(session: Session, ids: Collection[UUID]) -> Iterable[Need]:
    """Yield the needs with these ids."""
    for some in profiles.portions(ids):
        yield from session.scalars(select(Need).where(Need.id.in_(some)).options(joinedload(Need.municipality)))
