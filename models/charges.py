"""Who is in charge of a need (担当): exactly one account at a time, and handing over that the other accepts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import Account, Office, Role
from models.areas import Area
from models.base import Base, Versioned
from models.errors import AlreadyDecided, InvalidValue
from models.listings import Need
from models.taxonomy import ActivityField


class ChargeCause(StrEnum):
    """How somebody came to be in charge."""

    ROUTED = "routed"
    HANDED_OVER = "handed_over"
    KEEPER_GONE = "keeper_gone"


class RoutingRule(Base, kw_only=True):
    """In a municipality, needs of a field go to one office; the rule without a field is for all others.

    Where that one names no office, they go to whoever is closest. It stands wherever a municipality has set its rules.
    """

    __tablename__ = "routing_rules"
    __table_args__ = (
        Index(
            "a_field_goes_to_one_office",
            "municipality_id",
            "field_id",
            unique=True,
            sqlite_where=text("field_id IS NOT NULL"),
            postgresql_where=text("field_id IS NOT NULL"),
        ),
        Index(
            "a_municipality_has_one_rule_for_the_rest",
            "municipality_id",
            unique=True,
            sqlite_where=text("field_id IS NULL"),
            postgresql_where=text("field_id IS NULL"),
        ),
    )

    office: Mapped[Office | None]
    municipality_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), init=False)
    field_id: Mapped[UUID | None] = mapped_column(ForeignKey("activity_fields.id"), init=False)

    municipality: Mapped[Area] = relationship()
    field: Mapped[ActivityField | None] = relationship(default=None)


class Charge(Versioned, Base, kw_only=True):
    """An account is in charge of a need from one moment to another."""

    __tablename__ = "charges"
    __table_args__ = (
        Index(
            "a_need_is_in_one_inbox",
            "need_id",
            unique=True,
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
        CheckConstraint("until IS NULL OR until >= since", name="ends_after_it_begins"),
        Index("ix_charges_keeper_until", "keeper_id", "until"),
    )

    since: Mapped[datetime]
    cause: Mapped[ChargeCause]
    until: Mapped[datetime | None] = mapped_column(default=None, init=False)
    need_id: Mapped[UUID] = mapped_column(ForeignKey("needs.id"), index=True, init=False)
    keeper_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    need: Mapped[Need] = relationship()
    keeper: Mapped[Account | None] = relationship()
    hand_overs: Mapped[list["HandOver"]] = relationship(
        back_populates="charge", cascade="all, delete-orphan", order_by="HandOver.asked_at", init=False
    )

    @property
    def stands(self) -> bool:
        """Tell whether the account is in charge now."""
        return self.until is None

    @property
    def open_hand_over(self) -> "HandOver | None":
        """Return the question to somebody else that awaits an answer."""
        return next((one for one in self.hand_overs if one.is_open), None)

    def end(self, *, at: datetime) -> None:
        """Be no longer in charge; a question that was open is taken back."""
        self.until = self.until or at
        if self.open_hand_over is not None:
            self.open_hand_over.take_back(at=at)

    def ask(self, to: Account, *, note: str, by: Account, at: datetime) -> "HandOver":
        """Ask somebody else to take over; until they accept, nothing changes."""
        if not self.stands:
            raise AlreadyDecided("somebody else is in charge by now")
        if to is self.keeper:
            raise InvalidValue("nobody hands over to themself")
        if self.open_hand_over is not None:
            raise AlreadyDecided("somebody was asked already")
        return HandOver(charge=self, to=to, note=note, asked_by=by, asked_at=at)


class HandOver(Base, kw_only=True):
    """The question whether somebody takes a need over, and the answer."""

    __tablename__ = "hand_overs"
    __table_args__ = (
        Index(
            "a_charge_is_offered_to_one",
            "charge_id",
            unique=True,
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
        CheckConstraint("accepted IS NULL OR answered_at IS NOT NULL", name="an_answer_has_its_moment"),
    )

    note: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[datetime]
    accepted: Mapped[bool | None] = mapped_column(default=None, init=False)
    answer: Mapped[str] = mapped_column(Text, default="", init=False)
    answered_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    charge_id: Mapped[UUID] = mapped_column(ForeignKey("charges.id"), init=False)
    to_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True, init=False)
    asked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    charge: Mapped[Charge] = relationship(back_populates="hand_overs")
    to: Mapped[Account | None] = relationship(foreign_keys=[to_id])
    asked_by: Mapped[Account | None] = relationship(foreign_keys=[asked_by_id])

    @property
    def is_open(self) -> bool:
        """Tell whether an answer is awaited."""
        return self.answered_at is None

    def accept(self, *, at: datetime) -> Charge:
        """Take over: the one charge ends, and the other begins."""
        self._check_is_open()
        self.accepted, self.answered_at = True, at
        self.charge.until = at
        return Charge(need=self.charge.need, keeper=self.to, since=at, cause=ChargeCause.HANDED_OVER)

    def decline(self, *, answer: str, at: datetime) -> None:
        """Leave it with who is in charge, and say why."""
        self._check_is_open()
        if not answer:
            raise InvalidValue("who does not take over says why")
        self.accepted, self.answer, self.answered_at = False, answer, at

    def take_back(self, *, at: datetime) -> None:
        """Ask no longer."""
        self._check_is_open()
        self.answered_at = at

    def _check_is_open(self) -> None:
        if not self.is_open:
            raise AlreadyDecided("this was answered or taken back already")


@dataclass(frozen=True, slots=True)
class Appointed:
    """An account that can sign in looks after a place, since a moment, in an office or in none."""

    account_id: UUID
    path: str
    role: Role
    office: Office | None
    since: datetime
    appointment_id: UUID

    def covers(self, path: str) -> bool:
        """Tell whether the place is the one that is looked after, or lies in it."""
        return path == self.path or path.startswith(self.path + ".")


def keeper_for(
    path: str,
    field: str | None,
    *,
    offices: Mapping[str | None, Office | None],
    staff: Sequence[Appointed],
    load: Mapping[UUID, int],
) -> UUID | None:
    """Return which account takes a need of a place and a field in charge, None where nobody looks after the place.

    First comes the office that the rules name, then the closest place, then who is in charge of fewest needs, then who
    was appointed first. Where no coordinator looks after the place, an administrator does.
    """
    covering = [one for one in staff if one.covers(path)]
    coordinators = [one for one in covering if one.role is Role.COORDINATOR]
    candidates = coordinators or covering
    for code in (field, None):
        in_office = [one for one in coordinators if one.office is not None and one.office is offices.get(code)]
        if in_office:
            candidates = in_office
            break
    if not candidates:
        return None
    first = min(
        candidates,
        key=lambda one: (-one.path.count("."), load.get(one.account_id, 0), one.since, one.appointment_id),
    )
    return first.account_id
