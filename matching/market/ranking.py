"""Lists for everybody, round by round: the policy of a market turned into what each page shows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy import sparse

from matching.arrays import FloatMatrix, IntMatrix
from matching.market.fairness import settle, settle_without_envy
from matching.market.inputs import Market
from matching.market.layout import Positions, layouts
from matching.market.policy import Policy
from matching.market.rotation import rotate

COMPLETE_TO: Final = 500
"""Up to this many participants a side, every candidate stays in the lists."""

PRUNED_TO: Final = 1_000
"""Up to this many participants a side, candidates are cut to the most promising; beyond, they come in small numbers."""

_WIDE: Final = 1_000_000


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
        Over how many rounds the exposure of each list is spread, at least 1.

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
    if max(market.shape) > PRUNED_TO:
        return _rank(_Setting(worth, capacities, market.examined, rounds))
    # In an order that only contents decide, the same market gives the same lists, whoever is named first.
    rows, columns = _by_content(worth, capacities[0]), _by_content(worth.T.tocsr(), capacities[1])
    ordered = worth[rows][:, columns]
    ordered.sort_indices()
    setting = _Setting(ordered, (capacities[0][rows], capacities[1][columns]), market.examined, rounds)
    found = _rank(setting)
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
    worth, rounds = setting.worth, setting.rounds
    large = worth.nnz > _WIDE
    left, right, left_slots, right_slots = layouts(worth, np.float32 if large else np.float64)
    cuts = (left.width, right.width)
    views = tuple(
        np.where(np.arange(side.width) < cut, setting.examined(side.width), 0.0)
        for side, cut in zip((left, right), cuts, strict=True)
    )
    capacities = (setting.capacities[0][left.owner], setting.capacities[1][right.owner])
    policy = Policy(left, right, capacities, (views[0], views[1]))
    exposures = settle(policy) if max(worth.shape) > PRUNED_TO else settle_without_envy(policy, rounds)
    lists, delivered = [], []
    for side, across, view, cut, exposure, slots, shape in (
        (left, right, views[0], cuts[0], exposures[0], left_slots, worth.shape),
        (right, left, views[1], cuts[1], exposures[1], right_slots, worth.shape[::-1]),
    ):
        given = np.full((rounds, shape[0], cut), -1, dtype=np.int32)
        for block, turn, order in rotate(side, exposure, view, rounds):
            shown = across.owner[np.take_along_axis(side.partner[block.slots].reshape(order.shape), order, axis=1)]
            shown[np.arange(block.width) >= side.degree[block.range, None]] = -1
            given[turn, side.owner[block.range], : min(cut, block.width)] = shown[:, :cut]
        lists.append(given)
        delivered.append(exposure[slots])
    across_worth = worth.T.tocsr()
    return Ranking(
        weights=np.full(rounds, 1.0 / rounds),
        left=lists[0],
        right=lists[1],
        exposure_left=sparse.csr_array((delivered[0], worth.indices, worth.indptr), shape=worth.shape),
        exposure_right=sparse.csr_array(
            (delivered[1], across_worth.indices, across_worth.indptr), shape=worth.shape[::-1]
        ),
    )


def _by_content(worth: Any, capacity: IntMatrix) -> IntMatrix:
    """Return the rows in an order that does not depend on how they are numbered."""
    values = np.sort(worth.toarray(), axis=1)[:, ::-1]
    places = np.arange(1, values.shape[1] + 1)
    return np.lexsort((capacity, (values / places).sum(axis=1), values.sum(axis=1)))


def _renamed(lists: Positions, names: IntMatrix) -> Positions:
    """Return lists with the old names of those they show; -1 stays."""
    return np.append(names, -1).astype(np.int32)[lists]
