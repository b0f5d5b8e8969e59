from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm.exc import StaleDataError

from models import Account, Offer, Partnership, Suggestion
from models.errors import AlreadyDecided, CapacityExhausted, TooManyEnquiries
from tests.factories import make_appointment, make_need, make_participant, make_suggestion
from web.database import session_scope
from web.suggestions import services

CLIENTS = 16


def approve(app: Flask, barrier: Barrier, account_id: UUID, suggestion_id: UUID) -> type[Exception] | None:
    """Approve as one of many at once, and return what refused it."""
    barrier.wait()
    try:
        with session_scope(app, via="test") as session:
            by = session.get_one(Account, account_id)
            services.approve(session, session.get_one(Suggestion, suggestion_id), by=by)
    except (AlreadyDecided, CapacityExhausted, StaleDataError, TooManyEnquiries) as error:
        return type(error)
    return None


def at_once(work: Callable[[Barrier], list[Callable[[], Any]]], count: int) -> list[Any]:
    with ThreadPoolExecutor(count) as pool:
        return [future.result() for future in [pool.submit(one) for one in work(Barrier(count))]]


# Three is also the number of enquiries that may wait for one recipient; with two, the offer's own limit decides alone.
@pytest.mark.parametrize("capacity", [2, 3])
def test_sixteen_at_once_share_an_offer_that_serves_few(town: Any, capacity: int) -> None:
    town.printing_offer.set_engagement_limit(capacity)
    town.printing_offer.items[0].quantity = CLIENTS
    suggestions = [
        make_suggestion(
            need=make_need(participant=make_participant(area=town.north), title=f"困りごと{number}"),
            offers=[town.printing_offer],
        )
        for number in range(CLIENTS)
    ]
    town.session.add_all(suggestions)
    town.session.flush()
    ids, account_id, offer_id = [one.id for one in suggestions], town.coordinator.id, town.printing_offer.id
    town.session.commit()

    outcomes = at_once(
        lambda barrier: [partial(approve, town.app, barrier, account_id, identity) for identity in ids], CLIENTS
    )

    town.session.expire_all()
    assert outcomes.count(None) == capacity
    assert town.session.scalar(select(func.count()).select_from(Partnership)) == capacity
    assert town.session.get_one(Offer, offer_id).engagements == capacity


def test_two_coordinators_at_once_make_one_partnership(town: Any) -> None:
    town.look_for_partners()
    second = make_appointment(town.municipality).account
    town.session.add(second)
    town.session.flush()
    suggestion_id, accounts = town.suggestions()[0].id, [town.coordinator.id, second.id]
    town.session.commit()

    outcomes = at_once(
        lambda barrier: [partial(approve, town.app, barrier, account, suggestion_id) for account in accounts], 2
    )

    town.session.expire_all()
    assert outcomes.count(None) == 1
    assert town.session.scalar(select(func.count()).select_from(Partnership)) == 1


def test_the_same_coordinator_in_two_windows_makes_one_partnership(town: Any) -> None:
    town.look_for_partners()
    suggestion_id, account_id = town.suggestions()[0].id, town.coordinator.id
    town.session.commit()

    outcomes = at_once(
        lambda barrier: [partial(approve, town.app, barrier, account_id, suggestion_id) for _ in range(2)], 2
    )

    assert outcomes.count(None) == 1
