"""People and bodies that take part, what limits they set, and what they consented to."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import Account, Membership
from models.areas import Area
from models.base import Base, Versioned
from models.errors import InvalidValue
from models.taxonomy import ActivityField

if TYPE_CHECKING:
    from models.duplicates import Merger

OPEN_ENQUIRY_LIMIT: Final = 3
CONSENT_TEXT_VERSION: Final = 1


class ParticipantKind(StrEnum):
    """What sort of body a participant is."""

    NEIGHBORHOOD_ASSOCIATION = "neighborhood_association"
    RMO = "rmo"
    NPO = "npo"
    COMPANY = "company"
    UNIVERSITY = "university"
    RESIDENT = "resident"
    GOVERNMENT = "government"
    INTERMEDIARY = "intermediary"


class ConsentPurpose(StrEnum):
    """What a person's data may be used for; each is asked by itself."""

    PROJECTS = "projects"
    LECTURER = "lecturer"
    COUNCIL_SEAT = "council_seat"
    GUARDIAN = "guardian"


class ConsentChannel(StrEnum):
    """How a consent reached us."""

    WEB = "web"
    FACE_TO_FACE = "face_to_face"
    TELEPHONE = "telephone"
    PAPER = "paper"


participant_fields = Table(
    "participant_fields",
    Base.metadata,
    Column("participant_id", ForeignKey("participants.id", ondelete="CASCADE"), primary_key=True),
    Column("activity_field_id", ForeignKey("activity_fields.id"), primary_key=True),
)


class Participant(Versioned, Base, kw_only=True):
    """A neighbourhood association, NPO, company, university, public office, intermediary or resident."""

    __tablename__ = "participants"
    __table_args__ = (
        UniqueConstraint("id", "municipality_id", name="participants_lie_in_one_municipality"),
        UniqueConstraint("municipality_id", "import_key", name="an_imported_participant_exists_once"),
        CheckConstraint("hours_per_month IS NULL OR hours_per_month >= 0", name="hours_are_not_negative"),
        CheckConstraint("engagement_limit IS NULL OR engagement_limit >= 0", name="engagement_limit_is_not_negative"),
        CheckConstraint("engagements >= 0", name="engagements_are_not_negative"),
        CheckConstraint(
            "engagement_limit IS NULL OR engagements <= engagement_limit OR engagement_limit_exceeded",
            name="engagements_keep_the_own_limit",
        ),
        CheckConstraint(f"open_enquiries BETWEEN 0 AND {OPEN_ENQUIRY_LIMIT}", name="at_most_three_enquiries_are_open"),
    )

    kind: Mapped[ParticipantKind]
    name: Mapped[str] = mapped_column(String(120))
    reading: Mapped[str] = mapped_column(String(120), default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    contact_name: Mapped[str] = mapped_column(String(100), default="")
    contact_email: Mapped[str] = mapped_column(String(254), default="")
    contact_phone: Mapped[str] = mapped_column(String(40), default="")
    hours_per_month: Mapped[float | None] = mapped_column(default=None)
    engagement_limit: Mapped[int | None] = mapped_column(default=None)
    is_adult: Mapped[bool] = mapped_column(default=True)
    import_key: Mapped[str | None] = mapped_column(String(200), default=None)
    engagements: Mapped[int] = mapped_column(default=0, init=False)
    engagement_limit_exceeded: Mapped[bool] = mapped_column(default=False, init=False)
    open_enquiries: Mapped[int] = mapped_column(default=0, init=False)
    paused_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    left_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), index=True, init=False)
    municipality_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), index=True, init=False)

    area: Mapped[Area] = relationship(foreign_keys=[area_id], lazy="joined")
    municipality: Mapped[Area] = relationship(foreign_keys=[municipality_id], init=False)
    fields: Mapped[list[ActivityField]] = relationship(
        secondary=participant_fields, order_by=ActivityField.position, lazy="raise", default_factory=list
    )
    memberships: Mapped[list[Membership]] = relationship(
        back_populates="participant", cascade="all, delete-orphan", lazy="raise", init=False
    )
    consents: Mapped[list["Consent"]] = relationship(
        back_populates="participant", cascade="all, delete-orphan", lazy="selectin", init=False
    )
    merger: Mapped["Merger | None"] = relationship(
        back_populates="merged", foreign_keys="Merger.merged_id", uselist=False, init=False
    )

    def __post_init__(self) -> None:
        """Take the municipality from the place."""
        self.name = self.name.strip()
        if not self.name:
            raise InvalidValue("a participant needs a name")
        self.move_to_area(self.area)

    @property
    def is_resident(self) -> bool:
        """Tell whether the participant is a person of the staff bank, not a body."""
        return self.kind is ParticipantKind.RESIDENT

    @property
    def is_active(self) -> bool:
        """Tell whether the participant neither paused nor left."""
        return self.paused_at is None and self.left_at is None

    @property
    def was_merged(self) -> bool:
        """Tell whether this record was given up for another one of the same participant."""
        return self.left_at is not None and self.merger is not None

    @property
    def successor(self) -> "Participant":
        """Return the record that was kept where this one was given up for it, else this one."""
        return self.merger.kept if self.left_at is not None and self.merger is not None else self

    @property
    def may_be_contacted(self) -> bool:
        """Tell whether the participant may be listed, matched and asked at all."""
        return self.is_active and (self.is_adult or self.consented_to(ConsentPurpose.GUARDIAN))

    @property
    def may_be_matched(self) -> bool:
        """Tell whether projects may be suggested: a person must have consented to that purpose."""
        return self.may_be_asked_for({ConsentPurpose.PROJECTS})

    def may_be_asked_for(self, purposes: Iterable[ConsentPurpose]) -> bool:
        """Tell whether the participant may be asked: a person must have consented to just these purposes."""
        return self.may_be_contacted and (not self.is_resident or all(map(self.consented_to, purposes)))

    def move_to_area(self, area: Area) -> None:
        """Set the place, and with it the municipality that looks after the participant."""
        self.area = area
        self.municipality = area.tenant

    def consented_to(self, purpose: ConsentPurpose) -> bool:
        """Tell whether a consent to this purpose stands."""
        return any(consent.purpose is purpose and consent.is_standing for consent in self.consents)

    def consent(self, purpose: ConsentPurpose, *, by: Account | None, at: datetime, channel: ConsentChannel) -> None:
        """Record a consent to one purpose; saying it twice changes nothing."""
        if not self.consented_to(purpose):
            self.consents.append(Consent(purpose=purpose, granted_at=at, recorded_by=by, channel=channel))

    def withdraw_consent(self, purpose: ConsentPurpose, *, at: datetime) -> None:
        """End the standing consent to one purpose."""
        for consent in self.consents:
            if consent.purpose is purpose and consent.is_standing:
                consent.withdrawn_at = at

    def settle_consents_with(self, other: "Participant", *, at: datetime) -> None:
        """End each consent that only one of two records of one person holds; a merger never widens a consent.

        Of two that stand, the one given to the older text stays, since it allows no more than the other.
        """
        for purpose in ConsentPurpose:
            standing = [
                consent
                for participant in (self, other)
                for consent in participant.consents
                if consent.purpose is purpose and consent.is_standing
            ]
            kept = min(standing, key=lambda consent: consent.text_version) if len(standing) > 1 else None
            for consent in standing:
                if consent is not kept:
                    consent.withdrawn_at = at

    def consents_that_end_with(self, other: "Participant") -> list[ConsentPurpose]:
        """Return the purposes to which only one of two records of one person holds a consent."""
        return [purpose for purpose in ConsentPurpose if self.consented_to(purpose) != other.consented_to(purpose)]

    def pause(self, *, at: datetime) -> None:
        """Stop being suggested until resumed."""
        self.paused_at = self.paused_at or at

    def resume(self) -> None:
        """Be suggested again."""
        self.paused_at = None

    def leave(self, *, at: datetime) -> None:
        """Leave for good."""
        self.left_at = self.left_at or at

    def set_engagement_limit(self, limit: int | None) -> None:
        """Set how many engagements the participant takes at once; running ones are never cut off."""
        self.engagement_limit = limit
        self.engagement_limit_exceeded = limit is not None and self.engagements > limit


class Consent(Base, kw_only=True):
    """A person said that their data may be used for one purpose."""

    __tablename__ = "consents"
    __table_args__ = (
        Index(
            "a_purpose_has_one_standing_consent",
            "participant_id",
            "purpose",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        CheckConstraint("withdrawn_at IS NULL OR withdrawn_at >= granted_at", name="withdrawn_after_granted"),
    )

    participant_id: Mapped[UUID] = mapped_column(ForeignKey("participants.id"), init=False)
    purpose: Mapped[ConsentPurpose]
    granted_at: Mapped[datetime]
    channel: Mapped[ConsentChannel]
    text_version: Mapped[int] = mapped_column(default=CONSENT_TEXT_VERSION)
    withdrawn_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    recorded_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    participant: Mapped[Participant] = relationship(back_populates="consents", init=False)
    recorded_by: Mapped[Account | None] = relationship(default=None)

    @property
    def is_standing(self) -> bool:
        """Tell whether the consent was not withdrawn."""
        return self.withdrawn_at is None
