"""A need of an area plan stands one place further up where it fits about as well; the score stays honest."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from models import Account, GoalNeed, NeedsShown, utc_now
from tests.factories import make_account, make_membership, make_need, make_plan, make_slot
from web.suggestions.queries.showings import PREFERENCE, needs_for

NOON = datetime(2026, 11, 22, 3, tzinfo=UTC)
ADOPTED = date(2026, 4, 1)
Scores = list[float | None]
Ordered = Callable[..., list[int]]


@pytest.fixture
def order_with(town: Any) -> Ordered:
    """Return a function that sets how well three needs fit, lets one serve a plan, and tells the order shown."""
    account: Account = make_account()
    town.session.add(make_membership(town.resident, account=account))
    for title in ("会報その一", "会報その二"):
        slot = make_slot(what="会報を組む人", skill=town.newsletter)
        town.session.add(make_need(participant=town.association, title=title, slots=[slot]))
    town.look_for_partners()

    def order(scores: Scores, *, serving: int, **plan: Any) -> list[int]:
        shown = town.session.scalars(select(NeedsShown).where(NeedsShown.participant_id == town.resident.id)).one()
        rows = [[need, offer, score, 1.0] for (need, offer, *_), score in zip(shown.needs, scores, strict=True)]
        shown.needs, shown.rounds = rows, [list(range(len(rows)))]
        ids = [UUID(row[0]) for row in rows]
        goal = make_plan(area=town.north, **plan).goals[0]
        town.session.add(
            GoalNeed(linked_at=utc_now(), goal=goal, need=town.session.get_one(type(town.need), ids[serving]))
        )
        town.session.commit()
        found = needs_for(town.session, account, at=NOON, limit=9)
        assert {one.need.id: one.score for one in found} == dict(zip(ids, scores, strict=True))
        return [ids.index(one.need.id) for one in found]

    return order


@pytest.mark.parametrize(
    ("scores", "order"),
    [
        ([0.9, 0.8, 0.8], [0, 2, 1]),
        ([0.82, 0.82, 0.82 - PREFERENCE / 2], [0, 2, 1]),
        ([0.9, 0.8, 0.74], [0, 1, 2]),
        ([0.9, None, 0.8], [0, 1, 2]),
        ([0.9, 0.8, None], [0, 1, 2]),
    ],
)
def test_a_need_of_a_plan_passes_one_that_fits_hardly_better(
    order_with: Ordered, scores: Scores, order: list[int]
) -> None:
    assert order_with(scores, serving=2, adopted_on=ADOPTED) == order


@pytest.mark.parametrize("plan", [{}, {"adopted_on": ADOPTED, "first_year": 2027}])
def test_a_plan_that_is_not_in_force_moves_nothing(order_with: Ordered, plan: dict[str, Any]) -> None:
    assert order_with([0.8, 0.8, 0.8], serving=2, **plan) == [0, 1, 2]
