"""Who has not answered is reminded once, three business days before the last day; when it has passed, all are told."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from models import Notice, OutboxMail, utc_now
from tests.web.evaluations.conftest import MONDAY_NOON
from web.evaluations import jobs

# The last day is Friday, 11 December: three business days before it is Tuesday.
THE_DAY_BEFORE = "2026-12-07T10:00:00+09:00"
TUESDAY = "2026-12-08T10:00:00+09:00"
THURSDAY = "2026-12-10T10:00:00+09:00"
SATURDAY = "2026-12-12T10:00:00+09:00"
MONDAY_AFTER = "2026-12-14T10:00:00+09:00"
TUESDAY_AFTER = "2026-12-15T10:00:00+09:00"
LONG_AFTER = "2026-12-24T10:00:00+09:00"

WorkAt = Callable[[Callable[[Flask], None], str], None]


def mails(town: Any) -> list[OutboxMail]:
    statement = select(OutboxMail).where(OutboxMail.template == "evaluation-due").order_by(OutboxMail.to_address)
    return list(town.session.scalars(statement))


def told(town: Any) -> set[Any]:
    return set(town.session.scalars(select(Notice.account_id)))


def test_nobody_is_reminded_before_it_is_time(town: Any, work_at: WorkAt) -> None:
    work_at(jobs.tidy, THE_DAY_BEFORE)

    assert mails(town) == []


def test_who_has_not_answered_is_reminded_and_the_coordinator_of_who_has_no_account(town: Any, work_at: WorkAt) -> None:
    town.evaluate(town.parties[0], town.chair)

    work_at(jobs.tidy, TUESDAY)

    assert [mail.to_address for mail in mails(town)] == ["coordinator@hiyori.example", "manager@hiyori.example"]
    to_coordinator, to_manager = mails(town)
    assert f"{town.page}/results" in to_coordinator.body
    assert "佐藤" not in to_coordinator.body
    assert f"{town.page}/evaluation" in to_manager.body
    assert "11 December 2026" in to_manager.body


def test_it_is_done_once_also_when_the_words_of_the_mail_are_gone(town: Any, work_at: WorkAt) -> None:
    work_at(jobs.tidy, TUESDAY)
    before = len(mails(town))
    for mail in mails(town):
        mail.sent(at=utc_now())

    work_at(jobs.tidy, TUESDAY)
    work_at(jobs.tidy, THURSDAY)

    assert len(mails(town)) == before == 3


def test_a_worker_that_was_off_reminds_later(town: Any, work_at: WorkAt) -> None:
    work_at(jobs.tidy, THURSDAY)

    assert len(mails(town)) == 3


@pytest.mark.parametrize("moment", ["2026-12-08T07:59:00+09:00", "2026-12-08T18:00:00+09:00"])
def test_nobody_is_written_to_outside_office_hours(town: Any, work_at: WorkAt, moment: str) -> None:
    work_at(jobs.tidy, moment)

    assert mails(town) == []


def test_all_are_told_once_when_the_last_day_has_passed(town: Any, work_at: WorkAt) -> None:
    work_at(jobs.tidy, SATURDAY)
    assert told(town) == set()

    work_at(jobs.tidy, MONDAY_AFTER)
    assert told(town) == {town.chair.id, town.manager.id, town.coordinator.id}
    work_at(jobs.tidy, TUESDAY_AFTER)

    assert len(town.session.scalars(select(Notice)).all()) == 3
    assert mails(town) == []


def test_what_was_told_with_the_last_answer_is_not_told_again(town: Any, work_at: WorkAt) -> None:
    town.partnership.leave(town.parties[2], at=MONDAY_NOON)
    town.evaluate(town.parties[0], town.chair)
    town.evaluate(town.parties[1], town.manager)
    before = len(town.session.scalars(select(Notice)).all())

    work_at(jobs.tidy, TUESDAY)
    work_at(jobs.tidy, MONDAY_AFTER)

    assert len(town.session.scalars(select(Notice)).all()) == before
    assert mails(town) == []


def test_what_is_long_past_is_left_alone(town: Any, work_at: WorkAt) -> None:
    work_at(jobs.tidy, LONG_AFTER)

    assert told(town) == set()
