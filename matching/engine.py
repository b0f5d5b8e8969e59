"""One run: from needs and offers to suggestions with reasons."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, TypeAlias, TypeVar

import numpy as np

from matching.candidates import Candidates
from matching.eligibility import Exclusions, exclusions
from matching.market import rank
from matching.pairs import Pairs
from matching.profiles import Geography, NeedProfile, OfferProfile, Taxonomy, Weights
from matching.reasons import Reason
from matching.relaxation import Relaxation, questions, relax
from matching.results import NeedResult, SuggestionResult
from matching.retrieval import Retrieval
from matching.scoring import PairScore, Scores, score
from matching.showing import ROUNDS, Chances, SeasonPair, Showing, rotated, season, showings
from matching.teams import FAINT_FLOOR, FIT_FLOOR, assemble
from matching.text import remembered_words

PAIRS_AT_ONCE: Final = 4_000_000
"""Pairs that are tried at the gates at once; needs are taken in blocks so that there are no more."""

SUGGESTIONS: Final = 5
"""Suggestions that are kept for a need."""

FAINT_SUGGESTIONS: Final = 2
"""Suggestions that are kept where everybody is only faintly near."""

MOST_FAINT_PARTNERS: Final = 2
"""Greatest size of a team of those who are only faintly near."""

MOST_IN_TOTAL: Final = 20_000
"""Up to so many pairs a season is also assigned by the fit of all together, which takes more than twice as long."""

NEEDS_AT_ONCE: Final = 2_000
"""Needs whose candidates are scored at once."""

Refused: TypeAlias = Mapping[str, Collection[frozenset[str]]]
NOBODY_REFUSED: Final[Refused] = MappingProxyType({})
Progress: TypeAlias = Callable[[int, int], None]
_One = TypeVar("_One")


@dataclass(frozen=True, slots=True)
class MarketResult:
    """What a run of a whole market found.

    Parameters
    ----------
    needs : tuple[NeedResult, ...]
        One result for each need, in the order given; their suggestions have a place in each round.
    showings : tuple[Showing, ...]
        For each participant that could help, the needs to show it and their order in each round.
    season, season_by_total : tuple[SeasonPair, ...]
        One concrete assignment of the whole market: so that no two are left who would both rather have each other, and
        so that the fit of all together is the greatest (empty beyond `MOST_IN_TOTAL` pairs).

    """

    needs: tuple[NeedResult, ...]
    showings: tuple[Showing, ...]
    season: tuple[SeasonPair, ...]
    season_by_total: tuple[SeasonPair, ...]


@dataclass(frozen=True, slots=True)
class PairExplanation:
    """Why a pair was suggested, or why not.

    Parameters
    ----------
    gates : tuple[Reason, ...]
        The gates that the pair fails; empty where it may be suggested.
    is_relevant : bool
        Whether anything that is offered counts for anything that is lacking; what does not is never suggested, but as
        the nearest where nobody fits.
    score : PairScore
        Its score with parts and reasons, whether it passes the gates or not.
    questions : tuple[Reason, ...]
        What to ask about the need because it is not known.

    """

    gates: tuple[Reason, ...]
    is_relevant: bool
    score: PairScore
    questions: tuple[Reason, ...]


def run(
    needs: Sequence[NeedProfile],
    offers: Sequence[OfferProfile],
    *,
    weights: Weights,
    geography: Geography,
    taxonomy: Taxonomy,
    refused: Refused = NOBODY_REFUSED,
    dense: str | None = None,
    progress: Progress | None = None,
) -> list[NeedResult]:
    """Suggest teams for needs, each for itself.

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
    refused : Mapping[str, Collection[frozenset[str]]]
        By the id of a need the teams that are not to be suggested again, by the ids of their offers.
    dense : str or None
        Path of a folder with a dense model of texts that helps to find offers, see `matching.text.dense`; what a pair
        scores does not depend on it.
    progress : Callable[[int, int], None] or None
        Called with the number of needs done and of all needs, after each need.

    Returns
    -------
    list[NeedResult]
        One result for each need, in the order given.

    """
    with remembered_words():
        market = _Market(sorted(offers, key=lambda offer: offer.id), weights, geography, taxonomy, dense)
        return market.run(needs, refused, progress)


def run_market(
    needs: Sequence[NeedProfile],
    offers: Sequence[OfferProfile],
    *,
    weights: Weights,
    geography: Geography,
    taxonomy: Taxonomy,
    refused: Refused = NOBODY_REFUSED,
    dense: str | None = None,
    progress: Progress | None = None,
) -> MarketResult:
    """Suggest teams for every need, and spread attention over the whole market.

    Parameters
    ----------
    needs, offers, weights, geography, taxonomy, refused, dense, progress
        As in `run`; all needs that compete for the same people have to be among them.

    Returns
    -------
    MarketResult
        The results of `run` with places, and what to show to whom.

    """
    # In the order of their ids, so that it does not matter who is named first.
    order = sorted(range(len(needs)), key=lambda row: needs[row].id)
    with remembered_words():
        market = _Market(sorted(offers, key=lambda offer: offer.id), weights, geography, taxonomy, dense)
        results = market.run([needs[row] for row in order], refused, progress)
    chances = Chances.of(market.found)
    ranking = rank(chances.market, rounds=ROUNDS)
    placed = dict(zip(order, rotated(results, chances, ranking), strict=True))
    return MarketResult(
        needs=tuple(placed[row] for row in range(len(needs))),
        showings=tuple(showings(chances, ranking)),
        season=tuple(season(chances)),
        season_by_total=tuple(season(chances, by="total")) if len(chances.rows) <= MOST_IN_TOTAL else (),
    )


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
        gates=exclusions([need], [offer]).reasons(0, 0),
        is_relevant=scores.gives_something(0, FIT_FLOOR),
        score=scores.explain(0),
        questions=questions(need),
    )


class _Market:
    """The offers of a run, and what is known about how things fit."""

    def __init__(
        self,
        offers: Sequence[OfferProfile],
        weights: Weights,
        geography: Geography,
        taxonomy: Taxonomy,
        dense: str | None,
    ) -> None:
        self.offers = offers
        self.weights = weights
        self.geography = geography
        self.taxonomy = taxonomy
        self.retrieval = Retrieval(offers, geography=geography, taxonomy=taxonomy, dense=dense)
        self.found: list[Candidates] = []

    def run(self, needs: Sequence[NeedProfile], refused: Refused, progress: Progress | None) -> list[NeedResult]:
        """Suggest teams, and those who come nearest where nobody fits."""
        results: list[NeedResult] = []
        for block in _portions(needs, NEEDS_AT_ONCE):
            for result in self.results(block, refused):
                results.append(result)
                if progress is not None:
                    progress(len(results), len(needs))
        for strict in (True, False):
            unmet = [row for row, result in enumerate(results) if not result.suggestions and needs[row].open_slots]
            for rows in _portions(unmet, NEEDS_AT_ONCE):
                nearest = self.nearest([needs[row] for row in rows], refused, strict=strict)
                for row, (candidates, suggestions) in zip(rows, nearest, strict=True):
                    results[row] = replace(results[row], suggestions=suggestions, found=candidates)
        return results

    def results(self, needs: Sequence[NeedProfile], refused: Refused) -> Iterator[NeedResult]:
        """Suggest teams for some needs."""
        counts: list[dict[str, int]] = []
        blocks = []
        for block, excluded in self._gates(needs):
            counts += [{gate.value: count for gate, count in excluded.counts(row).items()} for row in range(len(block))]
            blocks.append(self.retrieval.candidates(block, excluded.eligible))
        found = Candidates(self._score(Pairs.joined(blocks)), FIT_FLOOR)
        self.found.append(found)
        lacking = {row: slots for row in range(len(needs)) if (slots := found.lacking(row))}
        relaxations = dict(zip(lacking, self._relaxations(needs, lacking), strict=True))
        for row, need in enumerate(needs):
            candidates = found.candidates(row)
            teams = assemble(need, candidates, limit=SUGGESTIONS, refused=refused.get(need.id, ()))
            yield NeedResult(
                need_id=need.id,
                suggestions=found.suggestions(row, teams),
                excluded=counts[row],
                relaxations=relaxations.get(row, ()),
                questions=questions(need),
                candidates=found.count(row),
                found=tuple(candidate.offer.id for candidate in candidates),
            )

    def nearest(
        self, needs: Sequence[NeedProfile], refused: Refused, *, strict: bool
    ) -> Iterator[tuple[tuple[str, ...], tuple[SuggestionResult, ...]]]:
        """Find those who are at least faintly near to needs that nobody fits, and suggest them."""
        blocks = [
            self.retrieval.candidates(block, excluded.eligible, strict=strict) for block, excluded in self._gates(needs)
        ]
        found = Candidates(self._score(Pairs.joined(blocks), nearest=FAINT_FLOOR, strict=strict), FAINT_FLOOR)
        for row, need in enumerate(needs):
            candidates = found.candidates(row)
            teams = assemble(
                need,
                candidates,
                max_partners=MOST_FAINT_PARTNERS,
                limit=FAINT_SUGGESTIONS,
                refused=refused.get(need.id, ()),
            )
            yield tuple(candidate.offer.id for candidate in candidates), found.suggestions(row, teams)

    def _blocks(self, needs: Sequence[NeedProfile]) -> Iterator[Sequence[NeedProfile]]:
        """Cut needs into blocks whose pairs with all offers are few enough to hold at once."""
        return _portions(needs, max(1, PAIRS_AT_ONCE // max(1, len(self.offers))))

    def _gates(self, needs: Sequence[NeedProfile]) -> Iterator[tuple[Sequence[NeedProfile], Exclusions]]:
        """Try needs at the gates, some at a time."""
        for block in self._blocks(needs):
            yield block, exclusions(block, self.offers)

    def _relaxations(
        self, needs: Sequence[NeedProfile], lacking: Mapping[int, frozenset[str]]
    ) -> Iterator[tuple[Relaxation, ...]]:
        """Say what would have to give so that somebody fills the slots that nobody fills, whatever gate it fails."""
        if not lacking:
            return
        blocks = [
            self.retrieval.candidates(block, np.ones((len(block), len(self.offers)), dtype=bool))
            for block in self._blocks([needs[row] for row in lacking])
        ]
        found = Candidates(self._score(Pairs.joined(blocks)), FIT_FLOOR)
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


def _portions(sequence: Sequence[_One], size: int) -> Iterator[Sequence[_One]]:
    return (sequence[start : start + size] for start in range(0, len(sequence), size))
