"""The clock of a term: from its first day to the last day of grace, each thing once."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from models import (
    CaseStudy,
    EndDecision,
    Ending,
    LedgerEntry,
    LedgerMove,
    NewsKind,
    Notice,
    Partnership,
    Stage,
    StageChange,
)
from web.endings import jobs

# The partnerships of the factories run from the 1st of December 2026 to the 31st of March 2027.
ALL = ["chair@hiyori.example", "coordinator@hiyori.example", "manager@hiyori.example"]
STAFF = ["coordinator@hiyori.example"]


@pytest.fixture
def run_on(work_at: Callable[[Callable[[Flask], None], str], None]) -> Callable[[str], None]:
    """Return a function that keeps the clocks in the morning of a day."""
    run = partial(work_at, jobs.tidy)
    return lambda day: run(f"{day}T09:00:00+09:00")


def news(town: Any, kind: NewsKind) -> int:
    return len(town.session.scalars(select(Notice).where(Notice.kind == kind)).all())


def test_it_begins_to_run_on_its_first_day(town: Any, run_on: Any) -> None:
    partnership = town.partnership(Stage.AGREED)

    run_on("2026-11-30")
    assert partnership.stage is not Stage.RUNNING

    run_on("2026-12-01")
    assert partnership.stage is Stage.RUNNING
    assert news(town, NewsKind.STARTED) == len(ALL)


def test_nothing_happens_at_night(town: Any, work_at: Any) -> None:
    partnership = town.partnership(Stage.AGREED)

    work_at(jobs.tidy, "2026-12-01T06:59:00+09:00")

    assert partnership.stage is Stage.AGREED


def test_two_weeks_before_its_last_day_everybody_is_told(town: Any, run_on: Any) -> None:
    town.partnership()

    run_on("2027-03-16")
    assert town.mails("partnership-ends") == []

    run_on("2027-03-17")
    assert town.mails("partnership-ends") == ALL


def test_they_are_told_once_and_also_where_the_worker_was_off(town: Any, run_on: Any) -> None:
    town.partnership()

    for day in ("2027-03-29", "2027-03-30", "2027-03-31"):
        run_on(day)

    assert town.mails("partnership-ends") == ALL


def test_after_its_last_day_it_is_evaluated(town: Any, run_on: Any) -> None:
    partnership = town.partnership()

    run_on("2027-03-31")
    assert partnership.stage is not Stage.EVALUATING

    for day in ("2027-04-01", "2027-04-02"):
        run_on(day)
    assert partnership.stage is Stage.EVALUATING
    assert str(partnership.evaluated_until) == "2027-04-21"
    assert town.mails("evaluation-asked") == ALL


def test_what_was_agreed_and_never_started_runs_through(town: Any, run_on: Any) -> None:
    partnership = town.partnership(Stage.AGREED)

    run_on("2027-04-01")

    assert partnership.stage is Stage.EVALUATING
    assert news(town, NewsKind.STARTED) == 0


def test_on_the_last_day_of_grace_it_can_still_be_decided(town: Any, run_on: Any) -> None:
    partnership = town.partnership(Stage.EVALUATING)

    run_on("2027-04-30")

    assert partnership.stage is Stage.EVALUATING


def test_what_nobody_decided_is_dissolved_on_the_day_after(town: Any, run_on: Any) -> None:
    partnership = town.partnership(Stage.EVALUATING)

    for day in ("2027-05-01", "2027-05-02"):
        run_on(day)

    decision = town.session.scalars(select(EndDecision)).one()
    assert (partnership.stage, partnership.ending) == (Stage.CLOSED, Ending.DISSOLVED)
    assert (decision.ending, decision.decided_by_id) == (Ending.DISSOLVED, None)
    assert "決まらなかった" in decision.reason
    assert town.mails("partnership-dissolved") == STAFF
    assert news(town, NewsKind.ENDED) == len(ALL)


@pytest.mark.parametrize("stage", [Stage.AGREED, Stage.RUNNING, Stage.EVALUATING])
def test_nothing_lives_past_the_days_of_grace(town: Any, run_on: Any, stage: Stage) -> None:
    partnership = town.partnership(stage)

    run_on("2028-01-01")

    assert partnership.stage is Stage.CLOSED
    assert town.session.scalars(select(EndDecision)).one().ending is Ending.DISSOLVED
    assert town.mails("evaluation-asked") == []


def test_what_is_dissolved_is_free_again(town: Any, run_on: Any) -> None:
    town.partnership(Stage.EVALUATING)
    assert town.promised() == (1, 1)

    run_on("2027-05-01")

    assert town.promised() == (0, 0)


def test_what_did_not_come_back_is_written_down_as_missing(town: Any, run_on: Any) -> None:
    line = town.lend(town.partnership(Stage.EVALUATING), quantity=3)

    run_on("2027-05-01")

    assert line.is_balanced
    assert line.missing == 3
    entry = town.session.scalars(select(LedgerEntry).where(LedgerEntry.move == LedgerMove.MISSING)).one()
    assert (entry.quantity, entry.noted_by_id) == (3, None)
    assert "折りたたみ椅子 3脚" in town.session.scalars(select(CaseStudy)).one().result


def test_a_case_by_the_clock_says_only_what_is_known(town: Any, run_on: Any) -> None:
    partnership = town.partnership(Stage.EVALUATING)
    town.evaluate(partnership.parties[0], helped="佐藤さんがよく動いた")

    run_on("2027-05-01")

    case = town.session.scalars(select(CaseStudy)).one()
    assert (case.title, case.problem, case.team) == (town.need.title, town.need.body, "NPO2団体")
    assert (case.cost, case.helped, case.result, case.written_by_id) == ("", "", "", None)


def test_a_coordinator_hears_after_thirty_days_that_nothing_was_agreed(town: Any, run_on: Any) -> None:
    town.partnership(Stage.DRAFTING)  # all said yes on the 20th of November

    run_on("2026-12-19")
    assert town.mails("agreement-awaited") == []

    for day in ("2026-12-20", "2026-12-21", "2027-02-17"):
        run_on(day)
    assert town.mails("agreement-awaited") == STAFF


@pytest.mark.parametrize("stage", [Stage.ACCEPTED, Stage.DRAFTING])
def test_what_was_never_agreed_is_taken_back_after_ninety_days(town: Any, run_on: Any, stage: Stage) -> None:
    partnership = town.partnership(stage)

    run_on("2027-02-17")
    assert partnership.stage is stage

    for day in ("2027-02-18", "2027-02-19"):
        run_on(day)
    assert partnership.stage is Stage.WITHDRAWN
    assert town.promised() == (0, 0)
    assert town.mails("never-agreed") == ALL


def test_every_step_is_in_the_record(town: Any, run_on: Any) -> None:
    partnership = town.partnership(Stage.AGREED)

    for day in ("2026-12-01", "2027-04-01", "2027-05-01"):
        run_on(day)

    statement = select(StageChange.stage).where(StageChange.partnership_id == partnership.id)
    steps = town.session.scalars(statement.order_by(StageChange.at)).all()
    assert list(steps[-3:]) == [Stage.RUNNING, Stage.EVALUATING, Stage.CLOSED]
    assert town.session.scalars(select(Partnership.over_at)).one() is not None
