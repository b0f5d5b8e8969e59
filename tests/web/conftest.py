from collections.abc import Callable

import pytest
from flask import Flask

from models import AuditedSession


@pytest.fixture
def work_at(
    app: Flask, session: AuditedSession, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Callable[[Flask], None], str], None]:
    """Return a function that does a piece of the hourly work at a moment: `work_at(jobs.tidy, moment)`."""

    def work(tidy: Callable[[Flask], None], moment: str) -> None:
        session.commit()
        monkeypatch.setenv("ENISHI_NOW", moment)
        tidy(app)
        session.expire_all()

    return work
