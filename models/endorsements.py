"""The credit that a public office lends: registered and checked, patronage, accord; each with a basis and an end."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import Account
from models.base import Base
from models.errors import AlreadyDecided, InvalidValue
from models.participants import Participant


class EndorsementKind(StrEnum):
    """In which way a public office stands behind a participant."""

    REGISTERED = "registered"
    PATRONAGE = "patronage"
    ACCORD = "accord"


class Endorsement(Base, kw_only=True):
    """A public office stands behind a body, on a basis and until a day; `code` is what its QR leads to."""

    __tablename__ = "endorsements"
    __table_args__ = (
        CheckConstraint("basis <> '' AND issuer <> ''", name="an_endorsement_names_basis_and_issuer"),
        CheckConstraint("expires_on >= issued_on", name="an_endorsement_ends_after_it_begins"),
    )

    kind: Mapped[EndorsementKind]
    subject: Mapped[str] = mapped_column(String(200), default="")
    basis: Mapped[str] = mapped_column(Text)
    issuer: Mapped[str] = mapped_column(String(200))
    issued_on: Mapped[date]
    expires_on: Mapped[date]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    revoked_because: Mapped[str] = mapped_column(Text, default="", init=False)
    participant_id: Mapped[UUID] = mapped_column(ForeignKey("participants.id"), index=True, init=False)
    recorded_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    participant: Mapped[Participant] = relationship()
    recorded_by: Mapped[Account | None] = relationship(default=None)

    def __post_init__(self) -> None:
        """Refuse an end before the beginning, and an endorsement of a person."""
        if self.expires_on < self.issued_on:
            raise InvalidValue("the end lies before the beginning")
        if self.participant.is_resident:
            raise InvalidValue("bodies are endorsed, not persons")

    def stands_on(self, day: date) -> bool:
        """Tell whether the endorsement holds on a day: its last day counts, the day after no longer."""
        return self.revoked_at is None and self.issued_on <= day <= self.expires_on

    def revoke(self, *, because: str, at: datetime) -> None:
        """Take the endorsement back, once, and say why."""
        if self.revoked_at is not None:
            raise AlreadyDecided("this endorsement was taken back already")
        if not because.strip():
            raise InvalidValue("what is taken back is taken back for a reason")
        self.revoked_at, self.revoked_because = at, because
