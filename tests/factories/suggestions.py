from datetime import UTC, datetime
from itertools import count

from models import (
    Area,
    MatchingRun,
    Need,
    Offer,
    Suggestion,
    SuggestionPartner,
    SuggestionShare,
    WeightSet,
)

from .listings import make_need, make_offer
from .participants import make_participant

_numbers = count(1)
NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def make_run(municipality: Area, *, weight_set: WeightSet | None = None) -> MatchingRun:
    """Return a run that was published once, as many as you like for a municipality."""
    run = MatchingRun(
        municipality=municipality,
        weight_set=weight_set or WeightSet(number=1000 + next(_numbers), weights={"skill": 1.0}),
        started_at=NOON,
    )
    run.publish(needs=0, offers=0, at=NOON)
    run.supersede()
    return run


def make_suggestion(
    *,
    need: Need | None = None,
    offers: list[Offer] | None = None,
    run: MatchingRun | None = None,
    rank: int | None = None,
    score: float | None = 0.8,
    confidence: float = 0.7,
    quantity: int = 1,
) -> Suggestion:
    """Return a suggestion in which each offer's first item fills the need's slots in turn."""
    need = need or make_need()
    municipality = need.participant.municipality
    suggestion = Suggestion(
        need=need,
        run=run or make_run(municipality),
        rank=rank or next(_numbers),
        score=score,
        confidence=confidence,
        value=0.5,
        reasons=[],
        open_slots=[],
        snapshot={},
    )
    chosen = offers if offers is not None else [make_offer(participant=make_participant(area=need.participant.area))]
    for position, offer in enumerate(chosen, start=1):
        partner = SuggestionPartner(
            suggestion=suggestion,
            offer=offer,
            position=position,
            score=score,
            confidence=confidence,
            parts={},
            reasons=[],
        )
        SuggestionShare(
            partner=partner,
            slot=need.slots[(position - 1) % len(need.slots)],
            item=offer.items[0],
            quantity=quantity,
        )
    return suggestion
