"""Districts: added, named, bordered, removed; only where one administers."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, func, select

from models import Account, Area, AreaLevel, AreaNeighbour, Job, Role, utc_now
from models.errors import InvalidValue
from tests.factories import (
    make_account,
    make_appointment,
    make_district,
    make_municipality,
    make_need,
    make_participant,
)

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what no database decides."""

SignedIn = Callable[[Account], FlaskClient]
MOST_QUERIES = 12
NAMES = {"name_ja": "川原", "reading": "かわら", "name_en": "Kawara"}


@pytest.fixture
def browser(town: Any, signed_in: SignedIn) -> FlaskClient:
    return signed_in(town.administrator)


def borders(town: Any) -> set[tuple[str, str]]:
    return {(one.area.name_ja, one.neighbour.name_ja) for one in town.session.scalars(select(AreaNeighbour))}


def add(browser: FlaskClient, municipality: Area, **fields: str) -> Any:
    return browser.post(f"/administration/areas/{municipality.id}/districts", data=NAMES | {"code": "kawara"} | fields)


def test_only_a_municipality_has_districts() -> None:
    with pytest.raises(InvalidValue):
        Area.district(make_district(), "inner", name_ja="内", name_en="Inner", reading="")


@pytest.mark.parametrize("code", ["", "Kitayama", "北山", "kita.yama", "-kita", "a" * 41])
def test_a_code_that_would_break_the_path_is_refused(code: str) -> None:
    with pytest.raises(InvalidValue):
        Area.district(make_municipality(), code, name_ja="北山", name_en="Kitayama", reading="")


def test_a_place_keeps_a_name_in_both_languages() -> None:
    with pytest.raises(InvalidValue):
        make_district().rename(name_ja="", name_en="Kitayama", reading="", at=utc_now())


def test_places_of_different_size_do_not_border_each_other() -> None:
    with pytest.raises(InvalidValue):
        AreaNeighbour.between(make_district(), make_municipality())


@ON_SQLITE
def test_the_list_shows_each_district_with_what_lies_in_it(town: Any, browser: FlaskClient) -> None:
    town.session.add(make_need(participant=make_participant(area=town.north)))

    page = browser.get("/administration/areas").text

    assert "北山" in page
    assert "南野" in page
    assert '<td class="numeric">1</td>' in page


@ON_SQLITE
def test_the_list_asks_the_database_a_fixed_number_of_times(town: Any, browser: FlaskClient, engine: Engine) -> None:
    town.session.add_all([make_district(municipality=town.municipality) for _ in range(9)])
    town.session.add_all(AreaNeighbour.between(town.north, town.south))
    town.session.commit()
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    assert "11" in browser.get("/administration/areas").text
    assert len([statement for statement in asked if statement.lstrip().startswith("SELECT")]) <= MOST_QUERIES


def test_a_district_is_added_however_its_code_was_typed(town: Any, browser: FlaskClient) -> None:
    answer = add(browser, town.municipality, code="　Ｋａｗａｒａ ", reading="カワラ")

    added = town.session.scalars(select(Area).where(Area.name_ja == "川原")).one()
    assert answer.status_code == 303
    assert added.path == f"{town.municipality.path}.kawara"
    assert added.level is AreaLevel.DISTRICT
    assert added.reading == "かわら"


@ON_SQLITE
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"code": "kitayama"}, "この記号は「北山」が使っています"),
        ({"code": "川原"}, "英小文字と数字だけで"),
        ({"name_ja": "南野"}, "同じ名前の地区がもうあります"),
        ({"reading": "川原"}, "読みはひらがなで"),
        ({"name_ja": ""}, "名前を入力してください"),
    ],
)
def test_what_cannot_be_a_district_is_said_and_nothing_typed_is_lost(
    town: Any, browser: FlaskClient, fields: dict[str, str], words: str
) -> None:
    answer = add(browser, town.municipality, **fields)

    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="Kawara"' in answer.text
    assert town.session.scalar(select(func.count()).select_from(Area).where(Area.level == AreaLevel.DISTRICT)) == 2


def test_a_tick_is_stored_for_both_sides_and_partners_are_looked_for_anew(town: Any, browser: FlaskClient) -> None:
    browser.post(f"/administration/areas/{town.north.id}/neighbours", data={"neighbours": str(town.south.id)})

    assert borders(town) == {("北山", "南野"), ("南野", "北山")}
    assert town.session.scalars(select(Job)).one().municipality_id == town.municipality.id


@ON_SQLITE
def test_a_cleared_tick_is_taken_back_on_both_sides(town: Any, browser: FlaskClient) -> None:
    town.session.add_all(AreaNeighbour.between(town.north, town.south))

    browser.post(f"/administration/areas/{town.north.id}/neighbours", data={"before": str(town.south.id)})

    assert borders(town) == set()


@ON_SQLITE
def test_what_somebody_else_ticked_meanwhile_stays(town: Any, browser: FlaskClient) -> None:
    east = make_district(municipality=town.municipality, code="higashi", name="東")
    town.session.add_all([east, *AreaNeighbour.between(town.north, east)])
    town.session.commit()

    browser.post(f"/administration/areas/{town.north.id}/neighbours", data={"neighbours": str(town.south.id)})

    assert ("北山", "東") in borders(town)


@ON_SQLITE
def test_a_tick_that_is_there_already_changes_nothing(town: Any, browser: FlaskClient) -> None:
    town.session.add_all(AreaNeighbour.between(town.north, town.south))
    town.session.commit()

    answer = browser.post(f"/administration/areas/{town.north.id}/neighbours", data={"neighbours": str(town.south.id)})

    assert answer.status_code == 303
    assert len(borders(town)) == 2


@ON_SQLITE
def test_a_place_elsewhere_cannot_be_ticked(town: Any, browser: FlaskClient) -> None:
    elsewhere = make_district(name="よその地区")
    town.session.add(elsewhere)
    town.session.commit()

    answer = browser.post(f"/administration/areas/{town.north.id}/neighbours", data={"neighbours": str(elsewhere.id)})

    assert answer.status_code == 422
    assert borders(town) == set()


def test_a_district_is_renamed_and_loading_sheets_does_not_undo_that(town: Any, browser: FlaskClient) -> None:
    browser.post(f"/administration/areas/{town.north.id}", data=NAMES | {"version": str(town.north.version)})

    assert (town.north.name_ja, town.north.reading) == ("川原", "かわら")
    assert town.north.path.endswith(".kitayama")
    assert town.north.renamed_at is not None


@ON_SQLITE
def test_two_who_rename_at_once_see_each_others_words(town: Any, browser: FlaskClient) -> None:
    town.north.rename(name_ja="上北山", name_en="Kami-Kitayama", reading="かみきたやま", at=utc_now())
    opened_on = str(town.north.version)

    answer = browser.post(f"/administration/areas/{town.north.id}", data=NAMES | {"version": opened_on})

    assert answer.status_code == 409
    assert "上北山" in answer.text
    assert 'value="川原"' in answer.text
    assert town.north.name_ja == "上北山"


def test_an_empty_district_goes_with_its_borders(town: Any, browser: FlaskClient) -> None:
    town.session.add_all(AreaNeighbour.between(town.north, town.south))
    gone = town.north.id

    browser.post(f"/administration/areas/{gone}/remove", data={"version": str(town.north.version)})

    assert town.session.get(Area, gone) is None
    assert borders(town) == set()


@ON_SQLITE
def test_a_district_in_which_something_lies_stays_and_says_what(town: Any, browser: FlaskClient) -> None:
    town.session.add(make_participant(area=town.north))

    answer = browser.post(f"/administration/areas/{town.north.id}/remove", data={"version": str(town.north.version)})

    assert answer.status_code == 409
    assert "取り除けません" in answer.text
    assert town.session.get(Area, town.north.id) is not None


@ON_SQLITE
def test_a_district_that_was_renamed_meanwhile_is_not_removed(town: Any, browser: FlaskClient) -> None:
    answer = browser.post(f"/administration/areas/{town.north.id}/remove", data={"version": "0"})

    assert answer.status_code == 409
    assert town.session.get(Area, town.north.id) is not None


@ON_SQLITE
def test_who_administers_elsewhere_finds_nothing_here(town: Any, signed_in: SignedIn) -> None:
    stranger = make_account()
    town.session.add(make_appointment(make_municipality(name="月見町"), account=stranger, role=Role.ADMINISTRATOR))
    browser = signed_in(stranger)

    assert "北山" not in browser.get("/administration/areas").text
    assert browser.get(f"/administration/areas/{town.north.id}").status_code == 404
    assert add(browser, town.municipality).status_code == 404


@ON_SQLITE
def test_who_administers_one_district_sees_that_one_alone(town: Any, signed_in: SignedIn) -> None:
    officer = make_account()
    town.session.add(make_appointment(town.north, account=officer, role=Role.ADMINISTRATOR))

    page = signed_in(officer).get("/administration/areas").text

    assert "北山" in page
    assert "南野" not in page
    assert "この地区を加える" not in page
