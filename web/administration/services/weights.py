"""Weights of the engine: proposed, previewed, switched on by a person, and taken back."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from matching import Weights
from matching.learning import Proposal
from matching.learning import propose as learn
from matching.preview import reorder
from models import Account, Area, Job, JobKind, WeightPreview, WeightSet, utc_now
from models.errors import NotAllowed, StaleVersion
from web.administration.queries import weights as queries
from web.administration.queries.areas import administered_by_others
from web.suggestions.queries import desk, profiles, verdicts
from web.suggestions.services.claims import Scope, is_still_ours, job_of
from web.suggestions.services.heartbeat import Beat, heartbeat


def propose(session: Session, weights: Mapping[str, float], *, reason: str | None, by: Account | None) -> WeightSet:
    """Write other weights down; nothing counts by them before somebody switches them on.

    Without a reason they follow from the decisions of coordinators.
    """
    proposed = WeightSet.propose(queries.next_number(session), weights, reason=reason, by=by)
    session.add(proposed)
    return proposed


def request_preview(session: Session, weight_set: WeightSet, municipality: Area, *, by: Account) -> WeightPreview:
    """Ask what a set would change on the desk of a municipality, unless that is being reckoned already."""
    preview = queries.preview_of(session, weight_set, municipality)
    if preview is None:
        preview = WeightPreview(weight_set=weight_set, municipality=municipality)
        session.add(preview)
    if preview.job is None or preview.job.is_over:
        preview.forget()
        preview.job = Job(kind=JobKind.PREVIEW_WEIGHTS, municipality=municipality, requested_by=by)
    return preview


def request_learning(session: Session, *, by: Account) -> Job:
    """Ask what the verdicts speak for, unless that is being asked already."""
    last = queries.last_learning(session)
    if last is not None and not last.is_over:
        return last
    job = Job(kind=JobKind.LEARN_WEIGHTS, requested_by=by)
    session.add(job)
    return job


def preview(reading: Scope, writing: Scope, job_id: UUID, *, beat: Beat) -> bool:
    """Reckon what a set of weights would change; tell whether the job was still ours."""
    with reading() as session:
        attempt = job_of(session, job_id).attempts
        wanted = queries.preview_for(session, job_id)
        total, rows = queries.standing(session, wanted.municipality)
        with heartbeat(beat, total=total) as progress:
            found = _reckon(rows, profiles.as_weights(wanted.weight_set), progress, total)
    with writing() as session:
        if not is_still_ours(session, job_id, attempt):
            return False
        at = utc_now()
        queries.preview_for(session, job_id).note(found, at=at)
        job = job_of(session, job_id)
        job.beat(total, total, at=at)
        job.finish(at=at)
    return True


def _reckon(rows: Iterable[queries.Standing], weights: Weights, progress: Beat, total: int) -> dict[str, Any]:
    """Compare, need by need, what stands first with what would; the largest shifts first."""
    found: dict[str, Any] = {"needs": 0, "suggestions": 0, "moved": 0, "left_out": 0, "changes": []}
    shifts: list[float] = []
    for need_id, group in groupby(rows, key=lambda row: row.need_id):
        standing = list(group)
        found["needs"] += 1
        found["suggestions"] += len(standing)
        outcome = reorder([row.snapshot for row in standing], weights)
        found["left_out"] += len(standing) if outcome is None else outcome.left_out
        progress(found["suggestions"], total)
        if outcome is None:
            continue
        found["moved"] += outcome.moved
        first, after = standing[0], standing[outcome.first]
        if first.score is not None and outcome.score is not None:
            shifts.append(outcome.score - first.score)
        if after is not first:
            found["changes"].append(
                {
                    "need": need_id.hex,
                    "before": first.id.hex,
                    "after": after.id.hex,
                    "score_before": first.score,
                    "score_after": outcome.score,
                }
            )
    found["higher"] = sum(round(shift * 100) > 0 for shift in shifts)
    found["lower"] = sum(round(shift * 100) < 0 for shift in shifts)
    found["largest_shift"] = max((abs(shift) for shift in shifts), default=0.0)
    return found


def ask_verdicts(reading: Scope, writing: Scope, job_id: UUID, *, beat: Beat) -> bool:
    """Ask what the verdicts speak for, and write down the weights that are better; tell whether the job was ours."""
    with reading() as session:
        attempt = job_of(session, job_id).attempts
        present, told = profiles.weights(session), verdicts.told_apart(session)
    with heartbeat(beat, total=1):
        proposal = learn(told, present=present)
    with writing() as session:
        if not is_still_ours(session, job_id, attempt):
            return False
        job = job_of(session, job_id)
        note(session, job, proposal)
        job.beat(1, 1, at=utc_now())
        job.finish(at=utc_now())
    return True


def note(session: Session, job: Job, proposal: Proposal) -> None:
    """Note what the verdicts speak for, and write weights down that are better; they count for nothing yet."""
    told: dict[str, Any] = {"standing": proposal.standing.value, "verdicts": proposal.verdicts}
    if proposal.proposed is not None:
        written = propose(session, proposal.proposed.as_mapping(), reason=None, by=job.requested_by)
        told["number"] = written.number
    job.arguments = told


def switch_on(session: Session, weight_set: WeightSet, *, instead_of: int, by: Account, at: datetime) -> None:
    """Let a set of weights count from now on, a new one or an earlier one, and look for partners anew.

    Raises
    ------
    NotAllowed
        Others administer places that the account does not.
    StaleVersion
        Somebody switched meanwhile: what was previewed was compared with other weights.

    """
    if administered_by_others(session, by):
        raise NotAllowed("weights count for all municipalities, also for those that others administer")
    _switch(session, weight_set, instead_of=instead_of, at=at)
    Job.request_in_each(session, desk.municipalities_with_needs(session), by=by)


def use(session: Session, weight_set: WeightSet, *, at: datetime) -> None:
    """Let a set of weights count, by command of whoever runs the server."""
    present = queries.active(session)
    _switch(session, weight_set, instead_of=0 if present is None else present.number, at=at)
    Job.request_in_each(session, desk.municipalities_with_needs(session), by=None)


def _switch(session: Session, weight_set: WeightSet, *, instead_of: int, at: datetime) -> None:
    present = queries.locked_active(session)
    if (0 if present is None else present.number) != instead_of:
        raise StaleVersion("other weights were switched on meanwhile")
    if present is weight_set:
        return
    if present is not None:
        present.switch_off()
        # One set counts at a time: the database refuses a second one, also for a moment.
        session.flush()
    weight_set.switch_on(at=at)
