"""Visits are planned by themselves, written down once, and become needs with the consent of who spoke."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from models import (
    Account,
    ActOnBehalf,
    ConsentChannel,
    Need,
    NeedOrigin,
    NeedStatus,
    Provenance,
    Visit,
    VisitPlan,
    utc_now,
)
from models.visits import next_due
from tests.factories import make_consultation, make_need, make_participant, make_resident, make_visit, make_visit_plan
from web.participants.services import merge
from web.visits.queries import due, plans_of

SignedIn = Callable[[Account], FlaskClient]
TODAY = date(2026, 12, 1)
KEY = "5f2c"


def typed(town: Any, **changes: str) -> dict[str, str]:
    return {
        "area": str(town.north.id),
        "visited_on": "2026/11/30",
        "support": "being_there",
        "heard": "草刈りの人手が足りない",
        "people_met": "１２",
        "sent_key": KEY,
    } | changes


def visits(town: Any) -> int:
    return town.session.scalar(select(func.count()).select_from(Visit)) or 0


def test_every_district_is_visited_monthly_without_anybody_planning_it(town: Any) -> None:
    planned = plans_of(town.session, town.coordinator).planned

    assert {one.area for one in planned} == {town.north, town.south}
    assert {(one.plan, one.every_months, one.due_on) for one in planned} == {(None, 1, TODAY)}


@pytest.mark.parametrize(
    ("last_on", "months", "due_on"),
    [
        (None, 1, date(2026, 4, 1)),
        (date(2026, 10, 31), 1, date(2026, 11, 30)),
        (date(2026, 10, 31), 4, date(2027, 2, 28)),
        (date(2026, 12, 5), 12, date(2027, 12, 5)),
        (date(2026, 1, 5), 1, date(2026, 4, 1)),
    ],
)
def test_the_next_visit_is_due_so_many_months_after_the_last(last_on: date | None, months: int, due_on: date) -> None:
    assert next_due(last_on, begins_on=date(2026, 4, 1), every_months=months) == due_on


def test_who_visited_a_body_was_in_its_place(town: Any) -> None:
    town.session.add(make_visit(participant=town.association, visited_on=date(2026, 11, 30)))
    town.session.commit()

    last = {one.area: (one.last_on, one.due_on) for one in plans_of(town.session, town.coordinator).planned}

    assert last == {town.north: (date(2026, 11, 30), date(2026, 12, 30)), town.south: (None, TODAY)}


def test_a_plan_of_its_own_takes_the_place_of_the_monthly_one(town: Any) -> None:
    town.session.add(make_visit_plan(town.north, every_months=3))
    town.session.add(make_visit_plan(town.north, participant=town.association, every_months=2))
    town.session.add(make_visit(participant=town.association, visited_on=date(2026, 11, 30)))
    town.session.commit()

    planned = {(one.area.name_ja, one.participant): one for one in plans_of(town.session, town.coordinator).planned}

    assert planned[town.north.name_ja, None].due_on == date(2027, 2, 28)
    assert planned[town.north.name_ja, town.association].due_on == date(2027, 1, 30)
    assert [one.area for one in due(town.session, town.coordinator, TODAY)] == [town.south]


def test_the_longest_overdue_comes_first_and_says_for_how_long(town: Any, signed_in: SignedIn) -> None:
    town.session.add(make_visit_plan(town.south, begins_on=date(2026, 11, 21)))

    page = signed_in(town.coordinator).get("/visits").text

    assert "10" in page.split('class="tag tag--danger">')[1].split("<")[0]
    assert page.index(f"/visits/new?area={town.south.id}") < page.index(f"/visits/new?area={town.north.id}")


def test_the_plan_is_narrowed_down_to_a_place_and_to_where_the_reader_goes(town: Any, signed_in: SignedIn) -> None:
    town.session.add(make_visit_plan(town.north, visitor=town.colleague))
    north, south = (f"/visits/new?area={area.id}" for area in (town.north, town.south))

    mine = signed_in(town.colleague).get("/visits?mine=y").text
    there = signed_in(town.coordinator).get(f"/visits?area={town.south.path}").text

    assert (north in mine, south in mine) == (True, False)
    assert (north in there, south in there) == (False, True)


def test_a_default_can_be_changed_given_up_and_taken_up_again(town: Any, signed_in: SignedIn) -> None:
    browser, page = signed_in(town.coordinator), f"/visits/plans/new?area={town.north.id}"
    answers = {
        "area": str(town.north.id),
        "every_months": "6",
        "begins_on": "2026/12/01",
        "visitor": str(town.colleague.id),
    }

    assert browser.post(page, data=answers).status_code == 303
    plan = town.session.scalars(select(VisitPlan)).one()
    assert (plan.every_months, plan.visitor_id) == (6, town.colleague.id)

    assert browser.post(page, data=answers | {"action": "none"}).status_code == 303
    given_up = plans_of(town.session, town.coordinator)
    assert [one.area for one in given_up.planned] == [town.south]
    assert list(given_up.without) == [town.north]
    assert f"/visits/plans/new?area={town.north.id}" in browser.get("/visits").text

    browser.post(page, data=answers | {"every_months": "1"})
    assert len(plans_of(town.session, town.coordinator).planned) == 2


def test_a_standing_plan_is_changed_and_ended_by_its_coordinators_alone(town: Any, signed_in: SignedIn) -> None:
    plan = make_visit_plan(town.north, participant=town.association)
    town.session.add(plan)
    town.session.commit()
    page, answers = f"/visits/plans/{plan.id}", {"every_months": "２", "begins_on": "2026/12/05", "visitor": ""}

    assert signed_in(town.elsewhere).post(page, data=answers).status_code == 404
    assert signed_in(town.coordinator).post(page, data=answers).status_code == 303
    assert (plan.every_months, plan.begins_on) == (2, date(2026, 12, 5))
    signed_in(town.coordinator).post(f"{page}/end")
    assert plan.ended_on == date(2026, 12, 5)


@pytest.mark.parametrize("wrong", [{"every_months": "0"}, {"every_months": "25"}, {"begins_on": "x"}, {"area": ""}])
def test_a_plan_that_cannot_be_is_refused_in_words(town: Any, signed_in: SignedIn, wrong: dict[str, str]) -> None:
    answers = {"area": str(town.north.id), "every_months": "7", "begins_on": "2026/12/01", "visitor": ""} | wrong

    answer = signed_in(town.coordinator).post("/visits/plans/new", data=answers)

    assert answer.status_code == 422
    assert "error-summary" in answer.text
    assert not town.session.scalars(select(VisitPlan)).all()


def test_a_visit_is_written_down_in_a_minute(town: Any, signed_in: SignedIn) -> None:
    browser = signed_in(town.coordinator)
    page = browser.get(f"/visits/new?participant={town.association.id}").text
    assert f'<option selected value="{town.association.id}">' in page

    answer = browser.post("/visits/new", data=typed(town, area="", participant=str(town.association.id)))

    visit = town.session.scalars(select(Visit)).one()
    assert answer.headers["Location"].endswith(f"/visits/{visit.id}")
    assert (visit.area_id, visit.participant_id, visit.people_met) == (town.north.id, town.association.id, 12)
    assert visit.visitor_id == town.coordinator.id
    assert "草刈りの人手" in browser.get("/visits").text
    assert "草刈りの人手" in browser.get("/visits/all").text


def test_what_is_sent_twice_is_kept_once(town: Any, signed_in: SignedIn) -> None:
    browser = signed_in(town.coordinator)
    as_a_script = {"Accept": "application/json"}

    first = browser.post("/visits/new", data=typed(town), headers=as_a_script)
    second = browser.post("/visits/new", data=typed(town, _once="another"), headers=as_a_script)

    assert [first.status_code, second.status_code] == [201, 201]
    assert first.json == second.json
    assert visits(town) == 1


def test_the_same_key_from_another_account_is_refused(town: Any, signed_in: SignedIn) -> None:
    signed_in(town.coordinator).post("/visits/new", data=typed(town))

    assert signed_in(town.colleague).post("/visits/new", data=typed(town)).status_code == 409
    assert visits(town) == 1


def test_a_visit_that_is_sent_after_the_session_ended_is_not_taken(town: Any, client: FlaskClient) -> None:
    answer = client.post("/visits/new", data=typed(town), headers={"Accept": "application/json"})

    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("/sign-in")
    assert visits(town) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"heard": ""},
        {"area": ""},
        {"visited_on": "2026/12/02"},
        {"people_met": "-1"},
        {"support": "praying"},
        {"area": "x"},
    ],
)
def test_what_is_wrong_is_named_and_what_was_seen_is_not_lost(
    town: Any, signed_in: SignedIn, wrong: dict[str, str]
) -> None:
    seen = {} if "heard" in wrong else {"seen": "空き家が三軒"}

    answer = signed_in(town.coordinator).post("/visits/new", data=typed(town) | seen | wrong)

    assert answer.status_code == 422
    assert "error-summary" in answer.text
    assert all(words in answer.text for words in (*seen.values(), KEY))
    assert visits(town) == 0


def test_nobody_writes_about_or_reads_of_another_town(town: Any, signed_in: SignedIn) -> None:
    visit = make_visit(area=town.north)
    town.session.add(visit)
    town.session.commit()
    browser = signed_in(town.elsewhere)

    assert browser.post("/visits/new", data=typed(town)).status_code == 422
    for page in ("", "/edit", "/need"):
        assert browser.get(f"/visits/{visit.id}{page}").status_code == 404
    assert "草刈り" not in browser.get("/visits/all").text
    assert visits(town) == 1


def test_a_visit_is_changed_unless_somebody_else_was_faster(town: Any, signed_in: SignedIn) -> None:
    visit = make_visit(area=town.north)
    town.session.add(visit)
    town.session.commit()
    browser, page = signed_in(town.colleague), f"/visits/{visit.id}/edit"

    codes = [browser.post(page, data=typed(town, version="1", heard=words)).status_code for words in ("一", "二")]

    assert codes == [303, 409]
    assert visit.heard == "一"


def test_what_was_heard_becomes_a_draft_with_the_consent_of_who_spoke(town: Any, signed_in: SignedIn) -> None:
    visit = make_visit(participant=town.association)
    resident = make_resident(name="早乙女 誠一", area=town.north)
    town.session.add_all([visit, resident])
    town.session.commit()
    browser, page = signed_in(town.coordinator), f"/visits/{visit.id}/need"
    assert "早乙女 誠一" in browser.get(page).text
    told = {
        "participant": str(town.association.id),
        "title": "参道の草刈り",
        "body": "人手が足りない",
        "said_by": "町内会長 神沢",
        "said_on": "2026/11/20",
        "channel": "face_to_face",
    }

    answer = browser.post(page, data=told)

    need = town.session.scalars(select(Need)).one()
    act = town.session.scalars(select(ActOnBehalf)).one()
    assert answer.headers["Location"].endswith(f"/needs/{need.id}/edit")
    assert (need.status, need.origin, need.area_id) == (NeedStatus.DRAFT, NeedOrigin.VISIT, town.north.id)
    assert (act.said_by, act.channel, act.need_id) == ("町内会長 神沢", ConsentChannel.FACE_TO_FACE, need.id)
    assert town.session.scalars(select(Provenance.visit_id)).one() == visit.id
    assert f"/needs/{need.id}" in browser.get(f"/visits/{visit.id}").text
    assert browser.get(f"/needs/{need.id}/edit").status_code == 200


@pytest.mark.parametrize("wrong", [{"channel": ""}, {"channel": "web"}, {"said_by": ""}, {"participant": ""}])
def test_without_consent_and_speaker_no_need_is_written_down(
    town: Any, signed_in: SignedIn, wrong: dict[str, str]
) -> None:
    visit = make_visit(participant=town.association)
    town.session.add(visit)
    town.session.commit()
    told = {
        "participant": str(town.association.id),
        "title": "参道の草刈り",
        "said_by": "会長",
        "said_on": "2026/11/20",
        "channel": "paper",
    }

    answer = signed_in(town.coordinator).post(f"/visits/{visit.id}/need", data=told | wrong)

    assert answer.status_code == 422
    assert "参道の草刈り" in answer.text
    assert not town.session.scalars(select(Need)).all()


def test_a_need_is_not_written_down_for_somebody_in_another_town(town: Any, signed_in: SignedIn) -> None:
    visit, stranger = make_visit(participant=town.association), make_participant()
    town.session.add_all([visit, stranger, make_need(participant=stranger)])
    town.session.commit()
    told = {
        "participant": str(stranger.id),
        "title": "草刈り",
        "said_by": "会長",
        "said_on": "11/20",
        "channel": "paper",
    }

    assert signed_in(town.coordinator).post(f"/visits/{visit.id}/need", data=told).status_code == 422
    assert town.session.scalar(select(func.count()).select_from(Need)) == 1


def test_a_visit_about_a_consultation_is_begun_with_it(town: Any, signed_in: SignedIn) -> None:
    consultation = make_consultation(area=town.north, participant=town.association)
    town.session.add(consultation)
    town.session.commit()
    browser = signed_in(town.coordinator)
    page = browser.get(f"/visits/new?consultation={consultation.id}").text
    assert f'<option selected value="{town.association.id}">' in page

    browser.post("/visits/new", data=typed(town, consultation=str(consultation.id)))

    visit = town.session.scalars(select(Visit)).one()
    assert visit.consultation_id == consultation.id
    assert f"/visits/{visit.id}" in browser.get(f"/consultations/{consultation.id}").text


def test_the_form_that_phones_keep_is_about_nobody(town: Any, signed_in: SignedIn) -> None:
    page = signed_in(town.coordinator).get("/visits/offline").text

    assert all(name not in page for name in (town.coordinator.name, str(town.coordinator.id), town.association.name))
    assert "data-offline" in page


def test_only_the_form_may_start_the_worker(town: Any, signed_in: SignedIn) -> None:
    browser = signed_in(town.coordinator)

    policies = [browser.get(page).headers["Content-Security-Policy"] for page in ("/visits/new", "/visits")]

    assert ["worker-src 'self'" in policy for policy in policies] == [True, False]
    assert browser.get("/visits/worker").mimetype in {"text/javascript", "application/javascript"}


def test_visits_plans_and_consultations_follow_a_record_that_is_given_up(town: Any) -> None:
    given_up = make_participant(name="北山 町内会", area=town.north)
    visit, asked = make_visit(participant=given_up), make_consultation(area=town.north, participant=given_up)
    plans = [make_visit_plan(town.north, participant=one) for one in (town.association, given_up)]
    town.session.add_all([visit, asked, *plans])
    town.session.commit()

    merge(town.session, town.association, given_up, by=town.coordinator, at=utc_now())
    town.session.commit()

    assert {visit.participant_id, asked.participant_id, plans[1].participant_id} == {town.association.id}
    assert [plan.stands for plan in plans] == [True, False]
