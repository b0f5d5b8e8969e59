"""A pro-bono season (プロボノサマーチャレンジ): dates, organisations' projects, professionals, teams as one cohort."""

from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import Account
from models.areas import Area
from models.base import Base, Versioned
from models.business_days import add_business_days, subtract_business_days
from models.errors import AlreadyDecided, InvalidValue
from models.listings import Need, Offer
from models.partnerships import Partnership

LARGEST_TEAM: Final = 6


class SeasonStep(StrEnum):
    """A date of a season, in its order."""

    BRIEFING = "briefing"
    ENTRIES_CLOSE = "entries_close"
    ORIENTATION = "orientation"
    KICK_OFF = "kick_off"
    WORK_ENDS = "work_ends"
    PRESENTATION = "presentation"
    LOOKING_BACK = "looking_back"


# How many business days before the kick-off a season's first dates are, and how many after it the last ones.
DAYS_BEFORE: Final = MappingProxyType(
    {SeasonStep.BRIEFING: 30, SeasonStep.ENTRIES_CLOSE: 15, SeasonStep.ORIENTATION: 5}
)
DAYS_AFTER: Final = MappingProxyType(
    {SeasonStep.WORK_ENDS: 40, SeasonStep.PRESENTATION: 45, SeasonStep.LOOKING_BACK: 55}
)


def proposed_dates(kick_off: date) -> dict[SeasonStep, date]:
    """Return the dates of a season that kicks off on a day; all others are days on which offices are open."""
    before = {step: subtract_business_days(kick_off, count) for step, count in DAYS_BEFORE.items()}
    after = {step: add_business_days(kick_off, count) for step, count in DAYS_AFTER.items()}
    return {**before, SeasonStep.KICK_OFF: kick_off, **after}


class Season(Versioned, Base, kw_only=True):
    """One season with its dates, from the briefing to the looking back."""

    __tablename__ = "seasons"
    __table_args__ = (
        CheckConstraint("name <> ''", name="name_is_not_empty"),
        CheckConstraint(
            "briefing_on <= entries_close_on AND entries_close_on <= orientation_on AND orientation_on <= kick_off_on"
            " AND kick_off_on <= work_ends_on AND work_ends_on <= presentation_on"
            " AND presentation_on <= looking_back_on",
            name="the_dates_follow_each_other",
        ),
        CheckConstraint(f"team_size BETWEEN 1 AND {LARGEST_TEAM}", name="a_team_has_one_to_six_people"),
    )

    name: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(Text, default="")
    briefing_on: Mapped[date]
    entries_close_on: Mapped[date]
    orientation_on: Mapped[date]
    kick_off_on: Mapped[date]
    work_ends_on: Mapped[date]
    presentation_on: Mapped[date]
    looking_back_on: Mapped[date]
    team_size: Mapped[int] = mapped_column(default=3)
    looked_back: Mapped[str] = mapped_column(Text, default="", init=False)
    matched_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    approved_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), index=True, init=False)
    planned_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)
    approved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    area: Mapped[Area] = relationship(lazy="joined")
    planned_by: Mapped[Account | None] = relationship(foreign_keys=[planned_by_id], default=None)
    approved_by: Mapped[Account | None] = relationship(foreign_keys=[approved_by_id], init=False)
    projects: Mapped[list["SeasonProject"]] = relationship(
        back_populates="season", cascade="all, delete-orphan", order_by="SeasonProject.entered_at", init=False
    )
    professionals: Mapped[list["SeasonProfessional"]] = relationship(
        back_populates="season", cascade="all, delete-orphan", order_by="SeasonProfessional.entered_at", init=False
    )

    def __post_init__(self) -> None:
        """Refuse dates out of their order."""
        self.check_dates()

    @property
    def dates(self) -> dict[SeasonStep, date]:
        """Return each step and its day."""
        return {step: getattr(self, f"{step.value}_on") for step in SeasonStep}

    def next_step(self, today: date) -> SeasonStep | None:
        """Return the step whose day is today or comes next; None when all are past."""
        return next((step for step, day in self.dates.items() if day >= today), None)

    def check_dates(self) -> None:
        """Refuse dates out of their order."""
        days = list(self.dates.values())
        if days != sorted(days):
            raise InvalidValue("the dates of a season follow each other")

    def takes_entries(self, today: date) -> bool:
        """Tell whether organisations and professionals can still enter."""
        return self.approved_at is None and today <= self.entries_close_on

    def approve(self, *, by: Account, at: datetime) -> None:
        """Approve the teams of the whole cohort, once."""
        if self.approved_at is not None:
            raise AlreadyDecided("the teams of this season were approved already")
        if self.matched_at is None:
            raise InvalidValue("nobody has been matched yet")
        self.approved_by, self.approved_at = by, at


class SeasonProject(Base, kw_only=True):
    """An organisation's need takes part in a season."""

    __tablename__ = "season_projects"
    __table_args__ = (UniqueConstraint("season_id", "need_id", name="a_need_enters_a_season_once"),)

    entered_at: Mapped[datetime]
    presented: Mapped[str] = mapped_column(Text, default="", init=False)
    season_id: Mapped[UUID] = mapped_column(ForeignKey("seasons.id"), init=False)
    need_id: Mapped[UUID] = mapped_column(ForeignKey("needs.id"), index=True, init=False)
    partnership_id: Mapped[UUID | None] = mapped_column(ForeignKey("partnerships.id"), index=True, init=False)

    season: Mapped[Season] = relationship(back_populates="projects")
    need: Mapped[Need] = relationship()
    partnership: Mapped[Partnership | None] = relationship(init=False)
    team: Mapped[list["SeasonProfessional"]] = relationship(
        back_populates="project", order_by="SeasonProfessional.entered_at", init=False
    )


class SeasonProfessional(Base, kw_only=True):
    """A professional's offer takes part in a season, and is in at most one team of it."""

    __tablename__ = "season_professionals"
    __table_args__ = (UniqueConstraint("season_id", "offer_id", name="an_offer_enters_a_season_once"),)

    entered_at: Mapped[datetime]
    score: Mapped[float | None] = mapped_column(default=None, init=False)
    confidence: Mapped[float | None] = mapped_column(default=None, init=False)
    season_id: Mapped[UUID] = mapped_column(ForeignKey("seasons.id"), init=False)
    offer_id: Mapped[UUID] = mapped_column(ForeignKey("offers.id"), index=True, init=False)
    project_id: Mapped[UUID | None] = mapped_column(ForeignKey("season_projects.id"), index=True, init=False)

    season: Mapped[Season] = relationship(back_populates="professionals")
    offer: Mapped[Offer] = relationship()
    project: Mapped[SeasonProject | None] = relationship(back_populates="team", init=False)

    def join(
        self, project: SeasonProject | None, *, score: float | None = None, confidence: float | None = None
    ) -> None:
        """Be in a project's team, or in none."""
        if project is not None and project.season is not self.season:
            raise InvalidValue("the project is in another season")
        self.project, self.score, self.confidence = project, score, confidence
