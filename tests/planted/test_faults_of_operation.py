"""Faults planted on purpose, each of which must be found: weak settings, half-done work, a forged record."""

import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import Connection, create_engine, event, insert, select, text

from models import AuditedSession, Base, capacity
from models.audit import GENESIS, verify
from tests.factories import make_appointment, make_charge, make_need, make_partnership
from web.database import prepare_engine
from web.operations.queries import condition, invariants

NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
NOT_THE_KEY = b"what a forger guesses"


@pytest.mark.parametrize(
    ("pragma", "sentence"),
    [
        ("synchronous=OFF", "synchronous is 0, not 2"),
        ("synchronous=NORMAL", "synchronous is 1, not 2"),
        ("foreign_keys=OFF", "foreign_keys is 0, not 1"),
        ("secure_delete=OFF", "secure_delete is 0, not 1"),
    ],
)
def test_a_connection_that_does_not_keep_the_promises_is_found(sqlite_url: str, pragma: str, sentence: str) -> None:
    engine = create_engine(sqlite_url)
    prepare_engine(engine)
    event.listen(engine, "connect", lambda connection, _: connection.execute(f"PRAGMA {pragma}"))

    assert condition.weakened(engine) == [sentence]
    engine.dispose()


def test_work_that_commits_twice_and_dies_between_is_found(session: AuditedSession) -> None:
    partnership = make_partnership()
    keeper = make_appointment(partnership.need.area).account
    session.add_all([partnership, make_charge(partnership.need, keeper=keeper)])
    session.commit()  # the planted fault: what was promised is not taken in the same transaction

    assert "slots count what was promised to them" in _broken(session)
    capacity.take(session, partnership)
    session.commit()
    assert _broken(session) == []


def _broken(session: AuditedSession) -> list[str]:
    return [finding.sentence for finding in invariants.examine(session, at=NOON) if not finding.holds]


Forgery = Callable[[Connection], None]


def _edited(connection: Connection) -> None:
    connection.execute(text("UPDATE audit_entries SET via = 'forged' WHERE sequence = 2"))


def _deleted(connection: Connection) -> None:
    connection.execute(text("DELETE FROM audit_entries WHERE sequence = 2"))


def _deleted_and_closed_up(connection: Connection) -> None:
    """Remove an entry, and let the next one follow the one before, in number and in digest."""
    connection.execute(text("DELETE FROM audit_entries WHERE sequence = 2"))
    _closed_up(connection)


def _swapped(connection: Connection) -> None:
    for before, after in ((2, 999), (3, 2), (999, 3)):
        connection.execute(text(f"UPDATE audit_entries SET sequence = {after} WHERE sequence = {before}"))  # noqa: S608


def _inserted(connection: Connection) -> None:
    """Put a copy of an entry at the end, with a digest under a guessed key, and move the head."""
    entries = Base.metadata.tables["audit_entries"]
    last = connection.execute(select(entries).order_by(entries.c.sequence.desc()).limit(1)).mappings().one()
    digest = hmac.new(NOT_THE_KEY, repr(last).encode(), hashlib.sha256).hexdigest()
    follows = {"id": uuid4(), "sequence": last["sequence"] + 1, "previous_digest": last["digest"], "digest": digest}
    connection.execute(insert(entries).values(dict(last) | follows))
    _move_head(connection)


def _cut(connection: Connection) -> None:
    """Remove the end of the chain and move its head back: only the anchor outside can tell."""
    connection.execute(text("DELETE FROM audit_entries WHERE sequence > 3"))
    _move_head(connection)


def _emptied(connection: Connection) -> None:
    connection.execute(text("DELETE FROM audit_entries"))
    connection.execute(text("DELETE FROM audit_heads"))


def _rewritten(connection: Connection) -> None:
    """Let one entry say something else, and seal the whole chain anew under a guessed key."""
    connection.execute(text("UPDATE audit_entries SET via = 'forged' WHERE sequence = 2"))
    _closed_up(connection)


FORGERIES = [_edited, _deleted, _deleted_and_closed_up, _swapped, _inserted, _cut, _emptied, _rewritten]


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.__name__.lstrip("_"))
def test_a_forged_record_is_found(app: Flask, session: AuditedSession, forgery: Forgery) -> None:
    anchors: list[tuple[int, str]] = []
    session.audit.anchor = lambda sequence, digest: anchors.append((sequence, digest))
    for _ in range(3):
        session.add(make_need())
        session.commit()
    assert verify(session, app.extensions["audit_key"], max(anchors)) == []

    forgery(session.connection())

    assert verify(session, app.extensions["audit_key"], max(anchors)) != []


def _closed_up(connection: Connection) -> None:
    previous = GENESIS
    entries = connection.execute(text("SELECT id, sequence FROM audit_entries ORDER BY sequence")).all()
    for sequence, entry in enumerate(entries, start=1):
        digest = hmac.new(NOT_THE_KEY, f"{entry}{previous}".encode(), hashlib.sha256).hexdigest()
        connection.execute(
            text("UPDATE audit_entries SET sequence = :s, previous_digest = :p, digest = :d WHERE id = :i"),
            {"s": sequence, "p": previous, "d": digest, "i": entry.id},
        )
        previous = digest
    _move_head(connection)


def _move_head(connection: Connection) -> None:
    connection.execute(
        text(
            "UPDATE audit_heads SET sequence = (SELECT max(sequence) FROM audit_entries),"
            " digest = (SELECT digest FROM audit_entries ORDER BY sequence DESC LIMIT 1)"
        )
    )
