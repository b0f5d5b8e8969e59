"""A proper end: the decision how it ends, the final report as a case, and what goes on from it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import Account
from models.base import Base
from models.collaboration import CollaborationForm
from models.lifecycle import Ending
from models.partnerships import Partnership
from models.search import fold


class EndDecision(Base, kw_only=True):
    """How a partnership ends and why; nobody decided where the clock did."""

    __tablename__ = "end_decisions"
    __table_args__ = (
        UniqueConstraint("partnership_id", name="a_partnership_ends_once"),
        CheckConstraint("reason <> ''", name="an_end_says_why"),
        CheckConstraint("ending <> 'handed_over' OR handed_to <> ''", name="what_is_handed_over_goes_to_somebody"),
    )

    ending: Mapped[Ending]
    reason: Mapped[str] = mapped_column(Text)
    handed_to: Mapped[str] = mapped_column(String(200), default="")
    decided_at: Mapped[datetime]
    partnership_id: Mapped[UUID] = mapped_column(ForeignKey("partnerships.id"), init=False)
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    partnership: Mapped[Partnership] = relationship()
    decided_by: Mapped[Account | None] = relationship(default=None)


class Continuation(Base, kw_only=True):
    """A partnership that was proposed anew to the same parties, with new dates and a new agreement."""

    __tablename__ = "continuations"
    __table_args__ = (
        UniqueConstraint("predecessor_id", name="a_partnership_is_continued_once"),
        UniqueConstraint("successor_id", name="a_partnership_continues_one"),
        CheckConstraint("predecessor_id <> successor_id", name="nothing_continues_itself"),
    )

    predecessor_id: Mapped[UUID] = mapped_column(ForeignKey("partnerships.id"), init=False)
    successor_id: Mapped[UUID] = mapped_column(ForeignKey("partnerships.id"), init=False)

    predecessor: Mapped[Partnership] = relationship(foreign_keys=[predecessor_id])
    successor: Mapped[Partnership] = relationship(foreign_keys=[successor_id])


class CaseStudy(Base, kw_only=True):
    """What can be learnt from a partnership that ended: the final report, for those with a similar need.

    It names kinds of participants, not people.
    """

    __tablename__ = "case_studies"
    __table_args__ = (UniqueConstraint("partnership_id", name="a_partnership_becomes_one_case"),)

    title: Mapped[str] = mapped_column(String(120))
    problem: Mapped[str] = mapped_column(Text)
    team: Mapped[str] = mapped_column(Text)
    form: Mapped[CollaborationForm | None]
    cost: Mapped[str] = mapped_column(Text)
    helped: Mapped[str] = mapped_column(Text)
    result: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]
    search_text: Mapped[str] = mapped_column(Text, default="", init=False)
    partnership_id: Mapped[UUID] = mapped_column(ForeignKey("partnerships.id"), init=False)
    written_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    partnership: Mapped[Partnership] = relationship()
    written_by: Mapped[Account | None] = relationship(default=None)

    def __post_init__(self) -> None:
        """Be found by the words that it is made with."""
        self.renew_search_text()

    def renew_search_text(self) -> None:
        """Be found by the words as they are now."""
        words = (self.title, self.problem, self.team, self.cost, self.helped, self.result)
        self.search_text = fold(" ".join(words))
