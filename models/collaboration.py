"""Between the last yes and the signature: the matching table, and the form of collaboration that was chosen."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import Account
from models.base import Base, Versioned
from models.errors import InvalidValue
from models.partnerships import Partnership, Party

MOST_DATES: Final = 6


class CollaborationForm(StrEnum):
    """In which legal form a partnership is carried (Ichinoseki's third plan, measure 16)."""

    CO_HOSTING = "co_hosting"
    PATRONAGE = "patronage"
    EXECUTIVE_COMMITTEE = "executive_committee"
    COMMISSION = "commission"
    SUBSIDY = "subsidy"
    ACCORD = "accord"


class MatchingTable(Versioned, Base, kw_only=True):
    """The first meeting of all parties: when and where, and what was settled there (マッチングテーブル)."""

    __tablename__ = "matching_tables"
    __table_args__ = (
        UniqueConstraint("partnership_id", name="a_partnership_sits_down_at_one_matching_table"),
        CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="the_meeting_ends_after_it_starts"),
        CheckConstraint("(starts_at IS NULL) = (ends_at IS NULL)", name="start_and_end_are_fixed_together"),
        CheckConstraint("held_on IS NULL OR settled_what <> ''", name="a_meeting_that_was_held_settled_something"),
    )

    place: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    starts_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    ends_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    held_on: Mapped[date | None] = mapped_column(default=None, init=False)
    settled_what: Mapped[str] = mapped_column(Text, default="", init=False)
    settled_how_long: Mapped[str] = mapped_column(Text, default="", init=False)
    settled_cost: Mapped[str] = mapped_column(Text, default="", init=False)
    partnership_id: Mapped[UUID] = mapped_column(ForeignKey("partnerships.id"), init=False)
    called_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    partnership: Mapped[Partnership] = relationship()
    called_by: Mapped[Account | None] = relationship()
    dates: Mapped[list["MeetingDate"]] = relationship(
        back_populates="table",
        cascade="all, delete-orphan",
        order_by="MeetingDate.starts_at",
        lazy="selectin",
        default_factory=list,
    )

    def fix(self, chosen: "MeetingDate") -> None:
        """Settle on one of the dates that were proposed."""
        if chosen.table is not self:
            raise InvalidValue("this date was proposed for another meeting")
        self.starts_at, self.ends_at = chosen.starts_at, chosen.ends_at

    def reopen(self) -> None:
        """Look for a date anew, because the one that was fixed does not suit any longer."""
        self.starts_at = self.ends_at = None

    def settle(self, *, what: str, how_long: str, cost: str, on: date) -> None:
        """Write down what the parties settled when they met."""
        if not what:
            raise InvalidValue("what was settled is written down")
        self.held_on = on
        self.settled_what, self.settled_how_long, self.settled_cost = what, how_long, cost


class MeetingDate(Base, kw_only=True):
    """One date that was proposed for the first meeting, and whom it suits."""

    __tablename__ = "meeting_dates"
    __table_args__ = (
        UniqueConstraint("table_id", "starts_at", name="a_date_is_proposed_once"),
        CheckConstraint("ends_at > starts_at", name="a_date_ends_after_it_starts"),
    )

    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    table_id: Mapped[UUID] = mapped_column(ForeignKey("matching_tables.id", ondelete="CASCADE"), init=False)

    table: Mapped[MatchingTable] = relationship(back_populates="dates", default=None)
    answers: Mapped[list["DateAnswer"]] = relationship(
        back_populates="date", cascade="all, delete-orphan", lazy="selectin", init=False
    )

    def answer(self, party: Party, *, suits: bool) -> None:
        """Note whether the date suits a party; the last word counts."""
        for given in self.answers:
            if given.party is party:
                given.suits = suits
                return
        self.answers.append(DateAnswer(party=party, suits=suits))

    def suits_all(self, parties: Collection[Party]) -> bool:
        """Tell whether every one of the parties said that the date suits it; silence is no yes."""
        suited = [given.party for given in self.answers if given.suits]
        return all(party in suited for party in parties)


class DateAnswer(Base, kw_only=True):
    """Whether one date suits one party."""

    __tablename__ = "date_answers"
    __table_args__ = (UniqueConstraint("date_id", "party_id", name="a_party_answers_a_date_once"),)

    suits: Mapped[bool]
    date_id: Mapped[UUID] = mapped_column(ForeignKey("meeting_dates.id", ondelete="CASCADE"), init=False)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"), index=True, init=False)

    date: Mapped[MeetingDate] = relationship(back_populates="answers", init=False)
    party: Mapped[Party] = relationship()


class FormChoice(Versioned, Base, kw_only=True):
    """Which form of collaboration the parties chose, what ranking stood before them, and why they left it."""

    __tablename__ = "form_choices"
    __table_args__ = (UniqueConstraint("partnership_id", name="a_partnership_has_one_form"),)

    form: Mapped[CollaborationForm] = mapped_column(init=False)
    answers: Mapped[dict[str, Any]] = mapped_column(init=False)
    ranked: Mapped[list[str]] = mapped_column(init=False)
    departure_reason: Mapped[str] = mapped_column(Text, default="", init=False)
    chosen_at: Mapped[datetime] = mapped_column(init=False)
    partnership_id: Mapped[UUID] = mapped_column(ForeignKey("partnerships.id"), init=False)
    chosen_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    partnership: Mapped[Partnership] = relationship()
    chosen_by: Mapped[Account | None] = relationship(init=False)

    def choose(
        self,
        form: CollaborationForm,
        *,
        answers: Mapping[str, str],
        ranked: Sequence[CollaborationForm],
        departure_reason: str,
        by: Account,
        at: datetime,
    ) -> None:
        """Choose a form; another one than the first of the ranking is chosen with a reason."""
        if form not in ranked:
            raise InvalidValue("the form is none of those that were ranked")
        if form is not ranked[0] and not departure_reason:
            raise InvalidValue("another form than the first of the ranking is chosen with a reason")
        self.form = form
        self.answers = dict(answers)
        self.ranked = [one.value for one in ranked]
        self.departure_reason = departure_reason if form is not ranked[0] else ""
        self.chosen_by, self.chosen_at = by, at

    @property
    def departs(self) -> bool:
        """Tell whether another form was chosen than the first of the ranking."""
        return self.form.value != self.ranked[0]
