"""Markets as in the literature, and the simpler and the published ways to rank them.

The preferences are those of Su, Bayoumi and Joachims (WWW 2022) and of Tomita and Yokoyama (RecSys 2024): with equal
parts, chance and a popularity that falls linearly from 1 to 0 over the other side, drawn from numpy's `RandomState`,
left before right. Policies are exposures: how probably each place in a list of complete length is looked at, which for
place k is 1 / k.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

Matrix = npt.NDArray[np.float64]
Policy = tuple[Matrix, Matrix]


def published_preferences(n_left: int, n_right: int, seed: int) -> Policy:
    """Return the probabilities of saying yes, shapes (n_left, n_right) and (n_right, n_left)."""
    chance = np.random.RandomState(seed)  # the published figures come from this generator
    left, right = chance.random_sample((n_left, n_right)), chance.random_sample((n_right, n_left))
    return (left + np.linspace(1.0, 0.0, n_right)) / 2.0, (right + np.linspace(1.0, 0.0, n_left)) / 2.0


def naive(left: Matrix, right: Matrix) -> Policy:
    """Show everybody whom they want most."""
    return _looked_at(left), _looked_at(right)


def product(left: Matrix, right: Matrix) -> Policy:
    """Show everybody with whom a mutual yes is most probable."""
    worth = left * right.T
    return _looked_at(worth), _looked_at(worth.T)


def transferable(left: Matrix, right: Matrix) -> Policy:
    """Show everybody with whom an equilibrium with transferable utility matches them most (Tomita et al. 2023)."""
    gains = np.exp((left + right.T) / 2.0)
    by_left, by_right = np.ones(len(left)), np.ones(len(right))
    for _ in range(1_000):
        half = gains @ by_right / 2.0
        by_left = np.sqrt(1.0 + half**2) - half
        half = gains.T @ by_left / 2.0
        by_right = np.sqrt(1.0 + half**2) - half
    matched = gains * by_left[:, None] * by_right
    return _looked_at(matched), _looked_at(matched.T)


def nash(left: Matrix, right: Matrix, *, alpha: float = 0.0, steps: int = 100, until: float = 0.01) -> Policy:
    """Return the published method: alternating Frank–Wolfe steps of 0.1 until welfare moves by less than `until`.

    Its linear programme is solved exactly by sorting. With alpha 1 it maximises social welfare instead.
    """
    worth = left * right.T
    n_left, n_right = worth.shape
    on_left = np.full((n_left, n_right), _places(n_right).mean())
    on_right = np.full((n_right, n_left), _places(n_left).mean())
    before = 0.0
    for _ in range(steps):
        utility = np.maximum((worth * on_left * on_right.T).sum(axis=1), 1e-6)
        on_right += 0.1 * (_looked_at((worth * on_left * utility[:, None] ** (alpha - 1.0)).T) - on_right)
        utility = np.maximum((worth * on_left * on_right.T).sum(axis=0), 1e-6)
        on_left += 0.1 * (_looked_at(worth * on_right.T * utility ** (alpha - 1.0)) - on_left)
        after = welfare(left, right, (on_left, on_right))
        if abs(after - before) < until:
            break
        before = after
    return on_left, on_right


def matches(left: Matrix, right: Matrix, policy: Policy) -> Matrix:
    """Return the probability of each match, shape (n_left, n_right)."""
    return left * right.T * policy[0] * policy[1].T


def welfare(left: Matrix, right: Matrix, policy: Policy) -> float:
    """Return the expected number of matches."""
    return float(matches(left, right, policy).sum())


def envious(left: Matrix, right: Matrix, policy: Policy, *, tolerance: float = 0.01) -> int:
    """Count pairs in which one would gain more than a share of the own utility by the opportunities of the other."""
    count = 0
    for ours, theirs, mine, others in ((left, right, *policy), (right, left, *policy[::-1])):
        instead = (ours * theirs.T * mine) @ others
        count += int((instead > (1.0 + tolerance) * np.diagonal(instead)[:, None]).sum())
    return count


def sparse_preferences(n_left: int, n_right: int, candidates: int, seed: int = 0) -> tuple[Any, Any]:
    """Return a large market: for each left participant some right ones by chance, wanted as in the published one."""
    chance = np.random.default_rng(seed)
    drawn = chance.integers(0, n_right, size=(n_left, candidates), dtype=np.int32)
    drawn.sort(axis=1)
    first = np.ones(drawn.shape, dtype=np.bool_)
    first[:, 1:] = drawn[:, 1:] != drawn[:, :-1]
    ends = np.concatenate(([0], np.cumsum(first.sum(axis=1)))).astype(np.int32)
    columns = drawn[first]
    wanted = 0.5 * chance.random(len(columns)) + 0.5 * (1.0 - columns / n_right)
    left = sparse.csr_array((wanted, columns, ends), shape=(n_left, n_right))
    right = left.T.tocsr()
    right.data = 0.5 * chance.random(right.nnz) + 0.5 * (1.0 - right.indices / n_left)
    return left, right


def sparse_product(left: Any, right: Any) -> float:
    """Return the welfare when everybody is shown all candidates, the most probable mutual yes first."""
    worth = sparse.csr_array(left.multiply(right.T.tocsr()))
    worth.sort_indices()
    across = worth.T.tocsr()
    on_left, on_right = _sparsely_looked_at(worth), _sparsely_looked_at(across)
    return float((worth * on_left * on_right.T.tocsr()).sum())


def _sparsely_looked_at(worth: Any) -> Any:
    rows = np.repeat(np.arange(worth.shape[0], dtype=np.int32), np.diff(worth.indptr))
    order = np.lexsort((-worth.data, rows))
    looked_at = np.empty(worth.nnz)
    looked_at[order] = 1.0 / (1.0 + np.arange(worth.nnz) - worth.indptr[rows])
    return sparse.csr_array((looked_at, worth.indices, worth.indptr), shape=worth.shape)


def _places(count: int) -> Matrix:
    return 1.0 / np.arange(1, count + 1)


def _looked_at(values: Matrix) -> Matrix:
    order = np.argsort(-values, axis=1, kind="stable")
    looked_at = np.empty(values.shape)
    np.put_along_axis(looked_at, order, np.broadcast_to(_places(values.shape[1]), values.shape), axis=1)
    return looked_at
