"""The ground every row stands on: typed dataclass rows, random public ids, aware times, versions."""

import os
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar, Final
from uuid import UUID, uuid4

from sqlalchemy import DateTime, Dialect, Enum, MetaData, Uuid
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    MappedAsDataclass,
    declared_attr,
    mapped_column,
)
from sqlalchemy.orm.state import InstanceState
from sqlalchemy.types import JSON, TypeDecorator

from models.errors import StaleVersion

FIXED_NOW = "ENISHI_NOW"


def utc_now() -> datetime:
    """Return the present moment, or the moment that `ENISHI_NOW` fixes for tests."""
    fixed = os.environ.get(FIXED_NOW)
    if fixed:
        moment = datetime.fromisoformat(fixed)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC without a zone so that both databases keep the same bytes."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive moment and store an aware one in UTC."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the stored moment its zone back."""
        del dialect
        return None if value is None else value.replace(tzinfo=UTC)


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True, eq=False, repr=False):
    """A row with a random public id and the moment it was written."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "%(table_name)s_have_unique_%(column_0_N_name)s",
            "ck": "%(table_name)s_%(constraint_name)s",
            "fk": "%(table_name)s_%(column_0_N_name)s_refers_to_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        UUID: Uuid,
        dict[str, Any]: JSON,
        list[Any]: JSON,
        list[str]: JSON,
        StrEnum: Enum(
            StrEnum,
            native_enum=False,
            length=40,
            values_callable=lambda members: [member.value for member in members],
        ),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4, init=False)
    created_at: Mapped[datetime] = mapped_column(default_factory=utc_now, init=False)

    def __repr__(self) -> str:
        """Name the row by class and id, never by personal values."""
        return f"<{type(self).__name__} {self.id}>"


class Versioned(MappedAsDataclass, kw_only=True, eq=False, repr=False):
    """A version that the database compares on every write, for rows that two people can edit."""

    version: Mapped[int] = mapped_column(default=1, init=False)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        """Let each UPDATE name the version it read; none changed raises `StaleDataError`."""
        return {"version_id_col": cls.version}

    def check_version(self, expected: int) -> None:
        """Refuse a change that was prepared on another version of the row."""
        if self.version != expected:
            raise StaleVersion(f"the form was opened on version {expected}; the row is at version {self.version}")


class VersionedLater(Versioned, kw_only=True, eq=False, repr=False):
    """The same for tables whose rows were there before their version was: those begin at 1."""

    version: Mapped[int] = mapped_column(default=1, server_default="1", init=False)


# What SQLAlchemy's record of a row can hold, in the order in which it sets them on a row that is new.
STATE_ATTRIBUTES: Final = (
    "class_",
    "manager",
    "obj",
    "committed_state",
    "expired_attributes",
    "session_id",
    "key",
    "runid",
    "load_options",
    "load_path",
    "identity_token",
    "insert_order",
    "modified",
    "expired",
    "_instance_dict",
    "_strong_obj",
    "_deleted",
    "_load_pending",
    "_orphaned_outside_of_session",
    "_last_known_values",
)


def _settle_the_shape_of_states() -> None:
    """Name every attribute of `InstanceState` on its first instance, before any row exists.

    Python 3.11 lays the attributes of a class's first instances side by side. One that comes late
    makes it move them all into a dict, and in the middle of that its collector can run. Where the
    collector then takes the row of this very state (`session.close()` after a page whose rows refer
    to each other), `InstanceState._cleanup` moves them a second time, both dicts own the same
    memory, and the process dies. No attribute comes late when the first instance had them all.
    Later versions of Python collect only between instructions.
    """
    first: InstanceState[Any] = InstanceState.__new__(InstanceState)
    for name in STATE_ATTRIBUTES:
        setattr(first, name, None)


_settle_the_shape_of_states()
