"""Somebody asked for advice by telephone, at the counter or by mail; counted once, whatever becomes of it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import Account
from models.areas import Area
from models.base import Base, Versioned
from models.errors import AlreadyDecided, InvalidValue
from models.participants import Participant, ParticipantKind

LONGEST_SENT_KEY: Final = 64


class ConsultationWay(StrEnum):
    """How somebody asked."""

    TELEPHONE = "telephone"
    COUNTER = "counter"
    MAIL = "mail"
    ONLINE = "online"


class HelpAsked(StrEnum):
    """Which help was asked for (Ichinoseki's forms of support for 自治会 and RMO, and Kawasaki's for companies)."""

    ASSOCIATION_PRAISE = "association_praise"
    ASSOCIATION_REVIEW = "association_review"
    ASSOCIATION_WITH_RMO = "association_with_rmo"
    RMO_FOUNDING = "rmo_founding"
    RMO_RUNNING = "rmo_running"
    RMO_STRUCTURE = "rmo_structure"
    STARTING = "starting"
    CLOSING = "closing"
    FINDING_PARTNERS = "finding_partners"
    FINDING_PEOPLE = "finding_people"
    FUNDING = "funding"
    COMPANY_CSR = "company_csr"
    STAFF_BANK = "staff_bank"
    OTHER = "other"


class Consultation(Versioned, Base, kw_only=True):
    """One request for advice and what was answered.

    What it is promoted to (a need, a visit, a referral) refers to it and is no further consultation. A
    consultation that was written down twice is marked as the same as the other and not counted.
    """

    __tablename__ = "consultations"
    __table_args__ = (
        CheckConstraint("asked <> ''", name="a_consultation_says_what_was_asked"),
        CheckConstraint("same_as_id IS NULL OR same_as_id <> id", name="a_consultation_is_not_its_own_double"),
        Index("ix_consultations_area_consulted_on", "area_id", "consulted_on"),
    )

    consulted_on: Mapped[date]
    way: Mapped[ConsultationWay]
    help_asked: Mapped[HelpAsked]
    asker_kind: Mapped[ParticipantKind | None] = mapped_column(default=None)
    asker_name: Mapped[str] = mapped_column(String(100), default="")
    asker_contact: Mapped[str] = mapped_column(String(254), default="")
    asked: Mapped[str] = mapped_column(Text)
    answered: Mapped[str] = mapped_column(Text, default="")
    sent_key: Mapped[str] = mapped_column(String(LONGEST_SENT_KEY), unique=True)
    written_at: Mapped[datetime]
    closed_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), init=False)
    participant_id: Mapped[UUID | None] = mapped_column(ForeignKey("participants.id"), index=True, init=False)
    same_as_id: Mapped[UUID | None] = mapped_column(ForeignKey("consultations.id"), index=True, init=False)
    taken_by_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="SET NULL"), index=True, init=False
    )

    area: Mapped[Area] = relationship(lazy="joined")
    participant: Mapped[Participant | None] = relationship(default=None)
    same_as: Mapped["Consultation | None"] = relationship(remote_side="Consultation.id", init=False)
    taken_by: Mapped[Account | None] = relationship(default=None)

    def __post_init__(self) -> None:
        """Refuse a consultation about nothing."""
        if not self.asked:
            raise InvalidValue("a consultation says what was asked")

    @property
    def is_open(self) -> bool:
        """Tell whether something still has to be done."""
        return self.closed_at is None

    @property
    def counts(self) -> bool:
        """Tell whether it is counted: once, however often it was written down."""
        return self.same_as_id is None

    def close(self, *, at: datetime) -> None:
        """Note that nothing more has to be done."""
        self.closed_at = self.closed_at or at

    def reopen(self) -> None:
        """Note that something has to be done after all."""
        self.closed_at = None

    def mark_same_as(self, other: "Consultation", *, at: datetime) -> None:
        """Note that this is the other one, written down twice; only the other counts."""
        if other is self or other.same_as is not None:
            raise InvalidValue("a double refers to the consultation that counts")
        if self.same_as is not None:
            raise AlreadyDecided("this consultation is marked as a double already")
        self.same_as = other
        self.close(at=at)

    def tell_apart(self) -> None:
        """Take back that this is another one, written down twice; it counts again, and is open."""
        self.same_as = None
        self.reopen()
