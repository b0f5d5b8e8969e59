"""The work behind administration: what other weights would change, and what the decisions speak for."""

from functools import partial
from uuid import UUID

from flask import Flask

from web.administration.services import weights as services
from web.database import read_scope, session_scope
from web.worker import Beat, LostClaim


def preview(app: Flask, job_id: UUID, beat: Beat) -> None:
    """Reckon what a set of weights would change, unless another worker took the job over."""
    if not services.preview(partial(read_scope, app), partial(session_scope, app, via="job"), job_id, beat=beat):
        raise LostClaim(f"job {job_id} was taken over")


def learn(app: Flask, job_id: UUID, beat: Beat) -> None:
    """Ask what the verdicts speak for, unless another worker took the job over."""
    if not services.ask_verdicts(partial(read_scope, app), partial(session_scope, app, via="job"), job_id, beat=beat):
        raise LostClaim(f"job {job_id} was taken over")
