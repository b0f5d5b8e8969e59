"""Whether it works: packs of indicators as data, values that are imported, activities that bodies report."""

from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import Account
from models.areas import Area
from models.base import Base, Versioned
from models.errors import InvalidValue
from models.participants import Participant

LONGEST_ACTIVITY_KEY: Final = 64


class IndicatorSource(StrEnum):
    """Where the number of an indicator comes from: counted here, or imported."""

    STAFF_BANK = "staff_bank"
    TALKS_SUPPORTED = "talks_supported"
    TEAM_MEETINGS = "team_meetings"
    CONSULTATIONS = "consultations"
    ACTIVITIES = "activities"
    BODIES = "bodies"
    VISITS = "visits"
    IMPORTED = "imported"


class IndicatorPack(Base, kw_only=True):
    """A set of indicators, as a municipality's plan names them."""

    __tablename__ = "indicator_packs"

    code: Mapped[str] = mapped_column(String(60), unique=True)
    name_ja: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    source: Mapped[str] = mapped_column(String(300), default="")

    indicators: Mapped[list["Indicator"]] = relationship(
        back_populates="pack", cascade="all, delete-orphan", order_by="Indicator.position", init=False
    )

    def name(self, locale: str) -> str:
        """Return the name in the reader's language."""
        return self.name_ja if locale == "ja" else self.name_en


class Indicator(Base, kw_only=True):
    """One measure: what is counted, in which unit, from where it comes, and where it shall go."""

    __tablename__ = "indicators"
    __table_args__ = (
        UniqueConstraint("pack_id", "code", name="a_pack_knows_a_code_once"),
        CheckConstraint("baseline IS NULL OR baseline_year IS NOT NULL", name="a_baseline_has_its_year"),
        CheckConstraint("target_year > baseline_year", name="the_target_lies_after_the_baseline"),
    )

    code: Mapped[str] = mapped_column(String(60))
    position: Mapped[int]
    name_ja: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    definition_ja: Mapped[str] = mapped_column(Text)
    definition_en: Mapped[str] = mapped_column(Text)
    unit_ja: Mapped[str] = mapped_column(String(20))
    unit_en: Mapped[str] = mapped_column(String(20))
    source: Mapped[IndicatorSource]
    baseline_year: Mapped[int]
    baseline: Mapped[float | None]
    target_year: Mapped[int]
    target: Mapped[float]
    pack_id: Mapped[UUID] = mapped_column(ForeignKey("indicator_packs.id"), init=False)

    pack: Mapped[IndicatorPack] = relationship(back_populates="indicators")

    def name(self, locale: str) -> str:
        """Return the name in the reader's language."""
        return self.name_ja if locale == "ja" else self.name_en

    def definition(self, locale: str) -> str:
        """Return what is counted, in the reader's language."""
        return self.definition_ja if locale == "ja" else self.definition_en

    def unit(self, locale: str) -> str:
        """Return the unit in the reader's language."""
        return self.unit_ja if locale == "ja" else self.unit_en

    @property
    def is_counted(self) -> bool:
        """Tell whether the number is counted from what happened, not imported."""
        return self.source is not IndicatorSource.IMPORTED

    def is_met(self, value: float | None) -> bool | None:
        """Tell whether a value reaches the target, or None where there is no value."""
        if value is None:
            return None
        return value >= self.target if self.rises else value <= self.target

    @property
    def rises(self) -> bool:
        """Tell whether the number shall grow, and not fall."""
        return self.baseline is None or self.target >= self.baseline


class IndicatorChoice(Base, kw_only=True):
    """A municipality looks at one pack."""

    __tablename__ = "indicator_choices"
    __table_args__ = (UniqueConstraint("municipality_id", name="a_municipality_looks_at_one_pack"),)

    chosen_at: Mapped[datetime]
    municipality_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), init=False)
    pack_id: Mapped[UUID] = mapped_column(ForeignKey("indicator_packs.id"), init=False)
    chosen_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    municipality: Mapped[Area] = relationship()
    pack: Mapped[IndicatorPack] = relationship()
    chosen_by: Mapped[Account | None] = relationship(default=None)


class IndicatorValue(Versioned, Base, kw_only=True):
    """A number that comes from elsewhere, for one fiscal year of one municipality."""

    __tablename__ = "indicator_values"
    __table_args__ = (
        UniqueConstraint("indicator_id", "municipality_id", "fiscal_year", name="a_year_has_one_value"),
        CheckConstraint("source <> ''", name="an_imported_number_names_its_source"),
    )

    fiscal_year: Mapped[int]
    value: Mapped[float]
    source: Mapped[str] = mapped_column(String(300))
    indicator_id: Mapped[UUID] = mapped_column(ForeignKey("indicators.id"), init=False)
    municipality_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), index=True, init=False)
    entered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    indicator: Mapped[Indicator] = relationship()
    municipality: Mapped[Area] = relationship()
    entered_by: Mapped[Account | None] = relationship(default=None)

    def __post_init__(self) -> None:
        """Refuse a value for what is counted here."""
        if self.indicator.is_counted:
            raise InvalidValue("this number is counted here and cannot be imported")


class Activity(Versioned, Base, kw_only=True):
    """What a body did on a day (地域協働体の活動)."""

    __tablename__ = "activities"
    __table_args__ = (
        CheckConstraint("what <> ''", name="an_activity_says_what_was_done"),
        CheckConstraint("people IS NULL OR people >= 1", name="somebody_took_part"),
        Index("ix_activities_participant_done_on", "participant_id", "done_on"),
    )

    done_on: Mapped[date]
    what: Mapped[str] = mapped_column(String(200))
    people: Mapped[int | None] = mapped_column(default=None)
    sent_key: Mapped[str] = mapped_column(String(LONGEST_ACTIVITY_KEY), unique=True)
    written_at: Mapped[datetime]
    participant_id: Mapped[UUID] = mapped_column(ForeignKey("participants.id"), init=False)
    written_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    participant: Mapped[Participant] = relationship()
    written_by: Mapped[Account | None] = relationship(default=None)
