"""Why an offer was not suggested for a need, or where it stands: in short for many, in full for one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from matching import PairScore, Reason, Weights
from models import Account, Need, NeedOutcome, Offer, Participant, Suggestion, SuggestionPartner, WeightSet
from models.suggestions import UNDECIDED
from web.suggestions.queries import cases, profiles, reviews, workbench
from web.suggestions.queries.cases import PAGE_SIZE


@dataclass(frozen=True, slots=True)
class NotSuggested:
    """An offer and a need, and why it was not suggested, if so."""

    offer: Offer
    gates: tuple[Reason, ...]
    score: PairScore
    is_relevant: bool
    was_refused: bool
    is_suggested: bool


@dataclass(frozen=True, slots=True)
class Others:
    """One page of the offers that were looked for, for a need."""

    need: Need
    offers: Sequence[NotSuggested]
    total: int


@dataclass(frozen=True, slots=True)
class Slotted:
    """At which place an offer stands among those that count for a slot; None where it does not count."""

    slot: str
    place: int | None
    of: int


@dataclass(frozen=True, slots=True)
class Placing:
    """One offer explained in full: at which place it stands for each slot, and where its best team would stand.

    `was_found` is None where the last run did not keep whom it looked at. `rank` is the place of the best team with
    the offer among the suggestions; None where the offer would better no team.
    """

    of: NotSuggested
    slots: Sequence[Slotted]
    was_found: bool | None
    rank: int | None
    team: Sequence[Participant]
    suggestions: int


def not_suggested(
    session: Session, account: Account, need: Need, *, at: datetime, page: int = 1, words: str = ""
) -> Others:
    """Return offers with their reasons, explained for this page alone; without words those that were not suggested."""
    loaded = profiles.load_need(session, need)
    statement = workbench.within_reach(account, loaded)
    if words:
        statement = statement.where(workbench.is_like(account, words))
    else:
        suggested = (
            select(SuggestionPartner.offer_id)
            .join(Suggestion, SuggestionPartner.suggestion_id == Suggestion.id)
            .where(Suggestion.need_id == need.id, Suggestion.verdict.in_(UNDECIDED))
        )
        statement = statement.where(Offer.id.not_in(suggested))
    bench = workbench.bench(session, loaded, statement, at=at, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE)
    standing = reviews.standing(session, loaded)
    return Others(loaded, [_explained(bench, standing, key) for key in bench.offers], bench.total)


def placing(
    session: Session, account: Account, need: Need, offer_id: UUID, *, at: datetime
) -> tuple[Need, Placing | None]:
    """Explain one offer in full, None where the account may not know of it."""
    loaded = profiles.load_need(session, need)
    found, weights = _found_with_weights(session, loaded)
    statement = workbench.these(account, loaded, (), also={offer_id, *map(UUID, found or ())})
    bench = workbench.bench(session, loaded, statement, at=at, weights=weights)
    key = str(offer_id)
    if key not in bench.offers:
        return loaded, None
    standing = reviews.standing(session, loaded)
    engine = bench.engine
    ranked = {str(slot.id): engine.ranked(str(slot.id)) for slot in loaded.slots if slot.open_quantity}
    of = _explained(bench, standing, key)
    team = engine.best_with(key) if not of.gates and of.is_relevant else None
    return loaded, Placing(
        of=of,
        slots=[
            Slotted(slot, ranks.index(key) + 1 if key in ranks else None, len(ranks)) for slot, ranks in ranked.items()
        ],
        was_found=None if found is None else key in found,
        rank=None if team is None else 1 + sum(value > team.value for value in standing.values),
        team=[bench.offers[one.id].participant for one in team.partners if one.id != key] if team else [],
        suggestions=len(standing.values),
    )


def _found_with_weights(session: Session, need: Need) -> tuple[list[str] | None, Weights]:
    """Return the candidates that the last run kept, None where it kept none, and the weights that are switched on."""
    row = session.execute(
        select(NeedOutcome.found, WeightSet)
        .select_from(Need)
        .outerjoin(*cases.outcome())
        .outerjoin(WeightSet, WeightSet.is_active.is_(True))
        .where(Need.id == need.id)
    ).one()
    return row[0], Weights() if row[1] is None else profiles.as_weights(row[1])


def _explained(bench: workbench.Bench, standing: reviews.Standing, key: str) -> NotSuggested:
    offer = bench.offers[key]
    return NotSuggested(
        offer,
        bench.engine.gates(key),
        bench.engine.pair(key),
        is_relevant=bench.engine.is_relevant(key),
        was_refused=offer.id in standing.refused,
        is_suggested=offer.id in standing.suggested,
    )
