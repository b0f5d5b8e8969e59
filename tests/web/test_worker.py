"""Background work: the row is the truth, the queue only carries its id."""

import smtplib
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from huey import RedisHuey
from sqlalchemy import select

from models import AuditedSession, Job, JobKind, JobState, OutboxMail, utc_now
from models.outbox import MOST_ATTEMPTS as MOST_MAIL_ATTEMPTS
from tests.factories import make_account, make_municipality
from web import mailer
from web.database import session_scope
from web.worker import LOST_AFTER, MOST_ATTEMPTS, Beat, LostClaim, Worker, open_queue


@pytest.fixture
def worker(app: Flask) -> Worker:
    worker: Worker = app.extensions["worker"]
    return worker


@pytest.fixture
def job(session: AuditedSession) -> Job:
    job = Job(kind=JobKind.REFRESH_SUGGESTIONS, municipality=make_municipality())
    session.add(job)
    session.commit()
    return job


def does(worker: Worker, work: Callable[[Flask, UUID, Beat], None]) -> None:
    worker.handlers = {JobKind.REFRESH_SUGGESTIONS: work}


def state_of(session: AuditedSession, job: Job) -> JobState:
    session.commit()
    session.refresh(job)
    return job.state


def test_a_job_runs_once_however_often_its_id_arrives(worker: Worker, job: Job) -> None:
    done: list[UUID] = []
    does(worker, lambda _app, job_id, _beat: done.append(job_id))

    worker.run_job(job.id)
    worker.run_job(job.id)

    assert done == [job.id]


def test_how_far_a_job_is_stands_in_its_row(worker: Worker, session: AuditedSession, job: Job) -> None:
    does(worker, lambda _app, _job_id, beat: beat(3, 7))

    worker.run_job(job.id)

    session.refresh(job)
    assert (job.done, job.total) == (3, 7)


def test_a_job_that_breaks_says_why(worker: Worker, session: AuditedSession, job: Job) -> None:
    def break_down(app: Flask, job_id: UUID, beat: Beat) -> None:
        del app, job_id, beat
        raise ZeroDivisionError("nothing to share")

    does(worker, break_down)

    worker.run_job(job.id)

    assert state_of(session, job) is JobState.FAILED
    assert job.error == "ZeroDivisionError: nothing to share"


def test_whoever_lost_the_job_to_another_worker_stops(worker: Worker, session: AuditedSession, job: Job) -> None:
    told: list[str] = []

    def be_overtaken(app: Flask, job_id: UUID, beat: Beat) -> None:
        del app
        taken = session.get_one(Job, job_id)
        session.refresh(taken)
        taken.attempts += 1
        session.commit()
        try:
            beat(1, 2)
        except LostClaim:
            told.append("lost")
            raise

    does(worker, be_overtaken)

    worker.run_job(job.id)

    assert told == ["lost"]
    assert state_of(session, job) is JobState.RUNNING


def test_a_job_whose_worker_was_lost_waits_again(worker: Worker, session: AuditedSession, job: Job) -> None:
    job.start(at=utc_now() - LOST_AFTER - timedelta(seconds=1))
    session.commit()

    worker.sweep()

    assert state_of(session, job) is JobState.QUEUED


def test_a_job_that_is_alive_is_left_alone(worker: Worker, session: AuditedSession, job: Job) -> None:
    job.start(at=utc_now())
    session.commit()

    worker.sweep()

    assert state_of(session, job) is JobState.RUNNING


def test_a_job_that_loses_its_worker_three_times_is_given_up(worker: Worker, session: AuditedSession, job: Job) -> None:
    for _ in range(MOST_ATTEMPTS):
        job.start(at=utc_now() - LOST_AFTER - timedelta(seconds=1))
    session.commit()

    worker.sweep()

    assert state_of(session, job) is JobState.FAILED


def test_the_same_work_is_not_done_twice_at_once(worker: Worker, session: AuditedSession, job: Job) -> None:
    assert job.municipality is not None
    second = Job(kind=job.kind, municipality=job.municipality)
    job.start(at=utc_now())
    session.add(second)
    session.commit()
    does(worker, lambda _app, _job_id, _beat: pytest.fail("it ran beside the other"))

    worker.run_job(second.id)

    assert state_of(session, second) is JobState.QUEUED


def test_asking_twice_before_the_work_begins_is_asking_once(session: AuditedSession, job: Job) -> None:
    assert job.municipality is not None

    again = Job.request(session, job.kind, municipality=job.municipality, by=None)

    assert again is job


def test_asking_while_the_work_runs_asks_for_another_run(session: AuditedSession, job: Job) -> None:
    assert job.municipality is not None
    job.start(at=utc_now())
    session.commit()

    again = Job.request(session, job.kind, municipality=job.municipality, by=None)

    assert again is not job


@pytest.fixture
def mail(session: AuditedSession) -> OutboxMail:
    mail = mailer.compose(session, "welcome", to=make_account(name="日和 花子"), link="http://localhost/x")
    session.commit()
    return mail


def test_a_mail_goes_out_once(worker: Worker, app: Flask, mail: OutboxMail) -> None:
    counts = [worker.send_mail(), worker.send_mail()]

    assert counts == [1, 0]
    assert len(list(Path(app.extensions["settings"].mail_dir).glob("*.eml"))) == 1
    assert mail.template == "welcome"


def test_a_mail_is_written_in_the_readers_language(session: AuditedSession) -> None:
    japanese = mailer.compose(session, "welcome", to=make_account(locale="ja"), link="l")
    english = mailer.compose(session, "welcome", to=make_account(locale="en"), link="l")

    assert "ようこそ" in japanese.subject
    assert "Welcome" in english.subject


def test_a_mail_that_could_not_go_is_tried_again_later(session: AuditedSession, mail: OutboxMail) -> None:
    def refuse(message: EmailMessage) -> None:
        raise smtplib.SMTPServerDisconnected(str(message["To"]))

    assert mailer.deliver_due(session, refuse, sender="enishi@localhost") == 0
    session.refresh(mail)
    assert (mail.attempts, mail.sent_at, mail.last_error) == (1, None, "SMTPServerDisconnected")
    assert mail.next_attempt_at is not None


def test_a_mail_that_never_goes_is_given_up(mail: OutboxMail) -> None:
    now = utc_now()
    mail.attempts = MOST_MAIL_ATTEMPTS

    mail.failed("TimeoutError", retry_at=now, at=now)

    assert (mail.given_up_at, mail.body) == (now, "")


def test_a_slow_mail_server_keeps_nobody_from_writing(app: Flask, session: AuditedSession, mail: OutboxMail) -> None:
    written: list[str] = []

    def write_meanwhile(message: EmailMessage) -> None:
        with session_scope(app, via="test") as other:
            other.add(make_account())
        written.append(str(message["To"]))

    mailer.deliver_due(session, write_meanwhile, sender="enishi@localhost")

    assert written == [mail.to_address]


def test_no_word_of_a_mail_is_kept_once_it_went(session: AuditedSession, mail: OutboxMail) -> None:
    mailer.deliver_due(session, lambda _message: None, sender="enishi@localhost")

    session.refresh(mail)
    assert (mail.subject, mail.body) == ("", "")


def test_a_mail_that_another_worker_hands_over_is_left_alone(session: AuditedSession, mail: OutboxMail) -> None:
    sent: list[int] = []

    def look_again(message: EmailMessage) -> None:
        del message
        sent.append(mailer.deliver_due(session, lambda _other: None, sender="enishi@localhost"))

    mailer.deliver_due(session, look_again, sender="enishi@localhost")

    assert sent == [0]
    assert mail.attempts <= 1


def test_a_subject_stays_on_one_line(session: AuditedSession) -> None:
    account = make_account(name="花子\r\nBcc: everybody@elsewhere.example")
    mail = mailer.compose(session, "welcome", to=account, link="l")
    session.commit()
    sent: list[EmailMessage] = []

    mailer.deliver_due(session, sent.append, sender="enishi@localhost")

    assert "\n" not in mail.subject
    assert sent[0]["Bcc"] is None


def test_a_mail_needs_a_reader(session: AuditedSession) -> None:
    with pytest.raises(ValueError, match="reader"):
        mailer.compose(session, "welcome", link="l")


def test_a_queue_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="amqp"):
        open_queue("amqp://localhost")


def test_a_queue_in_redis_is_opened_where_its_package_is() -> None:
    pytest.importorskip("redis")

    assert isinstance(open_queue("redis://localhost:6379/0"), RedisHuey)


def test_a_queue_in_redis_says_what_it_needs_where_its_package_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.worker.find_spec", lambda _name: None)

    with pytest.raises(ValueError, match="pip install redis"):
        open_queue("rediss://localhost:6379/0")


def test_work_that_was_announced_is_in_the_queue(app: Flask, worker: Worker, session: AuditedSession) -> None:
    job = Job(kind=JobKind.REFRESH_SUGGESTIONS, municipality=make_municipality())
    session.add(job)
    session.commit()

    worker.enqueue_job(job.id)

    assert worker.huey.pending_count() == 1
    assert session.scalars(select(Job.id)).all() == [job.id]
    assert app.extensions["worker"] is worker
