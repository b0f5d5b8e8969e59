"""Who was not suggested for a long time and why, and how evenly suggestions and engagements are spread."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from matching import Gate
from matching.eligibility import exclusions
from matching.profiles import NeedProfile
from models import (
    Account,
    Area,
    Need,
    NeedStatus,
    Offer,
    OfferItem,
    OfferStatus,
    Participant,
    Role,
    Slot,
    Suggestion,
    SuggestionPartner,
    lies_under,
)
from models.years import town_day
from web.operations.queries.board import Load, concentration
from web.suggestions.queries import profiles
from web.suggestions.queries.overlooked import is_lately_suggested, overlooked_offers, takes_part
from web.suggestions.queries.profiles.owners import declined_by

PAGE_SIZE: Final = 10


@dataclass(frozen=True, slots=True)
class Overlooked:
    """An offer that nobody was shown for a long time, and why: the gates it fails, each with for how many needs."""

    offer: Offer
    gates: Mapping[Gate, int]
    passed: int
    needs: int
    is_named: bool


@dataclass(frozen=True, slots=True)
class Spread:
    """How evenly something is spread over those who take part."""

    engagements: Load
    suggestions: Load


@dataclass(frozen=True, slots=True)
class OverlookedPage:
    """One page of those who were overlooked."""

    entries: Sequence[Overlooked]
    total: int
    number: int
    pages: int


def places_of(account: Account) -> list[str]:
    """Return the places that an account coordinates or administers."""
    return sorted({*account.paths(Role.COORDINATOR), *account.paths(Role.ADMINISTRATOR)})


def overlooked(session: Session, account: Account, *, at: datetime, number: int = 1) -> OverlookedPage:
    """Return one page of the offers of an account's places that were in no suggestion for 90 days, the oldest first."""
    statement = overlooked_offers(lies_under(places_of(account)), at=at)
    total = session.scalar(statement.with_only_columns(func.count(Offer.id))) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    number = min(max(number, 1), pages)
    page = statement.order_by(Offer.created_at, Offer.id).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    return OverlookedPage(_explained(session, account, page, at=at), total, number, pages)


def spread(session: Session, account: Account, *, at: datetime) -> Spread:
    """Return how evenly engagements, and the suggestions of 90 days, are spread over those who may be suggested."""
    here = lies_under(places_of(account))
    engaged = session.execute(
        select(Participant.engagements, func.count())
        .join(Area, Participant.area_id == Area.id)
        .where(here, *takes_part())
        .group_by(Participant.engagements)
    ).all()
    times = (
        select(Participant.id, func.count(Suggestion.id.distinct()).label("times"))
        .join(Area, Participant.area_id == Area.id)
        .outerjoin(Offer, Offer.participant_id == Participant.id)
        .outerjoin(SuggestionPartner, SuggestionPartner.offer_id == Offer.id)
        .outerjoin(Suggestion, (Suggestion.id == SuggestionPartner.suggestion_id) & is_lately_suggested(at))
        .where(here, *takes_part(), _offers_something())
        .group_by(Participant.id)
        .subquery()
    )
    suggested = session.execute(select(times.c.times, func.count()).group_by(times.c.times)).all()
    return Spread(
        engagements=concentration([(row[0], row[1]) for row in engaged]),
        suggestions=concentration([(row[0], row[1]) for row in suggested]),
    )


def _offers_something() -> ColumnElement[bool]:
    own = aliased(Offer)
    return select(own.id).where(own.participant_id == Participant.id, own.status == OfferStatus.OPEN).exists()


def _explained(session: Session, account: Account, page: Select[Offer], *, at: datetime) -> list[Overlooked]:
    """Return offers with what the engine's gates say of them today, tried on the open needs of their municipality."""
    ids = page.with_only_columns(Offer.id)
    owned = joinedload(Offer.participant).joinedload(Participant.consents)
    given = (joinedload(Offer.area), joinedload(Offer.items).joinedload(OfferItem.skill), joinedload(Offer.fields))
    whole = select(Offer).where(Offer.id.in_(select(ids.subquery().c.id))).options(owned, *given)
    offers = session.scalars(whole.order_by(Offer.created_at, Offer.id)).unique().all()
    told = profiles.offer_profiles(session, offers, [offer.participant_id for offer in offers], at=at)
    needs = _open_needs(session, {offer.municipality_id for offer in offers}, at=at) if offers else {}
    found = []
    for offer in offers:
        here = needs.get(offer.municipality_id, [])
        tried = exclusions(here, [told[str(offer.id)][1]])
        gates = Counter(gate for row in range(len(here)) for gate in tried.gates(row, 0))
        passed = int(tried.eligible.sum())
        is_named = account.covers(Role.COORDINATOR, offer.area.path)
        found.append(Overlooked(offer, dict(gates.most_common()), passed, len(here), is_named))
    return found


def _open_needs(session: Session, municipalities: set[UUID], *, at: datetime) -> dict[UUID, list[NeedProfile]]:
    """Return what the engine is told of the open needs of municipalities, in two queries however many there are."""
    statement = select(Need).where(
        Need.municipality_id.in_(municipalities), Need.status == NeedStatus.OPEN, profiles.still_lacks()
    )
    owned = joinedload(Need.participant).joinedload(Participant.consents)
    slots = joinedload(Need.slots).joinedload(Slot.skill)
    sought = (joinedload(Need.area), slots, joinedload(Need.fields), joinedload(Need.council_seat))
    needs = session.scalars(statement.options(owned, *sought).order_by(Need.id)).unique().all()
    declined = declined_by(session, statement)
    today = town_day(at)
    found: dict[UUID, list[NeedProfile]] = {}
    for need in needs:
        said_no = declined.get(need.id, frozenset())
        found.setdefault(need.municipality_id, []).append(profiles.need_profile(need, declined=said_no, on=today))
    return found
