from datetime import UTC, date, datetime
from typing import Any

from models import (
    Account,
    AgreementVersion,
    Ending,
    Need,
    Offer,
    Partnership,
    Party,
    PartyTerms,
    Reply,
    ReviewReason,
    Stage,
    Suggestion,
)
from models.lifecycle import MAIN_WAY

from .accounts import make_account
from .suggestions import make_suggestion
from .taxonomy import make_reason

NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
DUE = date(2026, 11, 26)
STARTS_ON = date(2026, 12, 1)
ENDS_ON = date(2027, 3, 31)


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
        if following is Stage.AGREED:
            partnership.agree(1, starts_on=STARTS_ON, ends_on=ENDS_ON, evaluation_on=ENDS_ON, by=by, at=NOON)
            continue
        if following is Stage.EVALUATING:
            partnership.begin_evaluation(by=by, at=NOON)
            continue
        ending = Ending.DISSOLVED if following is Stage.CLOSED else None
        partnership.move_to(following, by=by, at=NOON, ending=ending)
    return partnership


def make_terms(party: Party, **said: Any) -> PartyTerms:
    """Return what a whole agreement says of a party; what is passed in replaces it."""
    whole: dict[str, Any] = {
        "position": party.position,
        "name": party.participant.name,
        "leads": party.leads,
        "role": "会場の用意",
        "duty": "前日までに会場を開ける",
        "benefit": "若い人とつながる",
        "burden": "月に二回の準備",
        "may_change": "日時",
        "to_keep": "会場では靴を脱ぐ",
    }
    return PartyTerms(party=party, **(whole | said))


def make_agreement(
    partnership: Partnership, *, number: int = 1, terms: list[PartyTerms] | None = None, **said: Any
) -> AgreementVersion:
    """Return a version that lacks nothing; what is passed in replaces it."""
    whole: dict[str, Any] = {
        "number": number,
        "written_at": NOON,
        "title": partnership.title,
        "problem": "集まる場所がない",
        "purpose": "だれもが立ち寄れる場をつくる",
        "activity": "月二回の子ども食堂",
        "goal": "子ども食堂を開く",
        "goal_measure": "月二回、毎回三十人",
        "goal_due_on": ENDS_ON,
        "starts_on": STARTS_ON,
        "ends_on": ENDS_ON,
        "cost": "食材は提供、会場は無料",
        "information": "月に一度知らせ合う",
        "public_summary": "月二回の子ども食堂をともに開きます。",
        "opportunity": "募集を町に公開し、三者に声をかけた",
        "change_terms": "話し合って変える",
        "results": "記録は共有する",
        "personal_data": "名簿は持ち出さない",
        "evaluation_on": ENDS_ON,
        "evaluation_measure": "来た人の数と声",
    }
    if terms is None:
        terms = [make_terms(party) for party in partnership.present]
    return AgreementVersion(partnership=partnership, terms=terms, **(whole | said))


def answer(
    party: Party, reply: Reply = Reply.YES, *, by: Account | None = None, reason: ReviewReason | None = None
) -> None:
    party.partnership.answer(party, reply, by=by or make_account(), at=NOON, reason=reason)


def accept(partnership: Partnership) -> None:
    for party in partnership.parties:
        answer(party)
