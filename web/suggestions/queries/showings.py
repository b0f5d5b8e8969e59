"""The order of the day: which round of the market it is, and what a participant is shown in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload, lazyload

from matching import ROUNDS
from models import Account, AreaPlan, MatchingRun, Need, NeedsShown, Offer, Participant, Suggestion
from models.suggestions import RunState
from models.years import fiscal_year, town_day
from web.listings.queries import plans_served, visible_needs_to
from web.suggestions.queries.profiles import TOWN_TIME

UNPLACED: Final = 1_000_000
PREFERENCE: Final = 0.05
"""By so much less a need of an area plan may fit and still pass the one before it; the score stays as it is."""


@dataclass(frozen=True, slots=True)
class FittingNeed:
    """A need that somebody could help with, the offer that fits it, and the plan in force that the need serves."""

    need: Need
    offer: Offer
    score: float | None
    confidence: float
    plan: AreaPlan | None = None


def round_on(at: datetime) -> int:
    """Return the round of the market that a moment lies in: one for each day of the town, in turn."""
    return at.astimezone(TOWN_TIME).date().toordinal() % ROUNDS


def place_on(at: datetime) -> ColumnElement[int]:
    """Return the place of a suggestion on the desk that day; its rank where the market was not looked at as a whole."""
    return func.coalesce(Suggestion.places[round_on(at)].as_integer(), Suggestion.rank)


def places_on(at: datetime) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """Return by what suggestions are ordered that day: the place that a coordinator gave, then that of the engine."""
    return func.coalesce(Suggestion.coordinators_place, UNPLACED), place_on(at)


def needs_for(session: Session, account: Account, *, at: datetime, limit: int) -> Sequence[FittingNeed]:
    """Return the needs that those whom the account speaks for could help with, in the order of the day.

    Where several municipalities look for the same helper, their lists are dealt out in turn. A need of an area plan
    in force stands one place further up where it fits about as well as the need before it.
    """
    participants = [membership.participant_id for membership in account.memberships]
    if not participants:
        return ()
    lists = session.scalars(
        select(NeedsShown)
        .join(MatchingRun, NeedsShown.run_id == MatchingRun.id)
        .where(NeedsShown.participant_id.in_(participants), MatchingRun.state == RunState.PUBLISHED)
        .order_by(MatchingRun.municipality_id, NeedsShown.participant_id)
    ).all()
    turns = [[one.needs[position] for position in one.rounds[round_on(at) % len(one.rounds)]] for one in lists]
    longest = max((len(turn) for turn in turns), default=0)
    dealt = [turn[place] for place in range(longest) for turn in turns if place < len(turn)]
    shown: dict[UUID, tuple[UUID, float | None, float]] = {}
    for need_id, offer_id, score, confidence in dealt:
        shown.setdefault(UUID(need_id), (UUID(offer_id), score, confidence))
    needs = _still_open(session, account, list(shown))
    offers = _still_offered(session, [offer_id for offer_id, _, _ in shown.values()])
    plans = plans_served(session, list(needs), year=fiscal_year(town_day(at)))
    found = [
        FittingNeed(needs[need_id], offers[offer_id], score, confidence, plans.get(need_id))
        for need_id, (offer_id, score, confidence) in shown.items()
        if need_id in needs and offer_id in offers
    ]
    return _with_preference(found)[:limit]


def _with_preference(found: Sequence[FittingNeed]) -> list[FittingNeed]:
    """Let each need of a plan pass the one before it, once, where that one fits hardly better."""
    order = list(found)
    for place in range(1, len(order)):
        before, own = order[place - 1], order[place]
        if own.plan is not None and before.plan is None and _fits_hardly_better(before, own):
            order[place - 1], order[place] = own, before
    return order


def _fits_hardly_better(one: FittingNeed, other: FittingNeed) -> bool:
    """Tell whether one fits better by the preference at most; what has no score is not compared."""
    return one.score is not None and other.score is not None and one.score - other.score <= PREFERENCE


def _still_open(session: Session, account: Account, ids: Sequence[UUID]) -> dict[UUID, Need]:
    if not ids:
        return {}
    rows = session.scalars(
        visible_needs_to(account)
        .where(Need.id.in_(ids))
        .options(
            joinedload(Need.participant).options(lazyload(Participant.consents)),
            joinedload(Need.area),
        )
    )
    return {need.id: need for need in rows if need.is_open}


def _still_offered(session: Session, ids: Sequence[UUID]) -> dict[UUID, Offer]:
    if not ids:
        return {}
    rows = session.scalars(
        select(Offer)
        .where(Offer.id.in_(ids))
        .options(joinedload(Offer.participant).options(joinedload(Participant.consents)))
    ).unique()
    return {offer.id: offer for offer in rows if offer.is_open and offer.participant.may_be_matched}
