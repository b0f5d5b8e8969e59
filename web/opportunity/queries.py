"""Who was not suggested for a long time and why, and how evenly suggestions and engagements are spread."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from matching import Gate
from matching.eligibility import exclusions
from models import (
    Account,
    Area,
    AreaLevel,
    Offer,
    OfferStatus,
    Participant,
    Role,
    Suggestion,
    SuggestionPartner,
    lies_under,
)
from models.suggestions import unpublished_runs
from web.operations.queries.board import OVERLOOKED_AFTER, Load, concentration
from web.suggestions.queries import profiles

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


def how_many_overlooked(session: Session, account: Account, *, at: datetime) -> int:
    """Count the offers of an account's places that were overlooked, for its desk."""
    return session.scalar(_overlooked(account, at=at).with_only_columns(func.count(Offer.id))) or 0


def overlooked(session: Session, account: Account, *, at: datetime, number: int = 1) -> OverlookedPage:
    """Return one page of the offers of an account's places that were in no suggestion for 90 days, the oldest first."""
    statement = _overlooked(account, at=at)
    total = session.scalar(statement.with_only_columns(func.count(Offer.id))) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    number = min(max(number, 1), pages)
    page = statement.order_by(Offer.created_at, Offer.id).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    ids = list(session.scalars(page.with_only_columns(Offer.id)))
    return OverlookedPage(_explained(session, account, ids, at=at), total, number, pages)


def spread(session: Session, account: Account, *, at: datetime) -> Spread:
    """Return how evenly engagements, and the suggestions of 90 days, are spread over those who may be suggested."""
    here = lies_under(places_of(account))
    engaged = session.execute(
        select(Participant.engagements, func.count())
        .join(Area, Participant.area_id == Area.id)
        .where(here, *_takes_part())
        .group_by(Participant.engagements)
    ).all()
    times = (
        select(Participant.id, func.count(Suggestion.id.distinct()).label("times"))
        .join(Area, Participant.area_id == Area.id)
        .outerjoin(Offer, Offer.participant_id == Participant.id)
        .outerjoin(SuggestionPartner, SuggestionPartner.offer_id == Offer.id)
        .outerjoin(Suggestion, (Suggestion.id == SuggestionPartner.suggestion_id) & _lately(at))
        .where(here, *_takes_part(), _offers_something())
        .group_by(Participant.id)
        .subquery()
    )
    suggested = session.execute(select(times.c.times, func.count()).group_by(times.c.times)).all()
    return Spread(
        engagements=concentration([(row[0], row[1]) for row in engaged]),
        suggestions=concentration([(row[0], row[1]) for row in suggested]),
    )


def _overlooked(account: Account, *, at: datetime) -> Select[Offer]:
    lately = (
        select(SuggestionPartner.id)
        .join(Suggestion, SuggestionPartner.suggestion_id == Suggestion.id)
        .where(SuggestionPartner.offer_id == Offer.id, _lately(at))
    )
    return (
        select(Offer)
        .join(Area, Offer.area_id == Area.id)
        .join(Participant, Participant.id == Offer.participant_id)
        .where(
            lies_under(places_of(account)),
            Offer.status == OfferStatus.OPEN,
            Offer.created_at < at - OVERLOOKED_AFTER,
            *_takes_part(),
            ~lately.exists(),
        )
    )


def _lately(at: datetime) -> ColumnElement[bool]:
    return (Suggestion.created_at >= at - OVERLOOKED_AFTER) & Suggestion.run_id.not_in(unpublished_runs())


def _takes_part() -> tuple[ColumnElement[bool], ...]:
    return (Participant.left_at.is_(None), Participant.paused_at.is_(None))


def _offers_something() -> ColumnElement[bool]:
    own = aliased(Offer)
    return select(own.id).where(own.participant_id == Participant.id, own.status == OfferStatus.OPEN).exists()


def _explained(session: Session, account: Account, ids: Sequence[UUID], *, at: datetime) -> list[Overlooked]:
    """Return offers with what the engine's gates say of them today, tried on the open needs of their municipality."""
    if not ids:
        return []
    told = profiles.offers(session, select(Offer).where(Offer.id.in_(ids)), at=at)
    municipalities = {offer.municipality_id for offer, _ in told.values()}
    homes = select(Area).where(Area.id.in_(municipalities), Area.level == AreaLevel.MUNICIPALITY)
    found: dict[UUID, Overlooked] = {}
    for home in session.scalars(homes.order_by(Area.path)).all():
        rows = [(offer, profile) for offer, profile in told.values() if offer.municipality_id == home.id]
        needs = [profile for _, profile in profiles.needs(session, profiles.open_needs(home), at=at).values()]
        tried = exclusions(needs, [profile for _, profile in rows])
        for column, (offer, _) in enumerate(rows):
            gates = Counter(gate for row in range(len(needs)) for gate in tried.gates(row, column))
            passed = sum(not tried.mask[row, column] for row in range(len(needs)))
            is_named = account.covers(Role.COORDINATOR, offer.area.path)
            found[offer.id] = Overlooked(offer, dict(gates.most_common()), int(passed), len(needs), is_named)
    return [found[one] for one in ids if one in found]
