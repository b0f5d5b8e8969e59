from datetime import UTC, date, datetime

from models import Account, Ending, Need, Offer, Partnership, Party, Reply, ReviewReason, Stage, Suggestion
from models.lifecycle import MAIN_WAY

from .accounts import make_account
from .suggestions import make_suggestion
from .taxonomy import make_reason

NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
DUE = date(2026, 11, 26)


def make_partnership(
    *,
    stage: Stage = Stage.PROPOSED,
    suggestion: Suggestion | None = None,
    need: Need | None = None,
    offers: list[Offer] | None = None,
    by: Account | None = None,
) -> Partnership:
    """Return a partnership that walked the real way to the stage, without taking capacity."""
    by = by or make_account(name="調整 太郎")
    suggestion = suggestion or make_suggestion(need=need, offers=offers)
    suggestion.approve(by=by, at=NOON)
    partnership = Partnership.propose(suggestion, by=by, at=NOON, reply_due_on=DUE)
    if stage is Stage.PROPOSED:
        return partnership
    if stage is Stage.DECLINED:
        answer(partnership.parties[-1], Reply.NO, reason=make_reason())
        return partnership
    if stage in {Stage.LAPSED, Stage.WITHDRAWN}:
        partnership.move_to(stage, by=by, at=NOON)
        return partnership
    accept(partnership)
    for following in MAIN_WAY[2 : MAIN_WAY.index(stage) + 1]:
        ending = Ending.DISSOLVED if following is Stage.CLOSED else None
        partnership.move_to(following, by=by, at=NOON, ending=ending)
    return partnership


def answer(
    party: Party, reply: Reply = Reply.YES, *, by: Account | None = None, reason: ReviewReason | None = None
) -> None:
    party.partnership.answer(party, reply, by=by or make_account(), at=NOON, reason=reason)


def accept(partnership: Partnership) -> None:
    for party in partnership.parties:
        answer(party)
