"""Rules of area plans: years, goals, adoption, and how far the way to a goal is."""

from datetime import date

import pytest

from models import AreaPlan, Goal
from models.area_plans import MOST_GOALS
from models.errors import IllegalMove, InvalidValue
from tests.factories import make_goal, make_municipality, make_plan

ADOPTED = date(2026, 4, 1)


def test_a_plan_does_not_end_before_it_begins() -> None:
    with pytest.raises(InvalidValue):
        AreaPlan(title="計画", first_year=2027, last_year=2026, area=make_municipality())
    with pytest.raises(InvalidValue):
        make_plan().set_years(2027, 2026)


def test_every_goal_stays_due_within_the_years_of_its_plan() -> None:
    plan = make_plan(goals=(make_goal(due_year=2028),))

    for first, last in ((2026, 2027), (2029, 2030)):
        with pytest.raises(InvalidValue):
            plan.set_years(first, last)
    plan.set_years(2028, 2028)

    assert (plan.first_year, plan.last_year) == (2028, 2028)


def test_a_plan_without_a_goal_is_not_adopted() -> None:
    with pytest.raises(InvalidValue):
        make_plan(goals=()).adopt(on=ADOPTED)


def test_a_plan_is_adopted_once() -> None:
    with pytest.raises(IllegalMove):
        make_plan(adopted_on=ADOPTED).adopt(on=ADOPTED)


def test_a_plan_is_in_force_from_its_first_to_its_last_year_once_it_is_adopted() -> None:
    plan, draft = make_plan(adopted_on=ADOPTED), make_plan()

    assert [plan.covers(year) for year in (2025, 2026, 2030, 2031)] == [False, True, True, False]
    assert not draft.covers(2026)


def test_a_plan_has_not_more_goals_than_anybody_can_keep_in_sight() -> None:
    plan = make_plan(goals=tuple(make_goal() for _ in range(MOST_GOALS)))

    assert [goal.position for goal in plan.goals] == list(range(1, MOST_GOALS + 1))
    with pytest.raises(InvalidValue):
        plan.add_goal(make_goal())


@pytest.mark.parametrize(
    ("baseline", "target", "value", "share"),
    [
        (10, 50, 30, 0.5),
        (None, 200, 50, 0.25),
        (100, 20, 60, 0.5),
        (10, 50, 5, 0.0),
        (10, 50, 99, 1.0),
        (50, 50, 50, 1.0),
        (50, 50, 49, 0.0),
        (10, None, 30, None),
    ],
)
def test_the_share_reached_is_that_of_the_way_from_baseline_to_target(
    baseline: float | None, target: float | None, value: float, share: float | None
) -> None:
    goal = make_goal(baseline=baseline, target=target)
    goal.measured(value, year=2026, note="", by=None, on=ADOPTED)

    assert goal.share_reached == share


def test_nobody_knows_how_far_a_goal_is_that_was_never_measured() -> None:
    assert Goal(title="目標", due_year=2028, target=5).share_reached is None


def test_a_later_number_takes_the_place_of_an_earlier_one_of_the_same_year() -> None:
    goal = make_goal(target=10)
    for year, value in ((2027, 4), (2026, 1), (2027, 5)):
        goal.measured(value, year=year, note="", by=None, on=ADOPTED)

    assert [(entry.fiscal_year, entry.value) for entry in goal.progress] == [(2026, 1), (2027, 5)]
    assert goal.latest is goal.progress[-1]
