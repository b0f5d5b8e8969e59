"""Which candidates of a market of some hundreds a side are worth a place in the lists."""

from typing import Any, Final

import numpy as np
from scipy import sparse, special

from matching.arrays import FloatMatrix, IntMatrix
from matching.market.inputs import NO_LIMIT

_TEMPERATURE: Final = 0.25
_SWEEPS: Final = 60


def prune(worth: Any, capacity_left: IntMatrix, capacity_right: IntMatrix, *, keep: int) -> Any:
    """Keep the candidates of each participant who would be matched most in a market with transfers.

    Parameters
    ----------
    worth : scipy.sparse.csr_array, shape (n_left, n_right)
        Probabilities that both say yes.
    capacity_left, capacity_right : IntMatrix, shape (n_left,) and (n_right,)
        Room; who has no limit competes like somebody with room for one.
    keep : int
        How many candidates each keeps at least, where there are so many. Equals stay or go together, and a pair stays
        as soon as one of the two keeps it.

    Returns
    -------
    scipy.sparse.csr_array, shape (n_left, n_right)
        The pairs that stay. Needs memory for all pairs.

    """
    matched = log_matches(worth.toarray(), capacity_left, capacity_right)
    n_left, n_right = matched.shape
    kept = np.zeros(matched.shape, dtype=np.bool_)
    for axis, count in ((1, n_right), (0, n_left)):
        last = max(count - keep, 0)
        kept |= matched >= np.take(np.partition(matched, last, axis=axis), [last], axis=axis)
    pruned = sparse.csr_array(worth.multiply(kept))
    pruned.eliminate_zeros()
    pruned.sort_indices()
    return pruned


def log_matches(worth: FloatMatrix, capacity_left: IntMatrix, capacity_right: IntMatrix) -> FloatMatrix:
    """Return the logarithm of how much each pair is matched in equilibrium with transferable utility.

    Parameters
    ----------
    worth : FloatMatrix, shape (n_left, n_right)
        Probabilities that both say yes; 0 for pairs that cannot be matched.
    capacity_left, capacity_right : IntMatrix, shape (n_left,) and (n_right,)
        Room; -1 for no limit.

    Returns
    -------
    FloatMatrix, shape (n_left, n_right)
        log(mu), where mu_ij = a_i b_j exp(log(worth_ij) / (2 t)) and each one's matches and what is left of the room
        sum to the room: a_i² + Σ_j mu_ij = room_i. Minus infinity for pairs that cannot be matched.

    Notes
    -----
    Iterated proportional fitting (Galichon and Salanié; for recommendation Tomita et al., RecSys 2023) on logarithms,
    so that no temperature t is too low for floats. The temperature is the one of 0.05 to 1 at which the kept
    candidates held most matches.

    """
    with np.errstate(divide="ignore"):
        gains = np.log(worth) / (2.0 * _TEMPERATURE)
    rooms = [np.where(room == NO_LIMIT, 1, np.maximum(room, 1)) for room in (capacity_left, capacity_right)]
    by_left, by_right = np.zeros(worth.shape[0]), np.zeros(worth.shape[1])
    for _ in range(_SWEEPS):
        by_left = _balance(special.logsumexp(gains + by_right, axis=1), rooms[0])
        by_right = _balance(special.logsumexp(gains + by_left[:, None], axis=0), rooms[1])
    matched: FloatMatrix = gains + by_left[:, None] + by_right
    return matched


def _balance(log_demand: FloatMatrix, room: IntMatrix) -> FloatMatrix:
    """Return log(a) of the positive solution of a² + a d = room, without leaving logarithms."""
    half, log_room = log_demand - np.log(2.0), np.log(room)
    balanced: FloatMatrix = log_room - np.logaddexp(half, 0.5 * np.logaddexp(2.0 * half, log_room))
    return balanced
