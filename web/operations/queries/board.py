"""The figures of an administrator's places, in a handful of grouped queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, case, func, or_, select, union
from sqlalchemy.orm import Session, joinedload

from models import (
    Account,
    Appointment,
    Area,
    Job,
    JobState,
    Membership,
    Need,
    NeedOutcome,
    NeedStatus,
    Offer,
    OutboxMail,
    Participant,
    ParticipantKind,
    Partnership,
    Role,
    Stage,
    Suggestion,
    Verdict,
    lies_under,
)
from models.suggestions import UNDECIDED, published_runs
from web.suggestions.queries.overlooked import overlooked_offers

LOOKED_BACK: Final = timedelta(days=7)
MOST_UNMET_SHOWN: Final = 10
TENTH: Final = 10


@dataclass(frozen=True, slots=True)
class Needs:
    """How many needs are open, and how many of them nobody fits."""

    open: int
    unmet: int
    not_looked_at: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many suggestions wait for a decision, and since when the oldest does."""

    pending: int
    held: int
    oldest_at: datetime | None

    def oldest_days(self, at: datetime) -> int:
        """Return for how many whole days the oldest has been waiting."""
        return 0 if self.oldest_at is None else (at - self.oldest_at).days


@dataclass(frozen=True, slots=True)
class Load:
    """How evenly engagements are spread over those who take part."""

    participants: int
    engagements: int
    gini: float
    share_of_top_tenth: float


@dataclass(frozen=True, slots=True)
class Operation:
    """What needs somebody's hand in the machine room."""

    failed_jobs: int
    mails_waiting: int
    mails_given_up: int


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that the board shows, as of one moment."""

    at: datetime
    places: tuple[Area, ...]
    needs: Needs
    unmet: tuple[Need, ...]
    waiting: Waiting
    partnerships: Mapping[Stage, int]
    staff_bank: int
    bodies: int
    load: Load
    overlooked: int
    operation: Operation


def board(session: Session, account: Account, *, at: datetime) -> Board:
    """Return the figures of the places that the account administers."""
    places = [appointment.area for appointment in account.appointments if appointment.role is Role.ADMINISTRATOR]
    here = lies_under([place.path for place in places])
    residents, bodies, load = _participants(session, here)
    return Board(
        at=at,
        places=tuple(sorted(places, key=lambda place: place.path)),
        needs=_needs(session, here),
        unmet=tuple(_unmet_needs(session, here)),
        waiting=_waiting(session, here),
        partnerships=_partnerships(session, here),
        staff_bank=residents,
        bodies=bodies,
        load=load,
        overlooked=session.scalar(overlooked_offers(here, at=at).with_only_columns(func.count(Offer.id))) or 0,
        operation=_operation(session, here, at=at),
    )


def _needs(session: Session, here: ColumnElement[bool]) -> Needs:
    row = session.execute(
        select(
            func.count(Need.id),
            func.count(case((NeedOutcome.candidates == 0, 1))),
            func.count(case((NeedOutcome.id.is_(None), 1))),
        )
        .join(Area, Need.area_id == Area.id)
        .outerjoin(NeedOutcome, _outcome_of_need())
        .where(here, Need.status == NeedStatus.OPEN)
    ).one()
    return Needs(open=row[0], unmet=row[1], not_looked_at=row[2])


def _unmet_needs(session: Session, here: ColumnElement[bool]) -> Sequence[Need]:
    """Return the needs that nobody fits and that anybody may see, the longest open first."""
    return session.scalars(
        select(Need)
        .join(Area, Need.area_id == Area.id)
        .join(NeedOutcome, _outcome_of_need())
        .join(Participant, Need.participant_id == Participant.id)
        .where(
            here,
            Need.status == NeedStatus.OPEN,
            NeedOutcome.candidates == 0,
            Participant.paused_at.is_(None),
            Participant.left_at.is_(None),
            Participant.is_adult,
        )
        .options(joinedload(Need.area))
        .order_by(Need.opened_at, Need.id)
        .limit(MOST_UNMET_SHOWN)
    ).all()


def _outcome_of_need() -> ColumnElement[bool]:
    return (NeedOutcome.need_id == Need.id) & NeedOutcome.run_id.in_(published_runs())


def _waiting(session: Session, here: ColumnElement[bool]) -> Waiting:
    row = session.execute(
        select(
            func.count(case((Suggestion.verdict == Verdict.PENDING, 1))),
            func.count(case((Suggestion.verdict == Verdict.HELD, 1))),
            func.min(Suggestion.created_at),
        )
        .join(Need, Suggestion.need_id == Need.id)
        .join(Area, Need.area_id == Area.id)
        .where(here, Suggestion.verdict.in_(UNDECIDED))
    ).one()
    return Waiting(pending=row[0], held=row[1], oldest_at=row[2])


def _partnerships(session: Session, here: ColumnElement[bool]) -> Mapping[Stage, int]:
    found = session.execute(
        select(Partnership.stage, func.count())
        .join(Need, Partnership.need_id == Need.id)
        .join(Area, Need.area_id == Area.id)
        .where(here)
        .group_by(Partnership.stage)
    )
    counts = {stage: count for stage, count in found}  # noqa: C416  # rows unpack, but are no pairs to a type checker
    return {stage: counts.get(stage, 0) for stage in Stage}


def _participants(session: Session, here: ColumnElement[bool]) -> tuple[int, int, Load]:
    """Return how many people and bodies take part, and how their engagements are spread."""
    is_resident = Participant.kind == ParticipantKind.RESIDENT
    rows = session.execute(
        select(is_resident.label("is_resident"), Participant.engagements, func.count().label("participants"))
        .join(Area, Participant.area_id == Area.id)
        .where(here, Participant.left_at.is_(None))
        .group_by(is_resident, Participant.engagements)
    ).all()
    residents = sum(row.participants for row in rows if row.is_resident)
    bodies = sum(row.participants for row in rows if not row.is_resident)
    return residents, bodies, concentration([(row.engagements, row.participants) for row in rows])


def concentration(groups: Sequence[tuple[int, int]]) -> Load:
    """Return how evenly engagements are spread, from pairs of (engagements each, how many participants).

    The Gini coefficient is 0 where all carry the same and near 1 where one carries everything.
    """
    ordered = sorted(groups)
    participants = sum(count for _, count in ordered)
    total = sum(each * count for each, count in ordered)
    if not total:
        return Load(participants=participants, engagements=0, gini=0.0, share_of_top_tenth=0.0)
    area_below = 0.0  # the area below the Lorenz curve, in units of one participant and one engagement
    carried = 0
    for each, count in ordered:
        area_below += count * (carried + each * count / 2)
        carried += each * count
    left = max(1, round(participants / TENTH))
    on_top = 0
    for each, count in reversed(ordered):
        on_top += each * min(left, count)
        left -= min(left, count)
    return Load(
        participants=participants,
        engagements=total,
        gini=1 - 2 * area_below / (participants * total),
        share_of_top_tenth=on_top / total,
    )


def _operation(session: Session, here: ColumnElement[bool], *, at: datetime) -> Operation:
    failed_jobs = session.scalar(
        select(func.count())
        .select_from(Job)
        .join(Area, Job.municipality_id == Area.id)
        .where(here, Job.state == JobState.FAILED, Job.finished_at >= at - LOOKED_BACK)
    )
    readers = union(
        select(Membership.account_id)
        .join(Participant, Membership.participant_id == Participant.id)
        .join(Area, Participant.area_id == Area.id)
        .where(here),
        select(Appointment.account_id).join(Area, Appointment.area_id == Area.id).where(here),
    )
    mails = session.execute(
        select(
            func.count(case((OutboxMail.given_up_at.is_(None), 1))),
            func.count(case((OutboxMail.given_up_at >= at - LOOKED_BACK, 1))),
        ).where(
            OutboxMail.sent_at.is_(None),
            OutboxMail.to_account_id.in_(readers),
            or_(OutboxMail.given_up_at.is_(None), OutboxMail.given_up_at >= at - LOOKED_BACK),
        )
    ).one()
    return Operation(failed_jobs=failed_jobs or 0, mails_waiting=mails[0], mails_given_up=mails[1])
