"""What happens while a partnership runs: milestones, the ledger, hours of people, and requests to change or leave."""

from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import Account
from models.base import Base, Versioned
from models.errors import AlreadyDecided, InvalidValue, NotInHand
from models.partnerships import Partnership, Party
from models.taxonomy import ResourceKind

HOURS_OF_A_DAY: Final = 24


class Milestone(Base, kw_only=True):
    """Something that shall be reached by a day."""

    __tablename__ = "milestones"
    __table_args__ = (CheckConstraint("title <> ''", name="a_milestone_has_a_title"),)

    title: Mapped[str] = mapped_column(String(200))
    due_on: Mapped[date]
    reached_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    partnership_id: Mapped[UUID] = mapped_column(ForeignKey("partnerships.id"), index=True, init=False)
    reached_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    partnership: Mapped[Partnership] = relationship()
    reached_by: Mapped[Account | None] = relationship(init=False)

    def reach(self, *, by: Account, at: datetime) -> None:
        """Note that it was reached; the first time counts."""
        if self.reached_at is None:
            self.reached_at, self.reached_by = at, by

    def reopen(self) -> None:
        """Note that it was not reached after all."""
        self.reached_at = self.reached_by = None


class LedgerMove(StrEnum):
    """What happened to things of a line of the ledger."""

    HANDED_OVER = "handed_over"
    RETURNED = "returned"
    USED_UP = "used_up"
    MISSING = "missing"


class LedgerLine(Versioned, Base, kw_only=True):
    """One kind of thing or money that one party gives or lends to another; money is recorded here, never moved.

    At any time: handed over − returned − used up − missing = outstanding, which is never below zero.
    """

    __tablename__ = "ledger_lines"
    __table_args__ = (
        CheckConstraint(
            "outstanding = handed_over - returned - used_up - missing", name="what_is_outstanding_is_the_difference"
        ),
        CheckConstraint("outstanding >= 0", name="nothing_comes_back_that_was_not_handed_over"),
        CheckConstraint(
            "handed_over >= 0 AND returned >= 0 AND used_up >= 0 AND missing >= 0", name="amounts_are_not_negative"
        ),
        CheckConstraint("giver_id <> receiver_id", name="nobody_gives_to_itself"),
    )

    kind: Mapped[ResourceKind]
    what: Mapped[str] = mapped_column(String(200))
    unit: Mapped[str] = mapped_column(String(20), default="")
    is_lent: Mapped[bool]
    due_back_on: Mapped[date | None] = mapped_column(default=None)
    handed_over: Mapped[int] = mapped_column(default=0, init=False)
    returned: Mapped[int] = mapped_column(default=0, init=False)
    used_up: Mapped[int] = mapped_column(default=0, init=False)
    missing: Mapped[int] = mapped_column(default=0, init=False)
    outstanding: Mapped[int] = mapped_column(default=0, init=False)
    partnership_id: Mapped[UUID] = mapped_column(ForeignKey("partnerships.id"), index=True, init=False)
    giver_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"), index=True, init=False)
    receiver_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"), index=True, init=False)

    partnership: Mapped[Partnership] = relationship()
    giver: Mapped[Party] = relationship(foreign_keys=[giver_id])
    receiver: Mapped[Party] = relationship(foreign_keys=[receiver_id])
    entries: Mapped[list["LedgerEntry"]] = relationship(
        back_populates="line",
        cascade="all, delete-orphan",
        order_by="LedgerEntry.on, LedgerEntry.noted_at, LedgerEntry.id",
        lazy="selectin",
        init=False,
    )

    @property
    def must_balance(self) -> bool:
        """Tell whether nothing may be outstanding at the end: what was lent, and money."""
        return self.is_lent or self.kind is ResourceKind.MONEY

    @property
    def is_balanced(self) -> bool:
        """Tell whether the partnership can end as far as this line goes."""
        return not self.must_balance or self.outstanding == 0

    def note(
        self, move: LedgerMove, quantity: int, *, on: date, by: Account | None, at: datetime, note: str = ""
    ) -> "LedgerEntry":
        """Write down what happened; never more comes back, is used up or missing than is outstanding."""
        if quantity < 1:
            raise InvalidValue("what is written into the ledger is at least one")
        if move is LedgerMove.HANDED_OVER:
            self.handed_over += quantity
            self.outstanding += quantity
        else:
            if quantity > self.outstanding:
                raise NotInHand(f"{quantity} cannot be {move}: only {self.outstanding} are outstanding")
            setattr(self, move.value, getattr(self, move.value) + quantity)
            self.outstanding -= quantity
        entry = LedgerEntry(move=move, quantity=quantity, on=on, note=note, noted_at=at, noted_by=by)
        self.entries.append(entry)
        return entry


class LedgerEntry(Base, kw_only=True):
    """One movement in the ledger; it is never changed, a mistake is mended by another one."""

    __tablename__ = "ledger_entries"
    __table_args__ = (CheckConstraint("quantity >= 1", name="quantity_is_positive"),)

    move: Mapped[LedgerMove]
    quantity: Mapped[int]
    on: Mapped[date] = mapped_column("on_day")
    note: Mapped[str] = mapped_column(Text, default="")
    noted_at: Mapped[datetime]
    line_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_lines.id"), index=True, init=False)
    noted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    line: Mapped[LedgerLine] = relationship(back_populates="entries", init=False)
    noted_by: Mapped[Account | None] = relationship()


class WorkedHours(Base, kw_only=True):
    """Hours that people of a party worked on a day; they count into its load."""

    __tablename__ = "worked_hours"
    __table_args__ = (CheckConstraint("hours > 0 AND people >= 1", name="somebody_worked_some_time"),)

    on: Mapped[date] = mapped_column("on_day")
    hours: Mapped[float]
    people: Mapped[int] = mapped_column(default=1)
    what: Mapped[str] = mapped_column(String(200), default="")
    noted_at: Mapped[datetime]
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"), index=True, init=False)
    noted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    party: Mapped[Party] = relationship()
    noted_by: Mapped[Account | None] = relationship()

    def __post_init__(self) -> None:
        """Refuse hours that no day has."""
        if not 0 < self.hours <= HOURS_OF_A_DAY:
            raise InvalidValue("a day has more than 0 and at most 24 hours")

    @property
    def total(self) -> float:
        """Return the hours of all who worked together."""
        return self.hours * self.people


class RequestKind(StrEnum):
    """What a party asks for while the partnership runs."""

    CHANGE = "change"
    LEAVE = "leave"


class ChangeRequest(Base, kw_only=True):
    """A party asks to change the agreement or to leave; a coordinator decides with an answer."""

    __tablename__ = "change_requests"
    __table_args__ = (
        CheckConstraint("(granted IS NULL) = (decided_at IS NULL)", name="decided_at_iff_decided"),
        Index(
            "a_party_has_one_open_request",
            "party_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
    )

    kind: Mapped[RequestKind]
    text: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]
    granted: Mapped[bool | None] = mapped_column(default=None, init=False)
    answer: Mapped[str] = mapped_column(Text, default="", init=False)
    decided_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"), init=False)
    made_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    party: Mapped[Party] = relationship()
    made_by: Mapped[Account | None] = relationship(foreign_keys=[made_by_id])
    decided_by: Mapped[Account | None] = relationship(foreign_keys=[decided_by_id], init=False)

    def decide(self, *, granted: bool, answer: str, by: Account | None, at: datetime) -> None:
        """Grant or refuse the request, once, and say why."""
        if self.decided_at is not None:
            raise AlreadyDecided("this request was decided already")
        if not answer.strip():
            raise InvalidValue("a decision says why")
        self.granted, self.answer = granted, answer
        self.decided_by, self.decided_at = by, at
