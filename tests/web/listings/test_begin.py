"""A need, one question a page: begun by anybody, kept after each answer, posted as it was confirmed."""

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models import Account, Area, Draft, Need, NeedStatus, Participant, Slot
from tests.factories import make_membership, make_participant, make_skill

Browse = Callable[[Account], FlaskClient]
Represent = Callable[[Participant], Account]


@pytest.fixture
def association(town: Area) -> Participant:
    return make_participant(name="北山町内会", area=town)


@pytest.fixture
def officer(signed_in: Browse, represent: Represent, association: Participant) -> FlaskClient:
    return signed_in(represent(association))


def answer(browser: FlaskClient, step: str, go: str = "next", **typed: str | list[str]) -> TestResponse:
    return browser.post(f"/needs/begin/{step}", data={"go": go, **typed})


def the_draft(session: Session) -> Draft:
    return session.scalars(select(Draft)).one()


def slot(number: int, **cells: str) -> dict[str, str]:
    return {f"slots-{number}-{name}": value for name, value in cells.items()}


def test_a_kind_begins_with_its_words_and_slots(session: Session, officer: FlaskClient) -> None:
    session.add(make_skill(code="mowing", name="草刈り"))

    response = officer.post("/needs/begin", data={"kind": "mowing"})

    content = the_draft(session).content
    assert response.location == "/needs/begin/what"
    assert content["slots-0-what"] == ["草刈り機を使える方"]
    assert content["slots-0-skill"] == ["草刈り"]
    assert "草刈り" in officer.get("/needs/begin/what").text


def test_something_else_begins_with_nothing(session: Session, officer: FlaskClient) -> None:
    officer.post("/needs/begin", data={"kind": "other"})

    assert the_draft(session).content == {}
    assert officer.get("/needs/begin/what").status_code == 200


def test_answers_lead_from_question_to_question_and_become_a_need(session: Session, officer: FlaskClient) -> None:
    officer.post("/needs/begin", data={"kind": "other"})

    places = [
        answer(officer, "what", title="みこしの担ぎ手", body="若い人が足りません。").location,
        answer(officer, "things", **slot(0, kind="people", what="担ぎ手", quantity="１０", unit="人")).location,
        answer(officer, "when", starts_on="R9.8.1", ends_on="令和9年8月2日（月）", windows=["sun_am"]).location,
        answer(officer, "where", area="", online="no").location,
        answer(officer, "notice", notice_contact="田中", notice_phone="０４２（１２３）４５６７").location,
    ]
    posted = officer.post("/needs/begin/post")

    need = session.scalars(select(Need)).one()
    assert places == [f"/needs/begin/{step}" for step in ("things", "when", "where", "notice", "check")]
    assert posted.location == f"/needs/{need.id}/posted"
    assert (need.title, need.status, need.online) == ("みこしの担ぎ手", NeedStatus.OPEN, False)
    assert (need.starts_on, need.ends_on, need.expires_on) == (date(2027, 8, 1), date(2027, 8, 2), date(2027, 8, 2))
    assert (need.notice_contact, need.notice_phone) == ("田中", "042-123-4567")
    assert [(one.what, one.quantity) for one in session.scalars(select(Slot))] == [("担ぎ手", 10)]
    assert session.scalars(select(Draft)).all() == []


def test_a_wrong_answer_is_said_at_its_question_alone(session: Session, officer: FlaskClient) -> None:
    officer.post("/needs/begin", data={"kind": "other"})

    response = answer(officer, "when", starts_on="あした")

    assert response.status_code == 422
    assert response.text.count('class="field__error"') == 1
    assert "あした" in response.text
    assert the_draft(session).content == {}


def test_going_back_keeps_what_was_typed(session: Session, officer: FlaskClient) -> None:
    officer.post("/needs/begin", data={"kind": "other"})

    response = answer(officer, "things", go="back", **slot(0, what="担ぎ手"))

    assert response.location == "/needs/begin/what"
    assert the_draft(session).content["slots-0-what"] == ["担ぎ手"]


def test_a_change_from_the_last_page_leads_back_to_it(officer: FlaskClient) -> None:
    officer.post("/needs/begin", data={"kind": "mowing"})

    response = officer.post("/needs/begin/what?to=check", data={"go": "next", "title": "草刈り", "body": ""})

    assert response.location == "/needs/begin/check"


def test_a_box_that_is_emptied_stays_empty(session: Session, officer: FlaskClient) -> None:
    officer.post("/needs/begin", data={"kind": "mowing"})

    answer(officer, "when")

    assert "windows" not in the_draft(session).content


def test_what_lacks_an_answer_is_not_posted_but_asked_again(session: Session, officer: FlaskClient) -> None:
    officer.post("/needs/begin", data={"kind": "other"})

    response = officer.post("/needs/begin/post")

    assert response.location == "/needs/begin/what?to=check&missing=1"
    assert "題を書いてください" in officer.get(response.location).text
    assert session.scalars(select(Need)).all() == []


def test_a_role_of_many_hours_is_split_into_two_of_half(session: Session, officer: FlaskClient) -> None:
    officer.post("/needs/begin", data={"kind": "other"})
    heavy = slot(0, kind="people", what="会計", quantity="1", unit="人", hours_per_month="１２")
    answer(officer, "things", go="back", **heavy)

    hint = officer.get("/needs/begin/things").text
    answer(officer, "things", go="split-0", **heavy)

    content = the_draft(session).content
    assert 'value="split-0"' in hint
    assert [content[f"slots-{number}-hours_per_month"] for number in (0, 1)] == [["6"], ["6"]]
    assert [content[f"slots-{number}-what"] for number in (0, 1)] == [["会計（前半）"], ["会計（後半）"]]
    assert 'value="split-' not in officer.get("/needs/begin/things").text


@pytest.mark.parametrize("button", ["split-", "split-x", "split-9", "split-1"])
def test_a_button_that_splits_nothing_changes_nothing(session: Session, officer: FlaskClient, button: str) -> None:
    officer.post("/needs/begin", data={"kind": "other"})

    response = answer(officer, "things", go=button, **slot(0, kind="people", what="会計", hours_per_month="12"))

    assert response.status_code == 303
    assert "slots-1-what" not in the_draft(session).content


def test_who_speaks_for_several_is_asked_for_whom(
    session: Session, signed_in: Browse, represent: Represent, association: Participant, town: Area
) -> None:
    account = represent(association)
    other = make_participant(name="南町内会", area=town)
    session.add(make_membership(other, account=account))
    browser = signed_in(account)
    browser.post("/needs/begin", data={"kind": "mowing"})

    answer(browser, "who", participant=str(other.id))
    browser.post("/needs/begin/post")

    assert session.scalars(select(Need)).one().participant is other


def test_a_visitor_begins_and_is_led_to_the_sign_up_with_what_was_kept(session: Session, client: FlaskClient) -> None:
    client.post("/needs/begin", data={"kind": "snow"})

    check = client.get("/needs/begin/check")
    led = answer(client, "check", go="sign-up")

    with client.session_transaction() as cookie:
        assert cookie["after_sign_in"] == "/needs/begin/check"
    assert "雪かき" in check.text
    assert led.location == "/sign-up"
    assert the_draft(session).account_id is None


def test_a_visitor_posts_nothing(session: Session, client: FlaskClient) -> None:
    client.post("/needs/begin", data={"kind": "snow"})

    response = client.post("/needs/begin/post")

    assert response.location == "/sign-in"
    assert session.scalars(select(Need)).all() == []


def test_nobody_sees_what_another_browser_began(client: FlaskClient, officer: FlaskClient) -> None:
    officer.post("/needs/begin", data={"kind": "snow"})
    officer.post("/sign-out")

    assert client.get("/needs/begin/what").location == "/needs/begin"


def test_a_question_keeps_itself_while_it_is_answered(session: Session, officer: FlaskClient) -> None:
    officer.post("/needs/begin", data={"kind": "mowing"})

    response = officer.post("/needs/begin/what/keep", data={"title": "草刈りを", "body": ""})

    assert "に保存しました" in response.text
    assert the_draft(session).content["title"] == ["草刈りを"]
    assert the_draft(session).content["slots-0-what"] == ["草刈り機を使える方"]


def test_the_long_form_goes_on_with_the_answers(officer: FlaskClient) -> None:
    officer.post("/needs/begin", data={"kind": "mowing"})

    assert 'value="草刈り機を使える方"' in officer.get("/needs/new").text


def test_a_question_that_does_not_exist_is_not_found(officer: FlaskClient) -> None:
    officer.post("/needs/begin", data={"kind": "mowing"})

    assert officer.get("/needs/begin/why").status_code == 404


def test_more_than_anybody_types_is_not_kept(session: Session, officer: FlaskClient) -> None:
    officer.post("/needs/begin", data={"kind": "other"})

    response = officer.post("/needs/begin/what/keep", data={"title": "草" * 120_000})

    assert response.status_code == 400
    assert the_draft(session).content == {}
