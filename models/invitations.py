"""Somebody is asked by mail to speak for a body, to take over its office, or to look after a place."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import STAFF, Account, Role
from models.areas import Area
from models.base import Base
from models.errors import AlreadyDecided, InvalidValue, NotAllowed
from models.participants import Participant


class Invitation(Base, kw_only=True):
    """A role that waits for whoever opens the link; only the hash of the link's token is kept."""

    __tablename__ = "invitations"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_is_lower_case"),
        CheckConstraint(
            "(participant_id IS NULL AND role IN ('coordinator', 'administrator'))"
            " OR (participant_id IS NOT NULL AND role IN ('member', 'manager'))",
            name="role_fits_a_body_or_a_place",
        ),
        CheckConstraint("NOT hands_over OR role = 'manager'", name="an_office_goes_to_a_manager"),
        CheckConstraint("(accepted_at IS NULL) = (accepted_by_id IS NULL)", name="somebody_accepted"),
        CheckConstraint("accepted_at IS NULL OR withdrawn_at IS NULL", name="accepted_or_withdrawn"),
    )

    email: Mapped[str] = mapped_column(String(254))
    role: Mapped[Role]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    hands_over: Mapped[bool] = mapped_column(default=False)
    predecessor_stays: Mapped[bool] = mapped_column(default=False)
    contact_name: Mapped[str] = mapped_column(String(100), default="")
    contact_email: Mapped[str] = mapped_column(String(254), default="")
    contact_phone: Mapped[str] = mapped_column(String(40), default="")
    accepted_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    withdrawn_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    participant_id: Mapped[UUID | None] = mapped_column(ForeignKey("participants.id"), index=True, init=False)
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), index=True, init=False)
    invited_by_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True, init=False)
    accepted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"), index=True, init=False)

    area: Mapped[Area] = relationship(lazy="joined")
    invited_by: Mapped[Account] = relationship(foreign_keys=[invited_by_id])
    participant: Mapped[Participant | None] = relationship(default=None)
    accepted_by: Mapped[Account | None] = relationship(foreign_keys=[accepted_by_id], init=False)

    def __post_init__(self) -> None:
        """Fold the address, and refuse a role that does not fit."""
        self.email = self.email.strip().lower()
        if (self.participant is None) != (self.role in STAFF) or self.role is Role.RESIDENT:
            raise InvalidValue(f"nobody is invited as {self.role} here")

    @property
    def is_for_staff(self) -> bool:
        """Tell whether the role looks after a place."""
        return self.role in STAFF

    @property
    def stands(self) -> bool:
        """Tell whether whoever invited could still do so; a right that ended gives nothing away."""
        inviter = self.invited_by
        if not inviter.may_sign_in:
            return False
        if self.participant_id is None:
            return inviter.covers(Role.ADMINISTRATOR, self.area.path)
        may_help_out = inviter.covers(Role.COORDINATOR, self.area.path) and not self.hands_over
        return inviter.manages(self.participant_id) or may_help_out

    def is_open(self, at: datetime) -> bool:
        """Tell whether the invitation still waits."""
        return self.accepted_at is None and self.withdrawn_at is None and at < self.expires_at

    def accept(self, *, by: Account, at: datetime) -> None:
        """Note who took the role; a place is given only to the address that was asked."""
        if not self.is_open(at) or not self.stands:
            raise AlreadyDecided("this invitation was used, taken back, or is too old")
        if not self.is_meant_for(by):
            raise NotAllowed("this invitation is for somebody else")
        self.accepted_by, self.accepted_at = by, at

    def is_meant_for(self, account: Account) -> bool:
        """Tell whether the account may accept: for a body whoever holds the link, but nobody succeeds themself."""
        if self.is_for_staff:
            return account.email == self.email
        return not (self.hands_over and account.id == self.invited_by_id)

    def withdraw(self, *, at: datetime) -> None:
        """Take the invitation back."""
        if self.accepted_at is not None:
            raise AlreadyDecided("the invitation was accepted already")
        self.withdrawn_at = self.withdrawn_at or at
