"""The public register as page, data, table and feed: the same partnerships in all, and no person in any."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models import Account, Area, CollaborationForm, Partnership, ResourceKind, Stage, utc_now
from tests.factories import (
    make_agreement,
    make_district,
    make_field,
    make_item,
    make_membership,
    make_municipality,
    make_need,
    make_offer,
    make_participant,
    make_partnership,
    make_resident,
    make_slot,
)
from web.partnerships.queries import published

ATOM = "{http://www.w3.org/2005/Atom}"
SCHEMA = Path(__file__).parents[3] / "docs" / "public-partnerships.schema.json"
PERSON = "若草 一郎"
TYPES: dict[str, type | None] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "boolean": bool,
    "null": type(None),
}


@pytest.fixture
def place() -> Area:
    return make_district(municipality=make_municipality())


@pytest.fixture
def mowing(session: Session, place: Area) -> Partnership:
    """Return a running partnership of an association, a company and a resident, with its agreement."""
    need = make_need(
        participant=make_participant(area=place, name="中里自治会"),
        title="=農道の草刈り",
        slots=[make_slot(), make_slot(ResourceKind.GOODS, "草刈り機", unit="台")],
    )
    need.fields = [make_field(code="environment")]
    offers = [
        make_offer(participant=make_participant(area=place, name="草野造園")),
        make_offer(
            participant=make_resident(area=place, name=PERSON), items=[make_item(ResourceKind.GOODS, "草刈り機")]
        ),
    ]
    return announced(session, make_partnership(stage=Stage.RUNNING, need=need, offers=offers))


@pytest.fixture
def meal(session: Session) -> Partnership:
    """Return a public partnership of another place and field, on which nothing is agreed yet."""
    need = make_need(title="子ども食堂")
    need.fields = [make_field(code="children")]
    return announced(session, make_partnership(stage=Stage.ACCEPTED, need=need))


def announced(session: Session, partnership: Partnership) -> Partnership:
    for party in partnership.parties:
        party.publish(at=utc_now())
    session.add(partnership)
    if partnership.agreed_version is not None:
        session.add(make_agreement(partnership, form=CollaborationForm.CO_HOSTING, public_summary="月に一度の草刈り。"))
        session.add(make_agreement(partnership, number=2, public_summary="まだ署名されていない案"))
    session.commit()
    return partnership


def data(client: FlaskClient, query: str = "") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(client.get(f"/partnerships/public.json?{query}").data)
    return found


def table(client: FlaskClient, query: str = "") -> list[dict[str, str]]:
    content = client.get(f"/partnerships/public.csv?{query}").data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


def entries(client: FlaskClient, query: str = "") -> list[ET.Element]:
    root = ET.fromstring(client.get(f"/partnerships/public.atom?{query}").data)  # noqa: S314  # our own feed
    return root.findall(f"{ATOM}entry")


def ids(client: FlaskClient, query: str = "") -> dict[str, set[str]]:
    page = client.get(f"/partnerships/public?{query}").text
    return {
        "page": {part.split('"')[0] for part in page.split('href="/partnerships/public/')[1:]},
        "data": {one["id"] for one in data(client, query)["partnerships"]},
        "table": {row["番号"] for row in table(client, query)},
        "feed": {(one.findtext(f"{ATOM}id") or "").removeprefix("urn:uuid:") for one in entries(client, query)},
    }


def faults(value: Any, schema: dict[str, Any], root: dict[str, Any], at: str = "") -> list[str]:
    """Return where a value is not of the shape, as far as our own schema uses the language."""
    if "$ref" in schema:
        return faults(value, root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root, at)
    if "enum" in schema:
        return [] if value in schema["enum"] else [f"{at}: {value}"]
    kinds = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    if not any(type(value) is TYPES[kind] for kind in kinds):
        return [f"{at}: {value}"]
    if isinstance(value, list):
        return [fault for one in value for fault in faults(one, schema["items"], root, f"{at}[]")]
    if not isinstance(value, dict):
        return []
    odd = set(value) ^ set(schema["properties"]) | set(schema["required"]) - set(value)
    return [f"{at}.{name}" for name in sorted(odd)] + [
        fault
        for name, inner in value.items()
        if name not in odd
        for fault in faults(inner, schema["properties"][name], root, f"{at}.{name}")
    ]


def test_all_four_hold_the_same_under_any_filter(
    client: FlaskClient, place: Area, mowing: Partnership, meal: Partnership
) -> None:
    everything = {str(mowing.id), str(meal.id)}
    for query, expected in {
        "": everything,
        f"area={place.path}": {str(mowing.id)},
        f"area={place.path.rsplit('.', 1)[0]}&field=environment": {str(mowing.id)},
        "field=children": {str(meal.id)},
        f"area={place.path}&field=children": set(),
        "area=%25&page=99": set(),
        "page=99": everything,
        "page=-1": everything,
    }.items():
        assert ids(client, query) == dict.fromkeys(("page", "data", "table", "feed"), expected), query


def test_no_person_is_named_in_any_of_them(client: FlaskClient, mowing: Partnership) -> None:
    for ending in ("", ".json", ".csv", ".atom", f"/{mowing.id}"):
        content = client.get(f"/partnerships/public{ending}").data.decode()
        assert "草野造園" in content
        assert PERSON not in content


def test_what_one_party_takes_back_is_gone_from_all_at_once(
    session: Session, client: FlaskClient, signed_in: Callable[[Account], FlaskClient], mowing: Partnership
) -> None:
    party = mowing.parties[1]
    membership = make_membership(party.participant)
    session.add(membership)
    said = {"party": str(party.id), "reply": "no"}

    signed_in(membership.account).post(f"/partnerships/{mowing.id}/publication", data=said)

    assert ids(client) == {"page": set(), "data": set(), "table": set(), "feed": set()}


def test_the_data_says_what_the_page_says(client: FlaskClient, mowing: Partnership) -> None:
    (one,) = data(client)["partnerships"]

    assert one["summary"] == "月に一度の草刈り。"
    assert (one["stage"], one["ending"], one["form"]) == ("running", None, "co_hosting")
    assert (one["accepted_on"], one["starts_on"], one["ends_on"]) == ("2026-11-20", "2026-12-01", "2027-03-31")
    assert ([body["name"] for body in one["bodies"]], one["residents"]) == (["中里自治会", "草野造園"], 1)
    assert [body["leads"] for body in one["bodies"]] == [True, False]
    assert one["lacking"][1] == {
        "kind": "goods",
        "what": "草刈り機",
        "given": ["goods"],
        "given_by": [],
        "given_by_residents": 1,
    }
    page = client.get(f"/partnerships/public/{mowing.id}").text
    for told in ("月に一度の草刈り。", "共催", "令和8年12月1日", "令和9年3月31日"):
        assert told in page
    assert "まだ署名されていない案" not in page


def test_the_data_has_the_shape_that_is_documented(client: FlaskClient, mowing: Partnership, meal: Partnership) -> None:
    del mowing, meal
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))

    assert faults(data(client), schema, schema) == []
    assert faults(data(client) | {"page": "1", "more": 1}, schema, schema) == [".more", ".page: 1"]


def test_no_cell_of_the_table_is_a_formula(client: FlaskClient, mowing: Partnership) -> None:
    del mowing
    answer = client.get("/partnerships/public.csv")
    (row,) = table(client)

    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert answer.headers["Content-Disposition"] == "attachment; filename=partnerships-1.csv"
    assert row["連携"] == "'=農道の草刈り"


def test_the_table_speaks_the_language_of_its_address(client: FlaskClient, mowing: Partnership) -> None:
    del mowing
    (row,) = table(client, "lang=en")

    assert (row["Form of collaboration"], row["Number of residents"]) == ("Co-hosting", "1")


def test_large_lists_come_in_pages_that_name_the_next(
    client: FlaskClient, mowing: Partnership, meal: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "REGISTER_SIZE", 1)
    first = data(client)
    following = first["next"].removeprefix("http://127.0.0.1:8000")

    second = json.loads(client.get(following).data)

    assert (first["total"], first["pages"], second["next"]) == (2, 2, None)
    assert {one["id"] for one in first["partnerships"] + second["partnerships"]} == {str(mowing.id), str(meal.id)}
    assert client.get("/partnerships/public.csv").headers["Link"].endswith('page=2>; rel="next"')


def test_a_stage_that_is_reached_comes_first_in_the_feed_under_its_old_id(
    session: Session, client: FlaskClient, mowing: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENISHI_NOW", "2027-01-10T03:00:00+00:00")
    meal = announced(session, make_partnership(stage=Stage.ACCEPTED))
    before = [entry.findtext(f"{ATOM}id") for entry in entries(client)]

    session.refresh(mowing, ["changes"])
    mowing.begin_evaluation(by=None, at=utc_now().replace(month=4))

    after = entries(client)
    assert before == [meal.id.urn, mowing.id.urn]
    assert [entry.findtext(f"{ATOM}id") for entry in after] == [mowing.id.urn, meal.id.urn]
    assert after[0].findtext(f"{ATOM}updated") == "2027-04-10T03:00:00+00:00"


def test_an_empty_register_is_a_register(client: FlaskClient) -> None:
    assert (data(client)["partnerships"], table(client), entries(client)) == ([], [], [])


def test_programs_may_keep_an_answer_for_a_while(client: FlaskClient, mowing: Partnership) -> None:
    del mowing
    for ending in ("json", "csv", "atom"):
        first = client.get(f"/partnerships/public.{ending}")
        again = client.get(f"/partnerships/public.{ending}", headers={"If-None-Match": first.headers["ETag"]})

        assert first.headers["Cache-Control"] == "public, max-age=900"
        assert again.status_code == 304


def test_the_page_names_its_other_shapes_with_its_filters(client: FlaskClient, mowing: Partnership) -> None:
    del mowing
    page = client.get("/partnerships/public?field=environment").text

    for ending in ("json?", "csv?lang=ja&amp;", "atom?lang=ja&amp;"):
        assert page.count(f'href="/partnerships/public.{ending}field=environment"') == 2
