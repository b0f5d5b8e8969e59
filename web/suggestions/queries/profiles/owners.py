"""What counts of the participants behind needs and offers: their limits, their record, and what they declined."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from models import (
    Commitment,
    Consent,
    ConsentPurpose,
    Enquiry,
    Need,
    Participant,
    ParticipantKind,
    Partnership,
    Party,
    Reply,
    RoleHolding,
    Side,
    Slot,
    Stage,
    WorkedHours,
)
from models.years import town_day

PORTION: Final = 500
PAST_YEAR: Final = timedelta(days=365)
PAST_MONTH: Final = timedelta(days=30)


@dataclass(slots=True)
class Record:
    """What past and present partnerships and offices say about one participant as a helper."""

    past_year: int = 0
    closed: int = 0
    finished: int = 0
    hours: float = 0.0
    offices: int = 0


@dataclass(frozen=True, slots=True)
class Owner:
    """What counts of the participant behind a need or an offer."""

    kind: str
    is_resident: bool
    engagements: int
    engagement_limit: int | None
    hours_per_month: float | None
    open_enquiries: int
    may_be_contacted: bool
    may_be_matched: bool
    consents: frozenset[str] = frozenset()


OTHER_PURPOSES: Final = (ConsentPurpose.LECTURER, ConsentPurpose.COUNCIL_SEAT)
NOTHING_YET: Final = Record()
_PARTICIPANT: Final = (
    Participant.id, Participant.kind, Participant.paused_at, Participant.left_at, Participant.is_adult,
    Participant.engagements, Participant.engagement_limit, Participant.hours_per_month, Participant.open_enquiries,
)  # fmt: skip


def owner_of(participant: Participant) -> Owner:
    """Return what counts of a participant that was loaded with its consents."""
    return Owner(
        kind=participant.kind.value,
        is_resident=participant.is_resident,
        engagements=participant.engagements,
        engagement_limit=participant.engagement_limit,
        hours_per_month=participant.hours_per_month,
        open_enquiries=participant.open_enquiries,
        may_be_contacted=participant.may_be_contacted,
        may_be_matched=participant.may_be_matched,
        consents=_others(
            {purpose for purpose in OTHER_PURPOSES if participant.consented_to(purpose)},
            may_be_contacted=participant.may_be_contacted,
        ),
    )


def owners_of(session: Session, ids: Collection[UUID]) -> dict[UUID, Owner]:
    """Return what counts of participants, with the consents that stand."""
    standing: dict[UUID, set[ConsentPurpose]] = {}
    rows: list[Any] = []
    for some in portions(ids):
        rows += session.execute(select(*_PARTICIPANT).where(Participant.id.in_(some))).all()
        for owner, purpose in session.execute(
            select(Consent.participant_id, Consent.purpose).where(
                Consent.participant_id.in_(some),
                Consent.withdrawn_at.is_(None),
                Consent.purpose.in_(list(ConsentPurpose)),
            )
        ):
            standing.setdefault(owner, set()).add(purpose)
    return {row.id: _owner_of_row(row, standing.get(row.id, set())) for row in rows}


def _owner_of_row(row: Any, standing: Collection[ConsentPurpose]) -> Owner:
    """Return what counts of one participant; the rules are those of `Participant.may_be_matched`."""
    is_resident = row.kind is ParticipantKind.RESIDENT
    may_be_contacted = (
        row.paused_at is None and row.left_at is None and (row.is_adult or ConsentPurpose.GUARDIAN in standing)
    )
    return Owner(
        kind=row.kind.value,
        is_resident=is_resident,
        engagements=row.engagements,
        engagement_limit=row.engagement_limit,
        hours_per_month=row.hours_per_month,
        open_enquiries=row.open_enquiries,
        may_be_contacted=may_be_contacted,
        may_be_matched=may_be_contacted and (not is_resident or ConsentPurpose.PROJECTS in standing),
        consents=_others(standing, may_be_contacted=may_be_contacted),
    )


def _others(standing: Collection[ConsentPurpose], *, may_be_contacted: bool) -> frozenset[str]:
    """Return to what somebody consented besides projects, as the engine calls it; nothing while nobody may ask them."""
    return frozenset(purpose.value for purpose in OTHER_PURPOSES if may_be_contacted and purpose in standing)


def declined_by(session: Session, statement: Select[Need]) -> dict[UUID, frozenset[str]]:
    """Return by need the participants who said no to it."""
    rows = session.execute(
        select(Partnership.need_id, Party.participant_id)
        .join(Party, Party.partnership_id == Partnership.id)
        .join(Enquiry, Enquiry.party_id == Party.id)
        .where(Enquiry.reply == Reply.NO, Partnership.need_id.in_(statement.with_only_columns(Need.id).order_by(None)))
    )
    declined: dict[UUID, set[str]] = {}
    for need_id, participant_id in rows:
        declined.setdefault(need_id, set()).add(str(participant_id))
    return {need_id: frozenset(participants) for need_id, participants in declined.items()}


def records_of(session: Session, owners: Select[UUID] | Sequence[UUID], *, at: datetime) -> dict[UUID, Record]:
    """Count, in one grouped query, what each helper took on.

    The hours of each partnership that goes on are those pledged, or those that were really worked in the last
    thirty days where these are more. Offices held now add their hours to them.
    """
    is_over = Partnership.over_at.is_not(None)
    taken_on = (
        select(
            Party.participant_id,
            func.sum(case((Partnership.accepted_at >= at - PAST_YEAR, 1), else_=0)),
            func.sum(case((Partnership.stage == Stage.CLOSED, 1), else_=0)),
            func.sum(case((is_over, 1), else_=0)),
            literal(0.0),
            literal(0),
        )
        .join(Partnership, Party.partnership_id == Partnership.id)
        .where(Party.side == Side.PROVIDER, Party.participant_id.in_(owners), Partnership.accepted_at.is_not(None))
        .group_by(Party.participant_id)
    )
    pledged, worked = _pledged(), _worked(since=town_day(at - PAST_MONTH))
    hours_pledged, hours_worked = func.coalesce(pledged.c.hours, 0.0), func.coalesce(worked.c.hours, 0.0)
    under_way = (
        select(
            Party.participant_id,
            literal(0),
            literal(0),
            literal(0),
            func.sum(case((hours_worked > hours_pledged, hours_worked), else_=hours_pledged)),
            literal(0),
        )
        .join(Partnership, Party.partnership_id == Partnership.id)
        .outerjoin(pledged, pledged.c.party_id == Party.id)
        .outerjoin(worked, worked.c.party_id == Party.id)
        .where(Party.participant_id.in_(owners), ~is_over, Party.left_at.is_(None))
        .group_by(Party.participant_id)
    )
    records: dict[UUID, Record] = {}
    held = (
        select(
            RoleHolding.participant_id,
            literal(0),
            literal(0),
            literal(0),
            func.coalesce(func.sum(RoleHolding.hours_per_month), 0.0),
            func.count(),
        )
        .where(RoleHolding.participant_id.in_(owners), is_held(town_day(at)))
        .group_by(RoleHolding.participant_id)
    )
    rows: Sequence[Any] = session.execute(union_all(taken_on, under_way, held)).all()
    for owner, past_year, closed, finished, hours, offices in rows:
        record = records.setdefault(owner, Record())
        record.past_year += past_year
        record.closed += closed
        record.finished += finished
        record.hours += hours
        record.offices += offices
    return records


def is_held(on: date) -> ColumnElement[bool]:
    """Return the condition that an office is held on a day."""
    return and_(RoleHolding.since <= on, or_(RoleHolding.until.is_(None), RoleHolding.until >= on))


def _pledged() -> Subquery:
    """Return the hours a month that each party pledged: those of every slot to which it promised something."""
    promised = (
        select(Commitment.party_id, Commitment.slot_id).where(Commitment.released_at.is_(None)).distinct().subquery()
    )
    return (
        select(promised.c.party_id, func.coalesce(func.sum(Slot.hours_per_month), 0.0).label("hours"))
        .join(Slot, promised.c.slot_id == Slot.id)
        .group_by(promised.c.party_id)
        .subquery()
    )


def _worked(*, since: date) -> Subquery:
    """Return the hours that the people of each party worked after a day."""
    return (
        select(WorkedHours.party_id, func.sum(WorkedHours.hours * WorkedHours.people).label("hours"))
        .where(WorkedHours.on > since)
        .group_by(WorkedHours.party_id)
        .subquery()
    )


def portions(ids: Collection[UUID]) -> Iterator[Sequence[UUID]]:
    """Yield ids in portions that every database takes as parameters."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), PORTION):
        yield ordered[start : start + PORTION]
