"""Pages of places: what anybody may know of one, and never who a person is."""

from itertools import combinations

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from models import Area, AreaNeighbour, NeedStatus, ParticipantKind
from tests.factories import (
    make_district,
    make_municipality,
    make_need,
    make_offer,
    make_participant,
    make_resident,
)
from web.areas.documents import NODE_HEIGHT, drawn


@pytest.fixture
def town(session: Session) -> Area:
    town = make_municipality(name="日和市")
    session.add(town)
    return town


def test_a_page_shows_needs_and_bodies_of_all_that_lies_in_the_place(
    client: FlaskClient, session: Session, town: Area
) -> None:
    owner = make_participant(area=make_district(municipality=town, name="北山"), name="北山の会")
    session.add_all([make_need(participant=owner, title="草刈り"), make_need(title="よその用事")])

    page = client.get(f"/areas/{town.path}").text

    assert "草刈り" in page
    assert "北山の会" in page
    assert "よその用事" not in page


def test_what_nobody_may_see_is_on_no_page_of_a_place(client: FlaskClient, session: Session, town: Area) -> None:
    paused = make_participant(area=town, name="お休みの会")
    paused.pause(at=make_need().opened_at)  # type: ignore[arg-type]  # an open need was opened
    session.add_all(
        [
            make_need(title="下書きの用事", participant=make_participant(area=town), status=NeedStatus.DRAFT),
            make_need(title="未成年の用事", participant=make_resident(area=town, is_adult=False)),
            make_need(title="休みの用事", participant=paused),
            make_need(title="住人の用事", participant=make_resident(area=town, name="日和 太郎")),
        ]
    )

    page = client.get(f"/areas/{town.path}").text

    assert "住人の用事" in page
    assert not [word for word in ("下書き", "未成年", "休みの用事", "お休みの会", "日和 太郎") if word in page]


def test_fewer_than_five_persons_are_not_counted(client: FlaskClient, session: Session, town: Area) -> None:
    session.add_all(make_offer(participant=make_resident(area=town)) for _number in range(4))
    before = client.get(f"/areas/{town.path}").text

    session.add(make_offer(participant=make_resident(area=town)))

    assert "<dd>4</dd>" not in before
    assert "<dd>5</dd>" in client.get(f"/areas/{town.path}").text


def test_bodies_are_counted_from_the_first(client: FlaskClient, session: Session, town: Area) -> None:
    session.add(make_offer(participant=make_participant(area=town, kind=ParticipantKind.COMPANY)))

    assert "<dd>1</dd>" in client.get(f"/areas/{town.path}").text


def test_a_page_leads_up_down_and_next_door(client: FlaskClient, session: Session, town: Area) -> None:
    here, there = (make_district(municipality=town, name=name) for name in ("北山", "川辺"))
    session.add_all([AreaNeighbour(area=here, neighbour=there), AreaNeighbour(area=there, neighbour=here)])

    page = client.get(f"/areas/{here.path}").text

    assert f'href="/areas/{town.path}"' in page
    assert f'href="/areas/{there.path}">川辺' in page
    assert f'href="/areas/{here.path}">北山' in client.get(f"/areas/{town.path}").text


def test_the_sketch_says_that_it_is_one_and_has_a_list_beside_it(
    client: FlaskClient, session: Session, town: Area
) -> None:
    here, there = (make_district(municipality=town, name=name) for name in ("北山", "川辺"))
    session.add_all([AreaNeighbour(area=here, neighbour=there), AreaNeighbour(area=there, neighbour=here)])

    page = client.get(f"/areas/{town.path}/map").text

    assert "位置は略図です" in page
    assert page.count('class="sketch__line"') == 1
    assert page.count(f'href="/areas/{there.path}"') == 2


def test_an_unknown_place_and_a_sketch_of_nothing_are_not_found(client: FlaskClient, town: Area) -> None:
    assert client.get("/areas/jp.nowhere").status_code == 404
    assert client.get(f"/areas/{town.path}/map").status_code == 404


def test_the_list_of_places_counts_what_lies_in_each(client: FlaskClient, session: Session, town: Area) -> None:
    north = make_district(municipality=town, name="北山")
    session.add_all([make_need(participant=make_participant(area=north)) for _number in range(2)])

    assert '日和市 <span class="chip__found">2</span>' in client.get("/areas").text


@settings(max_examples=25)
@given(st.data())
def test_no_two_places_of_a_sketch_lie_over_each_other(data: st.DataObject) -> None:
    count = data.draw(st.integers(2, 12))
    pairs = data.draw(st.lists(st.sampled_from(list(combinations(range(count), 2))), unique=True))
    names = [f"地区{number}" * (1 + number % 3) for number in range(count)]

    drawing = drawn(names, pairs)

    assert drawing == drawn(names, pairs)
    for one, other in combinations(drawing.nodes, 2):
        assert abs(one.y - other.y) >= NODE_HEIGHT or abs(one.x - other.x) >= (one.width + other.width) / 2
    assert all(node.x - node.width / 2 >= 0 and node.x + node.width / 2 <= drawing.width for node in drawing.nodes)
