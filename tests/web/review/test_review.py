import hashlib
import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import load_workbook
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from models import (
    Account,
    AreaPlan,
    CaseStudy,
    EndDecision,
    Ending,
    Goal,
    ParticipantKind,
    Partnership,
    Petition,
    PetitionAnswer,
    Stage,
    SurveyAnswer,
)
from tests.factories import (
    make_activity,
    make_appointment,
    make_choice,
    make_district,
    make_need,
    make_offer,
    make_participant,
    make_partnership,
)
from web.agreements.documents import pdf_can_be_made
from web.review import queries

Browse = Callable[[Account], FlaskClient]
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
ON = date(2026, 11, 22)


@pytest.fixture
def ended(session: Session, monkeypatch: pytest.MonkeyPatch) -> Partnership:
    """A partnership that was handed over in November, in a town with a pack of indicators."""
    monkeypatch.setenv("ENISHI_NOW", NOW.isoformat())
    npo = make_participant()
    partnership = make_partnership(
        need=make_need(participant=npo, title="農道の草刈り"),
        offers=[make_offer(participant=make_participant(area=npo.area))],
        stage=Stage.CLOSED,
    )
    partnership.over_at, partnership.ending = datetime(2026, 11, 1, tzinfo=UTC), Ending.HANDED_OVER
    decision = EndDecision(
        ending=Ending.HANDED_OVER,
        reason="山田さんの都合",
        handed_to="北山自治会",
        decided_at=NOW,
        partnership=partnership,
    )
    session.add_all([partnership, decision, make_choice(npo.area)])
    session.commit()
    return partnership


@pytest.fixture
def browser(session: Session, signed_in: Browse, ended: Partnership) -> FlaskClient:
    appointment = make_appointment(ended.municipality)
    session.add(appointment)
    session.flush()
    return signed_in(appointment.account)


def address(partnership: Partnership, rest: str = "", *, year: int = 2026) -> str:
    return f"/areas/{partnership.municipality_id}/review/{year}{rest}"


def answers(partnership: Partnership, number: int) -> list[SurveyAnswer]:
    return [
        SurveyAnswer(satisfaction=4, met_somebody_new=True, again=None, given_at=NOW, partnership=partnership)
        for _ in range(number)
    ]


def cells(workbook: bytes) -> list[Any]:
    book = load_workbook(io.BytesIO(workbook))
    return [cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row]


def test_the_page_and_the_workbook_say_the_same(browser: FlaskClient, ended: Partnership) -> None:
    page = browser.get(address(ended, "/document")).text
    found = cells(browser.get(address(ended, "/workbook")).data)

    for words in ("農道の草刈り", "北山自治会", "令和8年11月22日（日）現在"):
        assert words in page
        assert any(words in str(cell) for cell in found)


def test_why_it_ended_stays_with_the_parties(browser: FlaskClient, ended: Partnership) -> None:
    assert "山田さんの都合" not in browser.get(address(ended, "/document")).text


def test_fewer_than_five_answers_are_not_shown(session: Session, ended: Partnership) -> None:
    session.add_all(answers(ended, 4))
    few = queries.pack(session, ended.municipality, year=2026, on=ON).survey
    session.add_all(answers(ended, 1))
    session.flush()
    enough = queries.pack(session, ended.municipality, year=2026, on=ON).survey

    assert few is None
    assert enough is not None
    assert (enough.answers, enough.satisfaction, enough.met_somebody_new) == (5, 4.0, 1.0)


def test_only_public_answers_to_petitions_are_named(session: Session, browser: FlaskClient, ended: Partnership) -> None:
    for title, public in (("街灯がほしい", True), ("内々の願い", False)):
        petition = Petition(
            title=title,
            text=title,
            priority=1,
            received_on=date(2026, 5, 1),
            answer_due_on=date(2026, 6, 1),
            area=ended.municipality,
            participant=ended.need.participant,
        )
        petition.reply(PetitionAnswer.ADOPTED, "行います", public=public, by=None, on=date(2026, 5, 20))
        session.add(petition)

    page = browser.get(address(ended, "/document")).text

    assert "街灯がほしい" in page
    assert "内々の願い" not in page
    assert "2件です" in page


def test_plans_goals_and_cases_of_the_year_are_told(session: Session, browser: FlaskClient, ended: Partnership) -> None:
    plan = AreaPlan(
        title="地域計画", first_year=2025, last_year=2029, adopted_on=date(2025, 4, 1), area=ended.municipality
    )
    plan.add_goal(Goal(title="サロンを増やす", baseline=2.0, target=6.0, due_year=2029))
    plan.goals[0].measured(4.0, year=2026, note="", by=None, on=date(2026, 10, 1))
    case = CaseStudy(
        title="道を守る", problem="人手", team="NPO、企業", form=None, cost="", helped="", result="続いた",
        written_at=NOW, partnership=ended,
    )  # fmt: skip
    session.add_all([plan, case])

    page = browser.get(address(ended, "/document")).text

    assert "サロンを増やす" in page
    assert "50 %" in page
    assert "道を守る" in page


def test_what_was_done_is_counted_year_by_year(session: Session, ended: Partnership) -> None:
    rmo = make_participant(kind=ParticipantKind.RMO, area=ended.municipality)
    session.add_all([make_activity(rmo), make_activity(rmo, done_on=date(2026, 3, 31))])
    session.flush()

    deeds = queries.pack(session, ended.municipality, year=2026, on=ON).deeds

    assert deeds[queries.Deed.ACTIVITIES] == {2022: 0, 2023: 0, 2024: 0, 2025: 1, 2026: 1}
    assert deeds[queries.Deed.PARTNERSHIPS_CLOSED][2026] == 1


def test_where_no_pdf_can_be_made_the_page_says_so(
    browser: FlaskClient, ended: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.review.views.pdf_can_be_made", lambda: False)

    page = browser.get(address(ended)).text

    assert "review/2026/pdf" not in page
    assert "review/2026/workbook" in page
    assert browser.get(address(ended, "/pdf")).status_code == 404


def test_a_pack_as_at_an_earlier_day_leaves_out_what_came_later(browser: FlaskClient, ended: Partnership) -> None:
    page = browser.get(address(ended, "/document") + "?on=2026-10-31").text

    assert "令和8年10月31日（土）現在" in page
    assert "農道の草刈り" not in page


@pytest.mark.parametrize("rest", ["?on=2026-12-01", "?on=2026-03-31", "/workbook?on=2027-04-01"])
def test_a_day_outside_of_the_year_is_not_there(browser: FlaskClient, ended: Partnership, rest: str) -> None:
    assert browser.get(address(ended) + rest).status_code == 404
    assert browser.get(address(ended, year=2027)).status_code == 404


def test_the_pack_is_closed_to_another_town(session: Session, signed_in: Browse, ended: Partnership) -> None:
    stranger = make_appointment(make_participant().area)
    session.add(stranger)

    assert signed_in(stranger.account).get(address(ended)).status_code == 404


def test_the_page_asks_few_questions_of_the_database(
    engine: Engine, session: Session, browser: FlaskClient, ended: Partnership
) -> None:
    session.add_all(answers(ended, 6))
    page = address(ended)
    browser.get(page)
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *told: statements.append(told[2]))

    browser.get(page)

    assert len([one for one in statements if one.startswith(("SELECT", "WITH"))]) <= 12


def test_the_same_rows_give_the_same_bytes(
    app: Flask, session: Session, ended: Partnership, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.commit()
    runs = []
    for number, now in enumerate((NOW, datetime(2026, 12, 24, tzinfo=UTC))):
        monkeypatch.setenv("ENISHI_NOW", now.isoformat())
        folder = tmp_path / str(number)
        options = ["--municipality", ended.municipality.path, "--year", "2026", "--on", "2026-11-22"]
        answer = app.test_cli_runner().invoke(args=["review", "pack", *options, str(folder)], catch_exceptions=False)
        assert answer.exit_code == 0
        runs.append({path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()})

    endings = {name.rpartition(".")[2] for name in runs[0]}
    assert runs[0] == runs[1]
    assert endings == ({"html", "xlsx", "pdf"} if pdf_can_be_made() else {"html", "xlsx"})


def test_a_workbook_keeps_no_time_of_its_writing(browser: FlaskClient, ended: Partnership) -> None:
    workbook = browser.get(address(ended, "/workbook")).data

    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2026-11-22T00:00:00Z</dcterms:modified>" in parts.read("docProps/core.xml")


@pytest.mark.usefixtures("ended")
def test_a_code_that_names_no_town_is_refused(app: Flask, tmp_path: Path) -> None:
    answer = app.test_cli_runner().invoke(
        args=["review", "pack", "--municipality", "nowhere", "--year", "2026", str(tmp_path)]
    )

    assert answer.exit_code == 2
    assert "nowhere" in answer.output


def test_a_year_that_is_over_tells_what_was_measured_of_it_afterwards(session: Session, ended: Partnership) -> None:
    plan = AreaPlan(
        title="地域計画", first_year=2024, last_year=2029, adopted_on=date(2024, 4, 1), area=ended.municipality
    )
    plan.add_goal(Goal(title="サロンを増やす", baseline=2.0, target=6.0, due_year=2029))
    plan.goals[0].measured(4.0, year=2025, note="", by=None, on=date(2026, 6, 1))
    session.add(plan)
    session.flush()

    def told(year: int, on: date) -> tuple[int, float] | None:
        return queries.pack(session, ended.municipality, year=year, on=on).goals[0].measured

    assert told(2025, date(2026, 3, 31)) == (2025, 4.0)
    assert told(2025, date(2026, 3, 1)) is None


def test_a_correction_does_not_take_a_number_out_of_the_pack_of_an_earlier_day(
    session: Session, ended: Partnership
) -> None:
    plan = AreaPlan(
        title="地域計画", first_year=2024, last_year=2029, adopted_on=date(2024, 4, 1), area=ended.municipality
    )
    plan.add_goal(Goal(title="サロンを増やす", baseline=2.0, target=6.0, due_year=2029))
    plan.goals[0].measured(4.0, year=2026, note="", by=None, on=date(2026, 8, 1))
    plan.goals[0].measured(5.0, year=2026, note="数え直し", by=None, on=date(2026, 11, 1))
    session.add(plan)
    session.flush()

    found = queries.pack(session, ended.municipality, year=2026, on=date(2026, 9, 1)).goals[0]

    assert found.measured == (2026, 5.0)


def test_a_case_stays_in_the_year_in_which_its_partnership_ended(session: Session, ended: Partnership) -> None:
    session.add(
        CaseStudy(
            title="道を守る", problem="人手", team="NPO、企業", form=None, cost="", helped="", result="続いた",
            written_at=datetime(2027, 5, 1, tzinfo=UTC), partnership=ended,
        )
    )  # fmt: skip
    session.flush()

    assert [case.title for case in queries.pack(session, ended.municipality, year=2026, on=ON).cases] == ["道を守る"]


def test_who_coordinates_one_district_does_not_read_of_the_others(
    session: Session, signed_in: Browse, ended: Partnership
) -> None:
    district = make_district(municipality=ended.municipality)
    appointment = make_appointment(district)
    session.add(appointment)
    session.commit()

    for place in (district, ended.municipality):
        assert signed_in(appointment.account).get(f"/areas/{place.id}/review/2026/workbook").status_code == 404
