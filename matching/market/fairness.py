"""How far a policy gives way from what is best for all together to what nobody envies."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from matching.arrays import IntMatrix
from matching.market.capacity import realised
from matching.market.layout import Slots
from matching.market.policy import Policy
from matching.market.rotation import rotate

ENVY_TOLERANCE: Final = 0.005
"""By which share of the own utility another's opportunities must be better before that counts as envy."""

_WATCHED: Final = 256
_SMALL: Final = 1_000


@dataclass(frozen=True, slots=True)
class Pace:
    """How a policy goes from near the sum of utilities to that of their logarithms.

    Parameters
    ----------
    approach : int
        Steps at the first of `alphas` before anything else.
    alphas : tuple[float, ...]
        Where it stops to see whether anybody envies anybody, from the greatest.
    steps : int
        Steps at each of them.
    as_listed : bool
        Whether envy is looked for in the lists that are to be delivered, or in the exposures that they approximate.
    tolerated : float
        Of how many pairs that could envy, as a share, it is let pass.

    """

    approach: int
    alphas: tuple[float, ...]
    steps: int
    as_listed: bool
    tolerated: float


THOROUGH: Final = Pace(50, (0.35, 0.3, 0.25, 0.2, 0.15, 0.1, 0.05, 0.0), 15, as_listed=True, tolerated=0.0)
SWIFT: Final = Pace(20, (0.5, 0.35, 0.2, 0.1, 0.0), 8, as_listed=False, tolerated=1e-4)


def settle(policy: Policy, pace: Pace, rounds: int) -> tuple[Slots, Slots]:
    """Lower alpha only until nobody envies anybody.

    Parameters
    ----------
    policy : Policy
        A fresh policy, which is changed.
    pace : Pace
        How many steps are taken where.
    rounds : int
        Over how many rounds the lists are going to be rotated.

    Returns
    -------
    tuple[Slots, Slots]
        The exposures of both sides with the fewest envious pairs, and among those with the greatest alpha.

    """
    for _ in range(pace.approach):
        policy.step(pace.alphas[0])
    asked = [min(len(side.owner), _WATCHED if len(side.owner) > _SMALL else _SMALL) for side in policy.sides]
    bearable = pace.tolerated * sum(of * len(side.owner) for of, side in zip(asked, policy.sides, strict=True))
    best, fewest = (policy.exposures[0], policy.exposures[1]), -1
    for alpha in pace.alphas:
        for _ in range(pace.steps):
            policy.step(alpha)
        due = (policy.exposures[0], policy.exposures[1])
        envious = envious_pairs(policy, *(_as_listed(policy, rounds) if pace.as_listed else due))
        if fewest < 0 or envious < fewest:
            best, fewest = due, envious
        if fewest <= bearable:
            break
        policy.exposures = [exposure.copy() for exposure in due]
    return best


def _as_listed(policy: Policy, rounds: int) -> tuple[Slots, Slots]:
    delivered = (policy.exposures[0].copy(), policy.exposures[1].copy())
    for side, exposure, view in zip(policy.sides, delivered, policy.examined, strict=True):
        for _ in rotate(side, exposure, view, rounds):
            pass
    return delivered


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
        `ENVY_TOLERANCE`. On a side of more than 1,000, only 256 of them are asked whom they envy.

    """
    left, right = policy.sides
    n, m = len(left.owner), len(right.owner)
    # (n_left, n_right) and (n_right, n_left): who sees whom, and how probably both then say yes.
    seen, seen_by = left.matrix(on_left, m), right.matrix(on_right, n)
    chances, chances_by = left.matrix(left.worth * on_left, m), right.matrix(right.worth * on_right, n)
    return _envious(chances, seen_by, policy.capacities[0]) + _envious(chances_by, seen, policy.capacities[1])


def _envious(chances: Any, opportunities: Any, capacity: IntMatrix) -> int:
    """Count pairs (i, k) where the chances of i meet better opportunities in the place of k."""
    count = len(capacity)
    if count <= _SMALL:
        asked = np.arange(count)
        expected = chances.toarray() @ opportunities.toarray()
        of, instead = np.repeat(asked, count), expected.reshape(-1)
        own = np.diagonal(expected)
    else:
        asked = np.linspace(0, count - 1, _WATCHED).astype(np.int64)
        expected = (chances[asked] @ opportunities).tocoo()
        of, instead = expected.coords[0], expected.data
        own = np.bincount(of, weights=np.where(expected.coords[1] == asked[of], instead, 0.0), minlength=len(asked))
    room = capacity[asked]
    better = realised(instead, room[of]) > (1.0 + ENVY_TOLERANCE) * realised(own, room)[of]
    return int(better.sum())
