"""The way of a partnership as data: which stage leads to which."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from models.errors import IllegalMove


class Stage(StrEnum):
    """Where a partnership stands."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DRAFTING = "drafting"
    AGREED = "agreed"
    RUNNING = "running"
    EVALUATING = "evaluating"
    CLOSED = "closed"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class Ending(StrEnum):
    """How a partnership ended."""

    DISSOLVED = "dissolved"
    CONTINUED = "continued"
    HANDED_OVER = "handed_over"


NEXT: Final[Mapping[Stage, frozenset[Stage]]] = MappingProxyType(
    {
        Stage.PROPOSED: frozenset({Stage.ACCEPTED, Stage.DECLINED, Stage.LAPSED, Stage.WITHDRAWN}),
        Stage.ACCEPTED: frozenset({Stage.DRAFTING, Stage.WITHDRAWN}),
        Stage.DRAFTING: frozenset({Stage.AGREED, Stage.WITHDRAWN}),
        Stage.AGREED: frozenset({Stage.RUNNING, Stage.WITHDRAWN}),
        Stage.RUNNING: frozenset({Stage.EVALUATING, Stage.WITHDRAWN}),
        Stage.EVALUATING: frozenset({Stage.CLOSED}),
        Stage.CLOSED: frozenset(),
        Stage.DECLINED: frozenset(),
        Stage.LAPSED: frozenset(),
        Stage.WITHDRAWN: frozenset(),
    }
)

OVER: Final = frozenset(stage for stage, following in NEXT.items() if not following)
MAIN_WAY: Final = (
    Stage.PROPOSED,
    Stage.ACCEPTED,
    Stage.DRAFTING,
    Stage.AGREED,
    Stage.RUNNING,
    Stage.EVALUATING,
    Stage.CLOSED,
)
ALL_SAID_YES: Final = frozenset(MAIN_WAY) - {Stage.PROPOSED, Stage.CLOSED}


def check_move(current: Stage, following: Stage) -> None:
    """Refuse a move that the lifecycle does not know."""
    if following not in NEXT[current]:
        raise IllegalMove(f"a partnership that is {current} does not become {following}")
