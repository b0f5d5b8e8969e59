"""Which area plans in force the needs serve."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload, raiseload

from models import AreaPlan, Goal, GoalNeed


def plans_served(session: Session, need_ids: Collection[UUID], *, year: int) -> dict[UUID, AreaPlan]:
    """Return the plan in force in a fiscal year that each need serves, by the id of the need."""
    if not need_ids:
        return {}
    rows = session.execute(
        select(GoalNeed.need_id, AreaPlan)
        .join(Goal, GoalNeed.goal_id == Goal.id)
        .join(AreaPlan, Goal.plan_id == AreaPlan.id)
        .where(
            GoalNeed.need_id.in_(need_ids),
            AreaPlan.adopted_on.is_not(None),
            AreaPlan.first_year <= year,
            AreaPlan.last_year >= year,
        )
        .options(raiseload(AreaPlan.goals), lazyload(AreaPlan.area))
    )
    return {row[0]: row[1] for row in rows}
