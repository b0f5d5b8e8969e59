"""The page of a need names the few open needs nearby that are alike, as far as the reader may see them."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models import Account, Area, Need, NeedStatus, ResourceKind, utc_now
from tests.factories import make_field, make_municipality, make_need, make_participant, make_resident, make_slot

Browse = Callable[[Account], FlaskClient]
HEADING = "近くの似た困りごと"
MOST_QUERIES = 12


def make_grass(town: Area, title: str, *, status: NeedStatus = NeedStatus.OPEN) -> Need:
    slots = [make_slot(ResourceKind.PEOPLE, "草刈り")]
    return make_need(participant=make_participant(area=town), title=title, body="", slots=slots, status=status)


@pytest.fixture
def need(session: Session, town: Area) -> Need:
    need = make_grass(town, "お宮の参道の草刈り")
    session.add(need)
    return need


def test_an_alike_need_is_named_with_its_place(session: Session, town: Area, client: FlaskClient, need: Need) -> None:
    session.add(make_grass(town, "参道と農道の夏の草刈り"))
    session.add(make_need(participant=make_participant(area=town), title="英語の看板づくり", body=""))
    session.flush()

    page = client.get(f"/needs/{need.id}").text

    assert HEADING in page
    assert "参道と農道の夏の草刈り" in page
    assert "英語の看板づくり" not in page


def test_another_need_of_the_same_body_is_not_one_of_others(session: Session, client: FlaskClient, need: Need) -> None:
    slots = [make_slot(ResourceKind.PEOPLE, "草刈り")]
    session.add(make_need(participant=need.participant, title="参道の草刈り、秋の分", body="", slots=slots))
    session.flush()

    assert HEADING not in client.get(f"/needs/{need.id}").text


def test_where_nothing_is_alike_nothing_is_said(client: FlaskClient, need: Need) -> None:
    assert HEADING not in client.get(f"/needs/{need.id}").text


def test_what_the_reader_may_not_see_is_not_named(
    session: Session, town: Area, client: FlaskClient, need: Need
) -> None:
    minor = make_need(
        participant=make_resident(area=town, is_adult=False),
        title="参道の草刈りを手伝う人",
        body="",
        slots=[make_slot(what="草刈り")],
    )
    left = make_grass(town, "参道の草刈り、退会した人の")
    left.participant.leave(at=utc_now())
    session.add_all(
        [
            minor,
            left,
            make_grass(town, "参道の草刈り、下書き", status=NeedStatus.DRAFT),
            make_grass(town, "参道の草刈り、済み", status=NeedStatus.FILLED),
            make_grass(make_municipality(name="隣市"), "参道の草刈り、隣の市"),
        ]
    )
    session.flush()

    assert HEADING not in client.get(f"/needs/{need.id}").text


def test_a_need_that_is_filled_looks_for_no_company(session: Session, town: Area, client: FlaskClient) -> None:
    filled = make_grass(town, "参道の草刈り", status=NeedStatus.FILLED)
    session.add_all([filled, make_grass(town, "農道の草刈り")])
    session.flush()

    assert HEADING not in client.get(f"/needs/{filled.id}").text


def test_fields_narrow_what_is_compared(session: Session, town: Area, client: FlaskClient, need: Need) -> None:
    environment, sport = make_field(code="environment"), make_field(code="sport")
    need.fields = [environment]
    same, other = make_grass(town, "農道の草刈り"), make_grass(town, "球場の草刈り")
    same.fields, other.fields = [environment], [sport]
    session.add_all([same, other])
    session.flush()

    page = client.get(f"/needs/{need.id}").text

    assert "農道の草刈り" in page
    assert "球場の草刈り" not in page


def test_the_page_asks_the_database_as_often_however_many_there_are(
    session: Session, town: Area, client: FlaskClient, need: Need, count_queries: Callable[[], object]
) -> None:
    session.add_all([make_grass(town, f"参道の草刈り {k}") for k in range(6)])
    session.flush()

    with count_queries() as queries:  # type: ignore[attr-defined]  # the counter of this folder
        page = client.get(f"/needs/{need.id}").text

    assert page.count('<a href="/needs/') == 3
    assert len(queries.statements) <= MOST_QUERIES
