"""Going there: the plan of visits, and what was seen and heard on each."""

from calendar import monthrange
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import Account
from models.areas import Area
from models.base import Base, Versioned
from models.consultations import Consultation
from models.errors import InvalidValue
from models.participants import Participant

MONTHLY: Final = 1
MOST_MONTHS: Final = 24
LONGEST_KEY: Final = 64


def next_due(last_on: date | None, *, begins_on: date, every_months: int = MONTHLY) -> date:
    """Return when a visit is due: so many months after the last one, and not before visits are planned at all."""
    if last_on is None:
        return begins_on
    years, month = divmod(last_on.month - 1 + every_months, 12)
    year, month = last_on.year + years, month + 1
    return max(begins_on, date(year, month, min(last_on.day, monthrange(year, month)[1])))


class Support(StrEnum):
    """How a coordinator helped by coming (いるだけ・見るだけ・直接: Ichinoseki's outreach)."""

    BEING_THERE = "being_there"
    WATCHING = "watching"
    HELPING = "helping"


class VisitPlan(Versioned, Base, kw_only=True):
    """How often somebody goes to a place, or to one body in it."""

    __tablename__ = "visit_plans"
    __table_args__ = (
        CheckConstraint(f"every_months BETWEEN 1 AND {MOST_MONTHS}", name="visits_come_every_one_to_24_months"),
        CheckConstraint("ended_on IS NULL OR ended_on >= begins_on", name="ends_after_it_begins"),
        Index(
            "a_place_has_one_standing_plan_of_visits",
            "area_id",
            unique=True,
            sqlite_where=text("participant_id IS NULL AND ended_on IS NULL"),
            postgresql_where=text("participant_id IS NULL AND ended_on IS NULL"),
        ),
        Index(
            "a_body_has_one_standing_plan_of_visits",
            "participant_id",
            unique=True,
            sqlite_where=text("ended_on IS NULL"),
            postgresql_where=text("ended_on IS NULL"),
        ),
    )

    every_months: Mapped[int] = mapped_column(default=MONTHLY)
    begins_on: Mapped[date]
    ended_on: Mapped[date | None] = mapped_column(default=None, init=False)
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), index=True, init=False)
    participant_id: Mapped[UUID | None] = mapped_column(ForeignKey("participants.id"), init=False)
    visitor_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="SET NULL"), index=True, init=False
    )

    area: Mapped[Area] = relationship(lazy="joined")
    participant: Mapped[Participant | None] = relationship(default=None)
    visitor: Mapped[Account | None] = relationship(default=None)

    @property
    def stands(self) -> bool:
        """Tell whether visits are planned here."""
        return self.ended_on is None

    def due_on(self, last_on: date | None) -> date:
        """Return when the next visit is due."""
        return next_due(last_on, begins_on=self.begins_on, every_months=self.every_months)

    def end(self, *, on: date) -> None:
        """Plan no further visits here."""
        on = max(on, self.begins_on)
        self.ended_on = self.ended_on or on


class Visit(Versioned, Base, kw_only=True):
    """Somebody went there, was there, watched or helped, and wrote down what was heard.

    `sent_key` is made where the visit is written down: what is sent twice is kept once.
    """

    __tablename__ = "visits"
    __table_args__ = (
        CheckConstraint("people_met IS NULL OR people_met >= 0", name="people_are_not_negative"),
        CheckConstraint("heard <> '' OR seen <> ''", name="a_visit_says_what_was_seen_or_heard"),
        Index("ix_visits_area_visited_on", "area_id", "visited_on"),
    )

    visited_on: Mapped[date]
    support: Mapped[Support]
    heard: Mapped[str] = mapped_column(Text, default="")
    seen: Mapped[str] = mapped_column(Text, default="")
    people_met: Mapped[int | None] = mapped_column(default=None)
    sent_key: Mapped[str] = mapped_column(String(LONGEST_KEY), unique=True)
    written_at: Mapped[datetime]
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), init=False)
    participant_id: Mapped[UUID | None] = mapped_column(ForeignKey("participants.id"), index=True, init=False)
    consultation_id: Mapped[UUID | None] = mapped_column(ForeignKey("consultations.id"), index=True, init=False)
    visitor_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="SET NULL"), index=True, init=False
    )

    area: Mapped[Area] = relationship(lazy="joined")
    participant: Mapped[Participant | None] = relationship(default=None)
    consultation: Mapped[Consultation | None] = relationship(default=None)
    visitor: Mapped[Account | None] = relationship(default=None)

    def __post_init__(self) -> None:
        """Refuse a visit of which nothing is told."""
        if not (self.heard or self.seen):
            raise InvalidValue("a visit says what was seen or heard")
