"""Lists for everybody, round by round: the policy of a market turned into what each page shows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy import sparse

from matching.arrays import FloatMatrix, IntMatrix
from matching.market.fairness import SWIFT, THOROUGH, settle
from matching.market.inputs import Market
from matching.market.layout import Layout, Positions, Slots, layouts, slots_of
from matching.market.policy import Policy
from matching.market.pruning import prune
from matching.market.rotation import rotate

COMPLETE_TO: Final = 500
"""Up to this many participants a side, every candidate stays in the lists."""

PRUNED_TO: Final = 1_000
"""Up to this many participants a side, candidates are cut to the most promising; beyond, they come in small numbers."""

_KEPT: Final = 250
_ENOUGH_ROUNDS: Final = 16
_TURNS: Final = 3
_WIDE: Final = 1_000_000
_CELLS: Final = 80_000_000
_CELLS_A_PAIR: Final = 9


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Who is shown to whom, in which place and in which round.

    Parameters
    ----------
    weights : FloatMatrix, shape (rounds,)
        How much each round counts; they sum to 1.
    left, right : Positions, shape (rounds, n_left, k) and (rounds, n_right, k')
        The other side's participants in the order they are shown, -1 behind the last.
    exposure_left, exposure_right : scipy.sparse.csr_array, shape (n_left, n_right) and (n_right, n_left)
        How probably each candidate is looked at: the mean over the rounds of the examination of its place.

    """

    weights: FloatMatrix
    left: Positions
    right: Positions
    exposure_left: Any
    exposure_right: Any


def rank(market: Market, *, rounds: int = 16) -> Ranking:
    """Order everybody's lists so that many matches come about and hardly anybody envies anybody.

    Parameters
    ----------
    market : Market
        Both sides.
    rounds : int
        Over how many rounds the exposure of each list is spread, at least 1. Where complete lists of so many rounds
        would not fit into memory, rounds beyond 16 give way first, and then the last places.

    Returns
    -------
    Ranking
        The lists and what they deliver.

    Raises
    ------
    ValueError
        When there is not at least one round.

    Notes
    -----
    The method and its sources stand in `docs/decisions/0008-the-market-is-fair-by-rotation.md`.

    """
    if rounds < 1:
        raise ValueError(f"A ranking needs at least one round, not {rounds}.")
    worth, capacities = market.worth(), (market.capacity_left, market.capacity_right)
    if worth.nnz > _WIDE:
        worth.data = worth.data.astype(np.float32)
    if max(market.shape) > PRUNED_TO:
        return _rank(_Setting(worth, capacities, market.examined, rounds))
    # In an order that only contents decide, the same market gives the same lists, whoever is named first.
    rows, columns = _by_content(worth.toarray(), capacities)
    ordered = worth[rows][:, columns]
    ordered.sort_indices()
    capacities = (capacities[0][rows], capacities[1][columns])
    kept = prune(ordered, *capacities, keep=_KEPT) if max(market.shape) > COMPLETE_TO else ordered
    found = _rank(_Setting(kept, capacities, market.examined, rounds))
    back_rows, back_columns = np.argsort(rows), np.argsort(columns)
    return Ranking(
        weights=found.weights,
        left=_renamed(found.left[:, back_rows], columns),
        right=_renamed(found.right[:, back_columns], rows),
        exposure_left=found.exposure_left[back_rows][:, back_columns],
        exposure_right=found.exposure_right[back_columns][:, back_rows],
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Setting:
    """What a ranking is to be found for."""

    worth: Any  # (n_left, n_right): probability that both say yes
    capacities: tuple[IntMatrix, IntMatrix]
    examined: Callable[[int], FloatMatrix]
    rounds: int


def _rank(setting: _Setting) -> Ranking:
    worth = setting.worth
    shape, found = worth.shape, layouts(worth, worth.dtype)
    rounds, cuts = _extent(found, worth.nnz, setting.rounds)
    views = [
        np.where(np.arange(side.width) < cut, setting.examined(side.width), 0.0)
        for side, cut in zip(found, cuts, strict=True)
    ]
    capacities = [room[side.owner] for room, side in zip(setting.capacities, found, strict=True)]
    policy = Policy(found[0], found[1], (capacities[0], capacities[1]), (views[0], views[1]))
    left_exposure, right_exposure = settle(policy, SWIFT if max(shape) > PRUNED_TO else THOROUGH, rounds)
    left, right = found[0].shed(), found[1].shed()
    # Lists of a large market take most of the memory, and what led to them is not needed any more.
    del policy, found
    left_lists = _lists(left, right.owner, left_exposure, (views[0], cuts[0]), (rounds, shape[0]))
    delivered_left = _stored(worth, left_exposure)
    del left_exposure
    right_lists = _lists(right, left.owner, right_exposure, (views[1], cuts[1]), (rounds, shape[1]))
    del left
    delivered_right = _stored(worth.T.tocsr(), right_exposure)
    return Ranking(np.full(rounds, 1.0 / rounds), left_lists, right_lists, delivered_left, delivered_right)


def _lists(
    side: Layout, names: Positions, exposure: Slots, view: tuple[FloatMatrix, int], size: tuple[int, int]
) -> Positions:
    """Write the lists of one side down, and leave what they deliver in `exposure`."""
    examined, cut = view
    lists = np.full((*size, cut), -1, dtype=np.int32)
    for block, orders in rotate(side, exposure, examined, size[0]):
        partners = np.full((block.rows, block.width + 1), -1, dtype=np.int32)
        partners[:, :-1] = names[side.partner[block.slots]].reshape(block.rows, block.width)
        width = min(cut, block.width)
        places = np.where(np.arange(width) < side.degree[block.range, None], orders[:, :, :width], block.width)
        lists[:, side.owner[block.range], :width] = partners[np.arange(block.rows)[:, None], places]
    return lists


def _stored(worth: Any, exposure: Slots) -> Any:
    """Return the exposures of a side as a matrix with the indices of `worth`."""
    return sparse.csr_array((exposure[slots_of(worth.indptr)], worth.indices, worth.indptr), shape=worth.shape)


def _extent(sides: tuple[Layout, Layout], pairs: int, rounds: int) -> tuple[int, tuple[int, int]]:
    """Return how many rounds there are, and how many places the lists of each side have: all that memory allows."""
    cells_a_round = sum(len(side.owner) * side.width for side in sides)
    room = _CELLS + _CELLS_A_PAIR * pairs
    if rounds * cells_a_round <= room:
        return rounds, (sides[0].width, sides[1].width)
    rounds = min(rounds, max(_ENOUGH_ROUNDS, room // cells_a_round))
    share = room / (2.0 * rounds * pairs)
    left, right = (min(side.width, max(1, int(share * pairs / len(side.owner)))) for side in sides)
    return rounds, (left, right)


def _by_content(worth: FloatMatrix, capacities: tuple[IntMatrix, IntMatrix]) -> tuple[IntMatrix, IntMatrix]:
    """Return both sides in an order that does not depend on how they are numbered.

    Each participant gets a number made of what the pairs are worth and of the numbers of those in them; after a few
    turns only those have the same number who can be exchanged for each other.
    """
    marks = [capacity.astype(np.float64) for capacity in capacities]
    for _ in range(_TURNS):
        marks = [
            _marks(pairs, own, others)
            for pairs, own, others in ((worth, marks[0], marks[1]), (worth.T, marks[1], marks[0]))
        ]
    left, right = (np.argsort(mark, kind="stable") for mark in marks)
    return left, right


def _marks(worth: FloatMatrix, own: FloatMatrix, others: FloatMatrix) -> FloatMatrix:
    # Sums of sorted numbers are the same to the last bit in whatever order they came.
    values = np.sort(worth * (np.pi + others), axis=1)[:, ::-1]
    marks = own + (values / np.sqrt(np.arange(1, values.shape[1] + 1))).sum(axis=1)
    scaled: FloatMatrix = marks / max(1.0, marks.max(initial=0.0))
    return scaled


def _renamed(lists: Positions, names: IntMatrix) -> Positions:
    """Return lists with the old names of those they show; -1 stays."""
    return np.append(names, -1).astype(np.int32)[lists]
