"""What tests of the ways in share: the newest mail, and what stands in its link."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from models import AuditedSession, OutboxMail

PATH = re.compile(r"https?://[^\s/]+(/\S+)")


@pytest.fixture
def newest_link(session: AuditedSession) -> Callable[[], str]:
    """Return a function that reads the path of the link in the newest mail."""

    def read() -> str:
        body = session.scalars(select(OutboxMail.body).order_by(OutboxMail.created_at.desc()).limit(1)).one()
        found = PATH.search(body)
        assert found is not None
        return found.group(1)

    return read
