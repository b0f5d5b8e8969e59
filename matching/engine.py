"""One run: from needs and offers to suggestions with reasons."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias, TypeVar

import numpy as np

from matching.arrays import FloatMatrix
from matching.eligibility import Exclusions, exclusions
from matching.pairs import Pairs
from matching.profiles import Geography, NeedProfile, OfferProfile, Taxonomy, Weights
from matching.reasons import Reason
from matching.relaxation import Relaxation, questions, relax
from matching.replay import FrozenPartner, freeze, suggest
from matching.results import NeedResult, SuggestionResult
from matching.retrieval import Retrieval
from matching.scoring import PairScore, Scores, score
from matching.snapshots import to_json
from matching.teams import FAINT_FLOOR, FIT_FLOOR, Candidate, Team, assemble

PAIRS_AT_ONCE: Final = 4_000_000
"""Pairs that are tried at the gates at once; needs are taken in blocks so that there are no more."""

SUGGESTIONS: Final = 5
"""Suggestions that are kept for a need."""

FAINT_SUGGESTIONS: Final = 2
"""Suggestions that are kept where everybody is only faintly near."""

MOST_FAINT_PARTNERS: Final = 2
"""Greatest size of a team of those who are only faintly near."""

CANDIDATES: Final = 36
"""Candidates that are handed on to `matching.teams`, the best for each slot in turn; it combines 30 of them."""

NEEDS_AT_ONCE: Final = 2_000
"""Needs whose candidates are scored at once."""

Progress: TypeAlias = Callable[[int, int], None]
_One = TypeVar("_One")


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
    progress: Progress | None = None,
) -> list[NeedResult]:
    """Suggest teams for every need.

    Parameters
    ----------
    needs : Sequence[NeedProfile]
        The needs.
    offers : Sequence[OfferProfile]
        The offers, in any order.
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
    market = _Market(sorted(offers, key=lambda offer: offer.id), weights, geography, taxonomy)
    results: list[NeedResult] = []
    for block in _blocks(needs, NEEDS_AT_ONCE):
        for result in market.results(block):
            results.append(result)
            if progress is not None:
                progress(len(results), len(needs))
    for strict in (True, False):
        unmet = [row for row, result in enumerate(results) if not result.suggestions and needs[row].open_slots]
        for rows in _blocks(unmet, NEEDS_AT_ONCE):
            nearest = market.nearest([needs[row] for row in rows], strict=strict)
            for row, suggestions in zip(rows, nearest, strict=True):
                results[row] = replace(results[row], suggestions=suggestions)
    return results


def explain_pair(
    need: NeedProfile, offer: OfferProfile, *, weights: Weights, geography: Geography, taxonomy: Taxonomy
) -> PairExplanation:
    """Explain any pair, suggested or not, with the very figures that a run gives it.

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

    Returns
    -------
    PairExplanation
        Gates, parts and questions.

    """
    scores = score(Pairs.every([need], [offer]), weights=weights, geography=geography, taxonomy=taxonomy)
    return PairExplanation(
        gates=exclusions([need], [offer], geography).reasons(0, 0), score=scores.explain(0), questions=questions(need)
    )


class _Market:
    """The offers of a run, and what is known about how things fit."""

    def __init__(
        self, offers: Sequence[OfferProfile], weights: Weights, geography: Geography, taxonomy: Taxonomy
    ) -> None:
        self.offers = offers
        self.weights = weights
        self.geography = geography
        self.taxonomy = taxonomy
        self.retrieval = Retrieval(offers, geography=geography, taxonomy=taxonomy)
        self.frozen_weights = to_json(weights)

    def results(self, needs: Sequence[NeedProfile]) -> Iterator[NeedResult]:
        """Suggest teams for some needs."""
        counts: list[dict[str, int]] = []
        blocks = []
        for block, excluded in self._gates(needs):
            counts += [{gate.value: count for gate, count in excluded.counts(row).items()} for row in range(len(block))]
            blocks.append(self.retrieval.candidates(block, excluded.eligible))
        found = _Found(self, self._score(Pairs.joined(blocks)), FIT_FLOOR)
        lacking = {row: slots for row in range(len(needs)) if (slots := found.lacking(row))}
        relaxations = dict(zip(lacking, self._relaxations(needs, lacking), strict=True))
        for row, need in enumerate(needs):
            teams = assemble(need, found.candidates(row), limit=SUGGESTIONS)
            yield NeedResult(
                need_id=need.id,
                suggestions=found.suggestions(row, teams),
                excluded=counts[row],
                relaxations=relaxations.get(row, ()),
                questions=questions(need),
                candidates=found.count(row),
            )

    def nearest(self, needs: Sequence[NeedProfile], *, strict: bool) -> list[tuple[SuggestionResult, ...]]:
        """Suggest those who are at least faintly near to needs that nobody fits."""
        blocks = [
            self.retrieval.candidates(block, excluded.eligible, strict=strict) for block, excluded in self._gates(needs)
        ]
        found = _Found(self, self._score(Pairs.joined(blocks), nearest=FAINT_FLOOR, strict=strict), FAINT_FLOOR)
        return [
            found.suggestions(
                row,
                assemble(need, found.candidates(row), max_partners=MOST_FAINT_PARTNERS, limit=FAINT_SUGGESTIONS),
            )
            for row, need in enumerate(needs)
        ]

    def _gates(self, needs: Sequence[NeedProfile]) -> Iterator[tuple[Sequence[NeedProfile], Exclusions]]:
        """Try needs at the gates, some at a time."""
        for block in _blocks(needs, max(1, PAIRS_AT_ONCE // max(1, len(self.offers)))):
            yield block, exclusions(block, self.offers, self.geography)

    def _relaxations(
        self, needs: Sequence[NeedProfile], lacking: Mapping[int, frozenset[str]]
    ) -> Iterator[tuple[Relaxation, ...]]:
        """Say what would have to give so that somebody fills the slots that nobody fills, whatever gate it fails."""
        if not lacking:
            return
        blocks = [
            self.retrieval.candidates(block, np.ones((len(block), len(self.offers)), dtype=bool))
            for block in _blocks([needs[row] for row in lacking], max(1, PAIRS_AT_ONCE // max(1, len(self.offers))))
        ]
        found = _Found(self, self._score(Pairs.joined(blocks)), FIT_FLOOR)
        for position, (row, slots) in enumerate(lacking.items()):
            yield relax(
                needs[row],
                found.of_use(position, slots),
                geography=self.geography,
                covered=frozenset(slot.id for slot in needs[row].open_slots) - slots,
            )

    def _score(self, pairs: Pairs, *, nearest: float = 0.0, strict: bool = True) -> Scores:
        return score(
            pairs,
            weights=self.weights,
            geography=self.geography,
            taxonomy=self.taxonomy,
            nearest=nearest,
            strict=strict,
        )


class _Found:
    """The scored candidates of some needs, and what each is worth to each slot from a floor on."""

    def __init__(self, market: _Market, scores: Scores, floor: float) -> None:
        self.market = market
        self.scores = scores
        self.pairs = scores.pairs
        self.floor = floor
        skill = [signal.name for signal in scores.signals].index("skill")
        loads = scores.loads[self.pairs.columns]
        # As `FrozenPartner.candidate` adds them up, in the order of the signals.
        others = np.zeros(len(self.pairs))
        for k, part in enumerate(scores.parts[:-1]):
            if k != skill:
                others = others + np.where(np.isnan(part), 0.0, part)
        known = ~np.isnan(scores.values[skill])
        shares = np.divide(market.weights.skill, scores.confidence, out=np.zeros(len(self.pairs)), where=known)
        self.others = loads * others
        self.shares = loads * shares
        fits = scores.fits
        self.slot_rows = np.array([row for row, _ in fits.slots], dtype=np.int64)
        counts = np.flatnonzero(fits.fits >= floor)
        self.kept_pair, self.kept_slot = fits.pair[counts], fits.slot[counts]
        supply = np.array([item.quantity for _, item in fits.items], dtype=np.float64)[fits.item[counts]]
        demand = np.array([slot.quantity for _, slot in fits.slots], dtype=np.float64)[self.kept_slot]
        worth = self.others[self.kept_pair] + self.shares[self.kept_pair] * fits.fits[counts]
        self.gains: FloatMatrix = worth * np.minimum(supply / demand, 1.0)

    def lacking(self, row: int) -> frozenset[str]:
        """Return the ids of the open slots of a need that no candidate counts for."""
        covered = set(self.kept_slot[slice(*self._kept(row))].tolist())
        first, last = np.searchsorted(self.slot_rows, [row, row + 1]).tolist()
        return frozenset(self.scores.fits.slots[slot][1].id for slot in range(first, last) if slot not in covered)

    def of_use(self, row: int, slots: frozenset[str]) -> list[OfferProfile]:
        """Return the offers that count for any of these slots of a need."""
        first, last = self._kept(row)
        of_slots = [self.scores.fits.slots[slot][1].id in slots for slot in self.kept_slot[first:last].tolist()]
        pairs = self.kept_pair[first:last][np.array(of_slots, dtype=bool)]
        return [self.pairs.offers[column] for column in np.unique(self.pairs.columns[pairs]).tolist()]

    def count(self, row: int) -> int:
        """Return how many offers count for any slot of a need."""
        return len(np.unique(self.kept_pair[slice(*self._kept(row))]))

    def candidates(self, row: int) -> list[Candidate]:
        """Return the best offers for each slot of a need in turn, in the order of their ids."""
        first, last = self._kept(row)
        pair, slot, gains = self.kept_pair[first:last], self.kept_slot[first:last], self.gains[first:last]
        best = np.lexsort((pair, -gains, slot))
        # Of several items of an offer for a slot the best one stands for it.
        _, once = np.unique(slot[best] * len(self.pairs) + pair[best], return_index=True)
        best = best[np.sort(once)]
        starts = np.searchsorted(slot[best], slot[best])
        turns = np.arange(len(best)) - starts
        in_turn = pair[best][np.lexsort((slot[best], turns))]
        chosen = sorted(list(dict.fromkeys(in_turn.tolist()))[:CANDIDATES])
        return [self._candidate(one) for one in chosen]

    def suggestions(self, row: int, teams: Sequence[Team]) -> tuple[SuggestionResult, ...]:
        """Return teams with scores, reasons and their frozen input."""
        if not teams:
            return ()
        need = self.pairs.needs[row]
        first, last = np.searchsorted(self.pairs.rows, [row, row + 1])
        position = {
            self.pairs.offers[column].id: int(first) + k for k, column in enumerate(self.pairs.columns[first:last])
        }
        members = {offer.id: self._frozen(position[offer.id]) for team in teams for offer in team.partners}
        scores = {offer: partner.pair_score(self.market.weights) for offer, partner in members.items()}
        partners = {offer: partner.to_json() for offer, partner in members.items()}
        frozen_need = to_json(need)
        return tuple(
            suggest(
                need,
                team,
                [scores[offer.id] for offer in team.partners],
                freeze(
                    frozen_need,
                    [partners[offer.id] for offer in team.partners],
                    weights=self.market.frozen_weights,
                    rank=rank,
                    floor=self.floor,
                ),
            )
            for rank, team in enumerate(teams, start=1)
        )

    def _kept(self, row: int) -> tuple[int, int]:
        """Return where the fits of a need that count begin and end."""
        first, last = np.searchsorted(self.pairs.rows, [row, row + 1])
        begin, end = np.searchsorted(self.kept_pair, [first, last])
        return int(begin), int(end)

    def _candidate(self, pair: int) -> Candidate:
        return Candidate(
            self.pairs.offers[self.pairs.columns[pair]],
            self._fits(pair),
            others=float(self.others[pair]),
            skill_share=float(self.shares[pair]),
            floor=self.floor,
        )

    def _fits(self, pair: int) -> dict[tuple[str, str], float]:
        fits = self.scores.fits
        first, last = np.searchsorted(fits.pair, [pair, pair + 1])
        return {
            (fits.slots[slot][1].id, fits.items[item][1].id): fit
            for slot, item, fit in zip(
                fits.slot[first:last].tolist(),
                fits.item[first:last].tolist(),
                fits.fits[first:last].tolist(),
                strict=True,
            )
        }

    def _frozen(self, pair: int) -> FrozenPartner:
        return FrozenPartner(
            offer=self.pairs.offers[self.pairs.columns[pair]],
            values=self.scores.values_of(pair),
            load=self.scores.load_of(pair),
            fits=self._fits(pair),
            said=self.scores.said_of(pair),
        )


def _blocks(sequence: Sequence[_One], size: int) -> Iterator[Sequence[_One]]:
    return (sequence[start : start + size] for start in range(0, len(sequence), size))
