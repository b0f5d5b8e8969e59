"""The work behind the desk: a run of the engine for one municipality or one need, and what one offer asks for."""

from functools import partial
from uuid import UUID

from flask import Flask

from web.database import read_scope, session_scope
from web.suggestions import services
from web.worker import Beat, LostClaim


def refresh(app: Flask, job_id: UUID, beat: Beat) -> None:
    """Look for partners, and publish what was found unless another worker took the job over."""
    reading, writing = partial(read_scope, app), partial(session_scope, app, via="job")
    if not services.refresh(reading, writing, job_id, beat=beat, dense=app.extensions["settings"].dense_model):
        raise LostClaim(f"job {job_id} was taken over")


def seek(app: Flask, job_id: UUID, beat: Beat) -> None:
    """Ask for the needs that one offer touches, unless another worker took the job over."""
    if not services.seek(partial(read_scope, app), partial(session_scope, app, via="job"), job_id, beat=beat):
        raise LostClaim(f"job {job_id} was taken over")


def tidy(app: Flask) -> None:
    """Remove what runs wrote that never were published, a little at a time so that nobody waits for it."""
    services.tidy(partial(session_scope, app, via="sweeper"))
