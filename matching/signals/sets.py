"""Sets of codes on both sides of pairs, compared in arrays."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import numpy as np

from matching.arrays import FloatMatrix
from matching.pairs import Pairs


def shared_members(
    of_needs: Sequence[AbstractSet[str]], of_offers: Sequence[AbstractSet[str]], pairs: Pairs
) -> FloatMatrix:
    """Return how many members the sets of each pair share.

    Parameters
    ----------
    of_needs : Sequence[Set[str]]
        The set of each need of the market.
    of_offers : Sequence[Set[str]]
        The set of each offer of the market.
    pairs : Pairs
        The pairs.

    Returns
    -------
    numpy.ndarray, shape (n_pairs,)
        Whole numbers, at least 0.

    """
    codes = sorted(set().union(*of_needs))
    shared: FloatMatrix = (marks(of_needs, codes)[pairs.rows] * marks(of_offers, codes)[pairs.columns]).sum(axis=1)
    return shared


def marks(sets: Sequence[AbstractSet[str]], codes: Sequence[str]) -> FloatMatrix:
    """Return which codes each set holds.

    Parameters
    ----------
    sets : Sequence[Set[str]]
        The sets.
    codes : Sequence[str]
        The codes to look for.

    Returns
    -------
    numpy.ndarray, shape (n_sets, n_codes)
        1 or 0.

    """
    held = [[code in members for code in codes] for members in sets]
    return np.array(held, dtype=np.float64).reshape(len(sets), len(codes))


def sizes_of(sets: Sequence[AbstractSet[str]]) -> FloatMatrix:
    """Return how many members each set has.

    Parameters
    ----------
    sets : Sequence[Set[str]]
        The sets.

    Returns
    -------
    numpy.ndarray, shape (n_sets,)
        Whole numbers, at least 0.

    """
    return np.array([len(members) for members in sets], dtype=np.float64)
