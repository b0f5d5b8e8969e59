"""Somebody who is registered is chosen from a list or, where they are too many, by name."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account, Area, Need, Participant, ParticipantKind, Visit
from tests.factories import make_appointment, make_district, make_municipality, make_participant, make_resident
from web.consultations.queries import bodies_of, speakers_in
from web.registered import forms

SignedIn = Callable[[Account], FlaskClient]


@pytest.fixture
def town() -> Area:
    return make_municipality(name="日和市")


@pytest.fixture
def coordinator(session: Session, town: Area) -> Account:
    appointment = make_appointment(town)
    session.add(appointment)
    return appointment.account


@pytest.fixture
def bodies(session: Session, town: Area, monkeypatch: pytest.MonkeyPatch) -> list[Participant]:
    """Return three bodies in a town whose lists hold two."""
    monkeypatch.setattr(forms, "MOST_LISTED", 2)
    found = [make_participant(area=town, name=name) for name in ("上沢町内会", "下沢町内会", "日和みらい会")]
    session.add_all(found)
    return found


def _visit(participant: str) -> dict[str, str]:
    return {"participant": participant, "visited_on": "R8.11.2", "support": "being_there", "heard": "竹が倒れている"}


def _visited(session: Session) -> list[Any]:
    return list(session.scalars(select(Visit.participant_id)))


@pytest.mark.parametrize("typed", ["日和みらい会", "日和 みらい", "みらい"])
def test_a_body_beyond_the_list_is_found_by_its_name(
    session: Session, signed_in: SignedIn, coordinator: Account, bodies: list[Participant], typed: str
) -> None:
    assert signed_in(coordinator).post("/visits/new", data=_visit(typed)).status_code == 303
    assert _visited(session) == [bodies[2].id]


def test_the_names_are_suggested_where_the_bodies_are_too_many_to_list(
    signed_in: SignedIn, coordinator: Account, bodies: list[Participant]
) -> None:
    page = signed_in(coordinator).get("/visits/new").text

    assert '<datalist id="participant-names">' in page
    assert all(f'<option value="{body.name}">' in page for body in bodies)
    assert str(bodies[0].id) not in page


def test_a_name_that_several_share_asks_which_is_meant_and_keeps_what_was_typed(
    session: Session, signed_in: SignedIn, coordinator: Account, bodies: list[Participant]
) -> None:
    browser = signed_in(coordinator)

    asked = browser.post("/visits/new", data=_visit("町内会"))
    assert asked.status_code == 422
    assert "竹が倒れている" in asked.text
    assert str(bodies[0].id) in asked.text
    assert str(bodies[2].id) not in asked.text

    browser.post("/visits/new", data=_visit(str(bodies[1].id)))
    assert _visited(session) == [bodies[1].id]


@pytest.mark.usefixtures("bodies")
@pytest.mark.parametrize("typed", ["どこにもない会", "%", "12345678-1234-4234-8234-123456789012"])
def test_a_name_that_nobody_bears_is_refused_and_stands_there_to_be_corrected(
    session: Session, signed_in: SignedIn, coordinator: Account, typed: str
) -> None:
    answer = signed_in(coordinator).post("/visits/new", data=_visit(typed))

    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text
    assert _visited(session) == []


@pytest.mark.usefixtures("bodies")
def test_nobody_is_found_whom_the_account_does_not_look_after(
    session: Session, signed_in: SignedIn, coordinator: Account
) -> None:
    elsewhere = make_participant(area=make_municipality(), name="よその会")
    session.add(elsewhere)
    browser = signed_in(coordinator)

    for typed in (elsewhere.name, str(elsewhere.id)):
        assert browser.post("/visits/new", data=_visit(typed)).status_code == 422


def test_a_person_can_have_spoken_however_many_bodies_there_are(
    session: Session, town: Area, coordinator: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.registered.queries.MOST_SUGGESTED", 1)
    person = make_resident(area=make_district(municipality=town), name="日和 花子")
    session.add_all([make_participant(area=town), person])
    session.flush()

    speakers = speakers_in(session, coordinator, town)

    assert [one.kind for one in speakers.listed] != [ParticipantKind.RESIDENT]
    assert speakers.seek("日和花子") == [person]


def test_who_is_called_just_that_is_meant_alone(
    session: Session, town: Area, coordinator: Account, bodies: list[Participant]
) -> None:
    longer = make_participant(area=town, name="上沢町内会青年部")
    session.add(longer)
    session.flush()

    register = bodies_of(session, coordinator)

    assert register.seek("上沢町内会") == [bodies[0]]
    assert set(register.seek("上沢町内")) == {bodies[0], longer}


def test_a_need_is_posted_for_a_body_that_is_named(
    session: Session, signed_in: SignedIn, coordinator: Account, bodies: list[Participant]
) -> None:
    typed = {"title": "夏まつり", "slots-0-kind": "people", "slots-0-what": "会場の設営", "told-channel": "telephone"}

    answer = signed_in(coordinator).post("/needs/new", data=typed | {"participant": "日和みらい会"})

    assert answer.status_code == 303
    assert session.scalars(select(Need.participant_id)).all() == [bodies[2].id]
