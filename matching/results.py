"""What the engine answers: suggestions for each need, with partners, parts and reasons."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from matching.reasons import Reason
from matching.relaxation import Relaxation
from matching.teams import Assignment


@dataclass(frozen=True, slots=True)
class PartnerResult:
    """One partner of a suggestion.

    Parameters
    ----------
    offer_id, owner : str
        Ids of the offer and of the participant that makes it.
    score : float or None
        How well the offer fits the need in [0, 1], None where too little is known to show a number.
    confidence : float
        Share of the weight that is known, in [0, 1].
    parts : Mapping[str, float]
        What each known signal adds, and under `load` what the load takes away; they add up to the score.
    reasons : tuple[Reason, ...]
        What speaks for the offer, the largest part first.
    assignments : tuple[Assignment, ...]
        What it gives.
    share : float
        Its share of what the team covers, in (0, 1]; the shares of a team add up to 1.
    unknown : tuple[str, ...]
        The signals of which nothing is known.

    """

    offer_id: str
    owner: str
    score: float | None
    confidence: float
    parts: Mapping[str, float] = field(hash=False)
    reasons: tuple[Reason, ...]
    assignments: tuple[Assignment, ...]
    share: float
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SuggestionResult:
    """One team for one need.

    Parameters
    ----------
    rank : int
        Place among the suggestions for the need, from 1.
    score : float or None
        Mean of the scores of the partners by their shares, None where one of them has none to show or all are only
        faintly near. It says how well the partners fit, not how much they cover: that is said by `open_slots`.
    confidence : float
        Mean of the confidences of the partners by their shares, in [0, 1].
    value : float
        What the team is worth as a whole; suggestions are ordered by it.
    partners : tuple[PartnerResult, ...]
        The partners in the order of their offers' ids.
    open_slots : tuple[str, ...]
        Ids of the slots of which something is still lacking.
    reasons : tuple[Reason, ...]
        What the team achieves as a whole.
    snapshot : dict[str, Any]
        The frozen input as plain JSON; `matching.replay.replay` gives this suggestion again from it.
    places : tuple[int, ...]
        Its place on the desk among the suggestions for the need in each round of `matching.showing`, from 1; empty
        where the market was not looked at as a whole.

    """

    rank: int
    score: float | None
    confidence: float
    value: float
    partners: tuple[PartnerResult, ...]
    open_slots: tuple[str, ...]
    reasons: tuple[Reason, ...]
    snapshot: dict[str, Any] = field(hash=False)
    places: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class NeedResult:
    """What a run found for one need.

    Parameters
    ----------
    need_id : str
        Id of the need.
    suggestions : tuple[SuggestionResult, ...]
        Up to five teams, best first.
    excluded : Mapping[str, int]
        How many offers each gate kept away.
    relaxations : tuple[Relaxation, ...]
        What would have to give where nobody or not everything was found.
    questions : tuple[Reason, ...]
        What to ask because it is not known.
    candidates : int
        How many of the offers that were found passed every gate and count for a slot. Where many are alike, more could
        be: from `matching.retrieval.BY_WORDS` on it is a least number.
    found : tuple[str, ...]
        Ids of the offers out of which the teams were put together: the best for each slot in turn.

    """

    need_id: str
    suggestions: tuple[SuggestionResult, ...]
    excluded: Mapping[str, int] = field(hash=False)
    relaxations: tuple[Relaxation, ...]
    questions: tuple[Reason, ...]
    candidates: int
    found: tuple[str, ...] = ()
