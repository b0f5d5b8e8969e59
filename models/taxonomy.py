"""The lists that needs and offers choose from: activity fields, skills, kinds, windows, conditions, reasons."""

from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base


class ResourceKind(StrEnum):
    """What can be lacking and given."""

    PEOPLE = "people"
    GOODS = "goods"
    MONEY = "money"
    PLACE = "place"
    INFORMATION = "information"
    SERVICE = "service"


class Window(StrEnum):
    """Part of the week in which somebody can take part."""

    WEEKDAY_AM = "weekday_am"
    WEEKDAY_PM = "weekday_pm"
    WEEKDAY_EVENING = "weekday_evening"
    SAT_AM = "sat_am"
    SAT_PM = "sat_pm"
    SAT_EVENING = "sat_evening"
    SUN_AM = "sun_am"
    SUN_PM = "sun_pm"
    SUN_EVENING = "sun_evening"


class Condition(StrEnum):
    """What an offer asks in return, and what a need can take."""

    FREE = "free"
    AT_COST = "at_cost"
    PAID = "paid"
    LOAN = "loan"
    TRANSFER = "transfer"


class Reach(StrEnum):
    """How far from its place an offer serves."""

    DISTRICT = "district"
    MUNICIPALITY = "municipality"
    PREFECTURE = "prefecture"
    ANYWHERE = "anywhere"


class SmallRole(StrEnum):
    """What makes a role small enough for somebody with little time."""

    FEW_HOURS = "few_hours"
    ONLINE = "online"
    EVENING = "evening"
    CHILDREN_WELCOME = "children_welcome"
    TRIAL = "trial"


EVENINGS: Final = frozenset({Window.WEEKDAY_EVENING, Window.SAT_EVENING, Window.SUN_EVENING})
FEW_HOURS: Final = 2.0
WELCOMES: Final = (SmallRole.CHILDREN_WELCOME, SmallRole.TRIAL)
"""What nobody can read from the hours and days of a need; whoever writes it down says so."""


class ReviewStep(StrEnum):
    """The step of the way at which somebody gives a coded reason."""

    HOLD = "hold"
    REFUSE = "refuse"
    DECLINE = "decline"


class ActivityField(Base, kw_only=True):
    """One of the 20 fields of activity of the law on non-profit organisations."""

    __tablename__ = "activity_fields"

    code: Mapped[str] = mapped_column(String(60), unique=True)
    name_ja: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(100))
    position: Mapped[int]

    def name(self, locale: str) -> str:
        """Return the name in the reader's language."""
        return self.name_ja if locale == "ja" else self.name_en


class Skill(Base, kw_only=True):
    """Something a person or body can do or give, with other names for it."""

    __tablename__ = "skills"
    __table_args__ = (CheckConstraint("parent_id IS NULL OR parent_id <> id", name="no_skill_is_its_own_parent"),)

    code: Mapped[str] = mapped_column(String(60), unique=True)
    name_ja: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(100))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("skills.id"), index=True, init=False)

    parent: Mapped["Skill | None"] = relationship(remote_side="Skill.id", default=None)
    aliases: Mapped[list["SkillAlias"]] = relationship(
        back_populates="skill", cascade="all, delete-orphan", lazy="raise", default_factory=list
    )

    def name(self, locale: str) -> str:
        """Return the name in the reader's language."""
        return self.name_ja if locale == "ja" else self.name_en


class SkillAlias(Base, kw_only=True):
    """Another name under which people write a skill."""

    __tablename__ = "skill_aliases"

    text: Mapped[str] = mapped_column(String(100), unique=True)
    skill_id: Mapped[UUID] = mapped_column(ForeignKey("skills.id"), index=True, init=False)

    skill: Mapped[Skill] = relationship(back_populates="aliases", default=None)


class ReviewReason(Base, kw_only=True):
    """A coded reason to hold or refuse a suggestion, or to decline an enquiry."""

    __tablename__ = "review_reasons"
    __table_args__ = (UniqueConstraint("step", "code", name="a_step_knows_a_code_once"),)

    code: Mapped[str] = mapped_column(String(60))
    step: Mapped[ReviewStep]
    name_ja: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))

    def name(self, locale: str) -> str:
        """Return the wording in the reader's language."""
        return self.name_ja if locale == "ja" else self.name_en
