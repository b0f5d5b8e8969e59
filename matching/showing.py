"""What each participant and each desk is shown in which round, so that chances and loads are spread over the town."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse

from matching.arrays import FloatMatrix, IntMatrix
from matching.assignment import assign
from matching.candidates import Candidates
from matching.market import Market, Ranking
from matching.market.inputs import NO_LIMIT
from matching.profiles import NeedProfile, OfferProfile
from matching.results import NeedResult, SuggestionResult

ROUNDS: Final = 16
"""Rounds over which the orders rotate; all weigh the same."""

MOST_SHOWN: Final = 8
"""Needs that are shown to one participant at most."""

ASKING: Final = ("skill", "quantity", "conditions", "record")
"""Signals that say how gladly the side of the need would say yes."""

GIVING: Final = ("field", "area", "time", "bridging")
"""Signals that say how gladly the side of the offer would say yes; its load softens them."""

_UNKNOWN: Final = 0.5
_LEAST: Final = 0.01
_ABOUT_AS_GOOD: Final = 0.9


@dataclass(frozen=True, slots=True)
class ShownNeed:
    """One need on the page of somebody who could help.

    Parameters
    ----------
    need_id, offer_id : str
        Ids of the need and of the participant's offer that fits it best.
    score : float or None
        How well they fit in [0, 1], None where too little is known to show a number.
    confidence : float
        Share of the weight that is known, in [0, 1].

    """

    need_id: str
    offer_id: str
    score: float | None
    confidence: float


@dataclass(frozen=True, slots=True)
class Showing:
    """The needs that one participant is shown, and their order in each round.

    Parameters
    ----------
    participant : str
        Id of the participant.
    needs : tuple[ShownNeed, ...]
        The needs, best fit first.
    rounds : tuple[tuple[int, ...], ...]
        For each round the positions in `needs` in the order in which they are shown.

    """

    participant: str
    needs: tuple[ShownNeed, ...]
    rounds: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class SeasonPair:
    """A need and somebody who is to help with it, in one assignment of the whole market.

    Parameters
    ----------
    need_id, offer_id : str
        Ids of the need and of the participant's offer that fits it best.
    participant : str
        Id of the participant.

    """

    need_id: str
    offer_id: str
    participant: str


@dataclass(frozen=True, slots=True, eq=False)
class Chances:
    """The pairs of a market that count, each the best offer of a participant for a need.

    Parameters
    ----------
    groups : tuple[Candidates, ...]
        The candidates, group after group of needs.
    needs : tuple[NeedProfile, ...]
        The needs of all groups.
    participants : tuple[str, ...]
        Ids of those who could help, in ascending order.
    rows, columns : numpy.ndarray of int64, shape (n_pairs,)
        Positions of need and participant of each pair, need by need.
    group, pair : numpy.ndarray of int64, shape (n_pairs,)
        The group that each pair stands in, and its position there.
    asking, giving : numpy.ndarray, shape (n_pairs,)
        Probabilities in (0, 1] that the side of the need and that of the offer say yes.
    room : numpy.ndarray of int64, shape (n_participants,)
        How many more partnerships each can take, -1 without a limit.
    helpers : numpy.ndarray of int64, shape (n_needs,)
        How many helpers each need can take, at least 1: for each slot as many as it takes of what they usually give.

    """

    groups: tuple[Candidates, ...]
    needs: tuple[NeedProfile, ...]
    participants: tuple[str, ...]
    rows: IntMatrix
    columns: IntMatrix
    group: IntMatrix
    pair: IntMatrix
    asking: FloatMatrix
    giving: FloatMatrix
    room: IntMatrix
    helpers: IntMatrix

    @classmethod
    def of(cls, groups: Sequence[Candidates]) -> "Chances":
        """Return for each need and each participant the pair that both sides are most likely to want.

        Parameters
        ----------
        groups : Sequence[Candidates]
            The candidates, group after group of needs.

        Returns
        -------
        Chances
            The pairs of which an item counts for a slot.

        """
        needs = tuple(need for group in groups for need in group.pairs.needs)
        offers = {offer.id: offer for group in groups for offer in group.pairs.offers}
        participants = tuple(sorted({offer.owner for offer in offers.values()}))
        numbers = {participant: column for column, participant in enumerate(participants)}
        counted = [np.unique(group.kept_pair) for group in groups]
        group_of = np.repeat(np.arange(len(groups)), [len(pairs) for pairs in counted])
        pair = _joined(counted).astype(np.int64)
        starts = np.cumsum([0, *(len(group.pairs.needs) for group in groups)])
        rows = starts[group_of] + _joined([one.pairs.rows[pairs] for one, pairs in zip(groups, counted, strict=True)])
        owners = [np.array([numbers[offer.owner] for offer in group.pairs.offers]) for group in groups]
        columns = _joined(
            [
                of_offers[group.pairs.columns[pairs]]
                for of_offers, group, pairs in zip(owners, groups, counted, strict=True)
            ]
        )
        asking = _joined([_asking(group)[pairs] for group, pairs in zip(groups, counted, strict=True)])
        giving = _joined([_giving(group)[pairs] for group, pairs in zip(groups, counted, strict=True)])
        best = np.lexsort((pair, -asking * giving, columns, rows))
        _, first = np.unique(rows[best] * max(len(participants), 1) + columns[best], return_index=True)
        kept = best[first]
        return cls(
            groups=tuple(groups),
            needs=needs,
            participants=participants,
            rows=rows[kept].astype(np.int64),
            columns=columns[kept].astype(np.int64),
            group=group_of[kept],
            pair=pair[kept],
            asking=asking[kept],
            giving=giving[kept],
            room=_room(offers, numbers),
            helpers=_joined([group.helpers() for group in groups]).astype(np.int64),
        )

    def offer(self, k: int) -> OfferProfile:
        """Return the offer of one pair."""
        pairs = self.groups[self.group[k]].pairs
        offer: OfferProfile = pairs.offers[pairs.columns[self.pair[k]]]
        return offer

    def positions(self) -> dict[tuple[int, int], int]:
        """Return the position of each pair by its need and its participant."""
        return {key: k for k, key in enumerate(zip(self.rows.tolist(), self.columns.tolist(), strict=True))}

    @property
    def market(self) -> Market:
        """Needs on the left, participants on the right."""
        shape = (len(self.needs), len(self.participants))
        return Market(
            accept_left=sparse.csr_array((self.asking, (self.rows, self.columns)), shape=shape),
            accept_right=sparse.csr_array((self.giving, (self.columns, self.rows)), shape=shape[::-1]),
            capacity_left=self.helpers,
            capacity_right=self.room,
        )


def willingness(values: FloatMatrix, weights: Sequence[float]) -> FloatMatrix:
    """Return how gladly one side would say yes, read from its signals.

    Parameters
    ----------
    values : numpy.ndarray, shape (n_signals, n_pairs)
        Its signals in [0, 1] or NaN.
    weights : Sequence[float]
        Their weights, at least 0.

    Returns
    -------
    numpy.ndarray, shape (n_pairs,)
        The weighted mean of what is known, in [0.01, 1]; a half where nothing is, neither yes nor no.

    """
    shares = np.array(weights)[:, None] * ~np.isnan(values)
    known = shares.sum(axis=0)
    total = (shares * np.nan_to_num(values)).sum(axis=0)
    mean = np.divide(total, known, out=np.full(values.shape[1], _UNKNOWN), where=known > 0.0)
    willing: FloatMatrix = np.clip(mean, _LEAST, 1.0)
    return willing


def _joined(parts: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    return np.concatenate([np.zeros(0), *parts])


def _asking(group: Candidates) -> FloatMatrix:
    """Return how gladly the side of the need would say yes to each pair."""
    return _willing(group, ASKING)


def _giving(group: Candidates) -> FloatMatrix:
    """Return how gladly the side of the offer would say yes to each pair."""
    return np.maximum(_willing(group, GIVING) * group.scores.loads[group.pairs.columns], _LEAST)


def _willing(group: Candidates, side: Sequence[str]) -> FloatMatrix:
    names = [signal.name for signal in group.scores.signals]
    weights = group.scores.weights.as_mapping()
    return willingness(group.scores.values[[names.index(name) for name in side]], [weights[name] for name in side])


def _room(offers: Mapping[str, OfferProfile], numbers: Mapping[str, int]) -> IntMatrix:
    """Return how many more partnerships each participant can take: as many as the freest of its offers says."""
    room = np.zeros(len(numbers), dtype=np.int64)
    for offer in offers.values():
        if offer.room is None:
            room[numbers[offer.owner]] = NO_LIMIT
        elif room[numbers[offer.owner]] != NO_LIMIT:
            room[numbers[offer.owner]] = max(room[numbers[offer.owner]], offer.room)
    return room


def rotated(results: Sequence[NeedResult], chances: Chances, ranking: Ranking) -> list[NeedResult]:
    """Return results whose suggestions know their place on the desk in each round.

    Parameters
    ----------
    results : Sequence[NeedResult]
        The results, in the order of the needs of `chances`.
    chances : Chances
        The pairs that count.
    ranking : Ranking
        What `matching.market.rank` found for them.

    Returns
    -------
    list[NeedResult]
        The same results; each suggestion has one place for each round.

    Notes
    -----
    A team is due as much attention as its worth, times the attention that the market gives its partners. Round by
    round the team comes first whose due is furthest behind: teams that are about as good take turns. A team that is
    worth less than nine tenths of the best comes behind those that are not, in every round, so that whoever looks at
    a need once sees first what covers it.

    """
    exposure = ranking.exposure_left.tocsr()
    numbers = {participant: column for column, participant in enumerate(chances.participants)}
    return [
        replace(result, suggestions=_placed(result.suggestions, exposure[[row]].toarray()[0], numbers))
        for row, result in enumerate(results)
    ]


def _placed(
    suggestions: Sequence[SuggestionResult], attention: FloatMatrix, numbers: dict[str, int]
) -> tuple[SuggestionResult, ...]:
    if not suggestions:
        return ()
    given = [
        sum(partner.share * attention[numbers[partner.owner]] for partner in one.partners if partner.owner in numbers)
        for one in suggestions
    ]
    values = np.array([one.value for one in suggestions])
    behind = values < _ABOUT_AS_GOOD * values.max()
    due = values * np.maximum(given, _LEAST)
    looked_at = 1.0 / np.arange(1, len(suggestions) + 1)
    in_front = np.count_nonzero(~behind)
    for group, looks in ((~behind, looked_at[:in_front]), (behind, looked_at[in_front:])):
        due[group] *= looks.sum() / max(due[group].sum(), _LEAST)
    places = np.zeros((ROUNDS, len(suggestions)), dtype=np.int64)
    delivered = np.zeros(len(suggestions))
    for round_ in range(ROUNDS):
        order = np.lexsort((delivered - (round_ + 1) * due, behind))
        places[round_, order] = np.arange(1, len(suggestions) + 1)
        delivered[order] += looked_at
    return tuple(
        replace(one, places=tuple(of_rounds)) for one, of_rounds in zip(suggestions, places.T.tolist(), strict=True)
    )


def showings(chances: Chances, ranking: Ranking) -> list[Showing]:
    """Return which needs each participant is shown, and in which order in each round.

    Parameters
    ----------
    chances : Chances
        The pairs that count.
    ranking : Ranking
        What `matching.market.rank` found for them.

    Returns
    -------
    list[Showing]
        One for each participant that could help with anything, with those of its needs that get most attention.

    """
    pairs = chances.positions()
    attention = ranking.exposure_right.tocsr()
    found = []
    for column, participant in enumerate(chances.participants):
        first, last = attention.indptr[column], attention.indptr[column + 1]
        needs, given = attention.indices[first:last], attention.data[first:last]
        best = needs[np.lexsort((needs, -given))][:MOST_SHOWN].tolist()
        if best:
            place = np.full(len(chances.needs) + 1, -1)
            place[best] = np.arange(len(best))
            # The padding of the lists, -1, is the last one of the places, which stays -1.
            rounds = place[ranking.right[:, column]]
            found.append(
                Showing(
                    participant,
                    tuple(_shown(chances, pairs[need, column]) for need in best),
                    tuple(tuple(order[order >= 0].tolist()) for order in rounds),
                )
            )
    return found


def season(chances: Chances, *, by: Literal["stability", "total"] = "stability") -> list[SeasonPair]:
    """Return one concrete assignment of the market, need by need.

    Parameters
    ----------
    chances : Chances
        The pairs that count.
    by : {"stability", "total"}
        Whether no need and no participant are to be left who would both rather have each other, or the fit of all
        together is to be the greatest; see `matching.assignment.assign`.

    Returns
    -------
    list[SeasonPair]
        Who helps with what. Nobody takes on more than there is room for, and nothing is promised twice: of those that
        were assigned, the pair that both sides want most takes first what it needs, and who then has nothing left to
        give, or finds nothing left to do, is left out.

    """
    pairs = chances.positions()
    pairing = assign(chances.market, by=by)
    assigned = [pairs[key] for key in zip(pairing.left.tolist(), pairing.right.tolist(), strict=True)]
    wanted = chances.asking * chances.giving
    lacking: dict[str, int] = {}
    left: dict[str, int] = {}
    engagements: dict[str, int] = {}
    kept = []
    for k in sorted(assigned, key=lambda k: (-wanted[k], k)):
        offer = chances.offer(k)
        engaged = engagements.get(offer.id, 0)
        if offer.room is not None and engaged >= offer.room:
            continue
        if _take(chances.groups[chances.group[k]], int(chances.pair[k]), lacking, left):
            engagements[offer.id] = engaged + 1
            kept.append(k)
    return [
        SeasonPair(
            need_id=chances.needs[chances.rows[k]].id,
            offer_id=chances.offer(k).id,
            participant=chances.participants[chances.columns[k]],
        )
        for k in sorted(kept)
    ]


def _take(group: Candidates, pair: int, lacking: dict[str, int], left: dict[str, int]) -> bool:
    """Give what an offer has left to what a need still lacks, best fit first, and say whether there was anything."""
    fits = group.scores.fits
    first, last = np.searchsorted(fits.pair, [pair, pair + 1])
    is_taken = False
    for k in sorted(range(first, last), key=lambda k: (-fits.fits[k], k)):
        slot, item = fits.slots[fits.slot[k]][1], fits.items[fits.item[k]][1]
        amount = min(lacking.get(slot.id, slot.quantity), left.get(item.id, item.quantity))
        if fits.fits[k] >= group.floor and amount > 0:
            lacking[slot.id] = lacking.get(slot.id, slot.quantity) - amount
            # Information is not used up by being shared.
            left[item.id] = left.get(item.id, item.quantity) - (0 if item.kind == "information" else amount)
            is_taken = True
    return is_taken


def _shown(chances: Chances, k: int) -> ShownNeed:
    group, pair = chances.groups[chances.group[k]], int(chances.pair[k])
    score = float(group.scores.score[pair])
    return ShownNeed(
        need_id=chances.needs[chances.rows[k]].id,
        offer_id=chances.offer(k).id,
        score=None if math.isnan(score) else score,
        confidence=float(group.scores.confidence[pair]),
    )
