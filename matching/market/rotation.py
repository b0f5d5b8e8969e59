"""Lists for some rounds that together give every candidate the exposure that is due."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from matching.market.layout import Block, Layout, Positions, Slots, scatter, sort_rows

_OFFSET: Final = 4.0
_LEAST: Final = 1e-3


def rotate(side: Layout, exposure: Slots, examined: Slots, rounds: int) -> Iterator[tuple[Block, int, Positions]]:
    """Order each list of each round by what its candidates are still owed.

    Parameters
    ----------
    side : Layout
        The side whose lists these are.
    exposure : Slots, shape (n_slots,)
        What is due. It is overwritten with what the lists deliver, the mean of all rounds.
    examined : Slots
        How probably each place is looked at.
    rounds : int
        How many rounds; all weigh the same.

    Yields
    ------
    tuple[Block, int, Positions]
        Some rows, the round, and the columns of these rows by place, shape (rows, width).

    """
    for block in side.blocks:
        at, shape = block.slots, (block.rows, block.width)
        due = exposure[at].reshape(shape).copy()
        padding = np.arange(block.width) >= side.degree[block.range, None]
        view = examined[: block.width].astype(exposure.dtype)
        delivered = np.zeros(shape, dtype=exposure.dtype)
        owed = np.zeros(shape, dtype=exposure.dtype)
        for turn in range(rounds):
            owed += due
            # The offset makes debts and credits positive; padding stays behind everything else.
            rank_by = np.maximum(owed + exposure.dtype.type(_OFFSET), exposure.dtype.type(_LEAST))
            rank_by[padding] = 0.0
            _, order, _ = sort_rows(rank_by)
            shown = scatter(order, view)
            owed -= shown
            delivered += shown
            yield block, turn, order
        delivered[padding] = 0.0
        delivered /= rounds
        exposure[at] = delivered.reshape(-1)
