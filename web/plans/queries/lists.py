"""Which plans there are for whom; every list starts from `visible_to`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, inspect, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload, raiseload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from models import (
    Account,
    Area,
    AreaLevel,
    AreaPlan,
    Goal,
    GoalRole,
    Participant,
    Role,
    lies_under,
)

PAGE_SIZE: Final = 20
# What is shown of a goal comes with it.
_PROGRESS: Final = selectinload(Goal.progress)
_ROLES: Final = (
    selectinload(Goal.roles)
    .joinedload(GoalRole.participant)
    .options(lazyload(Participant.consents), lazyload(Participant.area))
)


class PlanState(StrEnum):
    """What the list of plans can be narrowed down to."""

    NOW = "now"
    LATER = "later"
    PAST = "past"
    DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the list of plans is narrowed down to."""

    place: str = ""
    state: PlanState | None = None

    def active(self) -> dict[str, str]:
        """Return the parts that narrow the list, as the parameters of its address."""
        parts = {"place": self.place, "state": self.state or ""}
        return {name: value for name, value in parts.items() if value}


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list of plans, and how many goals each has."""

    plans: Sequence[AreaPlan]
    goals: Mapping[UUID, int]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """Return how many pages the list has, at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


def visible_to(account: Account | None) -> Select[AreaPlan]:
    """Return the plans that the account may read: those in force, and all of the places that it looks after."""
    return (
        select(AreaPlan)
        .join(Area, AreaPlan.area_id == Area.id)
        .where(or_(AreaPlan.adopted_on.is_not(None), _looked_after_by(account)))
    )


def page_of(session: Session, account: Account | None, narrowing: Narrowing, *, year: int, number: int) -> Page:
    """Return one page of the plans that the account may read: the latest first, place by place."""
    found = visible_to(account).where(*_narrowed(narrowing, year))
    total = session.scalar(select(func.count()).select_from(found.with_only_columns(AreaPlan.id).subquery())) or 0
    number = min(max(number, 1), max(1, -(-total // PAGE_SIZE)))
    plans = session.scalars(
        found.options(raiseload(AreaPlan.goals))
        .order_by(AreaPlan.first_year.desc(), Area.path, AreaPlan.id)
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    counted = session.execute(
        select(Goal.plan_id, func.count()).where(Goal.plan_id.in_([plan.id for plan in plans])).group_by(Goal.plan_id)
    )
    return Page(plans, {row[0]: row[1] for row in counted}, total, number)


def places_with_plans(session: Session, account: Account | None) -> Sequence[Area]:
    """Return the places that have a plan which the account may read."""
    with_plans = visible_to(account).with_only_columns(AreaPlan.area_id)
    return session.scalars(
        select(Area).where(Area.id.in_(with_plans)).options(joinedload(Area.parent)).order_by(Area.path)
    ).all()


def places_for_plans(session: Session, account: Account) -> Sequence[Area]:
    """Return the places for which the account may write a plan, as far as anybody is in their municipality."""
    inhabited = select(Participant.municipality_id)
    return session.scalars(
        select(Area)
        .where(
            or_(
                and_(Area.level == AreaLevel.MUNICIPALITY, Area.id.in_(inhabited)),
                and_(Area.level == AreaLevel.DISTRICT, Area.parent_id.in_(inhabited)),
            ),
            _looked_after_by(account),
        )
        .options(joinedload(Area.parent))
        .order_by(Area.path)
    ).all()


def plans_of(session: Session, area: Area) -> Sequence[AreaPlan]:
    """Return the plans in force of a place and of those it lies in, its own first, with their goals and progress."""
    above = [area.path.rsplit(".", cut)[0] for cut in range(area.path.count(".") + 1)]
    return session.scalars(
        select(AreaPlan)
        .join(Area, AreaPlan.area_id == Area.id)
        .where(AreaPlan.adopted_on.is_not(None), Area.path.in_(above))
        .options(selectinload(AreaPlan.goals).options(_ROLES, _PROGRESS))
        .order_by(func.length(Area.path).desc(), AreaPlan.first_year.desc(), AreaPlan.id)
    ).all()


def goals_of(session: Session, plan: AreaPlan) -> Sequence[Goal]:
    """Return the goals of a plan in their order, ready to be shown without more queries."""
    if "goals" in inspect(plan).unloaded:
        goals = session.scalars(
            select(Goal).where(Goal.plan_id == plan.id).options(_ROLES, _PROGRESS).order_by(Goal.position)
        ).all()
        set_committed_value(plan, "goals", list(goals))
        for goal in goals:
            set_committed_value(goal, "plan", plan)
    return plan.goals


def _looked_after_by(account: Account | None) -> ColumnElement[bool]:
    return lies_under([] if account is None else account.paths(Role.COORDINATOR) + account.paths(Role.ADMINISTRATOR))


def _narrowed(narrowing: Narrowing, year: int) -> list[ColumnElement[bool]]:
    conditions = [Area.path == narrowing.place] if narrowing.place else []
    is_adopted = AreaPlan.adopted_on.is_not(None)
    states: dict[PlanState | None, list[ColumnElement[bool]]] = {
        PlanState.NOW: [is_adopted, AreaPlan.first_year <= year, AreaPlan.last_year >= year],
        PlanState.LATER: [is_adopted, AreaPlan.first_year > year],
        PlanState.PAST: [is_adopted, AreaPlan.last_year < year],
        PlanState.DRAFT: [~is_adopted],
    }
    return conditions + states.get(narrowing.state, [])
