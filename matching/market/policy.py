"""Exposure by alternating Frank–Wolfe steps, from what is best for all together towards what is fair to each."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from matching.arrays import FloatMatrix, IntMatrix
from matching.market.capacity import marginal, realised
from matching.market.layout import Layout, Slots, level, scatter, sort_rows

_LARGEST_STEP: Final = 0.5
_STEP_SCALE: Final = 5.0
_TINY: Final = 1e-12


class Policy:
    """How much each participant sees of each candidate, and how the next step improves it.

    Parameters
    ----------
    left, right : Layout
        The candidates of both sides.
    capacity_left, capacity_right : IntMatrix
        The room of each row of the layouts; -1 for no limit.
    examined : tuple[FloatMatrix, FloatMatrix]
        How probably each place of a left and of a right list is looked at; beyond it, nobody looks.

    """

    def __init__(
        self,
        left: Layout,
        right: Layout,
        capacities: tuple[IntMatrix, IntMatrix],
        examined: tuple[FloatMatrix, FloatMatrix],
    ) -> None:
        self.sides = (left, right)
        self.capacities = capacities
        self.examined = (examined[0].astype(left.worth.dtype), examined[1].astype(left.worth.dtype))
        self.exposures = [_uniform(side, view) for side, view in zip(self.sides, self.examined, strict=True)]
        self.steps = 0
        self.expected = utilities(left, self.exposures[0], self.exposures[1])

    def step(self, alpha: float) -> None:
        """Move both sides towards their best answer to the other.

        Parameters
        ----------
        alpha : float
            What counts: 1 for the sum of all utilities, 0 for the sum of their logarithms, anything between for what
            lies between.

        """
        length = min(_LARGEST_STEP, _STEP_SCALE / (self.steps + _STEP_SCALE))
        self.expected = self._answer(1, self.expected, alpha, length)
        self.expected = self._answer(0, self.expected, alpha, length)
        self.steps += 1

    def _answer(self, which: int, expected: FloatMatrix, alpha: float, length: float) -> FloatMatrix:
        """Move one side, given the utilities of the other; return the utilities of the one that moved.

        What a row shows is opportunity for those it shows. The best order of a row is therefore that of the gains of
        those shown, since a place is worth the same factor to each of them.
        """
        side, view = self.sides[which], self.examined[which]
        exposure, across = self.exposures[which], self.exposures[1 - which]
        weight = weights(expected, self.capacities[1 - which], alpha).astype(exposure.dtype)
        own = np.zeros(len(side.owner))
        for block in side.blocks:
            at, shape = block.slots, (block.rows, block.width)
            chance = side.worth[at] * across[side.other[at]]
            packed, order, bits = sort_rows((chance * weight[side.partner[at]]).reshape(shape))
            target = scatter(order, level(packed, bits, view[: block.width])).reshape(-1)
            target -= exposure[at]
            target *= exposure.dtype.type(length)
            exposure[at] += target
            own[block.range] = (chance * exposure[at]).reshape(shape).sum(axis=1)
        return own


def weights(expected: FloatMatrix, capacity: IntMatrix, alpha: float) -> FloatMatrix:
    """Return what one more expected yes is worth to everybody.

    Parameters
    ----------
    expected : FloatMatrix, shape (n,)
        Expected numbers of mutual yeses.
    capacity : IntMatrix, shape (n,)
        Room; -1 for no limit.
    alpha : float
        1 for the sum of utilities, 0 for the sum of their logarithms.

    Returns
    -------
    FloatMatrix, shape (n,)
        The slope of g ** alpha / alpha, in the limit of log g, where g is what can be realised of the yeses; lowered
        once more by the chance that one more yes is realised, because one that is turned down disappoints two. Scaled
        so that the median is 1.

    """
    worth = np.maximum(realised(expected, capacity), _TINY) ** (alpha - 1.0) * marginal(expected, capacity) ** 2
    worth = np.maximum(worth, _TINY)
    return worth / np.median(worth) if len(worth) else worth


def utilities(side: Layout, exposure: Slots, across: Slots) -> FloatMatrix:
    """Return the expected number of mutual yeses of each row of a layout.

    Parameters
    ----------
    side : Layout
        The side.
    exposure, across : Slots
        The exposures in the lists of this and of the other side.

    Returns
    -------
    FloatMatrix, shape (n_rows,)
        Expected numbers, at least 0.

    """
    expected = np.zeros(len(side.owner))
    for block in side.blocks:
        at = block.slots
        chances = side.worth[at] * across[side.other[at]] * exposure[at]
        expected[block.range] = chances.reshape(block.rows, block.width).sum(axis=1)
    return expected


def _uniform(side: Layout, view: npt.NDArray[Any]) -> Slots:
    """Return the exposures of lists in an order drawn by lot."""
    mean = np.cumsum(view) / np.arange(1, len(view) + 1)
    exposure = np.zeros(len(side.worth), dtype=view.dtype)
    for block in side.blocks:
        of_row = mean[side.degree[block.range] - 1]
        exposure[block.slots] = np.repeat(of_row, block.width)
    return exposure
