"""Partnerships: who takes part, what each promised, what each answered, and who learnt whose contact details."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import Account
from models.areas import Area
from models.base import Base, Versioned
from models.business_days import add_business_days
from models.errors import AlreadyDecided, IllegalMove, InvalidValue
from models.lifecycle import ALL_SAID_YES, Ending, Stage, check_move
from models.listings import Need, Offer, OfferItem, Slot
from models.participants import ConsentChannel, Participant
from models.suggestions import Suggestion, Verdict
from models.taxonomy import ReviewReason, ReviewStep
from models.years import town_day

REPLY_BUSINESS_DAYS: Final = 3
ALERT_BUSINESS_DAYS: Final = 7
RELEASE_BUSINESS_DAYS: Final = 14
EVALUATION_BUSINESS_DAYS: Final = 14
GRACE: Final = timedelta(days=30)
LEAST_PARTIES: Final = 2


class Side(StrEnum):
    """On which side of the need a party stands."""

    REQUESTER = "requester"
    PROVIDER = "provider"


class Reply(StrEnum):
    """What a party answered to its enquiry."""

    YES = "yes"
    NO = "no"


class Partnership(Versioned, Base, kw_only=True):
    """Parties that carry something out together; exists only after a coordinator's approval."""

    __tablename__ = "partnerships"
    __table_args__ = (
        UniqueConstraint("id", "municipality_id", name="partnerships_lie_in_one_municipality"),
        UniqueConstraint("suggestion_id", name="a_suggestion_becomes_one_partnership"),
        ForeignKeyConstraint(
            ["need_id", "municipality_id"],
            ["needs.id", "needs.municipality_id"],
            name="a_partnership_lies_in_the_municipality_of_its_need",
        ),
        ForeignKeyConstraint(
            ["suggestion_id", "municipality_id"],
            ["suggestions.id", "suggestions.municipality_id"],
            name="a_partnership_lies_in_the_municipality_of_its_suggestion",
        ),
        CheckConstraint("(stage = 'closed') = (ending IS NOT NULL)", name="ending_iff_closed"),
        CheckConstraint(
            "accepted_at IS NOT NULL OR stage IN ('proposed', 'declined', 'lapsed', 'withdrawn')",
            name="beyond_proposed_only_when_all_accepted",
        ),
        Index("ix_partnerships_municipality_stage", "municipality_id", "stage"),
    )

    title: Mapped[str] = mapped_column(String(120))
    proposed_at: Mapped[datetime]
    stage: Mapped[Stage] = mapped_column(default=Stage.PROPOSED, init=False)
    ending: Mapped[Ending | None] = mapped_column(default=None, init=False)
    accepted_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    over_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    agreed_version: Mapped[int | None] = mapped_column(default=None, init=False)
    starts_on: Mapped[date | None] = mapped_column(default=None, init=False)
    ends_on: Mapped[date | None] = mapped_column(default=None, init=False)
    evaluation_on: Mapped[date | None] = mapped_column(default=None, init=False)
    evaluated_until: Mapped[date | None] = mapped_column(default=None, init=False)
    need_id: Mapped[UUID] = mapped_column(index=True, init=False)
    suggestion_id: Mapped[UUID] = mapped_column(init=False)
    municipality_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), init=False)
    proposed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    need: Mapped[Need] = relationship(primaryjoin="Partnership.need_id == Need.id", foreign_keys=[need_id])
    suggestion: Mapped[Suggestion] = relationship(
        primaryjoin="Partnership.suggestion_id == Suggestion.id", foreign_keys=[suggestion_id]
    )
    proposed_by: Mapped[Account | None] = relationship()
    municipality: Mapped[Area] = relationship(init=False)
    parties: Mapped[list["Party"]] = relationship(
        back_populates="partnership",
        cascade="all, delete-orphan",
        order_by="Party.position",
        lazy="selectin",
        init=False,
    )
    changes: Mapped[list["StageChange"]] = relationship(
        back_populates="partnership",
        cascade="all, delete-orphan",
        order_by="StageChange.at",
        lazy="raise",
        init=False,
    )

    def __post_init__(self) -> None:
        """Take the municipality from the need."""
        self.municipality = self.need.municipality

    @classmethod
    def propose(cls, suggestion: Suggestion, *, by: Account, at: datetime, reply_due_on: date) -> "Partnership":
        """Return a partnership with an enquiry to each side of an approved suggestion."""
        if suggestion.verdict is not Verdict.APPROVED:
            raise IllegalMove("only an approved suggestion becomes a partnership")
        partnership = cls(
            title=suggestion.need.title, need=suggestion.need, suggestion=suggestion, proposed_by=by, proposed_at=at
        )
        requester = Party(
            partnership=partnership,
            participant=suggestion.need.participant,
            side=Side.REQUESTER,
            position=1,
            leads=True,
        )
        Enquiry(party=requester, sent_at=at, due_on=reply_due_on)
        for position, partner in enumerate(suggestion.partners, start=2):
            party = Party(
                partnership=partnership,
                participant=partner.offer.participant,
                offer=partner.offer,
                side=Side.PROVIDER,
                position=position,
            )
            Enquiry(party=party, sent_at=at, due_on=reply_due_on)
            for share in partner.shares:
                Commitment(party=party, slot=share.slot, item=share.item, quantity=share.quantity)
        partnership.changes.append(StageChange(stage=Stage.PROPOSED, at=at, by=by))
        return partnership

    @property
    def shows_contacts(self) -> bool:
        """Tell whether the parties may see each other's contact details now."""
        return self.stage in ALL_SAID_YES

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more will happen."""
        return self.over_at is not None

    def answer(
        self,
        party: "Party",
        reply: Reply,
        *,
        by: Account,
        at: datetime,
        reason: ReviewReason | None = None,
        note: str = "",
        channel: ConsentChannel = ConsentChannel.WEB,
    ) -> None:
        """Note one party's answer; the last yes accepts the partnership, the first no declines it."""
        if self.stage is not Stage.PROPOSED:
            raise AlreadyDecided(f"the partnership is {self.stage} already")
        party.enquiry.answer(reply, by=by, at=at, reason=reason, note=note, channel=channel)
        if reply is Reply.NO:
            self.move_to(Stage.DECLINED, by=by, at=at)
        elif all(other.enquiry.reply is Reply.YES for other in self.parties):
            self.accepted_at = at
            self.move_to(Stage.ACCEPTED, by=by, at=at)

    @property
    def lapses_on(self) -> date:
        """Return the day on which a proposal lapses where somebody leaves it without an answer."""
        return add_business_days(town_day(self.proposed_at), RELEASE_BUSINESS_DAYS)

    def lapse(self, *, at: datetime) -> None:
        """End a proposal that somebody left without an answer for too long."""
        self.move_to(Stage.LAPSED, by=None, at=at)

    @property
    def present(self) -> "list[Party]":
        """Return the parties that have not left."""
        return [party for party in self.parties if party.left_at is None]

    def begin_drafting(self, *, by: Account, at: datetime) -> None:
        """Begin to write the agreement, if nobody has yet."""
        if self.stage is Stage.ACCEPTED:
            self.move_to(Stage.DRAFTING, by=by, at=at)

    def agree(
        self, version: int, *, starts_on: date, ends_on: date, evaluation_on: date, by: Account, at: datetime
    ) -> None:
        """Bring a version of the agreement into force that every party signed; a later one replaces an earlier one."""
        self.agreed_version = version
        self.starts_on, self.ends_on, self.evaluation_on = starts_on, ends_on, evaluation_on
        if self.stage is Stage.DRAFTING:
            self.move_to(Stage.AGREED, by=by, at=at)

    def begin_evaluation(self, *, by: Account | None, at: datetime) -> None:
        """Ask every party to look back, until a last day; on the day after it the evaluations open."""
        self.evaluated_until = add_business_days(town_day(at), EVALUATION_BUSINESS_DAYS)
        self.move_to(Stage.EVALUATING, by=by, at=at)

    @property
    def decided_until(self) -> date | None:
        """Return the last day of grace: what nobody decided by then is dissolved."""
        return None if self.ends_on is None else self.ends_on + GRACE

    def goes_on_without(self, party: "Party") -> bool:
        """Tell whether the side with the need and at least one that helps are left without this party."""
        rest = [one for one in self.present if one is not party]
        return len(rest) >= LEAST_PARTIES and any(one.side is Side.REQUESTER for one in rest)

    def leave(self, party: "Party", *, at: datetime) -> bool:
        """Let one party go; tell whether the others can go on without it."""
        if party.left_at is not None:
            raise AlreadyDecided("this party left already")
        party.left_at = at
        return self.goes_on_without(party)

    @property
    def may_be_published(self) -> bool:
        """Tell whether all said yes and nobody withdrew, so that the parties can be asked about publication."""
        return self.accepted_at is not None and self.stage is not Stage.WITHDRAWN

    @property
    def is_public(self) -> bool:
        """Tell whether every single party agreed that anybody may read of the partnership."""
        return self.may_be_published and all(party.publishes_at is not None for party in self.parties)

    def move_to(self, stage: Stage, *, by: Account | None, at: datetime, ending: Ending | None = None) -> None:
        """Go to the next stage, as far as the lifecycle leads there."""
        check_move(self.stage, stage)
        if (stage is Stage.CLOSED) != (ending is not None):
            raise InvalidValue("a partnership is closed by naming how it ends, and only then")
        if stage is Stage.ACCEPTED and self.accepted_at is None:
            raise IllegalMove("a partnership is accepted only when every side said yes")
        if stage is Stage.AGREED and self.ends_on is None:
            raise IllegalMove("a partnership is agreed only when an agreement with an end is signed")
        self.stage = stage
        self.ending = ending
        if stage in {Stage.CLOSED, Stage.DECLINED, Stage.LAPSED, Stage.WITHDRAWN}:
            self.over_at = at
            for party in self.parties:
                party.enquiry.release(at=at)
        self.changes.append(StageChange(stage=stage, at=at, by=by))


class Party(Base, kw_only=True):
    """A participant in a partnership."""

    __tablename__ = "parties"
    __table_args__ = (
        UniqueConstraint("partnership_id", "position", name="a_position_holds_one_party"),
        CheckConstraint("(side = 'provider') = (offer_id IS NOT NULL)", name="a_provider_names_its_offer"),
    )

    side: Mapped[Side]
    position: Mapped[int]
    leads: Mapped[bool] = mapped_column(default=False)
    partnership_id: Mapped[UUID] = mapped_column(ForeignKey("partnerships.id"), init=False)
    participant_id: Mapped[UUID] = mapped_column(ForeignKey("participants.id"), index=True, init=False)
    offer_id: Mapped[UUID | None] = mapped_column(ForeignKey("offers.id"), index=True, init=False)
    publishes_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    left_at: Mapped[datetime | None] = mapped_column(default=None, init=False)

    partnership: Mapped[Partnership] = relationship(back_populates="parties")
    participant: Mapped[Participant] = relationship()
    offer: Mapped[Offer | None] = relationship(default=None)
    commitments: Mapped[list["Commitment"]] = relationship(
        back_populates="party", cascade="all, delete-orphan", lazy="selectin", init=False
    )
    enquiry: Mapped["Enquiry"] = relationship(
        back_populates="party", cascade="all, delete-orphan", lazy="selectin", init=False
    )

    def publish(self, *, at: datetime) -> None:
        """Agree that anybody may read of the partnership; it is public when all agreed and all said yes."""
        self.publishes_at = self.publishes_at or at

    def keep_private(self) -> None:
        """Take the agreement to publication back, or say no to it; possible at any time."""
        self.publishes_at = None


class Commitment(Base, kw_only=True):
    """How much of an item a party promised to a slot."""

    __tablename__ = "commitments"
    __table_args__ = (
        UniqueConstraint("party_id", "slot_id", "item_id", name="a_commitment_is_named_once"),
        CheckConstraint("quantity >= 1", name="quantity_is_positive"),
    )

    quantity: Mapped[int]
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"), init=False)
    slot_id: Mapped[UUID] = mapped_column(ForeignKey("slots.id"), index=True, init=False)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("offer_items.id"), index=True, init=False)
    released_at: Mapped[datetime | None] = mapped_column(default=None, init=False)

    party: Mapped[Party] = relationship(back_populates="commitments")
    slot: Mapped[Slot] = relationship(lazy="joined")
    item: Mapped[OfferItem] = relationship(lazy="joined")


class Enquiry(Base, kw_only=True):
    """The question to one party whether it takes part, with its clock and its answer."""

    __tablename__ = "enquiries"
    __table_args__ = (
        UniqueConstraint("party_id", name="a_party_gets_one_enquiry"),
        CheckConstraint("(reply IS NULL) = (answered_at IS NULL)", name="answered_at_iff_answered"),
        CheckConstraint("reply <> 'no' OR reason_id IS NOT NULL", name="a_no_names_its_reason"),
        CheckConstraint("reply IS NULL OR answered_by_id IS NOT NULL", name="somebody_gave_the_answer"),
        Index("ix_enquiries_due_on", "due_on"),
    )

    sent_at: Mapped[datetime]
    due_on: Mapped[date]
    reply: Mapped[Reply | None] = mapped_column(default=None, init=False)
    answered_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    channel: Mapped[ConsentChannel | None] = mapped_column(default=None, init=False)
    note: Mapped[str] = mapped_column(Text, default="", init=False)
    said_by: Mapped[str | None] = mapped_column(String(100), default=None, init=False)
    released_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    reminded_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    alerted_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"), init=False)
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"), init=False)
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("review_reasons.id"), init=False)

    party: Mapped[Party] = relationship(back_populates="enquiry")
    answered_by: Mapped[Account | None] = relationship(init=False)
    reason: Mapped[ReviewReason | None] = relationship(init=False)

    @property
    def is_open(self) -> bool:
        """Tell whether an answer is still awaited."""
        return self.reply is None and self.released_at is None

    def answer(  # one argument for each thing that the record of an answer holds
        self,
        reply: Reply,
        *,
        by: Account,
        at: datetime,
        reason: ReviewReason | None,
        note: str,
        channel: ConsentChannel,
    ) -> None:
        """Note the answer; it is given once."""
        if not self.is_open:
            raise AlreadyDecided("this enquiry was answered or released already")
        if reply is Reply.NO and (reason is None or reason.step is not ReviewStep.DECLINE):
            raise InvalidValue("a no names one of the reasons to decline")
        self.reply, self.answered_by, self.answered_at = reply, by, at
        self.reason, self.note, self.channel = reason, note, channel

    def release(self, *, at: datetime) -> None:
        """Stop waiting for an answer."""
        if self.is_open:
            self.released_at = at


class StageChange(Base, kw_only=True):
    """A partnership reached a stage."""

    __tablename__ = "stage_changes"

    stage: Mapped[Stage]
    at: Mapped[datetime]
    partnership_id: Mapped[UUID] = mapped_column(ForeignKey("partnerships.id"), index=True, init=False)
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    by: Mapped[Account | None] = relationship()
    partnership: Mapped[Partnership] = relationship(back_populates="changes", init=False)


class Reveal(Base, kw_only=True):
    """A participant's contact details became visible to somebody; shown to the participant."""

    __tablename__ = "reveals"
    __table_args__ = (
        CheckConstraint(
            "(to_participant_id IS NULL) <> (to_account_id IS NULL)", name="revealed_to_a_participant_or_an_account"
        ),
        UniqueConstraint("subject_id", "partnership_id", "to_participant_id", name="a_partnership_reveals_once"),
    )

    at: Mapped[datetime]
    purpose: Mapped[str] = mapped_column(String(200), default="")
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("participants.id"), index=True, init=False)
    to_participant_id: Mapped[UUID | None] = mapped_column(ForeignKey("participants.id"), index=True, init=False)
    to_account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"), index=True, init=False)
    partnership_id: Mapped[UUID | None] = mapped_column(ForeignKey("partnerships.id"), index=True, init=False)

    subject: Mapped[Participant] = relationship(foreign_keys=[subject_id])
    to_participant: Mapped[Participant | None] = relationship(foreign_keys=[to_participant_id], default=None)
    to_account: Mapped[Account | None] = relationship(default=None)
    partnership: Mapped[Partnership | None] = relationship(default=None)
