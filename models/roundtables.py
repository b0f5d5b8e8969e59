"""Where people sit down together: agenda, who took part, minutes, and the decisions that became something."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import Account
from models.area_plans import Goal
from models.areas import Area
from models.base import Base, Versioned
from models.errors import AlreadyDecided, IllegalMove, InvalidValue
from models.listings import Need
from models.networks import Network
from models.participants import Participant, ParticipantKind
from models.partnerships import Partnership


class RoundtableKind(StrEnum):
    """What sort of meeting it is."""

    ROUNDTABLE = "roundtable"
    EXCHANGE = "exchange"
    TEAM_MEETING = "team_meeting"
    MATCHING = "matching"


class Roundtable(Versioned, Base, kw_only=True):
    """A meeting of many sides as equals: called, held or called off."""

    __tablename__ = "roundtables"
    __table_args__ = (
        CheckConstraint("title <> ''", name="title_is_not_empty"),
        CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="ends_after_it_starts"),
        CheckConstraint("held_on IS NULL OR called_off_at IS NULL", name="what_was_called_off_was_not_held"),
        Index("ix_roundtables_area_held_on", "area_id", "held_on"),
    )

    kind: Mapped[RoundtableKind]
    title: Mapped[str] = mapped_column(String(120))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None] = mapped_column(default=None)
    place: Mapped[str] = mapped_column(String(200), default="")
    agenda: Mapped[str] = mapped_column(Text, default="")
    is_public: Mapped[bool] = mapped_column(default=False)
    held_on: Mapped[date | None] = mapped_column(default=None, init=False)
    called_off_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    minutes: Mapped[str] = mapped_column(Text, default="", init=False)
    support: Mapped[str] = mapped_column(Text, default="", init=False)
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), init=False)
    network_id: Mapped[UUID | None] = mapped_column(ForeignKey("networks.id"), index=True, init=False)
    convenor_id: Mapped[UUID | None] = mapped_column(ForeignKey("participants.id"), index=True, init=False)
    called_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    area: Mapped[Area] = relationship(lazy="joined")
    network: Mapped[Network | None] = relationship(default=None)
    convenor: Mapped[Participant | None] = relationship(default=None)
    called_by: Mapped[Account | None] = relationship(default=None)
    attendances: Mapped[list["Attendance"]] = relationship(
        back_populates="roundtable", cascade="all, delete-orphan", order_by="Attendance.position", init=False
    )
    decisions: Mapped[list["Decision"]] = relationship(
        back_populates="roundtable", cascade="all, delete-orphan", order_by="Decision.position", init=False
    )

    @property
    def was_supported(self) -> bool:
        """Tell whether somebody helped the others to talk (話し合い支援), which is counted."""
        return self.held_on is not None and self.support != ""

    @property
    def people(self) -> int:
        """Return how many people came."""
        return sum(attendance.people for attendance in self.attendances)

    def hold(self, *, on: date, minutes: str, support: str) -> None:
        """Write down what was said, and which support was given; a later writing replaces an earlier one."""
        if self.called_off_at is not None:
            raise IllegalMove("a meeting that was called off was not held")
        if not minutes:
            raise InvalidValue("minutes say what was talked about")
        self.held_on, self.minutes, self.support = on, minutes, support

    def call_off(self, *, at: datetime) -> None:
        """Note that it does not take place."""
        if self.held_on is not None:
            raise IllegalMove("a meeting that was held is not called off")
        self.called_off_at = self.called_off_at or at

    def decide(self, text: str) -> "Decision":
        """Write down one decision more."""
        decision = Decision(text=text, position=len(self.decisions) + 1)
        self.decisions.append(decision)
        return decision


class Attendance(Base, kw_only=True):
    """How many people of one kind of participant, or of one body, took part."""

    __tablename__ = "attendances"
    __table_args__ = (
        UniqueConstraint("roundtable_id", "position", name="a_position_holds_one_attendance"),
        CheckConstraint("people >= 1", name="somebody_took_part"),
    )

    kind: Mapped[ParticipantKind]
    people: Mapped[int]
    position: Mapped[int]
    roundtable_id: Mapped[UUID] = mapped_column(ForeignKey("roundtables.id"), init=False)
    participant_id: Mapped[UUID | None] = mapped_column(ForeignKey("participants.id"), index=True, init=False)

    roundtable: Mapped[Roundtable] = relationship(back_populates="attendances", init=False)
    participant: Mapped[Participant | None] = relationship(default=None)


class Decision(Base, kw_only=True):
    """What a meeting decided, and the need, goal or partnership that came of it."""

    __tablename__ = "decisions"
    __table_args__ = (
        UniqueConstraint("roundtable_id", "position", name="a_position_holds_one_decision"),
        CheckConstraint("text <> ''", name="a_decision_says_something"),
        CheckConstraint(
            "(need_id IS NOT NULL AND goal_id IS NULL AND partnership_id IS NULL)"
            " OR (need_id IS NULL AND goal_id IS NOT NULL AND partnership_id IS NULL)"
            " OR (need_id IS NULL AND goal_id IS NULL)",
            name="a_decision_becomes_one_thing",
        ),
    )

    text: Mapped[str] = mapped_column(Text)
    position: Mapped[int]
    roundtable_id: Mapped[UUID] = mapped_column(ForeignKey("roundtables.id"), init=False)
    need_id: Mapped[UUID | None] = mapped_column(ForeignKey("needs.id"), index=True, init=False)
    goal_id: Mapped[UUID | None] = mapped_column(ForeignKey("goals.id"), index=True, init=False)
    partnership_id: Mapped[UUID | None] = mapped_column(ForeignKey("partnerships.id"), index=True, init=False)

    roundtable: Mapped[Roundtable] = relationship(back_populates="decisions", init=False)
    need: Mapped[Need | None] = relationship(init=False)
    goal: Mapped[Goal | None] = relationship(init=False)
    partnership: Mapped[Partnership | None] = relationship(init=False)

    def become(self, result: Need | Goal | Partnership) -> None:
        """Note what came of the decision; it is noted once."""
        if self.need is not None or self.goal is not None or self.partnership is not None:
            raise AlreadyDecided("something came of this decision already")
        if isinstance(result, Need):
            self.need = result
        elif isinstance(result, Goal):
            self.goal = result
        else:
            self.partnership = result
