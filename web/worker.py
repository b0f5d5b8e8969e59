"""Background work: huey carries the id, the `Job` row is the truth, a sweeper re-queues what was lost."""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from time import monotonic
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from flask import Flask
from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey
from huey.consumer import Consumer
from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import aliased

from models import Job, JobKind, JobState, utc_now
from web import mailer
from web.config import Settings
from web.database import db, read_scope, session_scope

LOST_AFTER: Final = timedelta(seconds=30)
FORGOTTEN_AFTER: Final = timedelta(seconds=15)
MAIL_FIRST: Final = 10
SWEEP_EVERY_SECONDS: Final = 10.0
TIDY_EVERY_SECONDS: Final = 3600.0
MOST_ATTEMPTS: Final = 3
LONGEST_NAP_SECONDS: Final = 0.2

Beat: TypeAlias = Callable[[int, int], None]
Handler: TypeAlias = Callable[[Flask, UUID, Beat], None]
Tidy: TypeAlias = Callable[[Flask], None]

log = structlog.get_logger()


class LostClaim(RuntimeError):  # named for what happened, as the other errors are
    """Another worker took the job over, so this one must not write its result."""


class EmbeddedConsumer(Consumer):
    """A consumer in threads of the web process; the web server keeps the signals."""

    def _set_signal_handlers(self) -> None:
        """Leave the signals alone."""


class Worker:
    """The queue of one application and what it can do."""

    def __init__(
        self, app: Flask, settings: Settings, handlers: Mapping[JobKind, Handler], tidy: Sequence[Tidy]
    ) -> None:
        self.app = app
        self.settings = settings
        self.handlers = handlers
        self.tidy = tidy
        self.huey = open_queue(settings.huey_url)
        self._job_task = self.huey.task(name="run_job")(self._run_job_by_text)
        self._mail_task = self.huey.task(name="send_mail", priority=MAIL_FIRST)(self.send_mail)
        self._stopped = threading.Event()
        self._consumer: EmbeddedConsumer | None = None

    def enqueue_job(self, job_id: UUID) -> None:
        """Hand the id of a committed job to the queue; what is lost here, the sweeper finds."""
        self._job_task(str(job_id))

    def enqueue_mail(self) -> None:
        """Ask for the outbox to be emptied."""
        self._mail_task()

    def run_job(self, job_id: UUID) -> None:
        """Claim one job, do it, and note how it ended; a job that is not waiting is left alone."""
        claim = self._claim(job_id)
        if claim is None:
            return
        kind, attempt = claim

        def beat(done: int, total: int) -> None:
            self._beat(job_id, attempt, done, total)

        try:
            self.handlers[kind](self.app, job_id, beat)
        except LostClaim:
            log.warning("job_taken_over", job=str(job_id))
        except Exception as error:
            # The door of a worker: whatever fails is written into the row, where people see it.
            log.exception("job_failed", job=str(job_id), kind=kind.value)
            with session_scope(self.app, via="job") as session:
                job = session.get_one(Job, job_id)
                if not job.is_over and job.attempts == attempt:
                    job.fail(f"{type(error).__name__}: {error}"[:500], at=utc_now())
        self._enqueue_next(job_id)

    def send_mail(self) -> int:
        """Empty the outbox through the configured transport and return how many mails went."""
        settings = self.settings
        transport = (
            mailer.smtp_transport(settings.smtp_url)
            if settings.smtp_url
            else mailer.file_transport(settings.mail_dir or settings.instance / "mail")
        )
        with self.app.app_context():
            session = db.sessionmaker()
            # Handing over is recorded in the outbox itself; nothing of a person changes.
            session.info["audit"] = _silent_audit(self.app)
            with session:
                return mailer.deliver_due(session, transport, sender=settings.mail_from)

    def sweep(self) -> None:
        """Queue again what a lost worker or a lost message left behind, and give up what keeps failing."""
        now = utc_now()
        with session_scope(self.app, via="sweeper") as session:
            lost = session.scalars(
                select(Job).where(Job.state == JobState.RUNNING, Job.heartbeat_at < now - LOST_AFTER)
            ).all()
            for job in lost:
                if job.attempts >= MOST_ATTEMPTS:
                    job.fail("the worker was lost three times", at=now)
                else:
                    job.requeue()
        with session_scope(self.app, via="sweeper") as session:
            waiting = session.scalars(
                select(Job.id).where(Job.state == JobState.QUEUED, Job.created_at < now - FORGOTTEN_AFTER)
            ).all()
        for job_id in waiting:
            self.enqueue_job(job_id)
        self.send_mail()

    def start(self) -> None:
        """Work in threads of this process until it ends."""
        self._consumer = EmbeddedConsumer(
            self.huey,
            workers=1,
            periodic=False,
            initial_delay=0.1,
            max_delay=LONGEST_NAP_SECONDS,
            backoff=1.2,
            scheduler_interval=1,
        )
        self._consumer.start()
        threading.Thread(target=self._sweep_forever, name="sweeper", daemon=True).start()

    def stop(self) -> None:
        """Stop working, after the task at hand."""
        self._stopped.set()
        if self._consumer is not None:
            self._consumer.stop(graceful=True)

    def run_until_stopped(self) -> None:
        """Work in the foreground: what `flask worker` does on another machine."""
        threading.Thread(target=self._sweep_forever, name="sweeper", daemon=True).start()
        Consumer(self.huey, workers=2, periodic=False, initial_delay=0.1, max_delay=LONGEST_NAP_SECONDS).run()

    def _run_job_by_text(self, job_id: str) -> None:
        self.run_job(UUID(job_id))

    def _sweep_forever(self) -> None:
        tidied_at = 0.0
        while not self._stopped.is_set():
            try:
                self.sweep()
                if monotonic() - tidied_at > TIDY_EVERY_SECONDS:
                    for tidy in self.tidy:
                        tidy(self.app)
                    tidied_at = monotonic()
            except Exception:  # the sweeper outlives a database that is away for a moment
                log.exception("sweep_failed")
            self._stopped.wait(SWEEP_EVERY_SECONDS)

    def _enqueue_next(self, job_id: UUID) -> None:
        """Hand on the same work that was asked for meanwhile: its id came while this job was in its way."""
        done = aliased(Job)
        with read_scope(self.app) as session:
            waiting = session.scalar(
                select(Job.id)
                .join(done, _is_same_work(done))
                .where(done.id == job_id, Job.state == JobState.QUEUED)
                .order_by(Job.created_at, Job.id)
                .limit(1)
            )
        if waiting is not None:
            self.enqueue_job(waiting)

    def _claim(self, job_id: UUID) -> tuple[JobKind, int] | None:
        """Take a waiting job, unless the same work is being done for the municipality, need or offer right now."""
        now = utc_now()
        running = aliased(Job)
        same_work = select(running.id).where(running.state == JobState.RUNNING, _is_same_work(running))
        with session_scope(self.app, via="job") as session:
            claimed = session.execute(
                update(Job)
                .where(Job.id == job_id, Job.state == JobState.QUEUED, ~same_work.exists())
                .values(state=JobState.RUNNING, attempts=Job.attempts + 1, started_at=now, heartbeat_at=now)
                .returning(Job.kind, Job.attempts)
            ).one_or_none()
        return None if claimed is None else (claimed.kind, claimed.attempts)

    def _beat(self, job_id: UUID, attempt: int, done: int, total: int) -> None:
        with session_scope(self.app, via="job") as session:
            alive = session.execute(
                update(Job)
                .where(Job.id == job_id, Job.state == JobState.RUNNING, Job.attempts == attempt)
                .values(done=done, total=total, heartbeat_at=utc_now())
                .returning(Job.id)
            ).one_or_none()
        if alive is None:
            raise LostClaim(f"job {job_id} was taken over")


def _is_same_work(other: type[Job]) -> ColumnElement[bool]:
    return and_(
        other.kind == Job.kind,
        other.municipality_id == Job.municipality_id,
        other.need_id.is_not_distinct_from(Job.need_id),
        other.offer_id.is_not_distinct_from(Job.offer_id),
    )


def open_queue(url: str) -> Huey:
    """Return the queue that the setting names: a SQLite file, PostgreSQL or Redis."""
    scheme = urlsplit(url).scheme.partition("+")[0]
    if scheme == "sqlite":
        path = Path(url.partition("///")[2])
        path.parent.mkdir(parents=True, exist_ok=True)
        return SqliteHuey("enishi", filename=str(path), results=False, fsync=True)
    if scheme in {"postgresql", "postgres"}:
        return PostgresHuey("enishi", dsn=url.replace("postgresql+psycopg", "postgresql", 1), results=False)
    if scheme in {"redis", "rediss"}:
        if find_spec("redis") is None:
            raise ValueError(f"ENISHI_HUEY_URL names {scheme}, which needs the package redis: pip install redis")
        return RedisHuey("enishi", url=url, results=False)
    raise ValueError(f"ENISHI_HUEY_URL names a queue of an unknown kind: {scheme}")


def init_worker(app: Flask, settings: Settings, handlers: Mapping[JobKind, Handler], tidy: Sequence[Tidy]) -> Worker:
    """Give the application its queue."""
    worker = Worker(app, settings, handlers, tidy)
    app.extensions["worker"] = worker
    return worker


def _silent_audit(app: Flask) -> Any:
    from models import AuditContext

    return AuditContext(key=app.extensions["audit_key"], via="mail")
