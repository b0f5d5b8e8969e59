from datetime import date
from typing import Any

from models import Area, AreaPlan, Goal, GoalRole, Participant

from .places import make_district


def make_goal(*, title: str = "だれもが立ち寄れる居場所をつくる", due_year: int = 2028, **said: Any) -> Goal:
    return Goal(title=title, due_year=due_year, **said)


def make_role(name: str, *, leads: bool, position: int = 1, participant: Participant | None = None) -> GoalRole:
    return GoalRole(name=name, leads=leads, position=position, participant=participant)


def make_plan(
    *,
    area: Area | None = None,
    title: str = "北山地域づくり計画",
    goals: tuple[Goal, ...] | None = None,
    adopted_on: date | None = None,
    first_year: int = 2026,
    last_year: int = 2030,
) -> AreaPlan:
    plan = AreaPlan(title=title, first_year=first_year, last_year=last_year, area=area or make_district())
    for goal in (make_goal(),) if goals is None else goals:
        plan.add_goal(goal)
    if adopted_on is not None:
        plan.adopt(on=adopted_on)
    return plan
