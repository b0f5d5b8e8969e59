"""Passing somebody on: the directory of intermediaries and offices, and each referral with its receipt."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import Account
from models.areas import Area
from models.base import Base, Versioned
from models.business_days import add_business_days
from models.consultations import Consultation
from models.errors import AlreadyDecided, IllegalMove, InvalidValue
from models.listings import Need
from models.participants import ConsentChannel, Participant
from models.taxonomy import ActivityField
from models.visits import Visit
from models.years import town_day

RECEIPT_BUSINESS_DAYS: Final = 5
RESULT_BUSINESS_DAYS: Final = 20
LINK_STAYS: Final = timedelta(days=30)


class IntermediaryKind(StrEnum):
    """Who it is that one can be passed on to."""

    INTERMEDIARY = "intermediary"
    ADMINISTRATION = "administration"


class ReferralState(StrEnum):
    """Where a referral stands."""

    SENT = "sent"
    RECEIVED = "received"
    DONE = "done"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


intermediary_fields = Table(
    "intermediary_fields",
    Base.metadata,
    Column("intermediary_id", ForeignKey("intermediaries.id", ondelete="CASCADE"), primary_key=True),
    Column("activity_field_id", ForeignKey("activity_fields.id"), primary_key=True),
)
intermediary_areas = Table(
    "intermediary_areas",
    Base.metadata,
    Column("intermediary_id", ForeignKey("intermediaries.id", ondelete="CASCADE"), primary_key=True),
    Column("area_id", ForeignKey("areas.id"), primary_key=True),
)


class Intermediary(Versioned, Base, kw_only=True):
    """An intermediary or an office of the administration, with the fields and places that it looks after."""

    __tablename__ = "intermediaries"
    __table_args__ = (CheckConstraint("name <> ''", name="name_is_not_empty"),)

    kind: Mapped[IntermediaryKind]
    name: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(Text, default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    url: Mapped[str] = mapped_column(String(300), default="")
    hours: Mapped[str] = mapped_column(String(200), default="")
    ended_on: Mapped[date | None] = mapped_column(default=None, init=False)
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), index=True, init=False)
    participant_id: Mapped[UUID | None] = mapped_column(ForeignKey("participants.id"), index=True, init=False)

    area: Mapped[Area] = relationship(lazy="joined")
    participant: Mapped[Participant | None] = relationship(default=None)
    fields: Mapped[list[ActivityField]] = relationship(
        secondary=intermediary_fields, order_by=ActivityField.position, default_factory=list
    )
    areas: Mapped[list[Area]] = relationship(secondary=intermediary_areas, order_by=Area.path, default_factory=list)

    @property
    def stands(self) -> bool:
        """Tell whether one can still be passed on to it."""
        return self.ended_on is None

    def end(self, *, on: date) -> None:
        """Take it out of the directory; what was referred to it stays on record."""
        self.ended_on = self.ended_on or on


class Referral(Versioned, Base, kw_only=True):
    """A question, a need or what a visit brought to light was passed on to somebody who can do more.

    What is passed on about a person is passed on with the consent that `consent` tells of.
    """

    __tablename__ = "referrals"
    __table_args__ = (
        CheckConstraint("text <> ''", name="a_referral_says_what_it_is_about"),
        CheckConstraint("(state = 'sent') = (received_at IS NULL AND closed_at IS NULL)", name="sent_until_answered"),
        CheckConstraint("contact = '' OR consent IS NOT NULL", name="contacts_are_passed_on_with_consent"),
        Index("ix_referrals_area_sent_on", "area_id", "sent_on"),
    )

    text: Mapped[str] = mapped_column(Text)
    contact: Mapped[str] = mapped_column(String(254), default="")
    consent: Mapped[ConsentChannel | None] = mapped_column(default=None)
    sent_on: Mapped[date]
    receipt_due_on: Mapped[date]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[ReferralState] = mapped_column(default=ReferralState.SENT, init=False)
    received_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    received_by: Mapped[str] = mapped_column(String(100), default="", init=False)
    result_due_on: Mapped[date | None] = mapped_column(default=None, init=False)
    closed_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    outcome: Mapped[str] = mapped_column(Text, default="", init=False)
    reminded_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), init=False)
    intermediary_id: Mapped[UUID] = mapped_column(ForeignKey("intermediaries.id"), index=True, init=False)
    consultation_id: Mapped[UUID | None] = mapped_column(ForeignKey("consultations.id"), index=True, init=False)
    visit_id: Mapped[UUID | None] = mapped_column(ForeignKey("visits.id"), index=True, init=False)
    need_id: Mapped[UUID | None] = mapped_column(ForeignKey("needs.id"), index=True, init=False)
    participant_id: Mapped[UUID | None] = mapped_column(ForeignKey("participants.id"), index=True, init=False)
    sent_by_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="SET NULL"), index=True, init=False
    )

    area: Mapped[Area] = relationship(lazy="joined")
    intermediary: Mapped[Intermediary] = relationship()
    consultation: Mapped[Consultation | None] = relationship(default=None)
    visit: Mapped[Visit | None] = relationship(default=None)
    need: Mapped[Need | None] = relationship(default=None)
    participant: Mapped[Participant | None] = relationship(default=None)
    sent_by: Mapped[Account | None] = relationship(default=None)

    def __post_init__(self) -> None:
        """Refuse to pass on how a person is reached without their consent."""
        if self.contact and self.consent is None:
            raise InvalidValue("how somebody is reached is passed on with their consent")

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still has to do something."""
        return self.state in {ReferralState.SENT, ReferralState.RECEIVED}

    @property
    def due_on(self) -> date | None:
        """Return by when the other side is heard of next: first with the receipt, then with what came of it."""
        if self.state is ReferralState.SENT:
            return self.receipt_due_on
        return self.result_due_on if self.state is ReferralState.RECEIVED else None

    def is_overdue(self, today: date) -> bool:
        """Tell whether nobody gave a receipt, or told what came of it, in time."""
        return self.due_on is not None and today > self.due_on

    def is_readable_by_link(self, at: datetime) -> bool:
        """Tell whether its link still leads somewhere: not once it was taken back, nor long after it ended."""
        if self.state is ReferralState.WITHDRAWN:
            return False
        return self.closed_at is None or at < self.closed_at + LINK_STAYS

    def receive(self, *, by: str, at: datetime) -> None:
        """Note that the other side has it and will look after it; this is the receipt."""
        if self.state is not ReferralState.SENT:
            raise AlreadyDecided("this referral was received or ended already")
        if not by:
            raise InvalidValue("a receipt names who gives it")
        self.state, self.received_by, self.received_at = ReferralState.RECEIVED, by, at
        self._await_the_result(at=at)

    def go_on(self, *, at: datetime) -> None:
        """Note that the other side is still at it, and is asked again later."""
        if self.state is not ReferralState.RECEIVED:
            raise IllegalMove("only who received it is still at it")
        self._await_the_result(at=at)

    def _await_the_result(self, *, at: datetime) -> None:
        self.result_due_on, self.reminded_at = add_business_days(town_day(at), RESULT_BUSINESS_DAYS), None

    def decline(self, *, because: str, at: datetime) -> None:
        """Note that the other side cannot look after it, so that somebody else must."""
        self._close(ReferralState.DECLINED, because, at=at)

    def finish(self, *, outcome: str, at: datetime) -> None:
        """Note what came of it."""
        if self.state is not ReferralState.RECEIVED:
            raise IllegalMove("only a referral that was received comes to a result")
        self._close(ReferralState.DONE, outcome, at=at)

    def withdraw(self, *, because: str, at: datetime) -> None:
        """Take it back."""
        self._close(ReferralState.WITHDRAWN, because, at=at)

    def _close(self, state: ReferralState, outcome: str, *, at: datetime) -> None:
        if not self.is_open:
            raise AlreadyDecided("this referral has ended already")
        if not outcome:
            raise InvalidValue("an end says what came of it")
        self.state, self.outcome, self.closed_at = state, outcome, at
