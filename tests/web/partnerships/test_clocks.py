"""The clock of a proposal: reminded on the third business day, told on the seventh, released on the fourteenth."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from models import Enquiry, Job, Partnership, Reply, Slot, Stage
from models.errors import AlreadyDecided
from tests.factories import make_account, make_appointment
from tests.web.partnerships.conftest import FRIDAY_NOON
from web.partnerships import jobs, services

# Monday the 23rd of November is a holiday, so the third business day after Friday the 20th is Thursday.
DUE = "2026-11-26T09:00:00+09:00"
DAY_BEFORE = "2026-11-25T09:00:00+09:00"
DAY_AFTER = "2026-11-27T09:00:00+09:00"
SEVENTH = "2026-12-02T09:00:00+09:00"
DAY_BEFORE_SEVENTH = "2026-12-01T09:00:00+09:00"
FOURTEENTH = "2026-12-11T09:00:00+09:00"
DAY_BEFORE_FOURTEENTH = "2026-12-10T09:00:00+09:00"
TO_ALL = ["chair@hiyori.example", "manager@hiyori.example", "person@hiyori.example"]


@pytest.fixture
def run_at(work_at: Callable[[Callable[[Flask], None], str], None]) -> Callable[[str], None]:
    """Return a function that keeps the clocks at a moment."""
    return partial(work_at, jobs.tidy)


def say_yes(town: Any, partnership: Partnership, position: int) -> None:
    enquiry = partnership.parties[position].enquiry
    by = [town.chair, town.manager, town.person][position]
    services.answer(town.session, enquiry, Reply.YES, by=by, at=FRIDAY_NOON + timedelta(hours=1))


def readers(town: Any, template: str) -> list[str]:
    return [mail.to_address for mail in town.mails(template)]


def test_who_has_not_answered_is_reminded_on_the_day_the_answer_is_due(town: Any, run_at: Any) -> None:
    say_yes(town, town.propose(), 0)

    run_at(DAY_BEFORE)
    assert readers(town, "reminder") == []

    run_at(DUE)
    assert readers(town, "reminder") == TO_ALL[1:]


def test_nobody_is_reminded_twice(town: Any, run_at: Any) -> None:
    town.propose()

    for moment in (DUE, DUE, DAY_AFTER):
        run_at(moment)

    assert readers(town, "reminder") == TO_ALL


def test_a_reminder_is_in_the_language_of_its_reader_and_leads_to_the_answer(town: Any, run_at: Any) -> None:
    town.propose()

    run_at(DUE)

    chair, manager, _person = town.mails("reminder")
    assert "本日" in chair.body
    assert "/answer/" in chair.body
    assert "due today" in manager.body


def test_a_late_reminder_says_when_the_answer_was_due(town: Any, run_at: Any) -> None:
    town.propose()

    run_at(DAY_AFTER)

    assert "was due on" in town.mails("reminder")[1].body


@pytest.mark.parametrize(
    "moment", ["2026-11-26T07:59:00+09:00", "2026-11-26T18:00:00+09:00", "2026-11-28T10:00:00+09:00"]
)
def test_nobody_is_written_to_outside_office_hours(town: Any, run_at: Any, moment: str) -> None:
    town.propose()

    run_at(moment)

    assert readers(town, "reminder") == []


def test_the_coordinator_hears_of_it_once_after_seven_business_days(town: Any, run_at: Any) -> None:
    town.propose()

    run_at(DAY_BEFORE_SEVENTH)
    assert readers(town, "no-answer") == []

    for moment in (SEVENTH, SEVENTH, DAY_BEFORE_FOURTEENTH):
        run_at(moment)
    assert readers(town, "no-answer") == ["coordinator@hiyori.example"]


def test_the_coordinator_reads_when_it_lapses_but_not_in_the_mail_whose_answer_is_missing(
    town: Any, run_at: Any
) -> None:
    town.propose()

    run_at(SEVENTH)

    body = town.mails("no-answer")[0].body
    assert "12月11日" in body
    assert town.resident.name not in body


def test_a_colleague_hears_of_it_where_the_proposer_is_gone(town: Any, run_at: Any) -> None:
    town.propose()
    town.coordinator.suspended_at = FRIDAY_NOON
    successor = make_account(email="successor@hiyori.example")
    town.session.add(make_appointment(town.district, account=successor))

    run_at(SEVENTH)

    assert readers(town, "no-answer") == ["successor@hiyori.example"]


def test_a_proposal_without_an_answer_lapses_after_fourteen_business_days(town: Any, run_at: Any) -> None:
    partnership = town.propose()

    run_at(DAY_BEFORE_FOURTEENTH)
    assert town.session.get_one(Partnership, partnership.id).stage is Stage.PROPOSED

    run_at(FOURTEENTH)
    assert town.session.get_one(Partnership, partnership.id).stage is Stage.LAPSED


def test_what_a_lapsed_proposal_took_is_free_again(town: Any, run_at: Any) -> None:
    partnership = town.propose()
    say_yes(town, partnership, 0)

    run_at(FOURTEENTH)

    released = town.session.scalars(select(Enquiry.released_at)).all()
    assert [one is not None for one in released].count(True) == 2
    assert (town.company.engagements, town.company.open_enquiries) == (0, 0)
    assert set(town.session.scalars(select(Slot.promised))) == {0}
    assert town.session.scalars(select(Job)).all() != []


def test_all_sides_and_the_coordinator_are_told_of_a_lapse(town: Any, run_at: Any) -> None:
    town.propose()

    run_at(FOURTEENTH)

    assert readers(town, "does-not-come-about") == TO_ALL
    assert readers(town, "proposal-lapsed") == ["coordinator@hiyori.example"]
    assert f"/desk/needs/{town.need.id}" in town.mails("proposal-lapsed")[0].body


def test_the_side_of_the_need_alone_reads_where_the_next_candidates_are(town: Any, run_at: Any) -> None:
    town.propose()

    run_at(FOURTEENTH)

    chair, manager, person = town.mails("does-not-come-about")
    assert f"/needs/{town.need.id}" in chair.body
    assert "/needs/" not in manager.body
    assert "/needs/" not in person.body


def test_a_lapsed_enquiry_is_not_answered_any_more(town: Any, run_at: Any) -> None:
    partnership = town.propose()
    run_at(FOURTEENTH)

    with pytest.raises(AlreadyDecided):
        services.answer(town.session, partnership.parties[0].enquiry, Reply.YES, by=town.chair, at=datetime.now(UTC))


def test_an_accepted_proposal_has_no_clock_any_more(town: Any, run_at: Any) -> None:
    partnership = town.propose()
    for position in range(3):
        say_yes(town, partnership, position)

    run_at(FOURTEENTH)

    assert town.session.get_one(Partnership, partnership.id).stage is Stage.ACCEPTED
    assert readers(town, "reminder") == []


def test_the_days_on_which_offices_are_closed_do_not_count() -> None:
    before_new_year = datetime(2026, 12, 28, 3, 0, tzinfo=UTC)

    assert services.reply_due_on(before_new_year).isoformat() == "2027-01-06"
