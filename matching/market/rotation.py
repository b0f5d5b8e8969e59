"""Lists for some rounds that together give every candidate the exposure that is due."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from matching.arrays import BoolMatrix, FloatMatrix
from matching.market.layout import Block, Layout, Positions, Slots, alike, scatter, sort_rows

_OFFSET: Final = 4.0
_LEAST: Final = 1e-3
_HINT: Final = 1e-9


def rotate(side: Layout, exposure: Slots, examined: Slots, rounds: int) -> Iterator[tuple[Block, Positions]]:
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
    tuple[Block, Positions]
        Some rows, and the columns of these rows by place, shape (rounds, rows, width).

    """
    for block in side.blocks:
        at, shape = block.slots, (block.rows, block.width)
        due = exposure[at].reshape(shape)
        padding = np.arange(block.width) >= side.degree[block.range, None]
        view = examined[: block.width].astype(exposure.dtype)
        hint = _HINT * _start(block, len(side.owner))
        orders = np.empty((rounds, *shape), dtype=np.int32)
        # Half of all that is due is owed from the start: who is due little then waits for late rounds instead of taking
        # places in the first ones from those who are due much.
        owed = (hint + _OFFSET + 0.5 * rounds * due).astype(exposure.dtype)
        for turn in range(rounds):
            owed += due / 2
            # The offset makes debts and credits positive; padding stays behind everything else.
            urgency = np.maximum(owed, exposure.dtype.type(_LEAST))
            urgency[padding] = 0.0
            orders[turn] = sort_rows(urgency)[1]
            owed -= scatter(orders[turn], view)
        _share_alike(orders, due, padding, view, hint)
        delivered = np.zeros(shape, dtype=exposure.dtype)
        for order in orders:
            delivered += scatter(order, view)
        delivered[padding] = 0.0
        delivered /= rounds
        exposure[at] = delivered.reshape(-1)
        yield block, orders


def _start(block: Block, n_rows: int) -> FloatMatrix:
    """Return in which order each row begins with equals, greatest first, so that nobody is behind in all lists.

    Every other row goes the other way round, and pairs of rows begin all over the width.
    """
    rows = np.arange(block.first_row, block.first_row + block.rows)
    begins = rows // 2 * 2 * block.width // n_rows
    shifted: FloatMatrix = ((np.arange(block.width) + begins[:, None]) % block.width).astype(np.float64)
    backwards = rows % 2 == 1
    shifted[backwards] = block.width - 1.0 - shifted[backwards]
    return shifted


def _share_alike(orders: Positions, due: Slots, padding: BoolMatrix, view: Slots, hint: FloatMatrix) -> None:
    """Deal the places that equals hold together out anew, so that each gets nearly the same in sum.

    The rounds in which most is at stake come first; in each, whoever has got least so far takes the best place.
    """
    packed, by_due, bits = sort_rows(np.where(padding, due.dtype.type(0), due))
    equal = alike(packed, bits)
    rows = np.flatnonzero(equal.any(axis=1))
    if not len(rows):
        return
    of_place = np.zeros((len(rows), due.shape[1]), dtype=np.int32)
    of_place[:, 1:] = np.cumsum(~equal[rows], axis=1)
    classes = scatter(by_due[rows], of_place)
    shared = np.zeros(of_place.shape, dtype=np.bool_)
    shared[:, 1:] = equal[rows]
    shared[:, :-1] |= equal[rows]
    is_shared = scatter(by_due[rows], shared)
    across = np.arange(len(rows))[:, None]
    stakes = np.stack([(is_shared[across, order[rows]] * view).max(axis=1) for order in orders])
    got = -hint[rows]
    for turns in np.argsort(-stakes, axis=0, kind="stable"):
        held = classes[across, orders[turns, rows]]
        places = np.argsort(held, axis=1, kind="stable")
        dealt = np.empty_like(places)
        dealt[across, places] = np.lexsort((got, classes), axis=1)
        orders[turns, rows] = dealt
        got += scatter(dealt, view)
