"""Whose a job is: a worker that was taken for lost must write nothing any more."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session, joinedload

from models import AuditedSession, Job, JobState, utc_now

Scope: TypeAlias = Callable[[], AbstractContextManager[AuditedSession]]


def is_still_ours(session: Session, job_id: UUID, attempt: int) -> bool:
    """Take the job's row for this transaction; None is found where another worker took the job over."""
    claimed = session.scalar(
        update(Job)
        .where(Job.id == job_id, Job.state == JobState.RUNNING, Job.attempts == attempt)
        .values(heartbeat_at=utc_now())
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )
    return claimed is not None


def job_of(session: Session, job_id: UUID) -> Job:
    """Return the job as it stands now."""
    options = [joinedload(Job.municipality), joinedload(Job.need), joinedload(Job.offer)]
    return session.get_one(Job, job_id, options=options, populate_existing=True)
