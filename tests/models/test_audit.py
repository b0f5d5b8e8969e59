from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from models import AuditAction, AuditContext, AuditedSession, AuditEntry, AuditHead, Participant, Verdict
from models.audit import GENESIS, HIDDEN, seal, verify
from tests.factories import make_account, make_participant, make_suggestion
from tests.factories.partnerships import NOON

KEY = b"a key for these tests"


@pytest.fixture
def recorded(session: AuditedSession) -> AuditedSession:
    """Return a session whose chain holds five entries or more."""
    session.info["audit"] = AuditContext(key=KEY, via="test")
    for _ in range(5):
        session.add(make_participant())
        session.commit()
    return session


def entries(session: AuditedSession) -> list[AuditEntry]:
    return list(session.scalars(select(AuditEntry).order_by(AuditEntry.sequence)))


def test_the_chain_of_untouched_entries_holds(recorded: AuditedSession) -> None:
    assert verify(recorded, KEY) == []


def test_a_session_without_a_context_does_not_write(recorded: AuditedSession) -> None:
    del recorded.info["audit"]
    recorded.add(make_participant())

    with pytest.raises(RuntimeError, match="AuditContext"):
        recorded.flush()


def test_what_was_rolled_back_is_not_recorded(recorded: AuditedSession) -> None:
    before = len(entries(recorded))
    recorded.add(make_participant())
    recorded.flush()

    recorded.rollback()
    recorded.add(make_participant())
    recorded.commit()

    inserted = [entry for entry in entries(recorded)[before:] if entry.subject_table == "participants"]
    assert len(inserted) == 1


def test_every_changed_row_is_recorded_once(recorded: AuditedSession) -> None:
    participant = recorded.scalars(select(Participant).limit(1)).one()
    participant.pause(at=NOON)
    participant.hours_per_month = 4
    recorded.commit()

    last = entries(recorded)[-1]
    assert (last.action, last.subject_id, set(last.changes)) == (
        AuditAction.UPDATE,
        participant.id,
        {"paused_at", "hours_per_month"},
    )


def test_personal_values_are_recorded_only_as_changed(recorded: AuditedSession) -> None:
    participant = recorded.scalars(select(Participant).limit(1)).one()
    participant.name = "秘密の名前"
    recorded.commit()

    assert entries(recorded)[-1].changes == {"name": [HIDDEN, HIDDEN]}


def test_the_entry_names_who_worked(recorded: AuditedSession) -> None:
    account = make_account()
    recorded.info["audit"] = AuditContext(key=KEY, via="page", actor_id=account.id, request_id="r1")
    recorded.add(account)
    recorded.commit()

    last = entries(recorded)[-1]
    assert (last.actor_id, last.via, last.request_id) == (account.id, "page", "r1")


def test_what_the_engine_derived_is_not_recorded_row_by_row(recorded: AuditedSession) -> None:
    recorded.add(make_suggestion())
    recorded.commit()

    tables = {entry.subject_table for entry in entries(recorded)}
    assert "matching_runs" in tables
    assert not tables & {"suggestions", "suggestion_partners", "suggestion_shares"}


def test_a_verdict_is_recorded(recorded: AuditedSession) -> None:
    suggestion = make_suggestion()
    recorded.add(suggestion)
    recorded.commit()

    suggestion.approve(by=make_account(), at=NOON)
    recorded.commit()

    changes = [entry.changes for entry in entries(recorded) if entry.subject_table == "suggestions"]
    assert changes[0]["verdict"] == [Verdict.PENDING.value, Verdict.APPROVED.value]


def edit(session: AuditedSession) -> None:
    session.execute(update(AuditEntry).where(AuditEntry.sequence == 3).values(via="somebody else"))


def remove(session: AuditedSession) -> None:
    session.execute(delete(AuditEntry).where(AuditEntry.sequence == 3))


def swap(session: AuditedSession) -> None:
    for before, after in ((3, 1003), (4, 3), (1003, 4)):
        session.execute(update(AuditEntry).where(AuditEntry.sequence == before).values(sequence=after))


def insert_one(session: AuditedSession) -> None:
    last = entries(session)[-1]
    forged = {column.key: getattr(last, column.key) for column in AuditEntry.__table__.columns}
    forged |= {"id": make_account().id, "sequence": last.sequence + 1, "previous_digest": last.digest}
    forged["digest"] = seal(forged, b"another key")
    session.execute(insert(AuditEntry), [forged])
    session.execute(update(AuditHead).values(sequence=forged["sequence"], digest=forged["digest"]))


def cut_the_end(session: AuditedSession) -> None:
    last, before = entries(session)[-1], entries(session)[-2]
    session.execute(delete(AuditEntry).where(AuditEntry.sequence == last.sequence))
    session.execute(update(AuditHead).values(sequence=before.sequence, digest=before.digest))


def cut_all(session: AuditedSession) -> None:
    session.execute(delete(AuditEntry))
    session.execute(update(AuditHead).values(sequence=0, digest=GENESIS))


@pytest.mark.parametrize("tamper", [edit, remove, swap, insert_one, cut_the_end, cut_all])
def test_tampering_is_found(recorded: AuditedSession, tamper: Callable[[AuditedSession], Any]) -> None:
    last = entries(recorded)[-1]
    anchor = (last.sequence, last.digest)
    tamper(recorded)

    assert verify(recorded, KEY, anchor)


def test_the_anchor_is_told_of_every_commit(recorded: AuditedSession) -> None:
    told: list[tuple[int, str]] = []
    recorded.info["audit"] = AuditContext(key=KEY, via="test", anchor=lambda *head: told.append(head))
    recorded.add(make_participant())
    recorded.commit()

    last = entries(recorded)[-1]
    assert told == [(last.sequence, last.digest)]
