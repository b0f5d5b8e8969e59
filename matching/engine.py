"""One run: from needs and offers to suggestions with reasons."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from matching.arrays import FloatMatrix, IntMatrix
from matching.eligibility import Exclusions, exclusions
from matching.profiles import Geography, NeedProfile, OfferProfile, Taxonomy, Weights
from matching.reasons import Reason
from matching.relaxation import questions, relax
from matching.replay import FrozenPartner, freeze, replay
from matching.results import NeedResult, SuggestionResult
from matching.scoring import PairScore, Scores, score
from matching.teams import FAINT_FLOOR, FIT_FLOOR, Team, assemble, worth_by_slot

PAIRS_AT_ONCE: Final = 1_000_000
"""Pairs that are scored at once; needs are taken in blocks so that there are no more."""

SUGGESTIONS: Final = 5
"""Suggestions that are kept for a need."""

FAINT_SUGGESTIONS: Final = 2
"""Suggestions that are kept where everybody is only faintly near."""

MOST_FAINT_PARTNERS: Final = 2
"""Greatest size of a team of those who are only faintly near."""


@dataclass(frozen=True, slots=True)
class PairExplanation:
    """Why a pair was suggested, or why not.

    Parameters
    ----------
    gates : tuple[Reason, ...]
        The gates that the pair fails; empty where it may be suggested.
    score : PairScore
        Its score with parts and reasons, whether it passes the gates or not.
    questions : tuple[Reason, ...]
        What to ask about the need because it is not known.

    """

    gates: tuple[Reason, ...]
    score: PairScore
    questions: tuple[Reason, ...]


def run(
    needs: Sequence[NeedProfile],
    offers: Sequence[OfferProfile],
    *,
    weights: Weights,
    geography: Geography,
    taxonomy: Taxonomy,
    progress: Callable[[int, int], None] | None = None,
) -> list[NeedResult]:
    """Suggest teams for every need.

    Parameters
    ----------
    needs : Sequence[NeedProfile]
        The needs.
    offers : Sequence[OfferProfile]
        The offers, in any order; the rarity of words is learned from all of them.
    weights : Weights
        How much each signal counts.
    geography : Geography
        Which districts touch.
    taxonomy : Taxonomy
        Skills and what they are called.
    progress : Callable[[int, int], None] or None
        Called with the number of needs done and of all needs, after each need.

    Returns
    -------
    list[NeedResult]
        One result for each need, in the order given.

    """
    offers = sorted(offers, key=lambda offer: offer.id)
    size = max(1, PAIRS_AT_ONCE // max(1, len(offers)))
    results: list[NeedResult] = []
    for start in range(0, len(needs), size):
        block = needs[start : start + size]
        excluded = exclusions(block, offers, geography)
        scores = score(block, offers, weights=weights, geography=geography, taxonomy=taxonomy)
        for row in range(len(block)):
            results.append(_for_need(row, excluded, scores, geography))
            if progress is not None:
                progress(len(results), len(needs))
    for strict in (True, False):
        unmet = [row for row, result in enumerate(results) if not result.suggestions and needs[row].open_slots]
        for start in range(0, len(unmet), size):
            rows = unmet[start : start + size]
            block = [needs[row] for row in rows]
            excluded = exclusions(block, offers, geography)
            scores = score(
                block,
                offers,
                weights=weights,
                geography=geography,
                taxonomy=taxonomy,
                nearest=FAINT_FLOOR,
                strict=strict,
            )
            for position, row in enumerate(rows):
                results[row] = replace(results[row], suggestions=_nearest(position, excluded, scores))
    return results


def explain_pair(
    need: NeedProfile,
    offer: OfferProfile,
    *,
    weights: Weights,
    geography: Geography,
    taxonomy: Taxonomy,
    offers: Sequence[OfferProfile] = (),
) -> PairExplanation:
    """Explain any pair, suggested or not.

    Parameters
    ----------
    need : NeedProfile
        The need.
    offer : OfferProfile
        The offer.
    weights : Weights
        How much each signal counts.
    geography : Geography
        Which districts touch.
    taxonomy : Taxonomy
        Skills and what they are called.
    offers : Sequence[OfferProfile]
        The offers of the run, from which the rarity of words is learned; without them the words of the offer alone
        decide, and the likeness of texts can differ from that of a run.

    Returns
    -------
    PairExplanation
        Gates, parts and questions.

    """
    market = sorted({offer.id: offer, **{other.id: other for other in offers}}.values(), key=lambda one: one.id)
    column = [other.id for other in market].index(offer.id)
    scores = score([need], market, weights=weights, geography=geography, taxonomy=taxonomy)
    return PairExplanation(
        gates=exclusions([need], market, geography).reasons(0, column),
        score=scores.explain(0, column),
        questions=questions(need),
    )


def _for_need(row: int, excluded: Exclusions, scores: Scores, geography: Geography) -> NeedResult:
    need = scores.needs[row]
    slots, columns = _places(row, scores)
    partners = _partners(row, excluded, scores, FIT_FLOOR)
    candidates = [partner.candidate(scores.weights) for partner in partners.values()]
    teams = assemble(need, candidates, limit=SUGGESTIONS)
    covered = frozenset(slot for candidate in candidates for slot, _ in worth_by_slot(need, candidate))
    lacking = [position for position in slots if scores.fits.slots[position][1].id not in covered]
    of_use = np.unique(columns[(scores.fits.fits[lacking] >= FIT_FLOOR).any(axis=0)]).tolist()
    return NeedResult(
        need_id=need.id,
        suggestions=_suggestions(need, teams, partners, scores, FIT_FLOOR),
        excluded={gate.value: count for gate, count in excluded.counts(row).items()},
        relaxations=relax(need, [scores.offers[column] for column in of_use], geography=geography, covered=covered)
        if lacking
        else (),
        questions=questions(need),
        candidates=len(partners),
    )


def _nearest(row: int, excluded: Exclusions, scores: Scores) -> tuple[SuggestionResult, ...]:
    """Suggest those who are at least faintly near to a need that nobody fits."""
    need = scores.needs[row]
    partners = _partners(row, excluded, scores, FAINT_FLOOR)
    candidates = [partner.candidate(scores.weights, FAINT_FLOOR) for partner in partners.values()]
    teams = assemble(need, candidates, max_partners=MOST_FAINT_PARTNERS, limit=FAINT_SUGGESTIONS)
    return _suggestions(need, teams, partners, scores, FAINT_FLOOR)


def _places(row: int, scores: Scores) -> tuple[list[int], IntMatrix]:
    """Return where the need's slots stand among all slots, and the offer that each item belongs to."""
    slots = [position for position, (of, _) in enumerate(scores.fits.slots) if of == row]
    return slots, np.array([column for column, _ in scores.fits.items], dtype=np.int64)


def _partners(row: int, excluded: Exclusions, scores: Scores, floor: float) -> dict[str, FrozenPartner]:
    """Return the offers that pass every gate and count for a slot, by their ids."""
    slots, columns = _places(row, scores)
    fits = scores.fits.fits[slots]
    relevant = np.zeros(len(scores.offers), dtype=bool)
    relevant[columns[(fits >= floor).any(axis=0)]] = True
    return {
        scores.offers[column].id: _freeze_partner(scores, row, int(column), slots, fits, columns)
        for column in np.flatnonzero(relevant & excluded.eligible[row])
    }


def _suggestions(
    need: NeedProfile,
    teams: Sequence[Team],
    partners: Mapping[str, FrozenPartner],
    scores: Scores,
    floor: float,
) -> tuple[SuggestionResult, ...]:
    return tuple(
        _suggest(need, [partners[offer.id] for offer in team.partners], scores, rank, floor)
        for rank, team in enumerate(teams, start=1)
    )


def _freeze_partner(
    scores: Scores, row: int, column: int, slots: Sequence[int], fits: FloatMatrix, columns: IntMatrix
) -> FrozenPartner:
    kept = {
        (scores.fits.slots[position][1].id, scores.fits.items[item][1].id): float(fits[k, item])
        for item in np.flatnonzero(columns == column)
        for k, position in enumerate(slots)
    }
    values = {signal.name: float(scores.values[k, row, column]) for k, signal in enumerate(scores.signals)}
    return FrozenPartner(scores.offers[column], values, float(scores.loads[column]), kept, {})


def _suggest(
    need: NeedProfile, partners: Sequence[FrozenPartner], scores: Scores, rank: int, floor: float
) -> SuggestionResult:
    said = [
        FrozenPartner(
            partner.offer,
            partner.values,
            partner.load,
            partner.fits,
            {signal.name: signal.reason(need, partner.offer, partner.values[signal.name]) for signal in scores.signals},
        )
        for partner in partners
    ]
    return replay(freeze(need, said, weights=scores.weights, rank=rank, floor=floor))
