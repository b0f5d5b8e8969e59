"""What other weights would change in the order of suggestions that a run found, need by need."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from matching.profiles import Weights
from matching.replay import SNAPSHOT_FORMAT, replay
from matching.results import SuggestionResult
from matching.snapshots import to_json

__all__ = ["Reordered", "reorder"]

_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Reordered:
    """The suggestions for one need under other weights.

    Parameters
    ----------
    first : int
        Which of the suggestions would stand first, by its position among those given.
    score : float or None
        What it would score; None where too little would be known.
    moved : int
        How many of them would stand at another place.
    left_out : int
        How many could not be computed: their input was erased, or another engine wrote it.

    """

    first: int
    score: float | None
    moved: int
    left_out: int


def reorder(snapshots: Sequence[Mapping[str, Any]], weights: Weights) -> Reordered | None:
    """Compute the suggestions for one need again under other weights, from their frozen input.

    Parameters
    ----------
    snapshots : Sequence[Mapping[str, Any]]
        What `matching.replay.freeze` wrote for each suggestion, in the order in which they stand.
    weights : Weights
        The other weights.

    Returns
    -------
    Reordered or None
        None where no suggestion of the need can be computed.

    Notes
    -----
    Teams are taken as they were found: which offers belong together is asked anew only by a run. Within a team, who
    gives what is divided anew.

    """
    told = to_json(weights)
    results = [
        (position, replay({**snapshot, "weights": told}))
        for position, snapshot in enumerate(snapshots)
        if snapshot.get("format") == SNAPSHOT_FORMAT
    ]
    if not results:
        return None
    ordered = sorted(results, key=lambda one: _order(one[1]))
    moved = sum(before != after for (before, _), (after, _) in zip(results, ordered, strict=True))
    first, best = ordered[0]
    return Reordered(first=first, score=best.score, moved=moved, left_out=len(snapshots) - len(results))


def _order(result: SuggestionResult) -> tuple[float, int, tuple[str, ...]]:
    """Return by what the suggestions for a need are put in order: value, fewer partners, ids."""
    return -round(result.value, _DIGITS), len(result.partners), tuple(partner.offer_id for partner in result.partners)
