"""Lists of needs and offers: narrowed down, counted, cut into pages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, Text, and_, cast, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, joinedload, selectinload

from models import (
    Account,
    ActivityField,
    Area,
    AreaLevel,
    AreaNeighbour,
    Need,
    NeedStatus,
    Offer,
    OfferItem,
    OfferStatus,
    Participant,
    ResourceKind,
    Slot,
    SmallRole,
    Window,
)
from models.search import contains_words
from models.taxonomy import EVENINGS, FEW_HOURS
from web.listings.queries.visibility import ListingModel, visible_needs_to, visible_offers_to
from web.participants.queries import SeenParticipant, seen_by

PAGE_SIZE: Final = 20
MOST_PLACES: Final = 600
LONGEST_QUERY: Final = 100
LONGEST_VALUE: Final = 200

Listing = TypeVar("Listing", Need, Offer)


class Show(StrEnum):
    """Which states a list shows."""

    OPEN = "open"
    OWN = "own"
    ALL = "all"


class When(StrEnum):
    """When somebody could take part, in few words; each stands for several parts of the week."""

    WEEKDAYS = "weekdays"
    EVENINGS = "evenings"
    WEEKENDS = "weekends"
    UNDECIDED = "undecided"


WINDOWS_OF: Final[Mapping[When, Sequence[Window]]] = MappingProxyType(
    {
        When.WEEKDAYS: (Window.WEEKDAY_AM, Window.WEEKDAY_PM),
        When.EVENINGS: sorted(EVENINGS),
        When.WEEKENDS: tuple(window for window in Window if not window.value.startswith("weekday")),
    }
)


class Order(StrEnum):
    """What stands first in a list."""

    NEWEST = "newest"
    ENDING = "ending"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader narrows a list down to; each part may be left open.

    A list of offers knows words, place, field, kind and state; the rest narrows needs alone.
    """

    q: str = ""
    area: str = ""
    nearby: bool = False
    field: str = ""
    kind: str = ""
    when: str = ""
    small: str = ""
    show: Show = Show.OPEN
    order: Order = Order.NEWEST

    @classmethod
    def from_address(cls, address: Mapping[str, str]) -> "Filters":
        """Read a search from the parameters of an address; an unknown state or order is the usual one."""
        show, order = address.get("show", ""), address.get("order", "")
        return cls(
            **{name: address.get(name, "")[:LONGEST_VALUE] for name in ("area", "field", "kind", "when", "small")},
            q=address.get("q", "")[:LONGEST_QUERY],
            nearby=address.get("nearby") == "1",
            show=Show(show) if show in {member.value for member in Show} else Show.OPEN,
            order=Order(order) if order in {member.value for member in Order} else Order.NEWEST,
        )

    def active(self) -> dict[str, str]:
        """Return the parts that narrow the list, as the parameters of its address."""
        parts = {
            "q": self.q,
            "area": self.area,
            "nearby": "1" if self.nearby and self.area else "",
            "field": self.field,
            "kind": self.kind,
            "when": self.when,
            "small": self.small,
            "show": "" if self.show is Show.OPEN else self.show.value,
        }
        return {name: value for name, value in parts.items() if value}

    def without(self, name: str) -> "Filters":
        """Return the same but for one part, which is left open."""
        left_open: dict[str, Any] = {name: getattr(Filters(), name)}
        return replace(self, **left_open)

    def address(self) -> dict[str, str]:
        """Return the parameters of the list's address: what narrows it, and what stands first."""
        order = {} if self.order is Order.NEWEST else {"order": self.order.value}
        return self.active() | order


@dataclass(frozen=True, slots=True)
class Seen(Generic[Listing]):
    """A need or offer together with as much of its participant as the reader may see."""

    row: Listing
    owner: SeenParticipant


@dataclass(frozen=True, slots=True)
class Page(Generic[Listing]):
    """One page of a list."""

    items: Sequence[Seen[Listing]]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """Return how many pages the list has, at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class Place:
    """A place under which something is listed, and how much."""

    area: Area
    listed: int
    depth: int


def needs_page(
    session: Session, account: Account | None, filters: Filters, *, page: int, total: int | None = None
) -> Page[Need]:
    """Return one page of the needs that the account may see, in the order asked for; a known total is not counted."""
    statement = narrowed(visible_needs_to(account), Need, filters, account)
    return _page(session, statement, Need, account, page, order=filters.order, total=total)


def offers_page(session: Session, account: Account | None, filters: Filters, *, page: int) -> Page[Offer]:
    """Return one page of the offers that the account may see, newest first."""
    statement = narrowed(visible_offers_to(account), Offer, filters, account)
    return _page(session, statement, Offer, account, page)


def hits_without_each(
    session: Session, account: Account | None, filters: Filters, model: ListingModel
) -> dict[str, int]:
    """Return, for each active filter, how much the list would hold without it; what would hold nothing is left out."""
    hits = {}
    for name in filters.active():
        statement: Select[Any] = visible_needs_to(account) if model is Need else visible_offers_to(account)
        count = _count(session, narrowed(statement, model, filters.without(name), account))
        if count:
            hits[name] = count
    return hits


def places_with(session: Session, account: Account | None, model: ListingModel) -> list[Place]:
    """Return the places under which something open is listed, each before what lies in it."""
    statement: Select[Any] = visible_needs_to(account) if model is Need else visible_offers_to(account)
    counts = session.execute(
        statement.where(_is_open(model))
        .with_only_columns(Area.path, func.count(), maintain_column_froms=True)
        .group_by(Area.path)
        .order_by(None)
    ).all()
    listed: dict[str, int] = {}
    for path, number in counts:
        for ancestor in _with_ancestors(path):
            listed[ancestor] = listed.get(ancestor, 0) + number
    areas = session.scalars(select(Area).where(Area.path.in_(list(listed))).order_by(Area.path)).all()
    if len(areas) > MOST_PLACES:
        areas = [area for area in areas if area.level is not AreaLevel.DISTRICT][:MOST_PLACES]
    highest = min((area.path.count(".") for area in areas), default=0)
    return [Place(area, listed[area.path], area.path.count(".") - highest) for area in areas]


def _is_open(model: ListingModel) -> ColumnElement[bool]:
    return Need.status == NeedStatus.OPEN if model is Need else Offer.status == OfferStatus.OPEN


def narrowed(
    statement: Select[Any],
    model: ListingModel,
    filters: Filters,
    account: Account | None,
    *,
    without: Iterable[str] = (),
) -> Select[Any]:
    """Return the statement with the filters as conditions, but for those that are named."""
    left_out = set(without)
    found = conditions(model, filters, account)
    return statement.where(*(condition for name, condition in found.items() if name not in left_out))


def conditions(model: ListingModel, filters: Filters, account: Account | None) -> dict[str, ColumnElement[bool]]:
    """Return the condition of each filter that is set; what is unknown finds nothing."""
    found: dict[str, ColumnElement[bool]] = {}
    if filters.show is Show.OPEN:
        found["show"] = _is_open(model)
    elif filters.show is Show.OWN:
        represented = [] if account is None else [membership.participant_id for membership in account.memberships]
        found["show"] = Participant.id.in_(represented)
    if filters.q:
        found["q"] = contains_words(model.search_text, filters.q.replace("\0", " ")[:LONGEST_QUERY])
    if filters.area:
        found["area"] = _is_around(filters.area) if filters.nearby else _is_within(filters.area)
    if filters.field:
        found["field"] = model.fields.any(ActivityField.code == filters.field)
    if filters.kind:
        found["kind"] = _names_kind(model, filters.kind)
    if filters.when and model is Need:
        found["when"] = takes_place(filters.when)
    if filters.small and model is Need:
        found["small"] = is_small(filters.small)
    return found


def _is_within(path: str) -> ColumnElement[bool]:
    return or_(Area.path == path, Area.path.startswith(path + ".", autoescape=True))


def _is_around(path: str) -> ColumnElement[bool]:
    """Return the condition that something lies in a place or in one that borders it."""
    here, there = aliased(Area), aliased(Area)
    borders = (
        select(AreaNeighbour.id)
        .join(here, AreaNeighbour.area_id == here.id)
        .join(there, AreaNeighbour.neighbour_id == there.id)
        .where(here.path == path, or_(Area.path == there.path, Area.path.startswith(there.path.concat("."))))
        .correlate(Area)
    )
    return or_(_is_within(path), borders.exists())


def _names_kind(model: ListingModel, kind: str) -> ColumnElement[bool]:
    if kind not in {member.value for member in ResourceKind}:
        return false()
    if model is Need:
        return Need.slots.any(Slot.kind == ResourceKind(kind))
    return Offer.items.any(OfferItem.kind == ResourceKind(kind))


def takes_place(when: str) -> ColumnElement[bool]:
    """Return the condition that a need names a part of the week of this sort, or none at all."""
    if when not in {member.value for member in When}:
        return false()
    if when == When.UNDECIDED:
        return _as_text(Need.windows).not_like('%"%')
    return _names_any(Need.windows, WINDOWS_OF[When(when)])


def is_small(role: str) -> ColumnElement[bool]:
    """Return the condition that helping with a need is a small thing in this way, as `Need.small_roles` says it."""
    few_hours = and_(Slot.promised < Slot.quantity, Slot.hours_per_month <= FEW_HOURS)
    found = {
        SmallRole.FEW_HOURS: Need.slots.any(few_hours),
        SmallRole.ONLINE: Need.online.is_(True),
        SmallRole.EVENING: _names_any(Need.windows, EVENINGS),
        SmallRole.CHILDREN_WELCOME: _names_any(Need.welcomes, [SmallRole.CHILDREN_WELCOME]),
        SmallRole.TRIAL: _names_any(Need.welcomes, [SmallRole.TRIAL]),
    }
    return found[SmallRole(role)] if role in {member.value for member in SmallRole} else false()


def _names_any(column: InstrumentedAttribute[list[str] | None], members: Iterable[StrEnum]) -> ColumnElement[bool]:
    """Return the condition that the list in a column of JSON names one of the members."""
    stored = _as_text(column)
    return or_(*(stored.contains(f'"{value}"', autoescape=True) for value in sorted(members)))


def _as_text(column: InstrumentedAttribute[list[str] | None]) -> ColumnElement[str]:
    return func.coalesce(cast(column, Text), "")


def _count(session: Session, statement: Select[Any]) -> int:
    counting = statement.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
    return session.scalar(counting) or 0


def _page(
    session: Session,
    statement: Select[Any],
    model: type[Listing],
    account: Account | None,
    number: int,
    *,
    order: Order = Order.NEWEST,
    total: int | None = None,
) -> Page[Listing]:
    total = _count(session, statement) if total is None else total
    number = min(max(number, 1), max(1, -(-total // PAGE_SIZE)))
    rows: Sequence[Listing] = []
    if total:
        rows = session.scalars(
            statement.options(*_card(model))
            .order_by(*(ending_first() if order is Order.ENDING and model is Need else newest_first(model)))
            .limit(PAGE_SIZE)
            .offset((number - 1) * PAGE_SIZE)
        ).all()
    return Page([Seen(row, seen_by(account, row.participant)) for row in rows], total, number)


def _card(model: ListingModel) -> list[Any]:
    """Return the loading of what a card in a list shows; consents decide nothing there and stay unread."""
    if model is Need:
        participant = joinedload(Need.participant)
        return [
            participant,
            participant.raiseload(Participant.consents),
            joinedload(Need.area),
            selectinload(Need.slots).joinedload(Slot.skill),
        ]
    participant = joinedload(Offer.participant)
    return [
        participant,
        participant.raiseload(Participant.consents),
        joinedload(Offer.area),
        selectinload(Offer.items).joinedload(OfferItem.skill),
    ]


def newest_first(model: ListingModel) -> list[Any]:
    """Return the order of a list, total so that no page repeats a row."""
    if model is Need:
        return [Need.opened_at.desc().nulls_first(), Need.created_at.desc(), Need.id]
    return [Offer.created_at.desc(), Offer.id]


def ending_first() -> list[Any]:
    """Return the order in which what can soon no longer be answered stands first."""
    return [func.coalesce(Need.expires_on, Need.ends_on).asc().nulls_last(), *newest_first(Need)]


def _with_ancestors(path: str) -> Iterable[str]:
    parts = path.split(".")
    return (".".join(parts[:length]) for length in range(1, len(parts) + 1))
