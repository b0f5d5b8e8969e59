"""What running partnerships ask of somebody now: of their coordinators, and of their parties; one query each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Integer, Select, and_, cast, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session

from models import (
    Account,
    AgreementVersion,
    Area,
    ChangeRequest,
    DateAnswer,
    Evaluation,
    LedgerLine,
    MatchingTable,
    MeetingDate,
    Need,
    Partnership,
    Party,
    Role,
    Signature,
    Stage,
    lies_under,
)
from models.agreements import SIGNED_IN
from models.base import UtcDateTime
from models.years import TOWN_TIME, town_day

FEW: Final = 3
"""So many partnerships of each kind are shown at once to a coordinator."""

MOST_WAITING: Final = 10
TOLD_BEFORE_THE_END: Final = timedelta(days=14)
ALERTED_WITHOUT_AGREEMENT: Final = timedelta(days=30)
WITHDRAWN_WITHOUT_AGREEMENT: Final = timedelta(days=90)
BEFORE_IT_GOES_BACK: Final = timedelta(days=7)
WITHOUT_AGREEMENT: Final = (Stage.ACCEPTED, Stage.DRAFTING)

NO_DAY: Final = cast(null(), Date)
NO_MOMENT: Final = cast(null(), UtcDateTime)
NO_NUMBER: Final = cast(null(), Integer)


class Due(StrEnum):
    """What a partnership asks of its coordinator, the most urgent first."""

    REQUEST = "request"
    OVERDUE = "overdue"
    DECISION = "decision"
    STALLED = "stalled"
    UNSIGNED = "unsigned"
    MEETING = "meeting"
    EVALUATION = "evaluation"
    ENDS = "ends"


class Awaited(StrEnum):
    """What a partnership awaits of one of its parties."""

    DATES = "dates"
    SIGNATURE = "signature"
    EVALUATION = "evaluation"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class DuePartnership:
    """A partnership that asks for something; the day is the one that counts, the numbers say how many of how many."""

    id: UUID
    title: str
    day: date | None
    done: int | None
    of: int | None


@dataclass(frozen=True, slots=True)
class DueSome:
    """The first few partnerships that ask for one thing, and how many there are."""

    rows: Sequence[DuePartnership]
    total: int


@dataclass(frozen=True, slots=True)
class AwaitedOfParty:
    """What a partnership awaits of somebody for whom the reader speaks."""

    what: Awaited
    partnership_id: UUID
    title: str
    day: date | None


def due_in_partnerships(session: Session, account: Account, *, at: datetime) -> Mapping[Due, DueSome]:
    """Return what partnerships in the places of a coordinator ask for, the most urgent kind first."""
    on = town_day(at)
    here = lies_under(account.paths(Role.COORDINATOR))
    kinds = union_all(*(_first(kind, found, here) for kind, found in _asked(on).items())).subquery()
    rows = session.execute(select(kinds).order_by(kinds.c.kind, kinds.c.place)).all()
    some = {
        kind: DueSome(
            [
                DuePartnership(
                    row.id, row.title, row.day or (row.moment and town_day(row.moment)), row.done, row.out_of
                )
                for row in rows
                if row.kind == kind
            ],
            next((row.total for row in rows if row.kind == kind), 0),
        )
        for kind in Due
    }
    return {kind: found for kind, found in some.items() if found.total}


def awaited_of(session: Session, account: Account, *, at: datetime) -> Sequence[AwaitedOfParty]:
    """Return what partnerships await of those for whom the account speaks, what has a day first."""
    on = town_day(at)
    own = and_(
        Party.partnership_id == Partnership.id,
        Party.participant_id.in_([membership.participant_id for membership in account.memberships]),
        Party.left_at.is_(None),
    )
    has_answered = (
        select(DateAnswer.id)
        .join(MeetingDate, DateAnswer.date_id == MeetingDate.id)
        .where(MeetingDate.table_id == MatchingTable.id, DateAnswer.party_id == Party.id)
        .exists()
    )
    may_come = (
        select(MeetingDate.id).where(MeetingDate.table_id == MatchingTable.id, MeetingDate.starts_at > at).exists()
    )
    dates = (
        _awaited(Awaited.DATES, NO_DAY)
        .join(Party, own)
        .join(MatchingTable, MatchingTable.partnership_id == Partnership.id)
        .where(
            Partnership.stage.in_(WITHOUT_AGREEMENT),
            MatchingTable.starts_at.is_(None),
            MatchingTable.held_on.is_(None),
            may_come,
            ~has_answered,
        )
    )
    signature = (
        _awaited(Awaited.SIGNATURE, NO_DAY)
        .join(Party, own)
        .join(AgreementVersion, AgreementVersion.partnership_id == Partnership.id)
        .where(*_is_to_be_signed(), ~_has_signed())
    )
    evaluation = (
        _awaited(Awaited.EVALUATION, Partnership.evaluated_until)
        .join(Party, own)
        .where(Partnership.stage == Stage.EVALUATING, Partnership.evaluated_until >= on, ~_has_evaluated())
    )
    back = (
        _awaited(Awaited.RETURN, func.min(LedgerLine.due_back_on))
        .join(Party, own)
        .join(LedgerLine, LedgerLine.receiver_id == Party.id)
        .where(
            Partnership.over_at.is_(None),
            LedgerLine.outstanding > 0,
            LedgerLine.due_back_on <= on + BEFORE_IT_GOES_BACK,
        )
        .group_by(Partnership.id)
    )
    found = union_all(*(one.distinct() for one in (dates, signature, evaluation, back))).subquery()
    rows = session.execute(
        select(found)
        .order_by(found.c.day.is_(None), found.c.day, found.c.title, found.c.id, found.c.what)
        .limit(MOST_WAITING)
    ).all()
    return [AwaitedOfParty(Awaited(row.what), row.id, row.title, row.day) for row in rows]


def _asked(on: date) -> dict[Due, Select[Any]]:
    """Return, for each kind, which partnerships ask for it, by which day, and how much of it is done."""
    stalled = Partnership.accepted_at < _end_of(on - ALERTED_WITHOUT_AGREEMENT)
    is_present = and_(Party.partnership_id == Partnership.id, Party.left_at.is_(None))
    lacks_an_evaluation = select(Party.id).where(is_present, ~_has_evaluated()).exists()
    is_answered = or_(Partnership.evaluated_until < on, ~lacks_an_evaluation)
    present = select(func.count(Party.id)).where(is_present).correlate(Partnership).scalar_subquery()
    evaluated = select(func.count(Party.id)).where(is_present, _has_evaluated()).correlate(Partnership)
    signed = select(func.count(Party.id)).where(is_present, _has_signed()).correlate(Partnership, AgreementVersion)
    met = (
        select(MatchingTable.id)
        .where(MatchingTable.partnership_id == Partnership.id, MatchingTable.held_on.is_not(None))
        .exists()
    )
    return {
        Due.REQUEST: _of(moment=func.min(ChangeRequest.made_at))
        .join(Party, Party.partnership_id == Partnership.id)
        .join(ChangeRequest, ChangeRequest.party_id == Party.id)
        .where(Partnership.over_at.is_(None), ChangeRequest.decided_at.is_(None))
        .group_by(Partnership.id),
        Due.OVERDUE: _of(day=func.min(LedgerLine.due_back_on))
        .join(LedgerLine, LedgerLine.partnership_id == Partnership.id)
        .where(Partnership.over_at.is_(None), LedgerLine.outstanding > 0, LedgerLine.due_back_on < on)
        .group_by(Partnership.id),
        Due.DECISION: _of(day=Partnership.ends_on).where(Partnership.stage == Stage.EVALUATING, is_answered),
        Due.STALLED: _of(moment=Partnership.accepted_at).where(Partnership.stage.in_(WITHOUT_AGREEMENT), stalled),
        Due.UNSIGNED: _of(done=signed.scalar_subquery(), of=present)
        .join(AgreementVersion, AgreementVersion.partnership_id == Partnership.id)
        .where(*_is_to_be_signed()),
        Due.MEETING: _of(moment=Partnership.accepted_at).where(Partnership.stage == Stage.ACCEPTED, ~met, ~stalled),
        Due.EVALUATION: _of(day=Partnership.evaluated_until, done=evaluated.scalar_subquery(), of=present).where(
            Partnership.stage == Stage.EVALUATING, ~is_answered
        ),
        Due.ENDS: _of(day=Partnership.ends_on).where(
            Partnership.stage == Stage.RUNNING, Partnership.ends_on <= on + TOLD_BEFORE_THE_END
        ),
    }


def _of(
    *,
    day: Any = NO_DAY,
    moment: Any = NO_MOMENT,
    done: Any = NO_NUMBER,
    of: Any = NO_NUMBER,
) -> Select[Any]:
    return select(
        Partnership.id.label("id"),
        Partnership.need_id.label("need_id"),
        Partnership.title.label("title"),
        day.label("day"),
        moment.label("moment"),
        done.label("done"),
        of.label("out_of"),
    )


def _first(kind: Due, found: Select[Any], here: ColumnElement[bool]) -> Select[Any]:
    """Return the first few of a kind in some places, each with its rank and how many there are."""
    asked = found.subquery()
    placed = (
        select(
            literal(kind.value).label("kind"),
            asked.c.id,
            asked.c.title,
            asked.c.day,
            asked.c.moment,
            asked.c.done,
            asked.c.out_of,
            func.count().over().label("total"),
            func.row_number().over(order_by=(asked.c.day, asked.c.moment, asked.c.title, asked.c.id)).label("place"),
        )
        .join(Need, asked.c.need_id == Need.id)
        .join(Area, Need.area_id == Area.id)
        .where(here)
        .subquery()
    )
    return select(placed).where(placed.c.place <= FEW)


def _awaited(what: Awaited, day: Any) -> Select[Any]:
    return select(
        literal(what.value).label("what"),
        Partnership.id.label("id"),
        Partnership.title.label("title"),
        day.label("day"),
    ).select_from(Partnership)


def _is_to_be_signed() -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that an `AgreementVersion` is the latest of a `Partnership` and is not in force yet."""
    other = AgreementVersion.__table__.alias()
    latest = (
        select(func.max(other.c.number))
        .where(other.c.partnership_id == Partnership.id)
        .correlate(Partnership)
        .scalar_subquery()
    )
    return (
        Partnership.stage.in_(SIGNED_IN),
        AgreementVersion.number == latest,
        AgreementVersion.number > func.coalesce(Partnership.agreed_version, 0),
    )


def _has_signed() -> ColumnElement[bool]:
    """Return whether a `Party` signed an `AgreementVersion`."""
    return (
        select(Signature.id)
        .where(Signature.version_id == AgreementVersion.id, Signature.party_id == Party.id)
        .correlate(AgreementVersion, Party)
        .exists()
    )


def _has_evaluated() -> ColumnElement[bool]:
    """Return whether a `Party` said how it was."""
    return select(Evaluation.id).where(Evaluation.party_id == Party.id).correlate(Party).exists()


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), TOWN_TIME)
