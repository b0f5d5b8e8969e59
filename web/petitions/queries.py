"""Reads of petitions; every list starts from `visible_to`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, false, func, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload
from sqlalchemy.orm.interfaces import ORMOption

from models import Account, Area, AreaPlan, Goal, Participant, ParticipantKind, Petition, Role, lies_under
from models.business_days import add_business_days
from web.registered.queries import Register, register

PAGE_SIZE: Final = 20
MOST_OFFERED: Final = 300
MOST_DUE: Final = 50
REMINDED_BUSINESS_DAYS: Final = 5
STAFF: Final = (Role.COORDINATOR, Role.ADMINISTRATOR)


class State(StrEnum):
    """Whether the administration still owes an answer."""

    OPEN = "open"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list of petitions."""

    petitions: Sequence[Petition]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """Return how many pages the list has, at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


def visible_to(account: Account | None) -> Select[Petition]:
    """Return the petitions that were answered in public, are of the reader's places, or of the reader's bodies."""
    public = Petition.answered_on.is_not(None) & Petition.answer_is_public
    return select(Petition).where(or_(public, _is_looked_after(account), _is_own(account)))


def waits() -> ColumnElement[bool]:
    """Return the condition that a petition waits for its answer."""
    return Petition.answer.is_(None) & Petition.withdrawn_on.is_(None)


def page_of(session: Session, account: Account | None, state: State | None, *, number: int) -> Page:
    """Return one page: those that wait first, the one that is due first at the top, then the answered, newest first."""
    found = visible_to(account)
    if state is not None:
        found = found.where(waits() if state is State.OPEN else Petition.answered_on.is_not(None))
    total = session.scalar(select(func.count()).select_from(found.with_only_columns(Petition.id).subquery())) or 0
    number = min(max(number, 1), max(1, -(-total // PAGE_SIZE)))
    rows = session.scalars(
        found.options(*_of_a_line())
        .order_by(
            case((waits(), 0), else_=1),
            Petition.answered_on.desc(),
            Petition.answer_due_on,
            Petition.priority,
            Petition.received_on,
            Petition.id,
        )
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    return Page(rows, total, number)


def due(session: Session, account: Account, today: date) -> Sequence[Petition]:
    """Return the petitions of the reader's places whose answer is due within five business days, or overdue."""
    return session.scalars(
        select(Petition)
        .where(
            _is_looked_after(account),
            waits(),
            Petition.answer_due_on <= add_business_days(today, REMINDED_BUSINESS_DAYS),
        )
        .options(*_of_a_line())
        .order_by(Petition.answer_due_on, Petition.priority, Petition.id)
        .limit(MOST_DUE)
    ).all()


def to_remind_of(session: Session, today: date) -> Sequence[Petition]:
    """Return the petitions everywhere whose answer is due soon or overdue and of which nobody was reminded."""
    return session.scalars(
        select(Petition)
        .where(
            waits(),
            Petition.reminded_at.is_(None),
            Petition.answer_due_on <= add_business_days(today, REMINDED_BUSINESS_DAYS),
        )
        .options(*_of_a_line())
        .order_by(Petition.answer_due_on, Petition.id)
    ).all()


def bodies_of(session: Session, account: Account) -> Register:
    """Return the bodies for which the account may write: its own first, then those of its places, by name."""
    own = _own(account)
    here = select(Area.id).where(lies_under(account.paths(Role.COORDINATOR)))
    is_of_others = case((Participant.id.in_(own), 0), else_=1)
    among = (
        select(Participant)
        .where(
            Participant.kind != ParticipantKind.RESIDENT,
            Participant.left_at.is_(None),
            or_(Participant.id.in_(own), Participant.area_id.in_(here)),
        )
        .options(lazyload(Participant.consents), joinedload(Participant.area))
        .order_by(is_of_others, Participant.name, Participant.id)
    )
    return register(session, among)


def goals_around(session: Session, petition: Petition) -> Sequence[Goal]:
    """Return the goals of the plans of the municipality that a petition comes from."""
    here = select(Area.id).where(lies_under([petition.area.tenant.path]))
    return session.scalars(
        select(Goal)
        .join(AreaPlan, Goal.plan_id == AreaPlan.id)
        .where(AreaPlan.area_id.in_(here))
        .options(joinedload(Goal.plan), lazyload(Goal.roles), lazyload(Goal.progress))
        .order_by(AreaPlan.first_year.desc(), AreaPlan.title, AreaPlan.id, Goal.position)
        .limit(MOST_OFFERED)
    ).all()


def whole(session: Session, petition: Petition) -> Petition:
    """Return a petition with who wrote it and what it belongs to, loaded at once."""
    name_only = (lazyload(Account.memberships), lazyload(Account.appointments))
    return session.scalars(
        select(Petition)
        .where(Petition.id == petition.id)
        .options(
            *_of_a_line(),
            joinedload(Petition.goal).options(joinedload(Goal.plan), lazyload(Goal.roles), lazyload(Goal.progress)),
            joinedload(Petition.written_by).options(*name_only),
            joinedload(Petition.answered_by).options(*name_only),
        )
        .execution_options(populate_existing=True)
    ).one()


def _of_a_line() -> tuple[ORMOption, ...]:
    return (joinedload(Petition.participant).lazyload(Participant.consents),)


def _own(account: Account | None) -> list[UUID]:
    return [] if account is None else [membership.participant_id for membership in account.memberships]


def _is_own(account: Account | None) -> ColumnElement[bool]:
    own = _own(account)
    return Petition.participant_id.in_(own) if own else false()


def _is_looked_after(account: Account | None) -> ColumnElement[bool]:
    paths = [] if account is None else [path for role in STAFF for path in account.paths(role)]
    return Petition.area_id.in_(select(Area.id).where(lies_under(paths))) if paths else false()
