"""What people decided about records that may be one participant: kept apart, or merged into one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import Account
from models.base import Base
from models.errors import InvalidValue
from models.participants import Participant


class DuplicateVerdict(Base, kw_only=True):
    """Somebody said that two records are two participants, so that they are not proposed as one again."""

    __tablename__ = "duplicate_verdicts"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id", name="a_pair_is_kept_apart_once"),
        CheckConstraint("first_id < second_id", name="a_pair_is_written_in_one_order"),
    )

    decided_at: Mapped[datetime]
    first_id: Mapped[UUID] = mapped_column(ForeignKey("participants.id", ondelete="CASCADE"), init=False)
    second_id: Mapped[UUID] = mapped_column(ForeignKey("participants.id", ondelete="CASCADE"), index=True, init=False)
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    first: Mapped[Participant] = relationship(foreign_keys=[first_id])
    second: Mapped[Participant] = relationship(foreign_keys=[second_id])
    decided_by: Mapped[Account | None] = relationship()

    @classmethod
    def apart(cls, one: Participant, other: Participant, *, by: Account, at: datetime) -> "DuplicateVerdict":
        """Return the verdict that the two are not the same, in whichever order they are named."""
        if one is other:
            raise InvalidValue("a participant is not kept apart from itself")
        first, second = sorted((one, other), key=lambda participant: participant.id)
        return cls(first=first, second=second, decided_by=by, decided_at=at)


class Merger(Base, kw_only=True):
    """Somebody said that two records are one participant; the one that was given up leads to the one that was kept."""

    __tablename__ = "mergers"
    __table_args__ = (CheckConstraint("merged_id <> kept_id", name="nobody_is_merged_into_themselves"),)

    merged_at: Mapped[datetime]
    merged_id: Mapped[UUID] = mapped_column(ForeignKey("participants.id"), unique=True, init=False)
    kept_id: Mapped[UUID] = mapped_column(ForeignKey("participants.id"), index=True, init=False)
    merged_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    merged: Mapped[Participant] = relationship(foreign_keys=[merged_id], back_populates="merger")
    kept: Mapped[Participant] = relationship(foreign_keys=[kept_id])
    merged_by: Mapped[Account | None] = relationship()
