"""What all said stands side by side, unknown is not zero, and a view from outside beside it."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select

from models import Account, Ending, GoalReached, OutsideView, Stage, SurveyAnswer
from models.errors import IllegalMove, InvalidValue
from models.years import town_day
from tests.web.evaluations.conftest import MONDAY_NOON
from web.evaluations import queries, services

SignedIn = Callable[[Account], FlaskClient]

MOST_QUERIES = 12 + 1  # the one by which a town without invented places asks on each page whether it has any


@pytest.fixture
def opened(town: Any, signed_in: SignedIn) -> Any:
    """Return the town after all have answered; the resident by telephone."""
    town.evaluate(town.parties[0], town.chair, principles={"equality": 4}, helped="毎週の電話", hindered="鍵")
    town.evaluate(town.parties[1], town.manager, principles={"equality": 1, "openness": 2}, goal=GoalReached.YES)
    where = f"{town.page}/evaluation?party={town.parties[2].id}"
    typed = town.typed | {"channel": "telephone", "principle_equality": "cannot_say", "helped": "近くの人"}
    assert signed_in(town.coordinator).post(where, data=typed).status_code == 303
    return town


def results_of(town: Any) -> queries.Results:
    standing = queries.standing(town.session, town.partnership, town.chair, on=town_day(MONDAY_NOON))
    found = queries.results(town.session, standing, town.chair)
    assert found is not None
    return found


def test_an_average_counts_only_those_who_judged(opened: Any) -> None:
    judged = {principle.code: judgement for principle, judgement in results_of(opened).principles}

    assert judged["equality"].grades == (4, 1, None)
    assert (judged["equality"].mean, judged["equality"].judged, judged["equality"].cannot_say) == (2.5, 2, 1)


def test_what_nobody_judged_has_no_average(opened: Any) -> None:
    merits = {merit.value: judgement for merit, judgement in results_of(opened).merits}

    assert (merits["efficiency"].mean, merits["efficiency"].cannot_say) == (None, 3)


def test_all_parties_read_all_with_who_wrote_it_down(opened: Any, signed_in: SignedIn) -> None:
    page = signed_in(opened.manager).get(f"{opened.page}/results").text

    for words in ("毎週の電話", "近くの人", "2.5", "(2 judged)", "1 cannot say", "Nobody judged it", "佐藤 実"):
        assert words in page
    assert "Written down by 調整 太郎. The party said it: By telephone" in page
    assert "会長の利用者" not in page


def test_the_results_stay_readable_after_the_end(opened: Any, signed_in: SignedIn) -> None:
    opened.partnership.move_to(Stage.CLOSED, by=opened.coordinator, at=MONDAY_NOON, ending=Ending.DISSOLVED)

    assert "毎週の電話" in signed_in(opened.manager).get(f"{opened.page}/results").text
    assert "毎週の電話" in signed_in(opened.coordinator).get(f"{opened.page}/results").text


def test_a_page_needs_few_queries(opened: Any, signed_in: SignedIn, engine: Engine) -> None:
    browser, path = signed_in(opened.coordinator), f"{opened.page}/results"
    browser.get("/needs")
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    assert browser.get(path).status_code == 200

    reads = [statement for statement in statements if statement.startswith("SELECT")]
    assert len(reads) <= MOST_QUERIES, "\n".join(reads)


def test_a_summary_counts_what_was_said(opened: Any) -> None:
    told = queries.summary(opened.session, opened.partnership)

    assert (told.is_open, told.waiting_for) == (True, ())
    assert told.goals == {"partly": 2, "yes": 1}
    assert told.helped == ("毎週の電話", "近くの人")
    assert told.hindered == ("鍵", "鍵の受け渡し")


def test_before_anybody_is_asked_the_page_says_so(town: Any, signed_in: SignedIn) -> None:
    town.partnership.stage, town.partnership.evaluated_until = Stage.RUNNING, None

    assert "Nobody is asked to look back yet" in signed_in(town.manager).get(f"{town.page}/results").text


VIEW = {"name": "高橋 校長", "capacity": "小学校長", "goal": "yes", "view": "子どもが通うのを楽しみにしている。"}


def test_a_view_from_outside_stands_with_the_results(opened: Any, signed_in: SignedIn) -> None:
    answer = signed_in(opened.coordinator).post(f"{opened.page}/outside-view", data=VIEW)

    page = signed_in(opened.chair).get(f"{opened.page}/results").text
    assert (answer.status_code, answer.location) == (303, f"{opened.page}/results")
    for words in ("高橋 校長", "小学校長", VIEW["view"]):
        assert words in page


def test_a_view_is_not_read_before_the_results_are(town: Any, signed_in: SignedIn) -> None:
    signed_in(town.coordinator).post(f"{town.page}/outside-view", data=VIEW)

    assert "高橋 校長" not in signed_in(town.chair).get(f"{town.page}/results").text


def test_only_a_coordinator_notes_a_view(town: Any, signed_in: SignedIn) -> None:
    assert signed_in(town.chair).post(f"{town.page}/outside-view", data=VIEW).status_code == 404


@pytest.mark.parametrize("missing", ["name", "goal", "view"])
def test_what_a_view_lacks_is_named(town: Any, signed_in: SignedIn, missing: str) -> None:
    answer = signed_in(town.coordinator).post(f"{town.page}/outside-view", data=VIEW | {missing: " "})

    assert answer.status_code == 422
    assert f'href="#{missing}"' in answer.text
    assert "小学校長" in answer.text
    assert town.session.scalars(select(OutsideView)).all() == []


def test_nobody_is_heard_before_there_is_something_to_look_back_on(town: Any) -> None:
    said: dict[str, Any] = {"name": "高橋", "capacity": "", "goal": GoalReached.YES}
    with pytest.raises(InvalidValue):
        services.note_outside_view(town.session, town.partnership, **said, view="", by=town.coordinator, at=MONDAY_NOON)
    town.partnership.stage = Stage.RUNNING
    with pytest.raises(IllegalMove):
        services.note_outside_view(
            town.session, town.partnership, **said, view="よい", by=town.coordinator, at=MONDAY_NOON
        )


def test_the_survey_stands_with_the_results_from_five_answers_on(opened: Any, signed_in: SignedIn) -> None:
    for number in range(5):
        town_page = signed_in(opened.manager).get(f"{opened.page}/results").text
        assert "おいしかった" not in town_page
        assert "%s answer" % number in town_page  # noqa: UP031  # the words of the page
        opened.session.add(_answer(opened, number))
        opened.session.commit()

    page = signed_in(opened.manager).get(f"{opened.page}/results").text
    assert page.count("おいしかった") == 5
    assert "Very satisfied: 5" in page
    assert "Fewer than 5 answered this, so it is not shown." in page


def _answer(town: Any, number: int) -> SurveyAnswer:
    return SurveyAnswer(
        partnership=town.partnership,
        satisfaction=5,
        met_somebody_new=True if number else None,
        again=None,
        comment="おいしかった",
        given_at=MONDAY_NOON,
    )
