"""How far a policy gives way from what is best for all together to what nobody envies."""

from typing import Final

import numpy as np

from matching.market.capacity import realised
from matching.market.layout import Slots
from matching.market.policy import Policy
from matching.market.rotation import rotate

ENVY_TOLERANCE: Final = 0.005
"""By which share of the own utility another's opportunities must be better before that counts as envy."""

_APPROACH: Final = 50
_ALPHAS: Final = (0.35, 0.3, 0.25, 0.2, 0.15, 0.1, 0.05, 0.0)
_STEPS_EACH: Final = 15
_STEPS_SPARSE: Final = 50


def settle(policy: Policy) -> tuple[Slots, Slots]:
    """Lead a policy from the best for all together to the sum of logarithms, for markets of any size.

    Parameters
    ----------
    policy : Policy
        A fresh policy, which is changed.

    Returns
    -------
    tuple[Slots, Slots]
        The exposures of both sides.

    """
    for taken in range(_STEPS_SPARSE):
        policy.step(max(0.0, 1.0 - taken / (0.5 * _STEPS_SPARSE)))
    return policy.exposures[0], policy.exposures[1]


def settle_without_envy(policy: Policy, rounds: int) -> tuple[Slots, Slots]:
    """Lower alpha only until the lists that a policy comes to leave no envy.

    Parameters
    ----------
    policy : Policy
        A fresh policy, which is changed.
    rounds : int
        Over how many rounds its lists are rotated.

    Returns
    -------
    tuple[Slots, Slots]
        The exposures of both sides with the fewest envious pairs, and among those with the greatest alpha.

    """
    for taken in range(_APPROACH):
        policy.step(1.0 + (_ALPHAS[0] - 1.0) * taken / _APPROACH)
    best = (policy.exposures[0], policy.exposures[1])
    fewest: int | None = None
    for alpha in _ALPHAS:
        for _ in range(_STEPS_EACH):
            policy.step(alpha)
        due = (policy.exposures[0].copy(), policy.exposures[1].copy())
        delivered = (due[0].copy(), due[1].copy())
        for side, exposure, view in zip(policy.sides, delivered, policy.examined, strict=True):
            for _ in rotate(side, exposure, view, rounds):
                pass
        envious = envious_pairs(policy, *delivered)
        if fewest is None or envious < fewest:
            fewest, best = envious, due
        if envious == 0:
            break
    return best


def envious_pairs(policy: Policy, on_left: Slots, on_right: Slots) -> int:
    """Count in how many pairs one would fare better with the opportunities of the other.

    Parameters
    ----------
    policy : Policy
        Whose layouts and capacities count.
    on_left, on_right : Slots
        Exposures in the lists of the left and of the right.

    Returns
    -------
    int
        Pairs of two participants of one side, in which the realised matches of the first would grow by more than
        `ENVY_TOLERANCE`. Needs memory for all pairs.

    """
    left, right = policy.sides
    worth, seen, seen_by = np.zeros((3, len(left.owner), len(right.owner)))
    for block in left.blocks:
        real = np.arange(block.width) < left.degree[block.range, None]
        slots = np.arange(block.slots.start, block.slots.stop).reshape(real.shape)[real]
        rows = np.repeat(np.arange(block.rows) + block.first_row, left.degree[block.range])
        columns = left.partner[slots]
        worth[rows, columns] = left.worth[slots]
        seen[rows, columns] = on_left[slots]
        seen_by[rows, columns] = on_right[left.other[slots]]
    envious = 0
    for chances, opportunities, capacity in (
        (worth * seen, seen_by, policy.capacities[0]),
        ((worth * seen_by).T, seen.T, policy.capacities[1]),
    ):
        expected = chances @ opportunities.T
        instead = realised(expected, np.repeat(capacity[:, None], len(capacity), axis=1))
        envious += int((instead > (1.0 + ENVY_TOLERANCE) * np.diagonal(instead)[:, None]).sum())
    return envious
