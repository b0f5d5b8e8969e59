"""Planning a season, and what anybody sees of it."""

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import Engine, event, select

from models import Account, Season, SeasonStep, utc_now
from models.business_days import is_business_day
from models.errors import InvalidValue
from models.seasons import proposed_dates
from models.years import town_day
from tests.factories import enter_professional, enter_project, make_offer, make_resident, make_season
from tests.web.seasons.conftest import Town
from web.seasons.queries import upcoming

SignedIn = Callable[[Account], FlaskClient]
ENGLISH = {"Accept-Language": "en"}


def planned(town: Town, **other: str) -> dict[str, str]:
    days = {f"{step.value}_on": day.isoformat() for step, day in proposed_dates(date(2027, 7, 1)).items()}
    return {"name": "夏チャレンジ", "area": str(town.area.id), "summary": "", "team_size": "3"} | days | other


def test_all_dates_follow_from_the_kick_off_on_days_when_offices_are_open() -> None:
    dates = proposed_dates(date(2027, 7, 1))

    assert list(dates.values()) == sorted(dates.values())
    assert all(is_business_day(day) for day in dates.values())
    assert dates[SeasonStep.KICK_OFF] == date(2027, 7, 1)


def test_dates_out_of_their_order_are_no_season() -> None:
    season = make_season()
    season.work_ends_on = date(2026, 1, 1)

    with pytest.raises(InvalidValue):
        season.check_dates()


def test_the_kick_off_alone_fills_the_form(as_coordinator: FlaskClient) -> None:
    page = as_coordinator.get("/seasons/new?kick_off_on=2027-07-01").text

    assert "2027-07-01" in page
    assert proposed_dates(date(2027, 7, 1))[SeasonStep.LOOKING_BACK].isoformat() in page


def test_a_kick_off_that_is_no_day_is_asked_for_again(as_coordinator: FlaskClient) -> None:
    answer = as_coordinator.get("/seasons/new?kick_off_on=soon")

    assert answer.status_code == 422
    assert "soon" in answer.text


def test_a_coordinator_plans_a_season(town: Town, as_coordinator: FlaskClient) -> None:
    answer = as_coordinator.post("/seasons/new", data=planned(town))

    season = town.session.scalars(select(Season).where(Season.name == "夏チャレンジ")).one()
    assert answer.status_code == 303
    assert season.kick_off_on == date(2027, 7, 1)
    assert season.planned_by is town.coordinator


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"work_ends_on": "2027-06-01"}, "This is before"),
        ({"team_size": "5"}, "from 1 to 4"),
        ({"name": ""}, "Give it a name"),
        ({"area": "elsewhere"}, "Not a valid choice"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    town: Town, as_coordinator: FlaskClient, wrong: dict[str, str], said: str
) -> None:
    answer = as_coordinator.post("/seasons/new", data=planned(town, summary="夏の挑戦", **wrong))

    assert answer.status_code == 422
    assert said in answer.text
    assert "夏の挑戦" in answer.text


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(town: Town, as_coordinator: FlaskClient) -> None:
    answer = as_coordinator.post(town.url("/edit"), data=planned(town, seen="0"))

    assert answer.status_code == 422
    assert "meanwhile" in answer.text
    town.session.refresh(town.season)
    assert town.season.name == "プロボノ冬チャレンジ"


def test_only_coordinators_of_the_place_change_a_season(town: Town, signed_in: SignedIn) -> None:
    assert signed_in(town.stranger).get(town.url("/edit")).status_code == 404
    assert signed_in(town.chair).get(town.url("/cohort")).status_code == 404
    assert signed_in(town.chair).get("/seasons/new").status_code == 403


def test_anybody_sees_the_dates_the_organisations_and_no_resident(town: Town, client: FlaskClient) -> None:
    page = client.get(town.url(), headers=ENGLISH).text

    assert "北山町内会" in page
    assert "日和会計事務所" in page
    assert "有村" not in page
    assert "fewer than five" in page
    assert "プロボノ冬チャレンジ" in client.get("/seasons", headers=ENGLISH).text


def test_the_dates_are_a_calendar_file(town: Town, client: FlaskClient) -> None:
    answer = client.get(town.url("/season.ics"))

    events = Calendar.from_ical(answer.data).walk("VEVENT")
    assert answer.content_type.startswith("text/calendar")
    assert sorted(one.decoded("dtstart") for one in events) == sorted(town.season.dates.values())


def test_an_empty_list_says_where_to_go_on(client: FlaskClient) -> None:
    assert "No season is planned now" in client.get("/seasons", headers=ENGLISH).text
    assert "No season is over yet" in client.get("/seasons?show=past", headers=ENGLISH).text


def test_what_comes_up_is_told_to_those_who_entered(town: Town) -> None:
    today = town.season.kick_off_on

    assert [one.step for one in upcoming(town.session, town.chair, today)] == [SeasonStep.KICK_OFF]
    assert upcoming(town.session, town.stranger, today) == []
    assert upcoming(town.session, None, town_day(utc_now()))[0].season is town.season


@pytest.mark.parametrize("more", [0, 8])
def test_it_asks_the_database_few_questions_however_many_entered(
    town: Town, as_coordinator: FlaskClient, engine: Engine, more: int
) -> None:
    for number in range(more):
        town.session.add(enter_project(town.season, town.need(f"記録{number}")))
        resident = make_resident(area=town.area)
        town.session.add(enter_professional(town.season, make_offer(participant=resident)))
    town.session.commit()
    town.session.expunge_all()
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    assert as_coordinator.get(f"/seasons/{town.season.id}").status_code == 200
    reads = [statement for statement in statements if statement.startswith("SELECT")]
    assert len(reads) <= 12, "\n\n".join(reads)
