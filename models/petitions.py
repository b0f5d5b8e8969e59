"""Requests to the administration (要望): what a community asks for, what it does itself, and the answer."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import Account
from models.area_plans import Goal
from models.areas import Area
from models.base import Base, Versioned
from models.errors import AlreadyDecided, IllegalMove, InvalidValue
from models.participants import ConsentChannel, Participant

LOWEST_PRIORITY: Final = 3
ANSWERED_WITHIN: Final = timedelta(days=30)


class PetitionAnswer(StrEnum):
    """What the administration says to a petition."""

    ADOPTED = "adopted"
    PARTLY = "partly"
    LATER = "later"
    DECLINED = "declined"


class Petition(Versioned, Base, kw_only=True):
    """What a body asks of the administration.

    `priority` is 1 (first) to 3 among what the community asks for; `own_role` says what it does itself, and `burden`
    what it costs whom (Ichinoseki's third plan, measure 11: weighed by priority, role and burden).
    """

    __tablename__ = "petitions"
    __table_args__ = (
        CheckConstraint("title <> '' AND text <> ''", name="a_petition_says_what_is_asked"),
        CheckConstraint(f"priority BETWEEN 1 AND {LOWEST_PRIORITY}", name="priority_is_1_to_3"),
        CheckConstraint("(answer IS NULL) = (answered_on IS NULL)", name="answered_on_iff_answered"),
        CheckConstraint("answer IS NULL OR answer_text <> ''", name="an_answer_says_why"),
        CheckConstraint("answer_due_on >= received_on", name="due_after_received"),
        CheckConstraint("answer IS NULL OR withdrawn_on IS NULL", name="what_is_answered_is_not_withdrawn"),
        Index("ix_petitions_area_received_on", "area_id", "received_on"),
    )

    title: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    priority: Mapped[int]
    own_role: Mapped[str] = mapped_column(Text, default="")
    burden: Mapped[str] = mapped_column(Text, default="")
    addressed_to: Mapped[str] = mapped_column(String(120), default="")
    received_on: Mapped[date]
    answer_due_on: Mapped[date]
    channel: Mapped[ConsentChannel] = mapped_column(default=ConsentChannel.WEB)
    answer: Mapped[PetitionAnswer | None] = mapped_column(default=None, init=False)
    answer_text: Mapped[str] = mapped_column(Text, default="", init=False)
    answer_is_public: Mapped[bool] = mapped_column(default=True, init=False)
    answered_on: Mapped[date | None] = mapped_column(default=None, init=False)
    withdrawn_on: Mapped[date | None] = mapped_column(default=None, init=False)
    reminded_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), init=False)
    participant_id: Mapped[UUID] = mapped_column(ForeignKey("participants.id"), index=True, init=False)
    goal_id: Mapped[UUID | None] = mapped_column(ForeignKey("goals.id"), index=True, init=False)
    written_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    area: Mapped[Area] = relationship(lazy="joined")
    participant: Mapped[Participant] = relationship()
    goal: Mapped[Goal | None] = relationship(default=None)
    written_by: Mapped[Account | None] = relationship(foreign_keys=[written_by_id], default=None)
    answered_by: Mapped[Account | None] = relationship(foreign_keys=[answered_by_id], init=False)

    @property
    def is_open(self) -> bool:
        """Tell whether the administration still owes an answer."""
        return self.answer is None and self.withdrawn_on is None

    @property
    def is_public(self) -> bool:
        """Tell whether anybody may read the petition and its answer."""
        return self.answer is not None and self.answer_is_public

    def reply(self, answer: PetitionAnswer, text: str, *, public: bool, by: Account | None, on: date) -> None:
        """Answer once, with the reason; in public unless there is a reason not to."""
        self.check_open()
        if not text:
            raise InvalidValue("an answer says why")
        self.answer, self.answer_text, self.answer_is_public = answer, text, public
        self.answered_by, self.answered_on = by, on

    def withdraw(self, *, on: date) -> None:
        """Take it back before it is answered; no answer is owed any longer."""
        self.check_open()
        self.withdrawn_on = on

    def publish(self, *, public: bool) -> None:
        """Show petition and answer to everybody, or no longer."""
        if self.answer is None:
            raise IllegalMove("only what was answered is shown to everybody")
        self.answer_is_public = public

    def check_open(self) -> None:
        """Refuse to change what was answered or taken back."""
        if not self.is_open:
            raise AlreadyDecided("this petition was answered or taken back already")
