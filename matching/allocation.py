"""Dividing what partners have among what a need lacks, exactly and never twice."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from matching.arrays import FloatMatrix, IntMatrix

_NOTHING: Final = 1e-12


def allocate(gains: FloatMatrix, demand: Sequence[int], supply: Sequence[int]) -> IntMatrix:
    """Return the division with the greatest total gain.

    Parameters
    ----------
    gains : numpy.ndarray, shape (n_slots, n_items)
        Gain of one unit of each item in each slot, 0 where it does not count.
    demand : Sequence[int]
        What each slot lacks, at least 0.
    supply : Sequence[int]
        What there is of each item, at least 0.

    Returns
    -------
    numpy.ndarray of int64, shape (n_slots, n_items)
        Quantities; no slot gets more than it lacks and no item gives more than there is.

    Notes
    -----
    A transportation problem, solved by the path of greatest gain from an item with something left to a slot that
    still lacks something, again and again; paths may take back what was given before. Ties go to the lower position.

    References
    ----------
    Ahuja, R. K., Magnanti, T. L., and Orlin, J. B. (1993). Network Flows, section 9.7.

    """
    quantities = np.zeros(gains.shape, dtype=np.int64)
    lacking = list(demand)
    left = list(supply)
    while True:
        path = _best_path(gains, quantities, lacking, left)
        if not path:
            return quantities
        amount = min(left[path[0][1]], lacking[path[-1][0]])
        # Every second edge takes back what another item gave to the slot before.
        amount = min([amount, *(int(quantities[slot, item]) for slot, item in path[1::2])])
        for position, (slot, item) in enumerate(path):
            quantities[slot, item] += amount if position % 2 == 0 else -amount
        left[path[0][1]] -= amount
        lacking[path[-1][0]] -= amount


def _best_path(
    gains: FloatMatrix, quantities: IntMatrix, lacking: Sequence[int], left: Sequence[int]
) -> list[tuple[int, int]]:
    """Return the edges (slot, item) of the path with the greatest gain, given and taken back in turn."""
    n_slots, n_items = gains.shape
    # The best known gain and path to each item whose next unit could be given away.
    at_item: list[tuple[float, list[tuple[int, int]]] | None] = [
        (0.0, []) if left[item] > 0 else None for item in range(n_items)
    ]
    at_slot: list[tuple[float, list[tuple[int, int]]] | None] = [None] * n_slots
    changed = True
    while changed:
        changed = False
        for item, slot in np.ndindex(n_items, n_slots):
            start = at_item[item]
            if start is None or gains[slot, item] <= 0.0:
                continue
            gain = start[0] + float(gains[slot, item])
            known = at_slot[slot]
            if known is None or gain > known[0] + _NOTHING:
                at_slot[slot] = (gain, [*start[1], (slot, item)])
                changed = True
        for slot, item in np.ndindex(n_slots, n_items):
            start = at_slot[slot]
            if start is None or quantities[slot, item] == 0:
                continue
            gain = start[0] - float(gains[slot, item])
            known = at_item[item]
            if known is None or gain > known[0] + _NOTHING:
                at_item[item] = (gain, [*start[1], (slot, item)])
                changed = True
    ends = [found for slot, found in enumerate(at_slot) if found is not None and lacking[slot] > 0]
    best = max(ends, key=lambda found: found[0], default=None)
    return best[1] if best is not None and best[0] > _NOTHING else []
