"""Who signs in, whom they represent, and which places they are appointed to."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.areas import Area
from models.base import Base, Versioned
from models.errors import InvalidValue

if TYPE_CHECKING:
    from models.participants import Participant


class Role(StrEnum):
    """What an account is to a participant (the first three) or to a place (the last two)."""

    RESIDENT = "resident"
    MEMBER = "member"
    MANAGER = "manager"
    COORDINATOR = "coordinator"
    ADMINISTRATOR = "administrator"


class Office(StrEnum):
    """What a coordinator is in a place (Tama's plan): each looks after other fields and stands elsewhere."""

    AREA_OFFICER = "area_officer"
    WELFARE_COORDINATOR = "welfare_coordinator"
    INTERMEDIARY = "intermediary"


REPRESENTING = frozenset({Role.RESIDENT, Role.MEMBER, Role.MANAGER})
STAFF = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})


class Account(Versioned, Base, kw_only=True):
    """A sign-in."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_is_lower_case"),
        CheckConstraint("locale IN ('ja', 'en')", name="locale_is_ja_or_en"),
    )

    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    password_hash: Mapped[str | None] = mapped_column(String(255), default=None)
    locale: Mapped[str] = mapped_column(String(2), default="ja")
    is_demo: Mapped[bool] = mapped_column(default=False)
    confirmed_at: Mapped[datetime | None] = mapped_column(default=None)
    suspended_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    second_factor_secret: Mapped[str | None] = mapped_column(String(64), default=None, init=False)
    second_factor_since: Mapped[datetime | None] = mapped_column(default=None, init=False)
    second_factor_last_step: Mapped[int | None] = mapped_column(default=None, init=False)
    link_used_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    news_stopped_at: Mapped[datetime | None] = mapped_column(default=None, init=False)

    memberships: Mapped[list["Membership"]] = relationship(
        back_populates="account", cascade="all, delete-orphan", lazy="selectin", init=False
    )
    appointments: Mapped[list["Appointment"]] = relationship(
        back_populates="account", cascade="all, delete-orphan", lazy="selectin", init=False
    )

    def __post_init__(self) -> None:
        """Fold the address, so that one person has one account."""
        self.email = self.email.strip().lower()

    @property
    def is_staff(self) -> bool:
        """Tell whether the account is appointed to any place."""
        return bool(self.appointments)

    @property
    def is_administrator(self) -> bool:
        """Tell whether the account administers any place."""
        return any(appointment.role is Role.ADMINISTRATOR for appointment in self.appointments)

    @property
    def may_sign_in(self) -> bool:
        """Tell whether the account is confirmed and not suspended."""
        return self.confirmed_at is not None and self.suspended_at is None

    @property
    def may_act_by_link(self) -> bool:
        """Tell whether a signed link in a mail is enough; whoever needs a second factor shows it there, too."""
        return self.may_sign_in and not self.is_staff and self.second_factor_since is None

    def paths(self, role: Role) -> list[str]:
        """Return the paths of the places that the account is appointed to in this role."""
        return sorted(appointment.area.path for appointment in self.appointments if appointment.role is role)

    def covers(self, role: Role, path: str) -> bool:
        """Tell whether one of the account's places in this role covers the place named by `path`."""
        return any(appointment.role is role and appointment.area.covers(path) for appointment in self.appointments)

    def represents(self, participant_id: UUID) -> bool:
        """Tell whether the account speaks for the participant."""
        return any(membership.participant_id == participant_id for membership in self.memberships)

    def manages(self, participant_id: UUID) -> bool:
        """Tell whether the account may change the participant's profile and people."""
        return any(
            membership.participant_id == participant_id and membership.role in {Role.MANAGER, Role.RESIDENT}
            for membership in self.memberships
        )

    def suspend(self, *, at: datetime) -> None:
        """Close the account to sign-ins; its sessions end with the next request."""
        self.suspended_at = self.suspended_at or at


class Membership(Base, kw_only=True):
    """An account speaks for a participant."""

    __tablename__ = "memberships"
    __table_args__ = (
        UniqueConstraint("account_id", "participant_id", name="an_account_joins_a_participant_once"),
        CheckConstraint("role IN ('resident', 'member', 'manager')", name="role_represents_somebody"),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), init=False)
    participant_id: Mapped[UUID] = mapped_column(ForeignKey("participants.id"), index=True, init=False)
    role: Mapped[Role]

    account: Mapped[Account] = relationship(back_populates="memberships")
    participant: Mapped["Participant"] = relationship(back_populates="memberships", lazy="joined")

    def __post_init__(self) -> None:
        """Refuse a staff role: those are appointments to places."""
        if self.role not in REPRESENTING:
            raise InvalidValue(f"{self.role} is not a role in a participant")


class Appointment(Base, kw_only=True):
    """An account is coordinator or administrator of a place and all that lies in it."""

    __tablename__ = "appointments"
    __table_args__ = (
        UniqueConstraint("account_id", "area_id", "role", name="an_account_is_appointed_once"),
        CheckConstraint("role IN ('coordinator', 'administrator')", name="role_is_a_staff_role"),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), init=False)
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), index=True, init=False)
    role: Mapped[Role]
    office: Mapped[Office | None] = mapped_column(default=None)

    account: Mapped[Account] = relationship(back_populates="appointments")
    area: Mapped[Area] = relationship(lazy="joined")

    def __post_init__(self) -> None:
        """Refuse a role that represents a participant, and an office that is no coordinator's."""
        if self.role not in STAFF:
            raise InvalidValue(f"{self.role} is not a staff role")
        if self.office is not None and self.role is not Role.COORDINATOR:
            raise InvalidValue("only a coordinator holds an office of a place")


class SignIn(Base, kw_only=True):
    """A session kept on the server; the cookie holds only a random token whose hash stands here."""

    __tablename__ = "sign_ins"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True, init=False)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    second_factor_passed: Mapped[bool] = mapped_column(default=False)
    ended_at: Mapped[datetime | None] = mapped_column(default=None, init=False)

    account: Mapped[Account] = relationship(lazy="joined")

    def is_live(self, at: datetime) -> bool:
        """Tell whether the session still counts."""
        return self.ended_at is None and at < self.expires_at and self.account.may_sign_in

    def end(self, *, at: datetime) -> None:
        """End the session on the server."""
        self.ended_at = self.ended_at or at


class SignInAttempt(Base, kw_only=True):
    """A failed sign-in, kept under a keyed hash of the address or of the network address."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (Index("ix_sign_in_attempts_subject_at", "subject_hash", "created_at"),)

    subject_hash: Mapped[str] = mapped_column(String(64))


class Passkey(Base, kw_only=True):
    """A key that a device or a password store keeps; the person's face, finger or PIN opens it."""

    __tablename__ = "passkeys"
    __table_args__ = (CheckConstraint("sign_count >= 0", name="sign_count_is_not_negative"),)

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True, init=False)
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)  # base64url, as the public key
    public_key: Mapped[str] = mapped_column(Text)
    sign_count: Mapped[int]
    transports: Mapped[list[str]]
    name: Mapped[str] = mapped_column(String(100))
    last_used_at: Mapped[datetime | None] = mapped_column(default=None, init=False)

    account: Mapped[Account] = relationship(lazy="joined")

    def used(self, *, sign_count: int, at: datetime) -> None:
        """Note that the key opened a session."""
        self.sign_count = sign_count
        self.last_used_at = at


class PasskeyChallenge(Base, kw_only=True):
    """A question that a passkey answers once within minutes; only its hash is kept."""

    __tablename__ = "passkey_challenges"

    challenge_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]


class ApiToken(Base, kw_only=True):
    """A bearer token for the API; only its hash is kept."""

    __tablename__ = "api_tokens"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True, init=False)
    name: Mapped[str] = mapped_column(String(100))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None] = mapped_column(default=None, init=False)

    account: Mapped[Account] = relationship(lazy="joined")

    def is_live(self, at: datetime) -> bool:
        """Tell whether the token still opens the API."""
        return self.revoked_at is None and at < self.expires_at and self.account.may_sign_in

    def revoke(self, *, at: datetime) -> None:
        """Close the token for ever."""
        self.revoked_at = self.revoked_at or at
