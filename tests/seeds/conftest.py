"""One town, built once and read by many tests."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import create_engine, select

from models import AuditContext, AuditedSession, Base
from seeds import town
from web.database import prepare_engine

KEY = b"a key for tests"
BUILT_AT = datetime(2026, 11, 22, 3, tzinfo=UTC)


@contextmanager
def empty_database() -> Iterator[AuditedSession]:
    engine = create_engine("sqlite://")
    prepare_engine(engine)
    Base.metadata.create_all(engine)
    with AuditedSession(engine, expire_on_commit=False) as session:
        session.info["audit"] = AuditContext(key=KEY, via="test")
        yield session
    engine.dispose()


@pytest.fixture(scope="session")
def built() -> Iterator[AuditedSession]:
    """Yield a session on the town; tests only read it."""
    with empty_database() as session:
        town.build(session, at=BUILT_AT, password_hash="not a real hash")
        session.commit()
        yield session


@pytest.fixture
def empty() -> Iterator[AuditedSession]:
    with empty_database() as session:
        yield session


@pytest.fixture
def content() -> Callable[[AuditedSession], dict[str, list[dict[str, Any]]]]:
    """Return a function that returns every row of every table, without when it was written and how often since.

    By which words an offer is found is left out, too: it is derived, once something in the process knows the words.
    """
    left_out = {"created_at", "version", "terms", "meaning"}

    def rows(session: AuditedSession) -> dict[str, list[dict[str, Any]]]:
        return {
            table.name: [
                {name: value for name, value in row.items() if name not in left_out}
                for row in session.execute(select(table).order_by(*table.primary_key)).mappings()
            ]
            for table in Base.metadata.sorted_tables
            if not table.name.startswith("audit_")
        }

    return rows
