"""An append-only record of every change, written by the session itself.

A service cannot forget to audit: the listeners below see every flush of an `AuditedSession` and
write one entry for each changed row just before the commit, so that entry and change stand or
fall together. Each entry carries an HMAC over its content and its predecessor's; the head of the
chain is also anchored outside of the database (`ENISHI_AUDIT_ANCHOR`), so that edited, deleted,
swapped, inserted and cut entries are found. Personal values never enter: `models.privacy` says
which columns are recorded by value and which only as changed.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Index, String, event, insert, inspect, select, update
from sqlalchemy.orm import Mapped, Session, SessionTransaction, UOWTransaction, mapped_column

from models.base import Base, utc_now
from models.listings import renew_search_text
from models.privacy import is_recorded_by_value

GENESIS: Final = "0" * 64
HIDDEN: Final = "…"

# Tables whose rows are not recorded one by one, each with the reason.
NOT_RECORDED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "audit_entries": "the record itself",
        "audit_heads": "the record itself",
        "jobs": "progress of work; what a job changes is recorded",
        "handled_requests": "answers kept to be repeated; the change they answered is recorded",
        "passkey_challenges": "questions for minutes; what an answer opens is recorded",
        "sign_in_attempts": "counted for minutes under a keyed hash",
        "suggestion_partners": "derived by a run that is recorded, recomputable from its snapshot",
        "suggestion_shares": "derived by a run that is recorded, recomputable from its snapshot",
        "need_outcomes": "derived by a run that is recorded",
        "drafts": "typed and not said yet; what becomes of a draft is recorded",
        "saved_searches": "what a reader looks for is their own; nothing of the town changes by it",
        "needs_shown": "derived by a run that is recorded",
        "notices": "news of what is recorded",
        "weight_previews": "reckoned from weights that are recorded",
    }
)
INSERTS_NOT_RECORDED: Final[Mapping[str, str]] = MappingProxyType(
    {"suggestions": "derived by a run that is recorded; every verdict is recorded"}
)


class AuditAction(StrEnum):
    """What happened to the row."""

    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"
    EXPORT = "export"
    ERASE = "erase"


class AuditEntry(Base, kw_only=True):
    """One change of one row, chained to the entry before it."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        CheckConstraint("sequence >= 1", name="sequence_starts_at_one"),
        Index("ix_audit_entries_subject", "subject_table", "subject_id"),
    )

    sequence: Mapped[int] = mapped_column(unique=True)
    at: Mapped[datetime]
    action: Mapped[AuditAction]
    subject_table: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[UUID]
    changes: Mapped[dict[str, Any]]
    actor_id: Mapped[UUID | None]
    via: Mapped[str] = mapped_column(String(60))
    request_id: Mapped[str] = mapped_column(String(60))
    previous_digest: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64), unique=True)


class AuditHead(Base, kw_only=True):
    """The end of the chain; the one row that every recorded transaction changes, in turn."""

    __tablename__ = "audit_heads"
    __table_args__ = (CheckConstraint("number = 1", name="there_is_one_head"),)

    number: Mapped[int] = mapped_column(unique=True, default=1)
    sequence: Mapped[int] = mapped_column(default=0)
    digest: Mapped[str] = mapped_column(String(64), default=GENESIS)


@dataclass(slots=True)
class AuditContext:
    """Who works in a session, through which door, and the key that seals the record."""

    key: bytes
    actor_id: UUID | None = None
    via: str = "command"
    request_id: str = ""
    anchor: Callable[[int, str], None] | None = None
    pending: list[dict[str, Any]] = field(default_factory=list)
    sealed: tuple[int, str] | None = None


class AuditedSession(Session):
    """A session that records every change; it refuses to flush without an `AuditContext`."""

    @property
    def audit(self) -> AuditContext:
        """Return who works here; a session without one may only read."""
        context = self.info.get("audit")
        if not isinstance(context, AuditContext):
            raise RuntimeError("a session that writes needs an AuditContext")  # noqa: TRY004  # not a type error
        return context

    def record(self, action: AuditAction, row: Base, changes: Mapping[str, Any] | None = None) -> None:
        """Record what happened to a row beyond a flush, such as an export or an erasure."""
        self.audit.pending.append(_entry(action, row, dict(changes or {})))


@event.listens_for(AuditedSession, "before_flush")
def _renew_search_text(session: AuditedSession, context: UOWTransaction, instances: object) -> None:
    del context, instances
    renew_search_text(session)


@event.listens_for(AuditedSession, "after_flush")
def _collect(session: AuditedSession, context: UOWTransaction) -> None:
    del context
    pending = session.audit.pending
    for row in session.new:
        if row.__tablename__ not in NOT_RECORDED and row.__tablename__ not in INSERTS_NOT_RECORDED:
            pending.append(_entry(AuditAction.INSERT, row, dict(_values(row))))
    for row in session.dirty:
        if row.__tablename__ not in NOT_RECORDED and session.is_modified(row):
            pending.append(_entry(AuditAction.UPDATE, row, dict(_changed_values(row))))
    for row in session.deleted:
        if row.__tablename__ not in NOT_RECORDED:
            pending.append(_entry(AuditAction.DELETE, row, {}))


@event.listens_for(AuditedSession, "before_commit")
def _seal(session: AuditedSession) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    context = session.info.get("audit")
    if not isinstance(context, AuditContext) or not context.pending:
        return
    # Taking the head first makes concurrent transactions of any process queue here.
    session.execute(update(AuditHead).where(AuditHead.number == 1).values(number=1))
    head = session.execute(select(AuditHead.sequence, AuditHead.digest).where(AuditHead.number == 1)).one_or_none()
    if head is None:
        session.execute(
            insert(AuditHead).values(id=uuid4(), created_at=utc_now(), number=1, sequence=0, digest=GENESIS)
        )
    sequence, digest = (head.sequence, head.digest) if head else (0, GENESIS)
    rows = []
    at = utc_now()
    for entry in context.pending:
        sequence += 1
        content = entry | {
            "sequence": sequence,
            "at": at,
            "actor_id": context.actor_id,
            "via": context.via,
            "request_id": context.request_id,
            "previous_digest": digest,
        }
        digest = seal(content, context.key)
        rows.append(content | {"digest": digest, "id": uuid4(), "created_at": at})
    session.execute(insert(AuditEntry), rows)
    session.execute(update(AuditHead).where(AuditHead.number == 1).values(sequence=sequence, digest=digest))
    context.pending.clear()
    context.sealed = (sequence, digest)


@event.listens_for(AuditedSession, "after_commit")
def _anchor(session: AuditedSession) -> None:
    context = session.info.get("audit")
    if isinstance(context, AuditContext) and context.sealed is not None:
        if context.anchor is not None:
            context.anchor(*context.sealed)
        context.sealed = None


@event.listens_for(AuditedSession, "after_soft_rollback")
def _forget(session: AuditedSession, previous: SessionTransaction) -> None:
    context = session.info.get("audit")
    if isinstance(context, AuditContext) and not previous.nested:
        context.pending.clear()
        context.sealed = None


def seal(content: Mapping[Any, Any], key: bytes) -> str:
    """Return the HMAC-SHA256 of an entry's content in canonical form."""
    canonical = json.dumps(
        {name: _plain(content[name]) for name in sorted(content) if name not in {"id", "created_at", "digest"}},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hmac.new(key, canonical.encode(), hashlib.sha256).hexdigest()


def verify(session: Session, key: bytes, anchor: tuple[int, str] | None = None) -> list[str]:
    """Walk the chain and return what is wrong with it, in sentences; an empty list means it holds."""
    problems: list[str] = []
    expected_sequence, digest = 0, GENESIS
    anchored: str | None = GENESIS if anchor and anchor[0] == 0 else None
    statement = select(AuditEntry.__table__).order_by(AuditEntry.sequence).execution_options(yield_per=1000)
    for row in session.execute(statement).mappings():
        expected_sequence += 1
        if row["sequence"] != expected_sequence:
            problems.append(f"entry {expected_sequence} is missing")
            expected_sequence = row["sequence"]
        if row["previous_digest"] != digest:
            problems.append(f"entry {row['sequence']} does not follow the entry before it")
        if not hmac.compare_digest(seal(row, key), row["digest"]):
            problems.append(f"entry {row['sequence']} was changed")
        digest = row["digest"]
        if anchor and row["sequence"] == anchor[0]:
            anchored = digest
    head = session.execute(select(AuditHead.sequence, AuditHead.digest)).one_or_none()
    if (head.sequence, head.digest) != (expected_sequence, digest) if head else expected_sequence:
        problems.append("the end of the chain is not where its head says")
    if anchor and anchored != anchor[1]:
        problems.append(f"the chain does not hold the entry {anchor[0]} that was anchored outside")
    return problems


def _entry(action: AuditAction, row: Base, changes: dict[str, Any]) -> dict[str, Any]:
    return {"action": action, "subject_table": row.__tablename__, "subject_id": row.id, "changes": changes}


def _values(row: Base) -> Iterator[tuple[str, Any]]:
    for attribute in inspect(row).mapper.column_attrs:
        if attribute.key in inspect(row).dict and attribute.key not in {"id", "created_at"}:
            value = getattr(row, attribute.key)
            if value not in (None, "", [], {}):
                column = attribute.columns[0].name
                yield column, _shown(row, column, value)


def _changed_values(row: Base) -> Iterator[tuple[str, Any]]:
    for attribute in inspect(row).mapper.column_attrs:
        history = inspect(row).attrs[attribute.key].history
        if history.has_changes() and attribute.key != "version":
            before = history.deleted[0] if history.deleted else None
            after = history.added[0] if history.added else None
            column = attribute.columns[0].name
            yield column, [_shown(row, column, before), _shown(row, column, after)]


def _shown(row: Base, column: str, value: Any) -> Any:
    if value is None:
        return None
    return _plain(value) if is_recorded_by_value(row.__tablename__, column) else HIDDEN


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return value
