"""The directory: everybody reads and searches it, those who look after the place keep it."""

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select

from models import Account, Intermediary
from tests.web.referrals.conftest import Town

Browse = Callable[[Account], FlaskClient]


def typed(town: Town, **changes: str) -> dict[str, str]:
    return {"kind": "administration", "name": "協働推進課", "area": town.place.path, "email": "", "url": ""} | changes


def test_everybody_finds_an_entry_by_its_field_and_its_place(town: Town, client: FlaskClient) -> None:
    field = town.near.fields[0].code

    assert "日和市民活動センター" in client.get(f"/directory?field={field}&area={town.place.path}").text
    assert (
        "日和市民活動センター"
        not in client.get(f"/directory?field={field}&area={town.stranger.appointments[0].area.path}").text
    )
    assert "あさひ会館" not in client.get("/directory?q=センター").text


def test_a_coordinator_adds_an_office_of_the_own_place(town: Town, as_coordinator: FlaskClient) -> None:
    answer = as_coordinator.post("/directory/new", data=typed(town, url="https://example.jp/"))

    assert answer.status_code == 303
    assert "協働推進課" in as_coordinator.get(answer.headers["Location"]).text


def test_what_is_no_address_is_said_and_nothing_is_lost(town: Town, as_coordinator: FlaskClient) -> None:
    answer = as_coordinator.post("/directory/new", data=typed(town, url="example", email="誰か", phone="12"))

    assert answer.status_code == 422
    assert "協働推進課" in answer.text
    assert town.session.scalar(select(Intermediary).where(Intermediary.name == "協働推進課")) is None


def test_a_place_of_others_cannot_be_named(town: Town, signed_in: Browse) -> None:
    assert signed_in(town.stranger).post("/directory/new", data=typed(town)).status_code == 422
    assert signed_in(town.stranger).get(f"/directory/{town.near.id}/edit").status_code == 404
    assert signed_in(town.stranger).post(f"/directory/{town.near.id}/end").status_code == 404


def test_an_entry_is_changed_and_who_was_overtaken_hears_of_it(town: Town, as_coordinator: FlaskClient) -> None:
    url, version = f"/directory/{town.near.id}/edit", str(town.near.version)
    changed = typed(town, version=version, name="新しいセンター")

    first = as_coordinator.post(url, data=changed)
    second = as_coordinator.post(url, data=changed)

    assert (first.status_code, second.status_code) == (303, 409)
    assert "新しいセンター" in as_coordinator.get("/directory").text


def test_an_entry_that_ended_is_gone_from_the_list(
    town: Town, as_coordinator: FlaskClient, client: FlaskClient
) -> None:
    as_coordinator.post(f"/directory/{town.near.id}/end")

    assert "日和市民活動センター" not in client.get("/directory").text
    assert client.get(f"/directory/{town.near.id}").status_code == 200
