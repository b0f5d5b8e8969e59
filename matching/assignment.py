"""One concrete assignment of a market for a season: stable, or with the greatest fit in all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from scipy import optimize, sparse

from matching.arrays import FloatMatrix, IntMatrix
from matching.market.inputs import NO_LIMIT, Market

_DENSE_CELLS: Final = 4_000_000
_COPIES: Final = 3
_TAKEN: Final = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Pairing:
    """Who works with whom.

    Parameters
    ----------
    left, right : IntMatrix, shape (n_pairs,)
        The pairs by the left, then by the right participant.
    alone_left, alone_right : IntMatrix
        Who stays without anybody, in ascending order.

    """

    left: IntMatrix
    right: IntMatrix
    alone_left: IntMatrix
    alone_right: IntMatrix


def assign(market: Market, *, by: Literal["stability", "total"] = "stability") -> Pairing:
    """Assign both sides of a market to each other within their capacities.

    Parameters
    ----------
    market : Market
        Both sides; only candidate pairs are assigned, each at most once. -1 stands for no limit.
    by : {"stability", "total"}
        "stability": no two would both rather have each other than what they have (deferred acceptance of Gale and
        Shapley, the best stable assignment for the left); everybody prefers whom they accept with the greater
        probability, and among equals the smaller index. "total": the greatest sum of the probabilities that both say
        yes (minimum-cost flow).

    Returns
    -------
    Pairing
        The pairs and those who stay alone.

    Raises
    ------
    ValueError
        When `by` is neither.
    RuntimeError
        When no greatest total is found, though there is one in every market.

    """
    if by not in ("stability", "total"):
        raise ValueError(f"An assignment is by stability or by total, not by {by}.")
    worth = market.worth()
    n_left, n_right = worth.shape
    left = np.repeat(np.arange(n_left), np.diff(worth.indptr))
    right = worth.indices.astype(np.int64)
    # Nobody can have more partners than candidates.
    quota_left = _quota(market.capacity_left, np.diff(worth.indptr))
    quota_right = _quota(market.capacity_right, np.bincount(right, minlength=n_right))
    if not worth.nnz:
        taken = np.empty(0, dtype=np.int64)
    elif by == "stability":
        taken = _stable(market, worth, (left, right), (quota_left, quota_right))
    else:
        taken = _greatest(worth, (left, right), (quota_left, quota_right))
    return Pairing(
        left=left[taken],
        right=right[taken],
        alone_left=np.setdiff1d(np.arange(n_left), left[taken]),
        alone_right=np.setdiff1d(np.arange(n_right), right[taken]),
    )


def _quota(capacity: IntMatrix, candidates: IntMatrix) -> IntMatrix:
    return np.where(capacity == NO_LIMIT, candidates, np.minimum(capacity, candidates)).astype(np.int64)


def _stable(
    market: Market, worth: Any, pairs: tuple[IntMatrix, IntMatrix], quotas: tuple[IntMatrix, IntMatrix]
) -> IntMatrix:
    """Return the positions of the pairs that deferred acceptance ends with.

    In each round all who have room propose to the next on their lists at once; the order of proposals does not change
    the outcome.
    """
    left, right = pairs
    n_left = worth.shape[0]
    wish = _values(market.accept_left, left, right)
    esteem = _values(market.accept_right, right, left)
    lists = np.lexsort((right, -wish, left))
    place = np.empty(len(left), dtype=np.int64)
    place[np.lexsort((left, -esteem, right))] = np.arange(len(left))
    upcoming, end = worth.indptr[:-1].astype(np.int64), worth.indptr[1:].astype(np.int64)
    room = quotas[0].copy()
    held = np.empty(0, dtype=np.int64)
    while True:
        proposals = np.minimum(room, end - upcoming)
        proposers = np.repeat(np.arange(n_left), proposals)
        if not len(proposers):
            return np.sort(held)
        behind = np.arange(len(proposers)) - np.repeat(np.cumsum(proposals) - proposals, proposals)
        new = lists[upcoming[proposers] + behind]
        upcoming += proposals
        room -= proposals
        asked = np.zeros(worth.shape[1], dtype=np.bool_)
        asked[right[new]] = True
        untouched = ~asked[right[held]]
        rivals = np.concatenate((held[~untouched], new))
        rivals = rivals[np.argsort(place[rivals])]
        of = right[rivals]
        first = np.searchsorted(of, of)
        stays = np.arange(len(of)) - first < quotas[1][of]
        np.add.at(room, left[rivals[~stays]], 1)
        held = np.concatenate((held[untouched], rivals[stays]))


def _values(matrix: Any, rows: IntMatrix, columns: IntMatrix) -> FloatMatrix:
    values: FloatMatrix = np.asarray(matrix[rows, columns], dtype=np.float64).reshape(-1)
    return values


def _greatest(worth: Any, pairs: tuple[IntMatrix, IntMatrix], quotas: tuple[IntMatrix, IntMatrix]) -> IntMatrix:
    """Return the positions of the pairs of the greatest total worth."""
    # Copies of somebody with much room would take more time than the transport problem as a whole.
    few_copies = [quota.sum() <= _COPIES * len(quota) for quota in quotas]
    if quotas[1].max() <= 1 and few_copies[0]:
        return _one_to_some(worth, quotas[0])
    if quotas[0].max() <= 1 and few_copies[1]:
        order = np.lexsort(pairs)  # the positions in the order of the transposed matrix
        return np.sort(order[_one_to_some(worth.T.tocsr(), quotas[1])])
    return _some_to_some(worth, pairs, quotas)


def _one_to_some(worth: Any, quota: IntMatrix) -> IntMatrix:
    """Assign copies of the rows, one for each place they have, to columns that have one place each."""
    row_of = np.repeat(np.arange(worth.shape[0]), quota)
    copies = worth[row_of]
    if copies.shape[0] * copies.shape[1] <= _DENSE_CELLS:
        rows, columns = optimize.linear_sum_assignment(copies.toarray(), maximize=True)
    else:
        # Each copy may also stay alone, with a column of its own; adding 1 to all makes zeros count as edges.
        copies.data += 1.0
        padded = sparse.hstack([copies, sparse.eye_array(len(row_of))], format="csr")
        rows, columns = sparse.csgraph.min_weight_full_bipartite_matching(padded, maximize=True)
    numbers = worth.copy()
    numbers.data = np.arange(1, worth.nnz + 1)
    real = columns < worth.shape[1]
    found = np.asarray(numbers[row_of[rows[real]], columns[real]]).reshape(-1)
    return np.sort(found[found > 0] - 1)


def _some_to_some(worth: Any, pairs: tuple[IntMatrix, IntMatrix], quotas: tuple[IntMatrix, IntMatrix]) -> IntMatrix:
    """Assign within the places that each row and each column has."""
    return greatest_total(worth.data, list(zip(pairs, quotas, strict=True)))


def greatest_total(worth: FloatMatrix, groups: Sequence[tuple[IntMatrix, IntMatrix]]) -> IntMatrix:
    """Choose among pairs those of the greatest total worth.

    Parameters
    ----------
    worth : FloatMatrix, shape (n_pairs,)
        What each pair is worth.
    groups : Sequence[tuple[IntMatrix, IntMatrix]]
        Ways to group the pairs, each with the group of every pair, shape (n_pairs,), and how many pairs each group
        takes, shape (n_groups,). The groups of one side lie within each other, and so do those of the other side:
        then the corners of the transport problem are whole numbers, so that no pair is taken by half.

    Returns
    -------
    IntMatrix
        The positions of the pairs, in ascending order.

    Raises
    ------
    RuntimeError
        When the solver finds none, though there is always one.

    """
    count = np.arange(len(worth))
    ones = np.ones(len(worth))
    limits = sparse.vstack(
        [sparse.csr_array((ones, (of, count)), shape=(len(quota), len(worth))) for of, quota in groups], format="csr"
    )
    solved = optimize.linprog(
        -worth, A_ub=limits, b_ub=np.concatenate([quota for _, quota in groups]), bounds=(0.0, 1.0), method="highs-ds"
    )
    if not solved.success:
        raise RuntimeError(f"There is no greatest total to be had from the solver: {solved.message}")
    return np.flatnonzero(solved.x > _TAKEN)
