"""Reads of the activities that bodies report; every list starts from `visible_to`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload

from models import Account, Activity, Area, Merger, Participant, ParticipantKind, Role, lies_under
from models.years import first_day

PAGE_SIZE: Final = 30


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list of activities."""

    activities: Sequence[Activity]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """Return how many pages the list has, at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


def visible_to(account: Account) -> Select[Activity]:
    """Return the activities of the bodies that the account speaks for or coordinates."""
    return (
        select(Activity)
        .join(Participant, Activity.participant_id == Participant.id)
        .join(Area, Participant.area_id == Area.id)
        .where(or_(Participant.id.in_(_own(account)), lies_under(account.paths(Role.COORDINATOR))))
    )


def page_of(session: Session, account: Account, *, year: int | None, participant: UUID | None, number: int) -> Page:
    """Return one page of the activities, the newest first, of one fiscal year and one body where they are named."""
    found = visible_to(account)
    if year is not None:
        found = found.where(Activity.done_on >= first_day(year), Activity.done_on < first_day(year + 1))
    if participant is not None:
        found = found.where(Participant.id == participant)
    total = session.scalar(select(func.count()).select_from(found.with_only_columns(Activity.id).subquery())) or 0
    number = min(max(number, 1), max(1, -(-total // PAGE_SIZE)))
    activities = session.scalars(
        found.options(joinedload(Activity.participant).lazyload(Participant.consents))
        .order_by(Activity.done_on.desc(), Activity.id)
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    return Page(activities, total, number)


def bodies_for(session: Session, account: Account) -> Sequence[Participant]:
    """Return the bodies for which the account may write down activities: its own, and RMOs of its places."""
    is_coordinated = lies_under(account.paths(Role.COORDINATOR)) & (Participant.kind == ParticipantKind.RMO)
    return session.scalars(
        select(Participant)
        .join(Area, Participant.area_id == Area.id)
        .where(
            Participant.kind != ParticipantKind.RESIDENT,
            Participant.left_at.is_(None),
            or_(Participant.id.in_(_own(account)), is_coordinated),
        )
        .options(lazyload(Participant.consents))
        .order_by(Participant.reading, Participant.name, Participant.id)
    ).all()


def same_as(
    session: Session, participant: Participant, *, on: date, what: str, but: Activity | None = None
) -> Activity | None:
    """Return the activity that says the same of the same body and day already, for this record or one given up."""
    records = select(Merger.merged_id).where(Merger.kept_id == participant.id)
    statement = select(Activity).where(
        or_(Activity.participant_id == participant.id, Activity.participant_id.in_(records)),
        Activity.done_on == on,
        Activity.what == what,
    )
    if but is not None:
        statement = statement.where(Activity.id != but.id)
    return session.scalar(statement.limit(1))


def sent_before(session: Session, sent_key: str) -> Activity | None:
    """Return what was written down with the same form already."""
    return session.scalar(select(Activity).where(Activity.sent_key == sent_key))


def _own(account: Account) -> list[UUID]:
    return [membership.participant_id for membership in account.memberships]
