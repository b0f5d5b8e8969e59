"""The page of what runs: who sees it, and what it says."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from models import Account, LedgerMove, Milestone, RequestKind, Stage, WorkedHours
from tests.web.carrying.conftest import MORNING, Town

SignedIn = Callable[[Account], FlaskClient]


def test_it_says_what_is_overdue_and_what_is_outstanding(town: Town, as_chair: FlaskClient) -> None:
    town.lend(8).note(LedgerMove.RETURNED, 3, on=date(2026, 12, 5), by=town.chair, at=MORNING)
    town.session.add(Milestone(title="ちらしを配る", due_on=date(2026, 12, 1), partnership=town.partnership))

    page = as_chair.get(town.url(), headers={"Accept-Language": "en"}).text

    assert "長机" in page
    assert "ちらしを配る" in page
    assert "tag--danger" in page
    assert "5 台" in page


def test_a_stranger_does_not_find_it(town: Town, signed_in: SignedIn) -> None:
    browser = signed_in(town.stranger)

    assert browser.get(town.url()).status_code == 404
    assert browser.post(town.url("milestones/new"), data={}).status_code == 404


def test_the_own_limit_is_shown_to_the_coordinator_and_not_to_the_others(
    town: Town, as_chair: FlaskClient, as_coordinator: FlaskClient
) -> None:
    town.chair.locale = town.coordinator.locale = "en"
    worked = WorkedHours(
        on=date(2026, 12, 3), hours=5.0, people=1, noted_at=MORNING, party=town.resident, noted_by=town.coordinator
    )
    town.session.add(worked)

    coordinators, others = as_coordinator.get(town.url()).text, as_chair.get(town.url()).text

    assert "wants to work 4 h a month at most" in coordinators
    assert "written down for them by a coordinator" in coordinators
    assert "4 h" not in others
    assert "佐藤 実" in others


@pytest.mark.parametrize("stage", [Stage.ACCEPTED, Stage.DRAFTING])
def test_before_the_agreement_there_is_nothing_to_write(
    town_at: Callable[[Stage], Town], signed_in: SignedIn, stage: Stage
) -> None:
    town = town_at(stage)
    browser = signed_in(town.chair)

    assert town.url("ledger/new") not in browser.get(town.url()).text
    assert browser.get(town.url("ledger/new")).status_code == 303


@pytest.mark.parametrize("rows", [1, 12])
def test_it_asks_the_database_few_questions_however_much_runs(
    town: Town, as_coordinator: FlaskClient, engine: Engine, rows: int
) -> None:
    for _ in range(rows):
        town.lend(8).note(LedgerMove.RETURNED, 3, on=date(2026, 12, 5), by=town.chair, at=MORNING)
    people: list[Any] = [
        WorkedHours(on=date(2026, 12, 3), hours=1.0, people=2, noted_at=MORNING, party=party, noted_by=town.chair)
        for party in town.partnership.parties
    ]
    town.session.add_all(people)
    town.ask(town.company, RequestKind.CHANGE)
    town.session.expunge_all()
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    assert as_coordinator.get(town.url()).status_code == 200
    reads = [statement for statement in statements if statement.startswith("SELECT")]
    assert len(reads) <= 12, "\n\n".join(reads)
