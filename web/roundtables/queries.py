"""Reads of meetings; every list starts from `visible_to`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload, raiseload, selectinload

from models import (
    Account,
    Area,
    AreaPlan,
    Attendance,
    Decision,
    Goal,
    Network,
    Participant,
    Partnership,
    Role,
    Roundtable,
    RoundtableKind,
    lies_under,
)

PAGE_SIZE: Final = 20
MOST_UPCOMING: Final = 20
MOST_OFFERED: Final = 200


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the list of meetings is narrowed down to; `ahead` is True for those to come, False for those that were."""

    kind: RoundtableKind | None = None
    area: str = ""
    ahead: bool | None = None

    def active(self) -> dict[str, str]:
        """Return the parts that narrow the list, as the parameters of its address."""
        when = {True: "ahead", False: "past", None: ""}[self.ahead]
        parts = {"kind": self.kind.value if self.kind else "", "area": self.area, "when": when}
        return {name: value for name, value in parts.items() if value}


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list of meetings."""

    roundtables: Sequence[Roundtable]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """Return how many pages the list has, at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


def visible_to(account: Account | None) -> Select[Roundtable]:
    """Return the meetings that are open to all, of the reader's places, or with a body that the reader speaks for."""
    return select(Roundtable).where(or_(Roundtable.is_public, _is_looked_after(account), _is_of(account)))


def page_of(session: Session, account: Account | None, narrowing: Narrowing, *, at: datetime, number: int) -> Page:
    """Return one page of the meetings: those to come first, the next one at the top, then those that were."""
    found = visible_to(account)
    if narrowing.kind is not None:
        found = found.where(Roundtable.kind == narrowing.kind)
    if narrowing.area:
        found = found.where(Roundtable.area_id.in_(select(Area.id).where(lies_under([narrowing.area]))))
    if narrowing.ahead is not None:
        found = found.where(_lies_ahead(at) if narrowing.ahead else ~_lies_ahead(at))
    total = session.scalar(select(func.count()).select_from(found.with_only_columns(Roundtable.id).subquery())) or 0
    number = min(max(number, 1), max(1, -(-total // PAGE_SIZE)))
    order = (Roundtable.starts_at, Roundtable.id) if narrowing.ahead else (Roundtable.starts_at.desc(), Roundtable.id)
    rows = session.scalars(
        found.options(lazyload(Roundtable.called_by)).order_by(*order).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    ).all()
    return Page(rows, total, number)


def upcoming(session: Session, account: Account, *, at: datetime, limit: int = MOST_UPCOMING) -> Sequence[Roundtable]:
    """Return the next meetings in the places that the account coordinates."""
    return session.scalars(
        select(Roundtable)
        .where(_is_looked_after(account), _lies_ahead(at))
        .order_by(Roundtable.starts_at, Roundtable.id)
        .limit(limit)
    ).all()


def whole(session: Session, roundtable: Roundtable) -> Roundtable:
    """Return a meeting with who came and what was decided, loaded at once."""
    name_only = (lazyload(Account.memberships), lazyload(Account.appointments))
    return session.scalars(
        select(Roundtable)
        .where(Roundtable.id == roundtable.id)
        .options(
            selectinload(Roundtable.attendances).joinedload(Attendance.participant).lazyload(Participant.consents),
            selectinload(Roundtable.decisions).options(
                joinedload(Decision.need),
                joinedload(Decision.goal).options(joinedload(Goal.plan), lazyload(Goal.roles), lazyload(Goal.progress)),
                joinedload(Decision.partnership).lazyload(Partnership.parties),
            ),
            joinedload(Roundtable.convenor).lazyload(Participant.consents),
            joinedload(Roundtable.network),
            joinedload(Roundtable.called_by).options(*name_only),
        )
        .execution_options(populate_existing=True)
    ).one()


def decision_of(session: Session, roundtable: Roundtable, identity: UUID) -> Decision | None:
    """Return one decision of a meeting."""
    return session.scalar(select(Decision).where(Decision.roundtable_id == roundtable.id, Decision.id == identity))


def networks_in(session: Session, account: Account) -> Sequence[Network]:
    """Return the networks of the account's places that have not ended, by name."""
    return session.scalars(
        select(Network)
        .where(Network.area_id.in_(_places(account)), Network.ended_at.is_(None))
        .options(raiseload(Network.members))
        .order_by(Network.name, Network.id)
        .limit(MOST_OFFERED)
    ).all()


def goals_around(session: Session, roundtable: Roundtable) -> Sequence[Goal]:
    """Return the goals of the plans of the municipality in which a meeting lies, plan by plan."""
    return session.scalars(
        select(Goal)
        .join(AreaPlan, Goal.plan_id == AreaPlan.id)
        .where(AreaPlan.area_id.in_(_municipality_of(roundtable)))
        .options(joinedload(Goal.plan), lazyload(Goal.roles), lazyload(Goal.progress))
        .order_by(AreaPlan.first_year.desc(), AreaPlan.title, AreaPlan.id, Goal.position)
        .limit(MOST_OFFERED)
    ).all()


def plans_around(session: Session, roundtable: Roundtable) -> Sequence[AreaPlan]:
    """Return the plans of the municipality in which a meeting lies, to which a goal can be added."""
    return session.scalars(
        select(AreaPlan)
        .where(AreaPlan.area_id.in_(_municipality_of(roundtable)))
        .options(selectinload(AreaPlan.goals).options(lazyload(Goal.roles), lazyload(Goal.progress)))
        .order_by(AreaPlan.first_year.desc(), AreaPlan.title, AreaPlan.id)
        .limit(MOST_OFFERED)
    ).all()


def partnerships_around(session: Session, roundtable: Roundtable) -> Sequence[Partnership]:
    """Return the partnerships of the municipality in which a meeting lies that go on, the newest first."""
    return session.scalars(
        select(Partnership)
        .where(Partnership.municipality_id == roundtable.area.tenant.id, Partnership.over_at.is_(None))
        .options(lazyload(Partnership.parties))
        .order_by(Partnership.proposed_at.desc(), Partnership.id)
        .limit(MOST_OFFERED)
    ).all()


def _municipality_of(roundtable: Roundtable) -> Select[UUID]:
    return select(Area.id).where(lies_under([roundtable.area.tenant.path]))


def _places(account: Account) -> Select[UUID]:
    return select(Area.id).where(lies_under(account.paths(Role.COORDINATOR)))


def _is_looked_after(account: Account | None) -> ColumnElement[bool]:
    if account is None or not account.paths(Role.COORDINATOR):
        return false()
    return Roundtable.area_id.in_(_places(account))


def _is_of(account: Account | None) -> ColumnElement[bool]:
    own = [] if account is None else [membership.participant_id for membership in account.memberships]
    if not own:
        return false()
    took_part = select(Attendance.roundtable_id).where(Attendance.participant_id.in_(own))
    return or_(Roundtable.convenor_id.in_(own), Roundtable.id.in_(took_part))


def _lies_ahead(at: datetime) -> ColumnElement[bool]:
    return (Roundtable.starts_at >= at) & Roundtable.held_on.is_(None) & Roundtable.called_off_at.is_(None)
