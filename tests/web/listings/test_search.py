"""The search for needs: chips with honest numbers, other spellings, and what helps where nothing is found."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from models import Area, AreaNeighbour, Need, NeedStatus, ResourceKind, SmallRole, Window
from models.search import fold
from models.taxonomy import WELCOMES
from tests.factories import (
    make_district,
    make_field,
    make_municipality,
    make_need,
    make_participant,
    make_resident,
    make_skill,
    make_slot,
)
from web.listings.queries import Filters, Order, When, facets, needs_page, ways_on
from web.listings.queries.lists import WINDOWS_OF

NEIGHBOURS = {"kita": {"minami"}, "minami": {"kita", "higashi"}, "higashi": {"minami"}}
WINDOWS = [None, [], [Window.SAT_AM], [Window.WEEKDAY_PM], [Window.WEEKDAY_EVENING, Window.SUN_PM]]
KINDS = list(ResourceKind)[:3]
WORDS = ["食堂", "防災", "パソコン"]


@pytest.fixture
def needs(session: Session) -> list[Need]:
    """Return needs that differ in everything that a search can ask for."""
    town = make_municipality(code="town")
    districts = {code: make_district(municipality=town, code=code, name=code) for code in NEIGHBOURS}
    session.add_all(
        AreaNeighbour(area=districts[one], neighbour=districts[other])
        for one, others in NEIGHBOURS.items()
        for other in sorted(others)
    )
    fields = [make_field(code="welfare", name="福祉"), make_field(code="safety", name="防災")]
    places = [*districts.values(), town]
    owners = {area.path: make_participant(area=area) for area in places}
    made = []
    for number in range(30):
        need = make_need(
            participant=owners[places[number % 4].path],
            title=f"{WORDS[number % 3]}の用事{number}",
            slots=[make_slot(KINDS[number % 3], "手"), make_slot(KINDS[number % 2], "物")],
            status=NeedStatus.FILLED if number % 7 == 0 else NeedStatus.OPEN,
        )
        need.set_windows(WINDOWS[number % 5])
        need.set_welcomes([None, [], [SmallRole.TRIAL], list(WELCOMES)][number % 4])
        need.online = [None, True, False][number % 3]
        need.slots[0].hours_per_month = [None, 1.0, 2.0, 2.5][number % 4]
        need.fields.extend(fields[: number % 3])
        made.append(need)
    session.add_all(made)
    session.commit()
    return made


def _fits(need: Need, filters: Filters) -> bool:
    """Tell, without a database, whether a need is what the filters ask for."""
    stored = set(need.windows or [])
    whens = {when.value for when, some in WINDOWS_OF.items() if stored & {window.value for window in some}}
    within = [filters.area]
    if filters.nearby:
        above, _, code = filters.area.rpartition(".")
        within += [f"{above}.{other}" for other in NEIGHBOURS.get(code, ())]
    return (
        need.is_open
        and fold(filters.q) in need.search_text
        and (not filters.area or any(f"{need.area.path}.".startswith(f"{path}.") for path in within))
        and (not filters.field or filters.field in {field.code for field in need.fields})
        and (not filters.kind or filters.kind in {slot.kind.value for slot in need.slots})
        and (not filters.when or filters.when in (whens or ({When.UNDECIDED.value} if not stored else set())))
        and (not filters.small or filters.small in need.small_roles)
    )


@pytest.fixture
def recount(session: Session, needs: list[Need]) -> Callable[[Filters], int]:
    """Return a count without a database; rows themselves are nothing that hypothesis can print."""
    whole = select(Need).options(selectinload(Need.fields), selectinload(Need.slots), joinedload(Need.area))
    needs = list(session.scalars(whole.execution_options(populate_existing=True)))
    return lambda filters: sum(_fits(need, filters) for need in needs)


@pytest.fixture
def prefecture(needs: list[Need]) -> str:
    return needs[3].area.path.rpartition(".")[0]


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    asked=st.builds(
        Filters,
        q=st.sampled_from(["", "ぱそこん", "防災"]),
        area=st.sampled_from(["", "town", "town.kita", "town.minami", "town.nowhere"]),
        nearby=st.booleans(),
        field=st.sampled_from(["", "welfare", "unknown"]),
        kind=st.sampled_from(["", *(kind.value for kind in KINDS), "dreams"]),
        when=st.sampled_from(["", *(when.value for when in When), "never"]),
        small=st.sampled_from(["", *(small.value for small in SmallRole), "tiny"]),
    )
)
def test_every_number_on_a_chip_is_what_a_plain_count_gives(
    session: Session, recount: Callable[[Filters], int], prefecture: str, asked: Filters
) -> None:
    filters = replace(asked, area=asked.area and f"{prefecture}.{asked.area}", nearby=asked.nearby and bool(asked.area))

    found = facets(session, None, filters)

    def count(**changes: object) -> int:
        return recount(replace(filters, **changes))  # type: ignore[arg-type]  # any filter

    assert found.total == count() == needs_page(session, None, filters, page=1).total
    assert found.nearby == count(nearby=bool(filters.area))
    assert {area.path: number for area, number in found.areas} == {
        area.path: count(area=area.path, nearby=False) for area, _number in found.areas
    }
    assert {field.code: number for field, number in found.fields} == {
        code: count(field=code) for code in ("welfare", "safety")
    }
    assert {kind: found.kinds[kind] for kind in KINDS} == {kind: count(kind=kind.value) for kind in KINDS}
    assert found.whens == {when: count(when=when.value) for when in When}
    assert found.smalls == {small: count(small=small.value) for small in SmallRole}


def test_the_numbers_of_wider_searches_are_what_these_searches_find(session: Session, needs: list[Need]) -> None:
    filters = Filters(q="食堂", area=needs[0].area.path, field="unknown", kind="money")

    wider = ways_on(session, None, filters, facets(session, None, filters)).widenings

    assert wider
    assert [one.found for one in wider] == [facets(session, None, one.filters).total for one in wider]


def test_what_ends_soon_stands_first_when_that_is_asked_for(session: Session, needs: list[Need]) -> None:
    days = dict(zip((need.id for need in needs), range(30), strict=True))
    for need in needs[:5]:
        need.expires_on = need.opened_at.date().replace(month=12, day=28 - days[need.id]) if need.opened_at else None
    session.commit()

    first = needs_page(session, None, Filters(order=Order.ENDING), page=1).items[:4]

    assert [seen.row.id for seen in first] == [need.id for need in reversed(needs[1:5])]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("ぼうさい", "防災"), ("広報誌づくり", "広報紙づくり"), ("防災くんれん", "防災")],
)
def test_another_spelling_is_proposed_where_it_finds_something(
    client: FlaskClient, session: Session, typed: str, meant: str
) -> None:
    session.add_all([make_skill(name="広報紙づくり"), make_skill(name="スマートフォン", aliases=("スマホ",))])
    session.add_all([make_need(title=text, body="") for text in ("防災訓練", "広報紙づくり", "スマホ相談")])

    page = client.get("/needs", query_string={"q": typed}).text

    assert "もしかして" in page
    assert f"<strong>{meant}</strong>" in page


def test_no_spelling_is_proposed_that_finds_nothing(client: FlaskClient, session: Session) -> None:
    session.add_all([make_skill(name="広報紙づくり"), make_need(title="夏まつり", slots=[make_slot(what="屋台")])])

    assert "もしかして" not in client.get("/needs", query_string={"q": "広報誌づくり"}).text


def test_words_that_stand_apart_are_found_apart(client: FlaskClient, session: Session) -> None:
    session.add(make_need(title="食堂で配膳を手伝う"))

    assert "<strong>食堂 配膳</strong>" in client.get("/needs", query_string={"q": "食堂配膳"}).text


@pytest.mark.parametrize("typed", ["ぱそこん", "ﾊﾟｿｺﾝ", "パソコン", "パソコン　苦手"])
def test_a_word_is_found_in_any_script_and_width(client: FlaskClient, session: Session, typed: str) -> None:
    session.add(make_need(title="パソコンが苦手な人のために"))

    assert "パソコンが苦手な人のために" in client.get("/needs", query_string={"q": typed}).text


def test_what_nobody_may_see_is_not_counted_and_not_proposed(client: FlaskClient, session: Session) -> None:
    town = make_municipality()
    paused = make_participant(area=town)
    paused.pause(at=make_need().opened_at)  # type: ignore[arg-type]  # an open need was opened
    hidden: Sequence[Need] = [
        make_need(title="かくれた下書き", participant=make_participant(area=town), status=NeedStatus.DRAFT),
        make_need(title="かくれた未成年", participant=make_resident(area=town, is_adult=False)),
        make_need(title="かくれた休み", participant=paused),
    ]
    session.add_all(hidden)

    page = client.get("/needs", query_string={"q": "かくれ"}).text + client.get("/needs?q=かくれた下書").text

    assert 'class="chip__found"' not in page
    assert "もしかして" not in page


def test_a_neighbour_is_offered_where_the_place_itself_holds_nothing(client: FlaskClient, session: Session) -> None:
    town = make_municipality()
    here, there = (make_district(municipality=town, name=name) for name in ("北山", "川辺"))
    session.add_all([AreaNeighbour(area=here, neighbour=there), make_need(participant=make_participant(area=there))])

    page = client.get("/needs", query_string={"area": here.path}).text

    assert 'nearby=1">北山と、となりの地域 <span class="chip__found">1</span>' in page


def test_a_chip_that_is_set_can_be_taken_away_alone(client: FlaskClient, session: Session, town: Area) -> None:
    session.add(make_need(participant=make_participant(area=town), slots=[make_slot(ResourceKind.GOODS, "軍手")]))

    page = client.get(f"/needs?kind=goods&area={town.path}").text

    assert f'href="/needs?area={town.path}">物 <span aria-hidden="true">×' in page
    assert 'href="/needs?kind=goods">日和市 <span aria-hidden="true">×' in page
