"""Jobs."""

from uuid import UUID

from flask import Flask

from web.worker import Beat


def refresh(app: Flask, job_id: UUID, beat: Beat) -> None:
    """Run the engine."""
    del app, job_id, beat
