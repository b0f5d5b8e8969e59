"""What became of it: the parties' blind evaluations, the participants' survey, a third party's view."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import Account
from models.base import Base
from models.participants import ConsentChannel
from models.partnerships import Partnership, Party

LEAST_SHOWN: Final = 5
"""Below so many answers nothing is broken down."""


class GoalReached(StrEnum):
    """Whether the goal was reached."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    CANNOT_SAY = "cannot_say"


class Again(StrEnum):
    """Whether one would do it again."""

    YES = "yes"
    PERHAPS = "perhaps"
    NO = "no"


class Merit(StrEnum):
    """What collaboration is for: the four merits of a prefecture's guide."""

    NEEDS_MET = "needs_met"
    NEW_STRUCTURE = "new_structure"
    EFFICIENCY = "efficiency"
    SYNERGY = "synergy"


class Evaluation(Base, kw_only=True):
    """One party's evaluation; nobody else reads it before all are in or the last day has passed.

    `principles` and `merits` map codes to 1 (not at all) to 4 (fully); what is not judged is left out.
    """

    __tablename__ = "evaluations"
    __table_args__ = (UniqueConstraint("party_id", name="a_party_evaluates_once"),)

    goal: Mapped[GoalReached]
    again: Mapped[Again]
    principles: Mapped[dict[str, Any]]
    merits: Mapped[dict[str, Any]]
    helped: Mapped[str] = mapped_column(Text, default="")
    hindered: Mapped[str] = mapped_column(Text, default="")
    given_at: Mapped[datetime]
    channel: Mapped[ConsentChannel]
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"), init=False)
    given_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    party: Mapped[Party] = relationship()
    given_by: Mapped[Account | None] = relationship()


class SurveyAnswer(Base, kw_only=True):
    """What somebody who came along thinks; without an account and without a name."""

    __tablename__ = "survey_answers"
    __table_args__ = (CheckConstraint("satisfaction BETWEEN 1 AND 5", name="satisfaction_is_1_to_5"),)

    satisfaction: Mapped[int]
    met_somebody_new: Mapped[bool | None]
    again: Mapped[Again | None]
    comment: Mapped[str] = mapped_column(Text, default="")
    given_at: Mapped[datetime]
    partnership_id: Mapped[UUID] = mapped_column(ForeignKey("partnerships.id"), index=True, init=False)

    partnership: Mapped[Partnership] = relationship()


class OutsideView(Base, kw_only=True):
    """How somebody who is no party sees it, noted by a coordinator."""

    __tablename__ = "outside_views"
    __table_args__ = (CheckConstraint("view <> ''", name="a_view_says_something"),)

    name: Mapped[str] = mapped_column(String(100))
    capacity: Mapped[str] = mapped_column(String(200), default="")
    goal: Mapped[GoalReached]
    view: Mapped[str] = mapped_column(Text)
    noted_at: Mapped[datetime]
    partnership_id: Mapped[UUID] = mapped_column(ForeignKey("partnerships.id"), index=True, init=False)
    noted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    partnership: Mapped[Partnership] = relationship()
    noted_by: Mapped[Account | None] = relationship()
