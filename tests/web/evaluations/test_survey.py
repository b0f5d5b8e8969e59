"""Those who came along answer by a link or on paper, without an account and without a name."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from itsdangerous import URLSafeSerializer
from sqlalchemy import select

from models import Account, Again, AuditEntry, Ending, HandledRequest, Stage, SurveyAnswer
from models.base import utc_now
from models.errors import IllegalMove
from tests.web.evaluations.conftest import MONDAY_NOON
from web.evaluations import queries, services

SignedIn = Callable[[Account], FlaskClient]

SAID = {"satisfaction": "5", "met_somebody_new": "yes", "again": "perhaps", "comment": "またやってほしい", "sheet": "s"}


@pytest.fixture
def link(town: Any) -> str:
    return f"/survey/{queries.survey_token(town.session, town.partnership)}"


def answers(town: Any) -> list[SurveyAnswer]:
    return list(town.session.scalars(select(SurveyAnswer)))


def test_somebody_answers_without_an_account(town: Any, link: str, client: FlaskClient) -> None:
    page = client.get(link)
    answer = client.post(link, data=SAID)

    assert page.status_code == 200
    assert "子ども食堂" in page.text
    assert (answer.status_code, answer.location) == (303, f"{link}/thanks")
    assert client.get(f"{link}/thanks").status_code == 200
    (kept,) = answers(town)
    assert (kept.satisfaction, kept.met_somebody_new, kept.again) == (5, True, Again.PERHAPS)
    assert kept.comment == "またやってほしい"


def test_one_tick_is_enough_and_the_rest_is_unknown(town: Any, link: str, client: FlaskClient) -> None:
    client.post(link, data={"satisfaction": "1", "sheet": "s"})

    (kept,) = answers(town)
    assert (kept.satisfaction, kept.met_somebody_new, kept.again, kept.comment) == (1, None, None, "")


@pytest.mark.parametrize(
    "odd", [{"satisfaction": ""}, {"satisfaction": "6"}, {"again": "often"}, {"comment": "また来たい" * 201}]
)
def test_what_is_missing_or_wrong_is_named_and_nothing_is_lost(
    town: Any, link: str, client: FlaskClient, odd: dict[str, str]
) -> None:
    answer = client.post(link, data=SAID | odd)

    assert answer.status_code == 422
    assert f'href="#{next(iter(odd))}"' in answer.text
    assert 'value="s"' in answer.text
    assert answers(town) == []


def test_one_sheet_sent_twice_counts_once_and_another_counts_again(town: Any, link: str, client: FlaskClient) -> None:
    for sheet in ("one", "one", "two"):
        assert client.post(link, data=SAID | {"sheet": sheet}).status_code == 303

    assert len(answers(town)) == 2


def test_each_sheet_that_is_opened_is_another(link: str, client: FlaskClient) -> None:
    def sheet() -> str:
        return client.get(link).text.split('name="sheet" value="')[1].split('"')[0]

    assert sheet()
    assert sheet() != sheet()


def test_nobodys_account_is_kept_with_an_answer(town: Any, link: str, signed_in: SignedIn) -> None:
    browser = signed_in(town.chair)
    page = browser.get(link)
    browser.post(link, data=SAID)

    (entry,) = town.session.scalars(select(AuditEntry).where(AuditEntry.subject_table == "survey_answers"))
    assert (entry.actor_id, entry.via) == (None, "link")
    assert {entry.changes[column] for column in ("satisfaction", "met_somebody_new", "again", "comment")} == {"…"}
    assert "_once" not in page.text.split("<main")[1]
    assert town.session.scalars(select(HandledRequest)).all() == []


def test_a_link_that_was_changed_or_made_for_something_else_opens_nothing(
    town: Any, link: str, client: FlaskClient
) -> None:
    key = town.session.info["link_key"]
    foreign = [URLSafeSerializer(key, salt="survey").dumps(value) for value in ("x", 7, None, [1], "0" * 32)]
    other = URLSafeSerializer(key, salt="answer").dumps(town.partnership.id.hex)

    for path in (f"{link}x", "/survey/x", f"/survey/{other}", *(f"/survey/{token}" for token in foreign)):
        assert client.get(path).status_code == 410
        assert client.post(path, data=SAID).status_code == 410
        assert client.get(f"{path}/thanks").status_code == 410
    assert answers(town) == []


@pytest.mark.parametrize(("stage", "status"), [("agreed", 410), ("running", 200), ("withdrawn", 410)])
def test_it_is_open_from_the_beginning(town: Any, link: str, client: FlaskClient, stage: str, status: int) -> None:
    town.partnership.stage = Stage(stage)

    assert client.get(link).status_code == status


def test_it_ends_two_weeks_after_the_end(
    town: Any, link: str, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = utc_now()
    town.partnership.move_to(Stage.CLOSED, by=town.coordinator, at=ended, ending=Ending.DISSOLVED)
    for days, status in ((14, 303), (15, 410)):
        monkeypatch.setenv("ENISHI_NOW", (ended + timedelta(days=days)).isoformat())
        assert client.post(link, data=SAID).status_code == status

    assert len(answers(town)) == 1


def test_fewer_than_five_answers_are_not_broken_down(town: Any) -> None:
    for number in range(4):
        services.answer_survey(
            town.session, town.partnership, services.CameAlong(5, comment="よい"), at=MONDAY_NOON, sheet=str(number)
        )

    assert queries.survey(town.session, town.partnership) == queries.Survey(4)
    told = queries.summary(town.session, town.partnership)
    assert (told.survey_n, told.survey_mean) == (4, None)


def test_a_question_that_few_answered_is_not_broken_down_either(town: Any) -> None:
    for number in range(6):
        came = services.CameAlong(4, met_somebody_new=True if number < 4 else None, again=Again.NO)
        services.answer_survey(town.session, town.partnership, came, at=MONDAY_NOON, sheet=str(number))

    survey = queries.survey(town.session, town.partnership)

    assert (survey.n, survey.mean) == (6, 4)
    assert survey.met_somebody_new == queries.Counted(4, {})
    assert survey.again == queries.Counted(6, {"no": 6})


def test_a_sheet_is_printed_with_the_code_and_typed_in(town: Any, signed_in: SignedIn, link: str) -> None:
    browser = signed_in(town.coordinator)
    page = browser.get(f"{town.page}/survey-paper").text
    code = browser.get(f"{town.page}/survey-code.svg")

    typed = browser.post(f"{town.page}/survey-paper", data={"satisfaction": "4", "_once": "k"})
    again = browser.post(f"{town.page}/survey-paper", data={"satisfaction": "4", "_once": "k"})

    assert link in page
    assert code.mimetype == "image/svg+xml"
    assert code.text.startswith("<svg")
    assert (typed.status_code, again.status_code) == (303, 303)
    assert [one.satisfaction for one in answers(town)] == [4]


def test_a_sheet_without_a_tick_is_not_counted(town: Any, signed_in: SignedIn) -> None:
    answer = signed_in(town.chair).post(f"{town.page}/survey-paper", data={"comment": "よい"})

    assert answer.status_code == 422
    assert "よい" in answer.text
    assert answers(town) == []


def test_nothing_is_typed_in_before_the_beginning(town: Any, signed_in: SignedIn) -> None:
    town.partnership.stage = Stage.AGREED
    browser = signed_in(town.chair)

    assert browser.get(f"{town.page}/survey-paper").status_code == 200
    assert browser.post(f"{town.page}/survey-paper", data=SAID).status_code == 409
    with pytest.raises(IllegalMove):
        services.answer_survey(town.session, town.partnership, services.CameAlong(3), at=MONDAY_NOON)
