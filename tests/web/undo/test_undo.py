"""What was done by mistake is taken back by the one who did it, for a moment, exactly."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models import Account, Draft, Need, NeedStatus, Offer, OfferStatus, Slot, utc_now
from tests.factories import make_membership, make_need, make_offer
from web.operations.services import tidying

Browse = Callable[[Account], FlaskClient]
TOKEN = re.compile(r'name="step" value="([^"]+)"')


@pytest.fixture
def need(session: Session) -> Need:
    need = make_need()
    session.add(need)
    session.commit()
    return need


@pytest.fixture
def draft_need(session: Session) -> Need:
    need = make_need(status=NeedStatus.DRAFT)
    session.add(need)
    session.commit()
    return need


@pytest.fixture
def offer(session: Session) -> Offer:
    offer = make_offer()
    session.add(offer)
    session.commit()
    return offer


def owner(session: Session, row: Need | Offer) -> Account:
    membership = make_membership(row.participant)
    session.add(membership)
    session.commit()
    return membership.account


def way_back(browser: FlaskClient, path: str) -> str:
    """Take the step and return the token of the button on the page that follows."""
    page = browser.post(path, follow_redirects=True)
    found = TOKEN.search(page.text)
    assert found is not None
    return unescape(found.group(1))


def undo(browser: FlaskClient, token: str) -> TestResponse:
    return browser.post("/undo", data={"step": token})


def everything(session: Session) -> list[tuple[object, ...]]:
    """Return all columns of all needs and slots, but for the version, which counts the changes."""
    session.flush()
    kept = [column for column in Need.__table__.columns if column.name != "version"]
    return [tuple(row) for statement in (select(*kept), select(Slot.__table__)) for row in session.execute(statement)]


def test_a_withdrawn_need_stands_again_as_it_stood(session: Session, signed_in: Browse, need: Need) -> None:
    need.fill()
    session.commit()
    browser = signed_in(owner(session, need))

    response = undo(browser, way_back(browser, f"/needs/{need.id}/withdraw"))

    assert response.location == f"/needs/{need.id}"
    assert need.status is NeedStatus.FILLED


@pytest.mark.parametrize("step", ["pause", "withdraw"])
def test_an_offer_stands_again_as_it_stood(session: Session, signed_in: Browse, offer: Offer, step: str) -> None:
    browser = signed_in(owner(session, offer))

    undo(browser, way_back(browser, f"/offers/{offer.id}/{step}"))

    assert offer.status is OfferStatus.OPEN


def test_a_discarded_need_is_there_for_nobody_and_comes_back_whole(
    session: Session, signed_in: Browse, draft_need: Need
) -> None:
    browser = signed_in(owner(session, draft_need))
    before = everything(session)

    token = way_back(browser, f"/needs/{draft_need.id}/discard")

    assert browser.get(f"/needs/{draft_need.id}").status_code == 404
    assert draft_need.title not in browser.get("/needs?show=all").text
    undo(browser, token)
    assert browser.get(f"/needs/{draft_need.id}").status_code == 200
    assert everything(session) == before


def test_what_is_open_cannot_be_discarded(session: Session, signed_in: Browse, need: Need) -> None:
    response = signed_in(owner(session, need)).post(f"/needs/{need.id}/discard")

    assert response.status_code == 409
    assert need.discarded_at is None


def test_a_discarded_need_is_removed_only_when_it_can_no_longer_be_undone(
    session: Session, signed_in: Browse, draft_need: Need
) -> None:
    way_back(signed_in(owner(session, draft_need)), f"/needs/{draft_need.id}/discard")

    tidying.tidy(session, at=utc_now() + timedelta(minutes=1))
    kept = session.scalars(select(Need)).all()
    tidying.tidy(session, at=utc_now() + timedelta(minutes=6))
    session.flush()

    assert kept == [draft_need]
    assert session.scalars(select(Need)).all() == []


def test_a_discarded_draft_comes_back(client: FlaskClient) -> None:
    client.post("/needs/begin", data={"kind": "snow"})

    token = way_back(client, "/needs/begin/discard")

    assert client.get("/needs/begin/what").location == "/needs/begin"
    assert undo(client, token).location == "/needs/begin"
    assert client.get("/needs/begin/what").status_code == 200


def test_a_draft_that_was_written_anew_is_not_overwritten(session: Session, signed_in: Browse, need: Need) -> None:
    browser = signed_in(owner(session, need))
    browser.post("/needs/begin", data={"kind": "snow"})
    token = way_back(browser, "/needs/begin/discard")
    browser.post("/needs/begin", data={"kind": "mowing"})

    response = undo(browser, token)

    kept = session.scalars(select(Draft).where(Draft.discarded_at.is_(None))).one()
    assert response.status_code == 409
    assert kept.content["slots-0-what"] == ["草刈り機を使える方"]


def test_the_way_back_ends_after_a_minute(
    session: Session, signed_in: Browse, need: Need, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = signed_in(owner(session, need))
    token = way_back(browser, f"/needs/{need.id}/withdraw")
    monkeypatch.setenv("ENISHI_NOW", (utc_now() + timedelta(seconds=61)).isoformat())

    assert undo(browser, token).status_code == 409
    assert need.status is NeedStatus.WITHDRAWN


def test_nobody_takes_back_what_another_did(session: Session, signed_in: Browse, need: Need) -> None:
    token = way_back(signed_in(owner(session, need)), f"/needs/{need.id}/withdraw")

    assert undo(signed_in(owner(session, need)), token).status_code == 409
    assert need.status is NeedStatus.WITHDRAWN


def test_what_somebody_changed_since_is_not_taken_back(session: Session, signed_in: Browse, need: Need) -> None:
    browser = signed_in(owner(session, need))
    token = way_back(browser, f"/needs/{need.id}/withdraw")
    need.title = "別の題"
    session.commit()

    assert undo(browser, token).status_code == 409
    assert need.status is NeedStatus.WITHDRAWN


def test_a_token_of_somebody_else_is_refused(signed_in: Browse, session: Session, need: Need) -> None:
    assert undo(signed_in(owner(session, need)), "forged").status_code == 409
