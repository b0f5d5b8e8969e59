"""Runs computed again from their frozen input, and any pair explained as its run would see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from matching import PairExplanation, SuggestionResult, explain_pair, replay
from models import MatchingRun, Need, Offer, Suggestion
from web.suggestions.queries import profiles, reviews

DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Replayed:
    """How a run came out the second time."""

    equal: int
    different: Sequence[Suggestion]
    erased: int


@dataclass(frozen=True, slots=True)
class Explained:
    """A pair explained, and how it stands: suggested, only as the nearest where nobody fits, or refused before."""

    offer: Offer
    explanation: PairExplanation
    is_suggested: bool
    is_faint: bool
    was_refused: bool


def replayed(suggestion: Suggestion) -> SuggestionResult | None:
    """Compute one suggestion again; None where its input was erased or was written for another engine."""
    if not suggestion.snapshot:
        return None
    try:
        return replay(suggestion.snapshot)
    except (KeyError, ValueError):
        return None


def replay_run(session: Session, run: MatchingRun) -> Replayed:
    """Compute every suggestion of a run again and compare figures and order, bit for bit.

    A suggestion whose frozen input was erased with a person's data cannot be computed again.
    """
    rows = reviews.frozen_suggestions(session, run)
    different: list[Suggestion] = []
    for _, of_need in groupby((row for row in rows if row.snapshot), key=lambda row: row.need_id):
        computed = [(row, replayed(row)) for row in of_need]
        different += [row for row, result in computed if result is None]
        pairs = [(row, result) for row, result in computed if result is not None]
        different += [row for row, result in pairs if not _is_equal(row, result)]
        # A team that a coordinator put together has its figures from the engine, its place from a person.
        ranked = [pair for pair in pairs if not pair[0].is_edited]
        in_order = sorted(ranked, key=lambda pair: _order(pair[1]))
        different += [row for (row, _), (due, _) in zip(ranked, in_order, strict=True) if due is not row]
    erased = sum(not row.snapshot for row in rows)
    different = list(dict.fromkeys(different))
    return Replayed(len(rows) - erased - len(different), different, erased)


def explain(session: Session, need: Need, offers: Sequence[Offer], *, at: datetime) -> tuple[Need, list[Explained]]:
    """Explain any pairs, with the figures that a run gives them."""
    loaded = profiles.load_need(session, need)
    _, need_profile = profiles.needs(session, select(Need).where(Need.id == need.id), at=at)[str(need.id)]
    found = profiles.offers(session, profiles.just_these(offers), at=at)
    standing = reviews.standing(session, loaded)
    weights, taxonomy = profiles.weights(session), profiles.taxonomy(session)
    geography = profiles.geography(session, loaded.municipality)
    explained = [
        Explained(
            offer,
            explain_pair(need_profile, profile, weights=weights, geography=geography, taxonomy=taxonomy),
            is_suggested=offer.id in standing.suggested,
            is_faint=offer.id in standing.nearest,
            was_refused=offer.id in standing.refused,
        )
        for offer, profile in found.values()
    ]
    return loaded, explained


def _order(result: SuggestionResult) -> tuple[float, int, tuple[str, ...]]:
    return -round(result.value, DIGITS), len(result.partners), tuple(partner.offer_id for partner in result.partners)


def _is_equal(row: Suggestion, result: SuggestionResult) -> bool:
    stored = [(str(one.offer_id), one.score, one.confidence, one.parts) for one in row.partners]
    computed = [(one.offer_id, one.score, one.confidence, dict(one.parts)) for one in result.partners]
    return stored == computed and (row.score, row.confidence, row.value, row.open_slots, row.reasons) == (
        result.score,
        result.confidence,
        result.value,
        list(result.open_slots),
        [reason.to_json() for reason in result.reasons],
    )
