"""What happened in the demo town's partnerships after they were agreed: work, things lent, and how each ended."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final
from zlib import crc32

from sqlalchemy.orm import Session

from models import (
    Account,
    Again,
    CaseStudy,
    CollaborationForm,
    ConsentChannel,
    EndDecision,
    Ending,
    Evaluation,
    GoalReached,
    LedgerLine,
    LedgerMove,
    Merit,
    Milestone,
    ParticipantKind,
    Partnership,
    Party,
    ResourceKind,
    Side,
    WorkedHours,
)
from seeds.identity import identified

KINDS: Final = MappingProxyType(
    {
        ParticipantKind.NEIGHBORHOOD_ASSOCIATION: "自治会",
        ParticipantKind.RMO: "地域協働体",
        ParticipantKind.NPO: "NPO・市民団体",
        ParticipantKind.COMPANY: "企業",
        ParticipantKind.UNIVERSITY: "学校",
        ParticipantKind.RESIDENT: "住民",
        ParticipantKind.GOVERNMENT: "役所",
        ParticipantKind.INTERMEDIARY: "中間支援組織",
    }
)
REASONS: Final = MappingProxyType(
    {
        Ending.DISSOLVED: "目的を果たしたので、解散する。",
        Ending.CONTINUED: "続けたいという声が多いので、来期も続ける。",
        Ending.HANDED_OVER: "地域の会に引き継ぐ。",
    }
)
HELPED: Final = (
    "月に一度、全員で顔を合わせたこと。",
    "役割を紙に書いて分けたこと。",
    "始める前に、できないことも話しておいたこと。",
    "連絡係を一人に決めたこと。",
)
HINDERED: Final = ("日程が合わない月があった。", "最初の分担があいまいだった。", "", "雨の日の代わりの場所がなかった。")
LENT: Final = frozenset({ResourceKind.GOODS, ResourceKind.PLACE})
HALF_WAY: Final = 0.5


@dataclass(frozen=True, slots=True)
class Chapter:
    """One partnership of the records, and who wrote down what happened."""

    session: Session
    partnership: Partnership
    key: str
    by: Account

    @property
    def number(self) -> int:
        """Return a number that is its own, so that not all say the same."""
        return crc32(self.key.encode())


def run(chapter: Chapter, *, on: date, at: datetime) -> None:
    """Begin the work: two milestones, what is lent, and the hours of the first day."""
    partnership = chapter.partnership
    _mark_milestones(chapter, on=on, at=at)
    giving = [party for party in partnership.parties if party.side is Side.PROVIDER]
    for party in giving:
        for commitment in party.commitments:
            if commitment.item.kind in LENT:
                _lend(chapter, party, commitment.item.what, commitment.item.unit, on=on, at=at)
        if any(commitment.item.kind is ResourceKind.PEOPLE for commitment in party.commitments):
            worked = WorkedHours(on=on, hours=2.0, what="打合せと準備", noted_at=at, party=party, noted_by=chapter.by)
            chapter.session.add(identified(worked, chapter.key, str(party.position), at=at))


def _mark_milestones(chapter: Chapter, *, on: date, at: datetime) -> None:
    partnership = chapter.partnership
    ends_on = partnership.ends_on or on
    half = on + timedelta(days=int((ends_on - on).days * HALF_WAY))
    for number, (title, due_on) in enumerate((("初回の打合せ", on), ("中間のふりかえり", half)), start=1):
        milestone = Milestone(title=title, due_on=due_on, partnership=partnership)
        if due_on == on:
            milestone.reach(by=chapter.by, at=at)
        chapter.session.add(identified(milestone, chapter.key, str(number), at=at))


def _lend(chapter: Chapter, party: Party, what: str, unit: str, *, on: date, at: datetime) -> None:
    partnership = chapter.partnership
    line = LedgerLine(
        kind=ResourceKind.GOODS,
        what=what,
        unit=unit,
        is_lent=True,
        due_back_on=partnership.ends_on,
        partnership=partnership,
        giver=party,
        receiver=partnership.parties[0],
    )
    entry = line.note(LedgerMove.HANDED_OVER, 1, on=on, by=chapter.by, at=at)
    key = (chapter.key, str(party.position), what)
    identified(entry, *key, LedgerMove.HANDED_OVER, at=at)
    chapter.session.add(identified(line, *key, at=at))


def end(chapter: Chapter, lines: Sequence[LedgerLine], ending: Ending, *, on: date, at: datetime) -> None:
    """Bring back what was lent, let everybody look back, and keep the decision and the case."""
    for line in lines:
        if line.outstanding:
            entry = line.note(LedgerMove.RETURNED, line.outstanding, on=on, by=chapter.by, at=at)
            identified(entry, line.id.hex, LedgerMove.RETURNED, at=at)
    for party in chapter.partnership.parties:
        chapter.session.add(_evaluation(chapter, party, ending, at=at))
    decision = EndDecision(
        ending=ending,
        reason=REASONS[ending],
        handed_to="地区の世話人の会" if ending is Ending.HANDED_OVER else "",
        decided_at=at,
        partnership=chapter.partnership,
        decided_by=chapter.by,
    )
    chapter.session.add_all([identified(decision, chapter.key, at=at), _case(chapter, ending, at=at)])


def _evaluation(chapter: Chapter, party: Party, ending: Ending, *, at: datetime) -> Evaluation:
    turn = chapter.number + party.position
    evaluation = Evaluation(
        goal=GoalReached.PARTLY if turn % 3 == 0 else GoalReached.YES,
        again=Again.YES if ending is Ending.CONTINUED or turn % 2 else Again.PERHAPS,
        principles={"equality": 3 + turn % 2, "understanding": 3, "roles": 4 - turn % 2, "goal": 4},
        merits={Merit.NEEDS_MET.value: 4, Merit.NEW_STRUCTURE.value: 2 + turn % 2, Merit.SYNERGY.value: 3},
        helped=HELPED[turn % len(HELPED)],
        hindered=HINDERED[turn % len(HINDERED)],
        given_at=at,
        channel=ConsentChannel.FACE_TO_FACE,
        party=party,
        given_by=chapter.by,
    )
    return identified(evaluation, chapter.key, str(party.position), at=at)


def _case(chapter: Chapter, ending: Ending, *, at: datetime) -> CaseStudy:
    partnership = chapter.partnership
    counted = Counter(KINDS[party.participant.kind] for party in partnership.parties)
    case = CaseStudy(
        title=partnership.title,
        problem=partnership.need.body or partnership.title,
        team="、".join(kind if number == 1 else f"{kind}{number}" for kind, number in counted.items()),
        form=CollaborationForm.ACCORD,
        cost="持ち出しはなし。材料などの実費は、募集した側が負担した。",
        helped=HELPED[chapter.number % len(HELPED)],
        result=f"予定したことをすべて行えた。{REASONS[ending]}",
        written_at=at,
        partnership=partnership,
        written_by=chapter.by,
    )
    return identified(case, chapter.key, at=at)
