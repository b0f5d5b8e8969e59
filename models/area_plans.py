"""Area plans (地域計画・地域づくり計画): a vision, goals with a measure, who leads and who takes part."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import Account
from models.areas import Area
from models.base import Base, Versioned
from models.errors import IllegalMove, InvalidValue
from models.listings import Need
from models.participants import Participant

MOST_GOALS: Final = 30


class AreaPlan(Versioned, Base, kw_only=True):
    """What the people of a place want to reach over some fiscal years."""

    __tablename__ = "area_plans"
    __table_args__ = (
        CheckConstraint("title <> ''", name="title_is_not_empty"),
        CheckConstraint("last_year >= first_year", name="ends_after_it_begins"),
    )

    title: Mapped[str] = mapped_column(String(120))
    vision: Mapped[str] = mapped_column(Text, default="")
    first_year: Mapped[int]
    last_year: Mapped[int]
    adopted_on: Mapped[date | None] = mapped_column(default=None)
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), index=True, init=False)
    written_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    area: Mapped[Area] = relationship(lazy="joined")
    written_by: Mapped[Account | None] = relationship(default=None)
    goals: Mapped[list["Goal"]] = relationship(
        back_populates="plan", cascade="all, delete-orphan", order_by="Goal.position", init=False
    )

    def __post_init__(self) -> None:
        """Refuse years that run backwards."""
        if self.last_year < self.first_year:
            raise InvalidValue("the plan ends before it begins")

    @property
    def is_adopted(self) -> bool:
        """Tell whether the plan is in force, and so for everybody to read."""
        return self.adopted_on is not None

    def covers(self, year: int) -> bool:
        """Tell whether the plan is in force in a fiscal year."""
        return self.is_adopted and self.first_year <= year <= self.last_year

    def adopt(self, *, on: date) -> None:
        """Put the plan in force, for everybody to read; it says at least one thing that shall be reached."""
        if self.adopted_on is not None:
            raise IllegalMove("the plan was adopted already")
        if not self.goals:
            raise InvalidValue("a plan that is adopted has a goal")
        self.adopted_on = on

    def set_years(self, first: int, last: int) -> None:
        """Change the years; every goal stays due within them."""
        if last < first:
            raise InvalidValue("the plan ends before it begins")
        if any(not first <= goal.due_year <= last for goal in self.goals):
            raise InvalidValue("a goal is due within the years of its plan")
        self.first_year, self.last_year = first, last

    def add_goal(self, goal: "Goal") -> None:
        """Set one goal more, after the others."""
        if len(self.goals) >= MOST_GOALS:
            raise InvalidValue(f"a plan has at most {MOST_GOALS} goals")
        goal.position = len(self.goals) + 1
        self.goals.append(goal)


class Goal(Versioned, Base, kw_only=True):
    """One thing to reach, and how one sees whether it is reached."""

    __tablename__ = "goals"
    __table_args__ = (
        UniqueConstraint("plan_id", "position", name="a_position_holds_one_goal"),
        CheckConstraint("title <> ''", name="title_is_not_empty"),
        CheckConstraint("position >= 1", name="goals_are_numbered_from_one"),
    )

    title: Mapped[str] = mapped_column(String(200))
    measure: Mapped[str] = mapped_column(String(200), default="")
    unit: Mapped[str] = mapped_column(String(20), default="")
    baseline: Mapped[float | None] = mapped_column(default=None)
    target: Mapped[float | None] = mapped_column(default=None)
    due_year: Mapped[int]
    position: Mapped[int] = mapped_column(default=1)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("area_plans.id"), init=False)

    plan: Mapped[AreaPlan] = relationship(back_populates="goals", init=False)
    roles: Mapped[list["GoalRole"]] = relationship(
        back_populates="goal",
        cascade="all, delete-orphan",
        order_by="GoalRole.position",
        lazy="selectin",
        default_factory=list,
    )
    progress: Mapped[list["GoalProgress"]] = relationship(
        back_populates="goal",
        cascade="all, delete-orphan",
        order_by="GoalProgress.fiscal_year",
        lazy="selectin",
        init=False,
    )

    @property
    def latest(self) -> "GoalProgress | None":
        """Return what was last measured, or None where nothing was."""
        return self.progress[-1] if self.progress else None

    @property
    def share_reached(self) -> float | None:
        """Return how far the way from baseline to target is behind us, 0 to 1, or None where nobody knows."""
        return None if self.latest is None else self.share_at(self.latest.value)

    def share_at(self, value: float) -> float | None:
        """Return how far the way from baseline to target a value is, 0 to 1, or None where there is no target."""
        if self.target is None:
            return None
        start = self.baseline or 0.0
        if self.target == start:
            return 1.0 if value >= self.target else 0.0
        return min(1.0, max(0.0, (value - start) / (self.target - start)))

    def measured(self, value: float, *, year: int, note: str, by: Account | None, on: date) -> None:
        """Write down what was measured for a fiscal year; a correction replaces it and keeps its day."""
        for entry in self.progress:
            if entry.fiscal_year == year:
                entry.value, entry.note, entry.noted_by = value, note, by
                return
        self.progress.append(GoalProgress(fiscal_year=year, value=value, note=note, noted_on=on, noted_by=by))
        self.progress.sort(key=lambda entry: entry.fiscal_year)


class GoalRole(Base, kw_only=True):
    """Who leads (◎) or takes part in (○) a goal: a participant, or somebody named in words."""

    __tablename__ = "goal_roles"
    __table_args__ = (
        UniqueConstraint("goal_id", "position", name="a_position_holds_one_role"),
        CheckConstraint("name <> ''", name="a_role_names_somebody"),
    )

    name: Mapped[str] = mapped_column(String(120))
    leads: Mapped[bool]
    position: Mapped[int]
    goal_id: Mapped[UUID] = mapped_column(ForeignKey("goals.id"), init=False)
    participant_id: Mapped[UUID | None] = mapped_column(ForeignKey("participants.id"), index=True, init=False)

    goal: Mapped[Goal] = relationship(back_populates="roles", init=False)
    participant: Mapped[Participant | None] = relationship(default=None)


class GoalProgress(Base, kw_only=True):
    """What was measured of a goal for one fiscal year."""

    __tablename__ = "goal_progress"
    __table_args__ = (UniqueConstraint("goal_id", "fiscal_year", name="a_goal_is_measured_once_a_year"),)

    fiscal_year: Mapped[int]
    value: Mapped[float]
    note: Mapped[str] = mapped_column(Text, default="")
    noted_on: Mapped[date]
    goal_id: Mapped[UUID] = mapped_column(ForeignKey("goals.id"), init=False)
    noted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    goal: Mapped[Goal] = relationship(back_populates="progress", init=False)
    noted_by: Mapped[Account | None] = relationship(default=None)


class GoalNeed(Base, kw_only=True):
    """A need serves a goal of a plan; one need serves one goal."""

    __tablename__ = "goal_needs"
    __table_args__ = (UniqueConstraint("need_id", name="a_need_serves_one_goal"),)

    linked_at: Mapped[datetime]
    goal_id: Mapped[UUID] = mapped_column(ForeignKey("goals.id"), index=True, init=False)
    need_id: Mapped[UUID] = mapped_column(ForeignKey("needs.id"), init=False)

    goal: Mapped[Goal] = relationship()
    need: Mapped[Need] = relationship()
