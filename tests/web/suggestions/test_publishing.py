"""What a run writes is seen by nobody before the run is published, and then all at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from models import (
    AuditedSession,
    Job,
    JobKind,
    JobState,
    MatchingRun,
    NeedOutcome,
    RunState,
    Suggestion,
    Verdict,
    utc_now,
)
from models.suggestions import ALSO_UNPUBLISHED
from tests.factories import make_item, make_need, make_offer, make_participant, make_slot
from web.database import read_scope, session_scope
from web.suggestions import services
from web.suggestions.queries import desk, reviews


class Killed(BaseException):
    """The process ends here."""


def beat(done: int, total: int) -> None:
    del done, total


def claimed(town: Any, need: Any = None) -> Job:
    """Return a job that a worker has just taken."""
    job = (
        Job.request_for(town.session, need, by=None)
        if need is not None
        else Job.request(town.session, JobKind.REFRESH_SUGGESTIONS, municipality=town.municipality, by=None)
    )
    job.start(at=utc_now())
    town.session.commit()
    return job


def look_for(town: Any, need: Any) -> Job:
    """Look for partners for one need, as a worker would."""
    job = claimed(town, need)
    reading, writing = partial(read_scope, town.app), partial(session_scope, town.app, via="test")
    assert services.refresh(reading, writing, job.id, beat=beat)
    town.session.expire_all()
    return job


def killed_after(town: Any, job: Job, transactions: int) -> None:
    """Look for partners in a process that dies at the end of its n-th transaction that writes."""
    left = iter(range(transactions))

    @contextmanager
    def writing() -> Iterator[AuditedSession]:
        with session_scope(town.app, via="test") as session:
            yield session
            session.flush()
            if next(left, None) is None:
                raise Killed

    with pytest.raises(Killed):
        services.refresh(partial(read_scope, town.app), writing, job.id, beat=beat)
    town.session.expire_all()


def written(town: Any) -> int:
    """Return how many suggestions there are, seen or not."""
    statement = select(func.count()).select_from(Suggestion).execution_options(**{ALSO_UNPUBLISHED: True})
    return int(town.session.scalar(statement))


def test_what_is_written_is_not_seen_before_it_is_published(town: Any) -> None:
    killed_after(town, claimed(town), 2)

    assert written(town) > 0
    assert town.suggestions(verdict=None) == []
    assert reviews.published(town.session) == []
    assert not desk.desk(town.session, town.coordinator, at=utc_now()).waiting
    assert town.session.get(Suggestion, town.session.execute(select(Suggestion.__table__.c.id)).scalar()) is None


def test_what_was_published_before_is_seen_until_the_next_is_whole(town: Any) -> None:
    town.look_for_partners()
    before = [suggestion.id for suggestion in town.suggestions()]

    killed_after(town, claimed(town), 2)

    assert [suggestion.id for suggestion in town.suggestions()] == before
    assert written(town) > len(before)


@pytest.mark.parametrize("transactions", [0, 1, 2])
def test_a_worker_that_is_lost_at_any_moment_only_delays(town: Any, transactions: int) -> None:
    job = claimed(town)
    killed_after(town, job, transactions)
    job.requeue()
    town.session.commit()

    town.app.extensions["worker"].run_job(job.id)

    town.session.expire_all()
    assert job.state is JobState.DONE
    assert [suggestion.rank for suggestion in town.suggestions()] == list(range(1, len(town.suggestions()) + 1))
    assert town.suggestions()
    assert town.published_run().job is job


def test_what_was_never_published_is_removed(town: Any) -> None:
    job = claimed(town)
    killed_after(town, job, 2)
    job.requeue()
    town.session.commit()
    town.app.extensions["worker"].run_job(job.id)
    town.session.expire_all()
    shown = len(town.suggestions())
    assert written(town) > shown

    town.session.commit()
    town.app.test_cli_runner().invoke(args=["tidy"], catch_exceptions=False)

    town.session.expire_all()
    assert written(town) == len(town.suggestions()) == shown
    assert town.session.scalars(select(MatchingRun.state)).all() == [RunState.PUBLISHED]
    assert town.session.scalar(select(func.count()).select_from(NeedOutcome)) == 1


def test_what_is_being_written_is_not_removed(town: Any) -> None:
    killed_after(town, claimed(town), 2)
    before = written(town)

    services.tidy(partial(session_scope, town.app, via="test"))

    assert written(town) == before > 0


def test_whoever_lost_the_job_while_writing_stops(town: Any) -> None:
    job = claimed(town)
    opened = iter(range(1))

    @contextmanager
    def writing() -> Iterator[AuditedSession]:
        with session_scope(town.app, via="test") as session:
            yield session
        if next(opened, None) is not None:
            job.requeue()
            job.start(at=utc_now())
            town.session.commit()

    assert not services.refresh(partial(read_scope, town.app), writing, job.id, beat=beat)
    town.session.expire_all()
    assert written(town) == 0


def test_a_decision_that_falls_while_a_run_is_written_holds(town: Any) -> None:
    town.look_for_partners()
    best = town.suggestions()[0]
    job = claimed(town)
    portions = iter(range(2))

    @contextmanager
    def writing() -> Iterator[AuditedSession]:
        with session_scope(town.app, via="test") as session:
            yield session
        if next(portions, None) == 1:
            best.hold(town.hold_reason, note="", by=town.coordinator, at=utc_now())
            town.session.commit()

    assert services.refresh(partial(read_scope, town.app), writing, job.id, beat=beat)
    town.session.expire_all()

    assert best.verdict is Verdict.HELD
    teams = [{share.offer_id for share in partners_of(town, one)} for one in town.suggestions()]
    assert {partner.offer_id for partner in partners_of(town, best)} not in teams
    assert [one.rank for one in town.suggestions()] == list(range(1, len(teams) + 1))


def partners_of(town: Any, suggestion: Suggestion) -> list[Any]:
    return list(reviews.load_suggestion(town.session, suggestion).partners)


@pytest.fixture
def other_need(town: Any) -> Any:
    need = make_need(
        participant=town.association, title="チラシを刷りたい", slots=[make_slot(what="印刷", skill=town.printing)]
    )
    town.session.add(need)
    return need


def test_one_need_alone_is_looked_at_and_the_others_stay(town: Any, other_need: Any) -> None:
    town.look_for_partners()
    stays = [one.id for one in town.suggestions(other_need)]
    goes = [one.id for one in town.suggestions()]

    job = look_for(town, town.need)

    assert job.state is JobState.DONE
    assert [one.id for one in town.suggestions(other_need)] == stays != []
    assert {one.id for one in town.suggestions(verdict=Verdict.SUPERSEDED)} == set(goes)
    assert {one.run.need_id for one in town.suggestions()} == {town.need.id}


def test_one_need_alone_gets_what_a_run_of_the_municipality_gives_it(town: Any, other_need: Any) -> None:
    town.session.flush()
    town.look_for_partners()
    before = [(one.rank, one.score, one.value) for one in town.suggestions()]

    look_for(town, town.need)

    assert [(one.rank, one.score, one.value) for one in town.suggestions()] == before != []
    assert other_need.is_open


def test_a_need_has_one_outcome_that_is_shown(town: Any) -> None:
    for _ in range(2):
        town.look_for_partners()
        look_for(town, town.need)

    page = desk.desk(town.session, town.coordinator, at=utc_now())
    assert [one.need.id for one in page.waiting] == [town.need.id]
    outcome = reviews.outcome_of(town.session, town.need)
    assert outcome is not None
    assert outcome.run.need_id == town.need.id


def test_a_run_of_the_municipality_takes_the_place_of_those_of_its_needs(town: Any) -> None:
    look_for(town, town.need)
    look_for(town, town.need)

    town.look_for_partners()

    states = town.session.scalars(select(MatchingRun.state).order_by(MatchingRun.created_at)).all()
    assert states == [RunState.SUPERSEDED, RunState.SUPERSEDED, RunState.PUBLISHED]


def test_a_need_that_came_while_a_run_computed_keeps_what_was_found_for_it(town: Any) -> None:
    job = claimed(town)
    came: list[Any] = []

    def post(done: int, total: int) -> None:
        del done, total
        if not came:
            need = make_need(participant=town.association, slots=[make_slot(what="印刷", skill=town.printing)])
            came.append(need)
            town.session.add(need)
            look_for(town, need)

    services.refresh(partial(read_scope, town.app), partial(session_scope, town.app, via="test"), job.id, beat=post)
    town.session.expire_all()

    assert town.suggestions(came[0])
    assert town.suggestions()


def test_a_need_that_was_withdrawn_meanwhile_shows_nothing(town: Any) -> None:
    town.look_for_partners()
    job = claimed(town, town.need)

    def withdraw(done: int, total: int) -> None:
        del total
        if done == 0 and town.need.is_open:
            town.need.withdraw()
            town.session.commit()

    services.refresh(partial(read_scope, town.app), partial(session_scope, town.app, via="test"), job.id, beat=withdraw)
    town.session.expire_all()

    assert town.suggestions() == []
    assert job.state is JobState.DONE


def test_what_changed_for_many_needs_is_asked_for_once(town: Any) -> None:
    giver = make_participant(area=town.north)
    offer = make_offer(participant=giver, title="椅子を貸します", items=[make_item(what="印刷", skill=town.printing)])
    town.session.add(offer)
    town.session.add_all(
        make_need(participant=town.association, slots=[make_slot(what="印刷", skill=town.printing)]) for _ in range(25)
    )
    job = claimed(town)

    def pause(done: int, total: int) -> None:
        del total
        if done == 0 and town.company.paused_at is None:
            town.company.pause(at=utc_now())
            town.session.commit()

    services.refresh(partial(read_scope, town.app), partial(session_scope, town.app, via="test"), job.id, beat=pause)
    town.session.expire_all()

    asked = town.session.scalars(select(Job.kind).where(Job.state == JobState.QUEUED)).all()
    assert asked == [JobKind.REFRESH_SUGGESTIONS]


def test_a_job_for_a_need_names_it(town: Any) -> None:
    from models.errors import InvalidValue

    with pytest.raises(InvalidValue, match="refresh_need"):
        Job(kind=JobKind.REFRESH_NEED, municipality=town.municipality)


def test_two_needs_of_a_municipality_are_looked_at_side_by_side(town: Any, app: Flask, other_need: Any) -> None:
    claimed(town, town.need)
    waiting = Job.request_for(town.session, other_need, by=None)
    town.session.commit()

    app.extensions["worker"].run_job(waiting.id)

    town.session.expire_all()
    assert waiting.state is JobState.DONE
    assert town.suggestions(other_need)


def test_work_that_had_to_wait_for_the_same_work_is_handed_on_at_its_end(town: Any, app: Flask) -> None:
    worker = app.extensions["worker"]
    first = Job.request_for(town.session, town.need, by=None)
    town.session.commit()
    second = Job(kind=JobKind.REFRESH_NEED, municipality=town.municipality, need=town.need)
    town.session.add(second)
    town.session.commit()

    worker.run_job(first.id)

    assert worker.huey.pending_count() == 1
    assert second.state is JobState.QUEUED
