"""What a place is like: the platform that it chose, and how old its people are."""

from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import Account
from models.areas import Area
from models.base import Base
from models.errors import InvalidValue

OLDEST_AGE: Final = 120


class PlatformKind(StrEnum):
    """How the sides of a place come together (Tama: 協議会型 or 多活動マッチング型)."""

    COUNCIL = "council"
    MULTI_ACTIVITY = "multi_activity"


class Pillar(StrEnum):
    """The three pillars of Tama: 支える, つなぐ, 掘り起こす."""

    SUPPORT = "support"
    CONNECT = "connect"
    UNEARTH = "unearth"


class Platform(Base, kw_only=True):
    """Which platform a place has from one day on, and which pillars it works on; the past is kept."""

    __tablename__ = "platforms"
    __table_args__ = (
        Index(
            "a_place_has_one_standing_platform",
            "area_id",
            unique=True,
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
        CheckConstraint("until IS NULL OR until >= since", name="ends_after_it_begins"),
    )

    kind: Mapped[PlatformKind]
    pillars: Mapped[list[str]]
    since: Mapped[date]
    until: Mapped[date | None] = mapped_column(default=None, init=False)
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), index=True, init=False)
    chosen_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    area: Mapped[Area] = relationship(lazy="joined")
    chosen_by: Mapped[Account | None] = relationship(default=None)

    def __post_init__(self) -> None:
        """Keep the pillars in their order, each once, and at least one."""
        chosen = [pillar.value for pillar in Pillar if pillar in self.pillars]
        if not chosen or len(chosen) != len(set(self.pillars)):
            raise InvalidValue("a place works on at least one of the three pillars")
        self.pillars = chosen


class AgeGroup(Base, kw_only=True):
    """How many people of an age lived in a place on a day, as the municipality counted."""

    __tablename__ = "age_groups"
    __table_args__ = (
        UniqueConstraint("area_id", "counted_on", "youngest", name="an_age_is_counted_once"),
        CheckConstraint(f"youngest BETWEEN 0 AND {OLDEST_AGE}", name="an_age_is_0_to_120"),
        CheckConstraint("oldest IS NULL OR oldest >= youngest", name="the_oldest_are_not_younger"),
        CheckConstraint("people >= 0", name="people_are_not_negative"),
    )

    counted_on: Mapped[date]
    youngest: Mapped[int]
    oldest: Mapped[int | None]
    people: Mapped[int]
    source: Mapped[str] = mapped_column(String(300), default="")
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), init=False)

    area: Mapped[Area] = relationship(lazy="joined")
