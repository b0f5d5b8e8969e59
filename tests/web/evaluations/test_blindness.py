"""Nobody reads anything of another party's evaluation before all have answered or the last day has passed."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from models import Account, Again, AuditEntry, Evaluation, GoalReached, Role
from models.years import town_day
from tests.factories import make_account, make_appointment
from tests.web.evaluations.conftest import DAY_AFTER, LAST_MOMENT, MONDAY_NOON
from web.evaluations import queries

SignedIn = Callable[[Account], FlaskClient]

SECRETS = ("秘密の支え", "秘密の妨げ", "達成されなかった", "Not reached", "Would not do it again")
PAGES = (
    "",
    "/results",
    "/evaluation",
    "/survey-paper",
    "/survey-code.svg",
    "/outside-view",
    "/evaluation?party={party}",
)


@pytest.fixture
def answered(town: Any) -> Any:
    """Return the town after the association answered: one that others would like to know."""
    town.evaluate(
        town.parties[0],
        town.chair,
        goal=GoalReached.NO,
        again=Again.NO,
        principles={"equality": 1, "openness": 1},
        merits={"synergy": 1},
        helped="秘密の支え",
        hindered="秘密の妨げ",
    )
    return town


def in_words(browser: FlaskClient, path: str) -> str:
    page = browser.get(path)
    return page.text.split("</header>")[-1] if page.status_code == 200 else ""


@pytest.mark.parametrize("who", ["manager", "coordinator"])
def test_nobody_else_reads_anything_before(answered: Any, signed_in: SignedIn, who: str) -> None:
    answered.manager.locale = "en"
    browser = signed_in(getattr(answered, who))
    loaded: list[Any] = []

    def note(row: Evaluation, context: object) -> None:
        del context
        loaded.append(row)

    event.listen(Evaluation, "load", note)

    for path in PAGES:
        page = in_words(browser, f"{answered.page}{path.format(party=answered.parties[0].id)}")
        for secret in SECRETS:
            # The form itself names every choice; only there may the labels stand.
            assert secret not in page or ('name="goal"' in page and not secret.startswith("秘密")), (path, secret)

    event.remove(Evaluation, "load", note)
    assert loaded == []


def test_only_who_has_answered_can_be_seen_and_until_when(answered: Any, signed_in: SignedIn) -> None:
    page = signed_in(answered.manager).get(f"{answered.page}/results").text

    assert page.count("Has answered") == 1
    assert page.count("Has not answered yet") == 2
    assert "11 December 2026" in page
    assert "Average" not in page


def test_a_coordinator_does_not_reread_what_was_written_down(town: Any, signed_in: SignedIn) -> None:
    browser, where = signed_in(town.coordinator), f"{town.page}/evaluation?party={town.parties[2].id}"
    browser.post(where, data=town.typed | {"channel": "paper"})

    answer = browser.get(where)

    assert (answer.status_code, answer.location) == (303, f"{town.page}/results")
    assert "毎週の電話" not in browser.get(f"{town.page}/results").text


def test_the_record_of_changes_holds_no_word_and_no_grade(answered: Any, signed_in: SignedIn) -> None:
    administrator = make_account()
    area = answered.partnership.municipality
    answered.session.add(make_appointment(area, account=administrator, role=Role.ADMINISTRATOR))
    answered.session.commit()

    entry = answered.session.scalars(select(AuditEntry).where(AuditEntry.subject_table == "evaluations")).one()
    page = signed_in(administrator).get("/audit?table=evaluations").text

    assert {entry.changes[column] for column in ("goal", "again", "principles", "merits", "helped")} == {"…"}
    for secret in SECRETS:
        assert secret not in page


def test_an_export_of_own_data_holds_only_what_was_answered_for_oneself(answered: Any, signed_in: SignedIn) -> None:
    export = signed_in(answered.manager).post("/account/export")

    assert export.status_code == 200
    assert "秘密" not in export.text


def test_a_summary_says_nothing_before(answered: Any) -> None:
    told = queries.summary(answered.session, answered.partnership)

    assert not told.is_open
    assert [party.position for party in told.waiting_for] == [2, 3]
    assert (told.goals, told.again, told.helped, told.hindered) == ({}, {}, (), ())


def test_the_results_are_none_before_all_have_answered(answered: Any) -> None:
    standing = queries.standing(answered.session, answered.partnership, answered.chair, on=town_day(MONDAY_NOON))

    assert queries.results(answered.session, standing, answered.chair) is None


def test_an_invalid_answer_of_another_shows_nothing_either(answered: Any, signed_in: SignedIn) -> None:
    page = signed_in(answered.manager).post(f"{answered.page}/evaluation", data={"goal": "yes"})

    assert page.status_code == 422
    assert "秘密" not in page.text


def test_it_stays_closed_through_the_last_day_and_opens_on_the_next(
    answered: Any, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENISHI_NOW", LAST_MOMENT)
    assert "秘密の支え" not in signed_in(answered.manager).get(f"{answered.page}/results").text

    monkeypatch.setenv("ENISHI_NOW", DAY_AFTER)
    assert "秘密の支え" in signed_in(answered.manager).get(f"{answered.page}/results").text


def test_it_opens_with_the_last_answer_of_those_who_are_still_in(answered: Any, signed_in: SignedIn) -> None:
    answered.evaluate(answered.parties[1], answered.manager)
    assert "秘密の支え" not in signed_in(answered.manager).get(f"{answered.page}/results").text

    answered.partnership.leave(answered.parties[2], at=MONDAY_NOON)

    assert "秘密の支え" in signed_in(answered.manager).get(f"{answered.page}/results").text


def test_nothing_is_asked_of_the_database_but_who_has_answered(answered: Any) -> None:
    session: Session = answered.session
    session.expunge_all()
    partnership = session.get_one(type(answered.partnership), answered.partnership.id)

    queries.summary(session, partnership)

    assert not any(isinstance(row, Evaluation) for row in session.identity_map.values())
