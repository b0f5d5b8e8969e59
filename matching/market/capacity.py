"""What is left of many yeses when there is room for few."""

import numpy as np
from scipy import special

from matching.arrays import FloatMatrix, IntMatrix
from matching.market.inputs import NO_LIMIT


def realised(expected: FloatMatrix, capacity: IntMatrix) -> FloatMatrix:
    """Return how many matches can be expected to come about within the room there is.

    Parameters
    ----------
    expected : FloatMatrix, shape (n,)
        Expected numbers of mutual yeses, at least 0.
    capacity : IntMatrix, shape (n,)
        Room; -1 for no limit.

    Returns
    -------
    FloatMatrix, shape (n,)
        E[min(c, Poisson(u))] = u F(c - 2; u) + c (1 - F(c - 1; u)), at most `expected`.

    """
    room = np.maximum(capacity, 0)
    within = expected * _at_most(room - 2, expected) + room * (1.0 - _at_most(room - 1, expected))
    return np.where(capacity == NO_LIMIT, expected, np.clip(within, 0.0, expected))


def marginal(expected: FloatMatrix, capacity: IntMatrix) -> FloatMatrix:
    """Return how much of one more yes could still be realised: the slope of `realised`.

    Parameters
    ----------
    expected : FloatMatrix, shape (n,)
        Expected numbers of mutual yeses, at least 0.
    capacity : IntMatrix, shape (n,)
        Room; -1 for no limit.

    Returns
    -------
    FloatMatrix, shape (n,)
        F(c - 1; u) in [0, 1]; 1 where there is no limit.

    """
    return np.where(capacity == NO_LIMIT, 1.0, _at_most(np.maximum(capacity, 0) - 1, expected))


def _at_most(count: IntMatrix, mean: FloatMatrix) -> FloatMatrix:
    """Return the probability that a Poisson number does not exceed a count, 0 for counts below 0."""
    return np.where(count >= 0, special.pdtr(np.maximum(count, 0), mean), 0.0)
