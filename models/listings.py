"""What is lacking and what can be given: needs with slots, offers with items."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    inspect,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.accounts import Account
from models.areas import Area
from models.base import Base, Versioned
from models.errors import IllegalMove, InvalidValue
from models.participants import ConsentPurpose, Participant
from models.search import SmallVector, Terms, fold
from models.taxonomy import (
    EVENINGS,
    FEW_HOURS,
    LECTURE,
    WELCOMES,
    ActivityField,
    Condition,
    Reach,
    ResourceKind,
    Skill,
    SmallRole,
    Window,
)

if TYPE_CHECKING:
    from models.charges import Charge
    from models.on_behalf import ActOnBehalf
    from models.staff_bank import CouncilSeat

MOST_SLOTS: Final = 6
MOST_ITEMS: Final = 6


class NeedStatus(StrEnum):
    """Where a need stands."""

    DRAFT = "draft"
    OPEN = "open"
    FILLED = "filled"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class OfferStatus(StrEnum):
    """Where an offer stands."""

    DRAFT = "draft"
    OPEN = "open"
    PAUSED = "paused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class NeedOrigin(StrEnum):
    """How a need came to be known."""

    OWN_POST = "own_post"
    VISIT = "visit"
    CONSULTATION = "consultation"
    ROUNDTABLE = "roundtable"
    PLAN_GOAL = "plan_goal"
    IMPORT = "import"


need_fields = Table(
    "need_fields",
    Base.metadata,
    Column("need_id", ForeignKey("needs.id", ondelete="CASCADE"), primary_key=True),
    Column("activity_field_id", ForeignKey("activity_fields.id"), primary_key=True),
)
offer_fields = Table(
    "offer_fields",
    Base.metadata,
    Column("offer_id", ForeignKey("offers.id", ondelete="CASCADE"), primary_key=True),
    Column("activity_field_id", ForeignKey("activity_fields.id"), primary_key=True),
)


def _check_dates(starts_on: date | None, ends_on: date | None) -> None:
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        raise InvalidValue("the end lies before the start")


class Need(Versioned, Base, kw_only=True):
    """Something a participant lacks, as a title, a text and up to six slots."""

    __tablename__ = "needs"
    __table_args__ = (
        UniqueConstraint("id", "municipality_id", name="needs_lie_in_one_municipality"),
        UniqueConstraint("municipality_id", "import_key", name="an_imported_need_exists_once"),
        ForeignKeyConstraint(
            ["participant_id", "municipality_id"],
            ["participants.id", "participants.municipality_id"],
            name="a_need_lies_in_the_municipality_of_its_participant",
        ),
        CheckConstraint("title <> ''", name="title_is_not_empty"),
        CheckConstraint("ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("(status = 'draft') = (opened_at IS NULL)", name="opened_iff_not_draft"),
        Index("ix_needs_municipality_status", "municipality_id", "status"),
        Index("ix_needs_area_status", "area_id", "status"),
    )

    title: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[NeedStatus] = mapped_column(default=NeedStatus.DRAFT, init=False)
    origin: Mapped[NeedOrigin] = mapped_column(default=NeedOrigin.OWN_POST)
    source: Mapped[str] = mapped_column(String(300), default="")
    online: Mapped[bool | None] = mapped_column(default=None)
    accepts: Mapped[list[str] | None] = mapped_column(default=None)
    windows: Mapped[list[str] | None] = mapped_column(default=None)
    welcomes: Mapped[list[str] | None] = mapped_column(default=None)
    starts_on: Mapped[date | None] = mapped_column(default=None)
    ends_on: Mapped[date | None] = mapped_column(default=None)
    expires_on: Mapped[date | None] = mapped_column(default=None)
    notice_contact: Mapped[str | None] = mapped_column(String(100), default=None)
    notice_phone: Mapped[str | None] = mapped_column(String(40), default=None)
    import_key: Mapped[str | None] = mapped_column(String(200), default=None)
    opened_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    discarded_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    renewal_asked_for: Mapped[date | None] = mapped_column(default=None, init=False)
    search_text: Mapped[str] = mapped_column(Text, default="", init=False)
    participant_id: Mapped[UUID] = mapped_column(index=True, init=False)
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), index=True, init=False)
    municipality_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), init=False)
    posted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    participant: Mapped[Participant] = relationship(
        primaryjoin="Need.participant_id == Participant.id", foreign_keys=[participant_id]
    )
    area: Mapped[Area] = relationship(foreign_keys=[area_id], default=None)
    municipality: Mapped[Area] = relationship(foreign_keys=[municipality_id], init=False)
    posted_by: Mapped[Account | None] = relationship(default=None)
    fields: Mapped[list[ActivityField]] = relationship(
        secondary=need_fields, order_by=ActivityField.position, lazy="raise", default_factory=list
    )
    standing_charge: Mapped["Charge | None"] = relationship(
        primaryjoin="and_(Need.id == Charge.need_id, Charge.until.is_(None))", viewonly=True, uselist=False, init=False
    )
    council_seat: Mapped["CouncilSeat | None"] = relationship(
        back_populates="need", uselist=False, cascade="all, delete-orphan", init=False
    )
    slots: Mapped[list["Slot"]] = relationship(
        back_populates="need",
        cascade="all, delete-orphan",
        order_by="Slot.position",
        lazy="raise",
        default_factory=list,
    )
    acts: Mapped[list["ActOnBehalf"]] = relationship(
        viewonly=True, order_by="ActOnBehalf.entered_at.desc()", lazy="raise", init=False
    )

    def __post_init__(self) -> None:
        """Take place and municipality from the participant where none is named."""
        _check_dates(self.starts_on, self.ends_on)
        self.area = self.area or self.participant.area
        self.municipality = self.participant.municipality

    def asks_of(self, participant: Participant) -> frozenset[ConsentPurpose]:
        """Return to which purposes a person consented who is asked; where all are to lecture, to that beside projects.

        Whoever has the need consented to projects alone: they sit on no council, and do not lecture to themselves.
        """
        if participant is self.participant:
            return frozenset({ConsentPurpose.PROJECTS})
        if self.council_seat is not None:
            return frozenset({ConsentPurpose.COUNCIL_SEAT})
        skills = {slot.skill and slot.skill.code for slot in self.slots if slot.kind is ResourceKind.PEOPLE}
        return frozenset({ConsentPurpose.PROJECTS} | ({ConsentPurpose.LECTURER} if skills == {LECTURE} else set()))

    @property
    def is_open(self) -> bool:
        """Tell whether partners are sought now."""
        return self.status is NeedStatus.OPEN

    def set_slots(self, slots: list["Slot"]) -> None:
        """Replace what is lacking; one to six slots, numbered in their order."""
        if not 1 <= len(slots) <= MOST_SLOTS:
            raise InvalidValue(f"a need has 1 to {MOST_SLOTS} slots, not {len(slots)}")
        for position, slot in enumerate(slots, start=1):
            slot.position = position
        self.slots = slots

    def open(self, *, at: datetime) -> None:
        """Show the need and look for partners; also takes a filled or withdrawn need up again."""
        self.status = NeedStatus.OPEN
        self.opened_at = self.opened_at or at

    def withdraw(self) -> None:
        """Stop looking for partners."""
        self._leave_open(NeedStatus.WITHDRAWN)

    def fill(self) -> None:
        """Note that every slot is covered."""
        self._leave_open(NeedStatus.FILLED)

    def lack_again(self) -> None:
        """Seek partners again where the need was filled, because somebody who had promised a part has gone."""
        if self.status is NeedStatus.FILLED:
            self.status = NeedStatus.OPEN

    def expire(self) -> None:
        """Note that nobody renewed the need in time."""
        self._leave_open(NeedStatus.EXPIRED)

    def _leave_open(self, status: NeedStatus) -> None:
        if self.status not in {NeedStatus.OPEN, status} and not (
            self.status is NeedStatus.FILLED and status is NeedStatus.WITHDRAWN
        ):
            raise IllegalMove(f"a need that is {self.status} does not become {status}")
        self.status = status

    def reopen_as(self, status: NeedStatus) -> None:
        """Take a withdrawal back: the need stands again where it stood before it."""
        if self.status is not NeedStatus.WITHDRAWN or status not in {NeedStatus.OPEN, NeedStatus.FILLED}:
            raise IllegalMove(f"a need that is {self.status} does not become {status} again")
        self.status = status

    def discard(self, *, at: datetime) -> None:
        """Put a draft away; nobody sees it any more, and it is removed when this can no longer be undone."""
        if self.status is not NeedStatus.DRAFT or self.discarded_at is not None:
            raise IllegalMove("only a draft is discarded, and once")
        self.discarded_at = at

    def take_out_again(self) -> None:
        """Take back that a draft was discarded."""
        if self.discarded_at is None:
            raise IllegalMove("the need was not discarded")
        self.discarded_at = None

    def set_windows(self, windows: list[Window] | None) -> None:
        """Set the parts of the week, or None where nobody said."""
        self.windows = None if windows is None else sorted(window.value for window in windows)

    def set_accepts(self, conditions: list[Condition] | None) -> None:
        """Set the conditions that can be taken, or None where nobody said."""
        self.accepts = None if conditions is None else sorted(condition.value for condition in conditions)

    def set_welcomes(self, welcomes: list[SmallRole] | None) -> None:
        """Set whether children and beginners are welcome, or None where nobody said."""
        if any(welcome not in WELCOMES for welcome in welcomes or ()):
            raise InvalidValue("hours, days and place say the rest themselves")
        self.welcomes = None if welcomes is None else sorted(welcome.value for welcome in welcomes)

    @property
    def small_roles(self) -> list[SmallRole]:
        """Return what makes helping here a small thing, as far as it is known."""
        small = {SmallRole(welcome) for welcome in self.welcomes or ()}
        if self.online:
            small.add(SmallRole.ONLINE)
        if EVENINGS.intersection(self.windows or ()):
            small.add(SmallRole.EVENING)
        if any(slot.is_small for slot in self.slots):
            small.add(SmallRole.FEW_HOURS)
        return [role for role in SmallRole if role in small]


class Slot(Base, kw_only=True):
    """One thing that a need lacks."""

    __tablename__ = "slots"
    __table_args__ = (
        UniqueConstraint("need_id", "position", name="a_position_holds_one_slot"),
        CheckConstraint(f"position BETWEEN 1 AND {MOST_SLOTS}", name="a_need_has_at_most_six_slots"),
        CheckConstraint("quantity >= 1", name="quantity_is_positive"),
        CheckConstraint("promised BETWEEN 0 AND quantity", name="no_more_is_promised_than_needed"),
        CheckConstraint("hours_per_month IS NULL OR hours_per_month >= 0", name="hours_are_not_negative"),
    )

    kind: Mapped[ResourceKind]
    what: Mapped[str] = mapped_column(String(120))
    quantity: Mapped[int] = mapped_column(default=1)
    unit: Mapped[str] = mapped_column(String(20), default="")
    hours_per_month: Mapped[float | None] = mapped_column(default=None)
    position: Mapped[int] = mapped_column(default=1)
    promised: Mapped[int] = mapped_column(default=0, init=False)
    need_id: Mapped[UUID] = mapped_column(ForeignKey("needs.id", ondelete="CASCADE"), init=False)
    skill_id: Mapped[UUID | None] = mapped_column(ForeignKey("skills.id"), index=True, init=False)

    need: Mapped[Need] = relationship(back_populates="slots", init=False)
    skill: Mapped[Skill | None] = relationship(default=None)

    def __post_init__(self) -> None:
        """Refuse a quantity below one."""
        if self.quantity < 1:
            raise InvalidValue("a slot lacks at least one")

    @property
    def open_quantity(self) -> int:
        """Return how much is still lacking."""
        return self.quantity - self.promised

    @property
    def is_small(self) -> bool:
        """Tell whether somebody is still lacking who would give two hours a month or less."""
        return self.open_quantity > 0 and self.hours_per_month is not None and self.hours_per_month <= FEW_HOURS


class Offer(Versioned, Base, kw_only=True):
    """Something a participant can give, with its limits and conditions."""

    __tablename__ = "offers"
    __table_args__ = (
        UniqueConstraint("id", "municipality_id", name="offers_lie_in_one_municipality"),
        UniqueConstraint("municipality_id", "import_key", name="an_imported_offer_exists_once"),
        ForeignKeyConstraint(
            ["participant_id", "municipality_id"],
            ["participants.id", "participants.municipality_id"],
            name="an_offer_lies_in_the_municipality_of_its_participant",
        ),
        CheckConstraint("title <> ''", name="title_is_not_empty"),
        CheckConstraint("ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("engagement_limit IS NULL OR engagement_limit >= 0", name="engagement_limit_is_not_negative"),
        CheckConstraint("yearly_limit IS NULL OR yearly_limit >= 0", name="yearly_limit_is_not_negative"),
        CheckConstraint("engagements >= 0", name="engagements_are_not_negative"),
        CheckConstraint(
            "engagement_limit IS NULL OR engagements <= engagement_limit OR engagement_limit_exceeded",
            name="engagements_keep_the_limit",
        ),
        CheckConstraint(
            "yearly_engagements >= 0 AND (yearly_limit IS NULL OR yearly_engagements <= yearly_limit"
            " OR yearly_limit_exceeded)",
            name="yearly_engagements_keep_the_limit",
        ),
        Index("ix_offers_municipality_status", "municipality_id", "status"),
        Index("ix_offers_area_status", "area_id", "status"),
        Index("ix_offers_reach_municipality_status", "reach", "municipality_id", "status"),
        Index("ix_offers_terms", "terms", postgresql_using="gin", info={"only_on": "postgresql"}).ddl_if(
            dialect="postgresql"
        ),
    )

    title: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[OfferStatus] = mapped_column(default=OfferStatus.DRAFT, init=False)
    source: Mapped[str] = mapped_column(String(300), default="")
    reach: Mapped[Reach] = mapped_column(default=Reach.MUNICIPALITY)
    online: Mapped[bool | None] = mapped_column(default=None)
    condition: Mapped[Condition | None] = mapped_column(default=None)
    windows: Mapped[list[str] | None] = mapped_column(default=None)
    starts_on: Mapped[date | None] = mapped_column(default=None)
    ends_on: Mapped[date | None] = mapped_column(default=None)
    expires_on: Mapped[date | None] = mapped_column(default=None)
    engagement_limit: Mapped[int | None] = mapped_column(default=None)
    yearly_limit: Mapped[int | None] = mapped_column(default=None)
    import_key: Mapped[str | None] = mapped_column(String(200), default=None)
    engagements: Mapped[int] = mapped_column(default=0, init=False)
    engagement_limit_exceeded: Mapped[bool] = mapped_column(default=False, init=False)
    engagements_year: Mapped[int | None] = mapped_column(default=None, init=False)
    yearly_engagements: Mapped[int] = mapped_column(default=0, server_default="0", init=False)
    yearly_limit_exceeded: Mapped[bool] = mapped_column(default=False, server_default=false(), init=False)
    renewal_asked_for: Mapped[date | None] = mapped_column(default=None, init=False)
    search_text: Mapped[str] = mapped_column(Text, default="", init=False)
    terms: Mapped[Sequence[str] | None] = mapped_column(Terms, default=None, deferred=True, init=False)
    meaning: Mapped[bytes | None] = mapped_column(SmallVector, default=None, deferred=True, init=False)
    participant_id: Mapped[UUID] = mapped_column(index=True, init=False)
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), index=True, init=False)
    municipality_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), init=False)

    participant: Mapped[Participant] = relationship(
        primaryjoin="Offer.participant_id == Participant.id", foreign_keys=[participant_id]
    )
    area: Mapped[Area] = relationship(foreign_keys=[area_id], default=None)
    municipality: Mapped[Area] = relationship(foreign_keys=[municipality_id], init=False)
    fields: Mapped[list[ActivityField]] = relationship(
        secondary=offer_fields, order_by=ActivityField.position, lazy="raise", default_factory=list
    )
    items: Mapped[list["OfferItem"]] = relationship(
        back_populates="offer",
        cascade="all, delete-orphan",
        order_by="OfferItem.position",
        lazy="raise",
        default_factory=list,
    )

    def __post_init__(self) -> None:
        """Take place and municipality from the participant where none is named."""
        _check_dates(self.starts_on, self.ends_on)
        self.area = self.area or self.participant.area
        self.municipality = self.participant.municipality

    @property
    def is_open(self) -> bool:
        """Tell whether the offer can be suggested now."""
        return self.status is OfferStatus.OPEN

    def set_items(self, items: list["OfferItem"]) -> None:
        """Replace what is given; one to six items, numbered in their order."""
        if not 1 <= len(items) <= MOST_ITEMS:
            raise InvalidValue(f"an offer has 1 to {MOST_ITEMS} items, not {len(items)}")
        for position, item in enumerate(items, start=1):
            item.position = position
        self.items = items

    def open(self) -> None:
        """Let the offer be suggested."""
        self.status = OfferStatus.OPEN

    def pause(self) -> None:
        """Keep the offer from being suggested for a while."""
        if self.status is not OfferStatus.OPEN:
            raise IllegalMove(f"an offer that is {self.status} cannot be paused")
        self.status = OfferStatus.PAUSED

    def expire(self) -> None:
        """Note that nobody renewed the offer in time; what was promised already stays promised."""
        if self.status is not OfferStatus.OPEN:
            raise IllegalMove(f"an offer that is {self.status} does not expire")
        self.status = OfferStatus.EXPIRED

    def withdraw(self) -> None:
        """Take the offer back; what was promised already stays promised."""
        self.status = OfferStatus.WITHDRAWN

    def reopen_as(self, status: OfferStatus) -> None:
        """Take a pause or withdrawal back: the offer stands again where it stood before it."""
        if self.status not in {OfferStatus.PAUSED, OfferStatus.WITHDRAWN}:
            raise IllegalMove(f"an offer that is {self.status} was neither paused nor withdrawn")
        self.status = status

    def set_engagement_limit(self, limit: int | None) -> None:
        """Set how many partnerships the offer serves at once; running ones are never cut off."""
        self.engagement_limit = limit
        self.engagement_limit_exceeded = limit is not None and self.engagements > limit

    def set_yearly_limit(self, limit: int | None) -> None:
        """Set how many partnerships of one fiscal year the offer serves; what is promised is never taken back."""
        self.yearly_limit = limit
        self.yearly_limit_exceeded = limit is not None and self.yearly_engagements > limit

    def engagements_in(self, year: int) -> int:
        """Return how many partnerships of a fiscal year the offer serves; the counter holds the latest year alone."""
        return self.yearly_engagements if self.engagements_year == year else 0

    def left_in(self, year: int) -> int | None:
        """Return how many partnerships more the offer serves in a fiscal year, None where there is no limit."""
        return None if self.yearly_limit is None else max(0, self.yearly_limit - self.engagements_in(year))

    def set_windows(self, windows: list[Window] | None) -> None:
        """Set the parts of the week, or None where nobody said."""
        self.windows = None if windows is None else sorted(window.value for window in windows)


class OfferItem(Base, kw_only=True):
    """One thing that an offer gives."""

    __tablename__ = "offer_items"
    __table_args__ = (
        UniqueConstraint("offer_id", "position", name="a_position_holds_one_item"),
        CheckConstraint(f"position BETWEEN 1 AND {MOST_ITEMS}", name="an_offer_has_at_most_six_items"),
        CheckConstraint("quantity >= 1", name="quantity_is_positive"),
        CheckConstraint("promised BETWEEN 0 AND quantity", name="no_more_is_promised_than_offered"),
    )

    kind: Mapped[ResourceKind]
    what: Mapped[str] = mapped_column(String(120))
    quantity: Mapped[int] = mapped_column(default=1)
    unit: Mapped[str] = mapped_column(String(20), default="")
    position: Mapped[int] = mapped_column(default=1)
    promised: Mapped[int] = mapped_column(default=0, init=False)
    offer_id: Mapped[UUID] = mapped_column(ForeignKey("offers.id", ondelete="CASCADE"), init=False)
    skill_id: Mapped[UUID | None] = mapped_column(ForeignKey("skills.id"), index=True, init=False)

    offer: Mapped[Offer] = relationship(back_populates="items", init=False)
    skill: Mapped[Skill | None] = relationship(default=None)

    def __post_init__(self) -> None:
        """Refuse a quantity below one."""
        if self.quantity < 1:
            raise InvalidValue("an item gives at least one")

    @property
    def is_used_up(self) -> bool:
        """Tell whether a promise leaves less of it."""
        return is_used_up(self.kind, is_resident=self.offer.participant.is_resident)

    @property
    def free_quantity(self) -> int:
        """Return how much can still be promised."""
        return self.quantity - self.promised if self.is_used_up else self.quantity


def is_used_up(kind: ResourceKind, *, is_resident: bool) -> bool:
    """Tell whether a promise leaves less of what a person or body gives.

    Information is not used up by being shared; a person of the staff bank is not either: their
    own limit of engagements and hours says how much they can take on.
    """
    return kind is not ResourceKind.INFORMATION and not (kind is ResourceKind.PEOPLE and is_resident)


def renew_search_text(session: Session) -> None:
    """Write the folded text that a search looks through for every need and offer about to be flushed."""
    for row in touched_listings(session):
        row.search_text = fold(words_of(session, row))


def touched_listings(session: Session) -> set[Need | Offer]:
    """Return the needs and offers of which something is about to be flushed."""
    touched: set[Need | Offer] = set()
    for row in [*session.new, *session.dirty]:
        if isinstance(row, (Need, Offer)):
            touched.add(row)
        elif isinstance(row, Slot) and row.need is not None:
            touched.add(row.need)
        elif isinstance(row, OfferItem) and row.offer is not None:
            touched.add(row.offer)
    return touched


def words_of(session: Session, row: Need | Offer) -> str:
    """Return all that a listing says of itself: title, text, and what it lacks or gives."""
    return " ".join([row.title, row.body, *_named_things(session, row)])


def _named_things(session: Session, row: Need | Offer) -> list[str]:
    """Return what the slots or items are called; those that changed speak for themselves already."""
    if isinstance(row, Need):
        if "slots" in inspect(row).dict:
            return [slot.what for slot in row.slots]
        slots = session.scalars(select(Slot).where(Slot.need_id == row.id).order_by(Slot.position))
        return [slot.what for slot in slots]
    if "items" in inspect(row).dict:
        return [item.what for item in row.items]
    items = session.scalars(select(OfferItem).where(OfferItem.offer_id == row.id).order_by(OfferItem.position))
    return [item.what for item in items]
