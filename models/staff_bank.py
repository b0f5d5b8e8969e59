"""The staff bank (まちづくりスタッフバンク): council seats, offices held, and courses that lead to small roles."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import Account
from models.areas import Area
from models.base import Base, Versioned
from models.errors import InvalidValue
from models.listings import Need
from models.participants import Participant
from models.taxonomy import ActivityField

MOST_SMALL_ROLES: Final = 3
MOST_OFFICES: Final = 3
"""Who holds so many offices is not asked for a council seat, unless the seat says otherwise."""


class CouncilSeat(Base, kw_only=True):
    """A need is for seats in a council (審議会等の委員): its term, its terms, and how many offices are too many."""

    __tablename__ = "council_seats"
    __table_args__ = (
        UniqueConstraint("need_id", name="a_need_is_for_one_council"),
        CheckConstraint("council <> ''", name="a_council_has_a_name"),
        CheckConstraint("term_ends_on >= term_starts_on", name="ends_after_it_starts"),
        CheckConstraint("meetings_per_year IS NULL OR meetings_per_year >= 1", name="a_council_meets"),
        CheckConstraint("most_offices >= 0", name="most_offices_is_not_negative"),
    )

    council: Mapped[str] = mapped_column(String(120))
    term_starts_on: Mapped[date]
    term_ends_on: Mapped[date]
    meetings_per_year: Mapped[int | None] = mapped_column(default=None)
    allowance: Mapped[str] = mapped_column(String(200), default="")
    most_offices: Mapped[int] = mapped_column(default=MOST_OFFICES)
    need_id: Mapped[UUID] = mapped_column(ForeignKey("needs.id"), init=False)

    need: Mapped[Need] = relationship(back_populates="council_seat")

    def __post_init__(self) -> None:
        """Refuse a term that ends before it starts."""
        if self.term_ends_on < self.term_starts_on:
            raise InvalidValue("the term ends before it starts")


class RoleHolding(Versioned, Base, kw_only=True):
    """A participant holds an office somewhere (役職); offices held count into the load."""

    __tablename__ = "role_holdings"
    __table_args__ = (
        CheckConstraint("body <> '' AND office <> ''", name="an_office_is_named"),
        CheckConstraint("until IS NULL OR until >= since", name="ends_after_it_begins"),
        CheckConstraint("hours_per_month IS NULL OR hours_per_month >= 0", name="hours_are_not_negative"),
    )

    body: Mapped[str] = mapped_column(String(120))
    office: Mapped[str] = mapped_column(String(100))
    since: Mapped[date]
    until: Mapped[date | None] = mapped_column(default=None)
    hours_per_month: Mapped[float | None] = mapped_column(default=None)
    participant_id: Mapped[UUID] = mapped_column(ForeignKey("participants.id"), index=True, init=False)
    body_participant_id: Mapped[UUID | None] = mapped_column(ForeignKey("participants.id"), index=True, init=False)
    entered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    participant: Mapped[Participant] = relationship(foreign_keys=[participant_id])
    body_participant: Mapped[Participant | None] = relationship(foreign_keys=[body_participant_id], default=None)
    entered_by: Mapped[Account | None] = relationship(default=None)

    def is_held(self, on: date) -> bool:
        """Tell whether the office is held on a day."""
        return self.since <= on and (self.until is None or on <= self.until)

    def end(self, *, on: date) -> None:
        """Note the last day in office."""
        if on < self.since:
            raise InvalidValue("an office ends after it began")
        self.until = on


course_fields = Table(
    "course_fields",
    Base.metadata,
    Column("course_id", ForeignKey("courses.id", ondelete="CASCADE"), primary_key=True),
    Column("activity_field_id", ForeignKey("activity_fields.id"), primary_key=True),
)


class Course(Versioned, Base, kw_only=True):
    """A course from which people go on into small roles (人材養成講座)."""

    __tablename__ = "courses"
    __table_args__ = (
        CheckConstraint("title <> ''", name="title_is_not_empty"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_it_starts"),
    )

    title: Mapped[str] = mapped_column(String(120))
    organiser: Mapped[str] = mapped_column(String(120), default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), index=True, init=False)
    entered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    area: Mapped[Area] = relationship(lazy="joined")
    entered_by: Mapped[Account | None] = relationship(default=None)
    fields: Mapped[list[ActivityField]] = relationship(
        secondary=course_fields, order_by=ActivityField.position, default_factory=list
    )

    def __post_init__(self) -> None:
        """Refuse a course that ends before it starts."""
        if self.ends_on < self.starts_on:
            raise InvalidValue("the course ends before it starts")


class CourseCompletion(Base, kw_only=True):
    """Somebody completed a course."""

    __tablename__ = "course_completions"
    __table_args__ = (UniqueConstraint("course_id", "participant_id", name="a_course_is_completed_once"),)

    completed_on: Mapped[date]
    invited_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("courses.id"), init=False)
    participant_id: Mapped[UUID] = mapped_column(ForeignKey("participants.id"), index=True, init=False)

    course: Mapped[Course] = relationship()
    participant: Mapped[Participant] = relationship()
    small_roles: Mapped[list["SmallRoleInvitation"]] = relationship(
        back_populates="completion", cascade="all, delete-orphan", order_by="SmallRoleInvitation.position", init=False
    )

    def invite(self, needs: list[Need], *, at: datetime) -> None:
        """Invite to at most three small roles, once."""
        if self.invited_at is not None:
            raise InvalidValue("an invitation is sent once")
        if len(needs) > MOST_SMALL_ROLES:
            raise InvalidValue(f"an invitation names at most {MOST_SMALL_ROLES} roles")
        self.invited_at = at
        self.small_roles = [
            SmallRoleInvitation(need=need, position=position) for position, need in enumerate(needs, start=1)
        ]


class SmallRoleInvitation(Base, kw_only=True):
    """A small role that somebody was invited to after a course."""

    __tablename__ = "role_invitations"
    __table_args__ = (
        UniqueConstraint("completion_id", "position", name="a_position_holds_one_invitation"),
        CheckConstraint(f"position BETWEEN 1 AND {MOST_SMALL_ROLES}", name="at_most_three_roles"),
    )

    position: Mapped[int]
    completion_id: Mapped[UUID] = mapped_column(ForeignKey("course_completions.id"), init=False)
    need_id: Mapped[UUID] = mapped_column(ForeignKey("needs.id"), index=True, init=False)

    completion: Mapped[CourseCompletion] = relationship(back_populates="small_roles", init=False)
    need: Mapped[Need] = relationship()
