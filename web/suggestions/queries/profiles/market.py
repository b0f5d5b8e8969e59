"""All that one run of the engine is told, of a municipality or of one need."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from matching import Geography, NeedProfile, OfferProfile, Taxonomy, Weights
from models import (
    Area,
    Need,
    Offer,
    Reach,
)
from web.suggestions.queries import everywhere, retrieval
from web.suggestions.queries.profiles.known import geography, taxonomy, weights
from web.suggestions.queries.profiles.places import (
    of_prefecture,
    offers_from_elsewhere,
    open_here,
    open_needs,
    own_offers,
    serving_offers,
)
from web.suggestions.queries.profiles.told import told_needs, told_offers, told_offers_among


@dataclass(frozen=True, slots=True)
class Market:
    """All that one run of the engine is told."""

    needs: tuple[NeedProfile, ...]
    offers: tuple[OfferProfile, ...]
    weights: Weights
    geography: Geography
    taxonomy: Taxonomy


def market(session: Session, municipality: Area, *, at: datetime) -> Market:
    """Return the open needs of a municipality and the offers that could serve them.

    Its own offers are all there. Of those of the whole country only what some need retrieves is:
    otherwise a municipality would cost the more the more others there are.
    """
    looking = told_needs(session, open_needs(municipality), at=at)
    needs = tuple(profile for profile in looking.values() if profile.is_open)
    known = taxonomy(session)
    near, far = _found_elsewhere(session, municipality, retrieval.wanted(needs, known))
    told = told_offers(session, own_offers(municipality), at=at)
    elsewhere = frozenset().union(*near, *far)
    told |= told_offers_among(session, offers_from_elsewhere(municipality), elsewhere, at=at)
    return _market(session, municipality, needs, told, known)


def market_of(session: Session, need: Need, *, at: datetime) -> Market:
    """Return one need and the few hundred offers that retrieval finds for it."""
    municipality = need.municipality
    waiting = told_needs(session, open_needs(municipality).where(Need.id == need.id), at=at)
    needs = tuple(profile for profile in waiting.values() if profile.is_open)
    known = taxonomy(session)
    looking = retrieval.wanted(needs, known)
    own = retrieval.found(session, open_here(municipality), looking, retrieval.FOR_ONE_NEED)
    near, far = _found_elsewhere(session, municipality, looking)
    found = frozenset().union(*own, *near, *far)
    told = told_offers_among(session, serving_offers(municipality), found, at=at)
    return _market(session, municipality, needs, told, known)


def found_beside(
    session: Session, municipality: Area, offer: Offer, looking: Sequence[retrieval.Wanted]
) -> retrieval.Found:
    """Return for each need what is found for it alone among the offers of which this one is."""
    if offer.municipality_id == municipality.id:
        return retrieval.found(session, open_here(municipality), looking, retrieval.FOR_ONE_NEED)
    if offer.reach is Reach.ANYWHERE:
        return everywhere.found(session, municipality, looking, retrieval.FROM_ELSEWHERE)
    return retrieval.found(session, of_prefecture(municipality), looking, retrieval.FROM_ELSEWHERE)


def _found_elsewhere(
    session: Session, municipality: Area, looking: Sequence[retrieval.Wanted]
) -> tuple[retrieval.Found, retrieval.Found]:
    """Return for each need what is found among the offers of others for its prefecture, and for the whole country."""
    return (
        retrieval.found(session, of_prefecture(municipality), looking, retrieval.FROM_ELSEWHERE),
        everywhere.found(session, municipality, looking, retrieval.FROM_ELSEWHERE),
    )


def _market(
    session: Session,
    municipality: Area,
    needs: tuple[NeedProfile, ...],
    offers: Mapping[str, OfferProfile],
    known: Taxonomy,
) -> Market:
    return Market(
        needs=needs,
        offers=tuple(offers[key] for key in sorted(offers)),
        weights=weights(session),
        geography=geography(session, municipality),
        taxonomy=known,
    )
