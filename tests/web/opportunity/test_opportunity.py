"""Who was not suggested for a long time: shown with the gate, and named to coordinators of the place alone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models import Account, Area, Offer, Role, utc_now
from tests.factories import (
    make_account,
    make_appointment,
    make_municipality,
    make_need,
    make_offer,
    make_participant,
    make_resident,
    make_suggestion,
)

SignedIn = Callable[[Account], FlaskClient]


@pytest.fixture
def town(session: Session) -> Area:
    town = make_municipality(name="日和市")
    session.add(town)
    return town


@pytest.fixture
def coordinator(session: Session, town: Area, signed_in: SignedIn) -> FlaskClient:
    return _staff(session, town, signed_in, Role.COORDINATOR)


def _staff(session: Session, area: Area, signed_in: SignedIn, role: Role) -> FlaskClient:
    account = make_account()
    session.add_all([account, make_appointment(area, account=account, role=role)])
    return signed_in(account)


def _long_there(session: Session, offer: Offer) -> Offer:
    session.add(offer)
    offer.created_at = utc_now() - timedelta(days=100)
    return offer


def test_an_offer_that_nobody_saw_is_shown_with_its_gate(
    session: Session, town: Area, coordinator: FlaskClient
) -> None:
    _long_there(session, make_offer(participant=make_resident(area=town, consents=()), title="針仕事"))
    session.add(make_need(participant=make_participant(area=town)))

    page = coordinator.get("/opportunity").text

    assert "針仕事" in page
    assert "候補になる同意がない" in page


def test_what_was_suggested_lately_or_is_new_is_not_overlooked(
    session: Session, town: Area, coordinator: FlaskClient
) -> None:
    suggested = _long_there(session, make_offer(participant=make_participant(area=town), title="針仕事"))
    session.add(make_suggestion(need=make_need(participant=make_participant(area=town)), offers=[suggested]))
    session.add(make_offer(participant=make_participant(area=town), title="新しい申し出"))

    page = coordinator.get("/opportunity").text

    assert "針仕事" not in page
    assert "新しい申し出" not in page


def test_an_administrator_sees_gates_but_no_names(session: Session, town: Area, signed_in: SignedIn) -> None:
    _long_there(session, make_offer(participant=make_participant(area=town, name="針の会"), title="針仕事"))

    page = _staff(session, town, signed_in, Role.ADMINISTRATOR).get("/opportunity").text

    assert "日和市" in page
    assert "針" not in page


def test_another_town_is_not_shown(session: Session, coordinator: FlaskClient) -> None:
    _long_there(session, make_offer(participant=make_participant(name="よその会"), title="よその針仕事"))

    assert "よその" not in coordinator.get("/opportunity").text


def test_the_page_is_closed_to_everybody_else(client: FlaskClient, session: Session, signed_in: SignedIn) -> None:
    account = make_account()
    session.add(account)

    assert client.get("/opportunity").status_code in {302, 401}
    assert signed_in(account).get("/opportunity").status_code == 403


def test_what_still_lies_on_a_desk_is_not_overlooked(session: Session, town: Area, coordinator: FlaskClient) -> None:
    offers = [
        _long_there(session, make_offer(participant=make_participant(area=town), title=title))
        for title in ("机の上の申し出", "下げられた申し出")
    ]
    waiting, gone = (
        make_suggestion(need=make_need(participant=make_participant(area=town)), offers=[offer]) for offer in offers
    )
    gone.supersede()
    session.add_all([waiting, gone])
    session.flush()
    waiting.created_at = gone.created_at = utc_now() - timedelta(days=100)

    page = coordinator.get("/opportunity").text

    assert "机の上の申し出" not in page
    assert "下げられた申し出" in page
