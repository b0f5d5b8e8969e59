"""Reads of area plans; every list starts from `visible_to`, and what hangs on a goal shows as far as one may see it."""

from web.plans.queries.lists import (
    Narrowing,
    Page,
    PlanState,
    goals_of,
    page_of,
    places_for_plans,
    places_with_plans,
    plans_of,
    visible_to,
)
from web.plans.queries.whole import WholePlan, actors, whole_plan
from web.plans.queries.writing import (
    MOST_OFFERED,
    bodies_named,
    bodies_of,
    coordinated_bodies,
    is_referred_to,
    link,
    link_of,
    linkable_need,
    linkable_needs,
    open_decision,
    open_decisions,
)

__all__ = [
    "MOST_OFFERED",
    "Narrowing",
    "Page",
    "PlanState",
    "WholePlan",
    "actors",
    "bodies_named",
    "bodies_of",
    "coordinated_bodies",
    "goals_of",
    "is_referred_to",
    "link",
    "link_of",
    "linkable_need",
    "linkable_needs",
    "open_decision",
    "open_decisions",
    "page_of",
    "places_for_plans",
    "places_with_plans",
    "plans_of",
    "visible_to",
    "whole_plan",
]
