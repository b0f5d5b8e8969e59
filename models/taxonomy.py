"""The lists that needs and offers choose from: activity fields, skills, kinds, windows, conditions, reasons."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, VersionedLater
from models.errors import InvalidValue

LONGEST_NAME: Final = 100


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


class Times(StrEnum):
    """A part of the week, as large as people think of it."""

    WEEKDAY_DAY = "weekday_day"
    WEEKDAY_EVENING = "weekday_evening"
    WEEKEND_DAY = "weekend_day"
    WEEKEND_EVENING = "weekend_evening"

    @property
    def windows(self) -> tuple[Window, ...]:
        """Return the windows that it spans."""
        return _SPANS[self]


_SPANS: Final = {
    Times.WEEKDAY_DAY: (Window.WEEKDAY_AM, Window.WEEKDAY_PM),
    Times.WEEKDAY_EVENING: (Window.WEEKDAY_EVENING,),
    Times.WEEKEND_DAY: (Window.SAT_AM, Window.SAT_PM, Window.SUN_AM, Window.SUN_PM),
    Times.WEEKEND_EVENING: (Window.SAT_EVENING, Window.SUN_EVENING),
}


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
LECTURE: Final = "lecture"
"""The skill of those who lecture: a person consents to that by itself."""
WELCOMES: Final = (SmallRole.CHILDREN_WELCOME, SmallRole.TRIAL)
"""What nobody can read from the hours and days of a need; whoever writes it down says so."""


class ReviewStep(StrEnum):
    """The step of the way at which somebody gives a coded reason."""

    HOLD = "hold"
    REFUSE = "refuse"
    DECLINE = "decline"
    EDIT = "edit"


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


class Skill(VersionedLater, Base, kw_only=True):
    """Something a person or body can do or give, with other names for it.

    `renamed_at` says that people chose its names or its place: what is loaded later leaves them as they are.
    """

    __tablename__ = "skills"
    __table_args__ = (CheckConstraint("parent_id IS NULL OR parent_id <> id", name="no_skill_is_its_own_parent"),)

    code: Mapped[str] = mapped_column(String(60), unique=True)
    name_ja: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(100))
    renamed_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("skills.id"), index=True, init=False)

    parent: Mapped["Skill | None"] = relationship(remote_side="Skill.id", default=None)
    aliases: Mapped[list["SkillAlias"]] = relationship(
        back_populates="skill", cascade="all, delete-orphan", lazy="raise", default_factory=list
    )

    def name(self, locale: str) -> str:
        """Return the name in the reader's language."""
        return self.name_ja if locale == "ja" else self.name_en

    @property
    def names(self) -> list[str]:
        """Return everything that the skill is called, its own names first, each once."""
        return list(dict.fromkeys([self.name_ja, self.name_en, *(alias.text for alias in self.aliases)]))

    @property
    def lineage(self) -> "list[Skill]":
        """Return the skill and those above it, the nearest first."""
        found = [self]
        while found[-1].parent is not None and found[-1].parent not in found:
            found.append(found[-1].parent)
        return found

    def rename(self, *, name_ja: str, name_en: str, at: datetime) -> None:
        """Take other names; the code stays, so that sheets and keys that use it go on working."""
        if not name_ja or not name_en:
            raise InvalidValue("a skill has a name in both languages")
        self.name_ja, self.name_en = name_ja, name_en
        self.renamed_at = at

    def put_under(self, parent: "Skill | None", *, at: datetime) -> None:
        """Belong to a wider skill, or to none; never to one that lies below this one."""
        if parent is not None and self in parent.lineage:
            raise InvalidValue(f"{parent.code} lies below {self.code}")
        self.parent = parent
        self.renamed_at = at

    def absorb(
        self, given_up: "Skill", children: Sequence["Skill"], *, at: datetime, except_for: Collection[str] = ()
    ) -> None:
        """Take over the names and the children of a skill that is given up for this one.

        A skill that lies below the one that is given up steps into its place, so that no skill ever lies below itself.
        A name of the other that already means a third skill goes on meaning that one.
        """
        if given_up is self:
            raise InvalidValue("a skill is not merged with itself")
        if given_up in self.lineage:
            self.parent = given_up.parent
        for child in children:
            if child is not self:
                child.parent = self
        known = {*self.names, *except_for}
        for alias in list(given_up.aliases):
            if alias.text in known:
                continue
            given_up.aliases.remove(alias)
            alias.skill = self
            known.add(alias.text)
        self.aliases += [SkillAlias(text=name) for name in given_up.own_names if name not in known]
        self.renamed_at = at

    @property
    def own_names(self) -> list[str]:
        """Return the name in each language, one where both are the same."""
        return list(dict.fromkeys([self.name_ja, self.name_en]))


class SkillMerger(Base, kw_only=True):
    """A skill that was given up for another one; its code goes on meaning the one that was kept."""

    __tablename__ = "skill_mergers"

    code: Mapped[str] = mapped_column(String(60), unique=True)
    merged_at: Mapped[datetime]
    kept_id: Mapped[UUID] = mapped_column(ForeignKey("skills.id"), index=True, init=False)

    kept: Mapped[Skill] = relationship()


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
