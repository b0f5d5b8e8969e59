"""However many workers there are, and whenever one of them is killed, a country comes out the same."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from models import Area, AreaLevel, utc_now
from seeds import country
from tests.promises.serving import environment, flask
from web.app import create_app
from web.config import PROJECT, Settings
from web.database import db, session_scope
from web.suggestions import services

MUNICIPALITIES, OFFERS, NEEDS = 6, 60, 60
LONGEST_SECONDS = 60
SHOWN = """
    SELECT areas.path, suggestions.need_id, suggestions.rank, suggestions.score, suggestions.value,
           suggestion_partners.position, suggestion_partners.offer_id, suggestion_partners.score
    FROM suggestions
    JOIN matching_runs ON matching_runs.id = suggestions.run_id
    JOIN areas ON areas.id = suggestions.municipality_id
    JOIN suggestion_partners ON suggestion_partners.suggestion_id = suggestions.id
    WHERE matching_runs.state = 'published' AND suggestions.verdict = 'pending'
    ORDER BY 1, 2, 3, 6
"""
BEING_WRITTEN = """
    SELECT count(*) FROM suggestions JOIN matching_runs ON matching_runs.id = suggestions.run_id
    WHERE matching_runs.state = 'running'
"""


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an instance folder with a small invented country in which a run of every municipality is asked for."""
    folder = tmp_path_factory.mktemp("country")
    assert flask(folder, "prepare").returncode == 0
    app = create_app(Settings.from_environment({"ENISHI_INSTANCE": str(folder)}))
    at = utc_now()
    with session_scope(app, via="test") as session:
        ground = country.lay_ground(session, municipalities=MUNICIPALITIES, at=at)
        for number in range(MUNICIPALITIES):
            country.settle(session, ground, number, offers=OFFERS, needs=NEEDS, at=at)
    services.reindex_all(partial(session_scope, app, via="test"), only_missing=True)
    with app.app_context():
        assert db.session.scalar(select(Area.id).where(Area.level == AreaLevel.MUNICIPALITY).limit(1)) is not None
        db.engine.dispose()
    outcome = flask(folder, "suggestions", "refresh", "--queue")
    assert outcome.stdout == f"{MUNICIPALITIES} asked for\n", outcome.stderr
    return folder


@contextmanager
def workers(instance: Path, count: int, **settings: str) -> Iterator[Sequence[subprocess.Popen[bytes]]]:
    with (instance / "workers.log").open("ab") as log:
        processes = [
            subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", "wsgi", "worker"],
                cwd=PROJECT,
                env=environment(instance) | settings,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            for _ in range(count)
        ]
    try:
        yield processes
    finally:
        for process in processes:
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def ask(instance: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(instance / "enishi.db", timeout=10)) as connection:
        return connection.execute(statement).fetchall()


def wait_until_done(instance: Path) -> None:
    began = time.monotonic()
    while ask(instance, "SELECT 1 FROM jobs WHERE state IN ('queued', 'running') LIMIT 1"):
        if time.monotonic() - began > LONGEST_SECONDS:
            raise AssertionError((instance / "workers.log").read_text(encoding="utf-8"))
        time.sleep(0.05)
    assert ask(instance, "SELECT error FROM jobs WHERE state = 'failed'") == []


def copied(asked: Path, tmp_path: Path, name: str) -> Path:
    return Path(shutil.copytree(asked, tmp_path / name))


@pytest.fixture(scope="module")
def by_one_worker(asked: Path, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[object, ...]]:
    """Return what one worker finds."""
    instance = copied(asked, tmp_path_factory.mktemp("alone"), "instance")
    with workers(instance, 1):
        wait_until_done(instance)
    return ask(instance, SHOWN)


@pytest.mark.parametrize("count", [2, 4])
@pytest.mark.timeout(180)
def test_the_result_does_not_depend_on_how_many_workers_there_are(
    asked: Path, tmp_path: Path, by_one_worker: list[tuple[object, ...]], count: int
) -> None:
    instance = copied(asked, tmp_path, "instance")
    with workers(instance, count):
        wait_until_done(instance)

    assert len({row[0] for row in by_one_worker}) == MUNICIPALITIES
    assert ask(instance, SHOWN) == by_one_worker


@pytest.mark.postgresql
@pytest.mark.timeout(180)
def test_workers_that_share_a_queue_in_postgresql_come_to_the_same_result(
    asked: Path, tmp_path: Path, by_one_worker: list[tuple[object, ...]], postgresql_server: str
) -> None:
    instance = copied(asked, tmp_path, "instance")
    (instance / "queue.db").unlink()
    with closing(sqlite3.connect(instance / "enishi.db", timeout=10)) as connection, connection:
        # So new that the sweeper leaves them alone: only their ids in the other queue lead to the work.
        connection.execute("UPDATE jobs SET created_at = datetime('now', '+1 hour')")
    shared = {"ENISHI_HUEY_URL": postgresql_server}
    app = create_app(Settings.from_environment({"ENISHI_INSTANCE": str(instance), **shared}))
    worker = app.extensions["worker"]
    with closing(worker.huey.storage):
        for (job_id,) in ask(instance, "SELECT id FROM jobs"):
            worker.enqueue_job(UUID(str(job_id)))
        assert worker.huey.pending_count() == MUNICIPALITIES
        with workers(instance, 2, **shared):
            wait_until_done(instance)
        assert worker.huey.pending_count() == 0

    assert ask(instance, SHOWN) == by_one_worker
    assert not (instance / "queue.db").exists()


@pytest.mark.timeout(180)
def test_a_worker_that_is_killed_while_it_writes_delays_and_breaks_nothing(
    asked: Path, tmp_path: Path, by_one_worker: list[tuple[object, ...]]
) -> None:
    instance = copied(asked, tmp_path, "instance")
    began = time.monotonic()
    with workers(instance, 1) as (first,):
        while not ask(instance, BEING_WRITTEN)[0][0]:
            assert time.monotonic() - began < LONGEST_SECONDS, (instance / "workers.log").read_text(encoding="utf-8")
        kill(first)
    before = set(ask(instance, SHOWN))
    assert before < set(by_one_worker)
    with closing(sqlite3.connect(instance / "enishi.db", timeout=10)) as connection, connection:
        # So long ago that the sweeper takes the worker for lost at once.
        connection.execute("UPDATE jobs SET heartbeat_at = '2000-01-01 00:00:00.000000' WHERE state = 'running'")

    with workers(instance, 2):
        wait_until_done(instance)

    assert ask(instance, SHOWN) == by_one_worker
    assert flask(instance, "tidy").returncode == 0
    assert ask(instance, "SELECT count(*) FROM matching_runs WHERE state <> 'published'") == [(0,)]
