"""One pass of the engine: read, compute without any transaction, write unseen, publish by one pointer."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from matching import run, run_market
from models import Account, Area, Job, JobKind, JobState, MatchingRun, Need, utc_now
from web.suggestions.queries import profiles
from web.suggestions.services import publish
from web.suggestions.services.claims import Scope, is_still_ours, job_of
from web.suggestions.services.heartbeat import Beat, heartbeat

LOST_AFTER: Final = timedelta(seconds=30)


def request_run(session: Session, municipality: Area, *, by: Account | None) -> Job:
    """Ask for partners to be looked for in a municipality."""
    return Job.request(session, JobKind.REFRESH_SUGGESTIONS, municipality=municipality, by=by)


def request_run_for(session: Session, need: Need, *, by: Account | None) -> Job:
    """Ask for partners to be looked for for one need alone."""
    return Job.request_for(session, need, by=by)


def refresh(reading: Scope, writing: Scope, job_id: UUID, *, beat: Beat, dense: str | None = None) -> bool:
    """Do one job: look for partners and publish what was found; tell whether it was still ours to publish.

    `dense` names a folder with a model of sentences that helps to find offers by meaning.
    """
    with reading() as session:
        job = job_of(session, job_id)
        attempt = job.attempts
        if job.municipality is None:
            raise ValueError("a run of the engine is for one municipality")
        told_at = utc_now()
        if job.need is None:
            market = profiles.market(session, job.municipality, at=told_at)
        else:
            market = profiles.market_of(session, job.need, at=told_at)
        told = publish.decisions(session, job.municipality, job.need)
    with heartbeat(beat, total=len(market.needs)) as progress:
        found = _look(market, told, progress, told_at=told_at, is_whole=job.need_id is None, dense=dense)
    with writing() as session:
        if not is_still_ours(session, job_id, attempt):
            return False
        run_id = publish.begin(session, job_of(session, job_id), market, at=utc_now()).id
    with reading() as session:
        written = session.get_one(MatchingRun, run_id, options=[joinedload(MatchingRun.municipality)])
    for rows in publish.portions(written, found, told):
        with writing() as session:
            if not is_still_ours(session, job_id, attempt):
                return False
            publish.write(session, rows)
    with writing() as session:
        if not is_still_ours(session, job_id, attempt):
            return False
        at, job = utc_now(), job_of(session, job_id)
        publish.publish(session, job, session.get_one(MatchingRun, run_id), found, told, at=at)
        job.beat(len(market.needs), len(market.needs), at=at)
        job.finish(at=at)
    return True


def _look(
    market: profiles.Market,
    told: publish.Decided,
    progress: Beat,
    *,
    told_at: datetime,
    is_whole: bool,
    dense: str | None,
) -> publish.Found:
    """Compute: for a municipality with the order of its whole market, for one need alone without."""
    known: dict[str, Any] = {
        "weights": market.weights,
        "geography": market.geography,
        "taxonomy": market.taxonomy,
        "refused": told.teams(market),
        "dense": dense,
        "progress": progress,
    }
    if not is_whole:
        return publish.Found(market, run(market.needs, market.offers, **known), told_at)
    result = run_market(market.needs, market.offers, **known)
    # Of a great market the fit of all together is not computed, and then it is not offered either.
    seasons = {"stability": result.season, "total": result.season_by_total}
    computed = {by: pairs for by, pairs in seasons.items() if pairs}
    return publish.Found(market, result.needs, told_at, result.showings, computed)


def refresh_now(reading: Scope, writing: Scope, municipality_id: UUID, *, beat: Beat, dense: str | None = None) -> bool:
    """Look for partners at once, as a job that is at work from its first moment; tell whether nobody else was.

    A worker that looks for jobs finds this one taken. What is left behind by a process that was
    killed goes back to the queue.
    """
    with writing() as session:
        at = utc_now()
        municipality = session.get_one(Area, municipality_id)
        if not _is_free(session, municipality, at=at):
            return False
        job = Job(kind=JobKind.REFRESH_SUGGESTIONS, municipality=municipality)
        job.start(at=at)
        session.add(job)
    try:
        noted = partial(_show_and_note, beat, writing, job.id, job.attempts)
        return refresh(reading, writing, job.id, beat=noted, dense=dense)
    except BaseException as error:
        # Also when somebody presses Ctrl-C: the row says how it ended, and the error goes on.
        with writing() as session:
            left = session.get_one(Job, job.id)
            if left.state is JobState.RUNNING:
                left.fail(type(error).__name__, at=utc_now())
        raise


def _show_and_note(show: Beat, writing: Scope, job_id: UUID, attempt: int, done: int, total: int) -> None:
    """Show how far the work is, and note in the job's row that somebody is still at it."""
    show(done, total)
    with writing() as session:
        session.execute(
            update(Job)
            .where(Job.id == job_id, Job.state == JobState.RUNNING, Job.attempts == attempt)
            .values(done=done, total=total, heartbeat_at=utc_now())
        )


def _is_free(session: Session, municipality: Area, *, at: datetime) -> bool:
    """Tell whether nobody looks for partners there now; a job whose worker was lost waits again."""
    running = session.scalar(
        select(Job).where(
            Job.kind == JobKind.REFRESH_SUGGESTIONS,
            Job.municipality_id == municipality.id,
            Job.state == JobState.RUNNING,
        )
    )
    if running is None:
        return True
    if running.heartbeat_at is not None and running.heartbeat_at > at - LOST_AFTER:
        return False
    running.requeue()
    session.flush()
    return True
