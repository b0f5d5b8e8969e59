"""Lists of needs and offers: narrowed down, counted, cut into pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models import (
    Account,
    ActivityField,
    Area,
    AreaLevel,
    Need,
    NeedStatus,
    Offer,
    OfferItem,
    OfferStatus,
    Participant,
    ResourceKind,
    Slot,
)
from models.search import contains_words
from web.listings.queries.visibility import ListingModel, visible_needs_to, visible_offers_to
from web.participants.queries import SeenParticipant, seen_by

PAGE_SIZE: Final = 20
MOST_PLACES: Final = 300
LONGEST_QUERY: Final = 100

Listing = TypeVar("Listing", Need, Offer)


class Show(StrEnum):
    """Which states a list shows."""

    OPEN = "open"
    OWN = "own"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader narrows a list down to; each part may be left open."""

    q: str = ""
    area: str = ""
    field: str = ""
    kind: str = ""
    show: Show = Show.OPEN

    def active(self) -> dict[str, str]:
        """Return the parts that narrow the list, as the parameters of its address."""
        parts = {"q": self.q, "area": self.area, "field": self.field, "kind": self.kind}
        if self.show is not Show.OPEN:
            parts["show"] = self.show.value
        return {name: value for name, value in parts.items() if value}


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


def needs_page(session: Session, account: Account | None, filters: Filters, *, page: int) -> Page[Need]:
    """Return one page of the needs that the account may see, newest first."""
    statement = _narrowed(visible_needs_to(account), Need, filters, account)
    return _page(session, statement, Need, account, page)


def offers_page(session: Session, account: Account | None, filters: Filters, *, page: int) -> Page[Offer]:
    """Return one page of the offers that the account may see, newest first."""
    statement = _narrowed(visible_offers_to(account), Offer, filters, account)
    return _page(session, statement, Offer, account, page)


def hits_without_each(
    session: Session, account: Account | None, filters: Filters, model: ListingModel
) -> dict[str, int]:
    """Return, for each active filter, how much the list would hold without it; what would hold nothing is left out."""
    hits = {}
    for name in filters.active():
        rest = {key: value for key, value in _parts(filters).items() if key != name}
        statement: Select[Any] = visible_needs_to(account) if model is Need else visible_offers_to(account)
        count = _count(session, _narrowed(statement, model, Filters(**rest), account))
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


def _parts(filters: Filters) -> dict[str, Any]:
    return {
        "q": filters.q,
        "area": filters.area,
        "field": filters.field,
        "kind": filters.kind,
        "show": filters.show,
    }


def _narrowed(statement: Select[Any], model: ListingModel, filters: Filters, account: Account | None) -> Select[Any]:
    if filters.show is Show.OPEN:
        statement = statement.where(_is_open(model))
    elif filters.show is Show.OWN:
        represented = [] if account is None else [membership.participant_id for membership in account.memberships]
        statement = statement.where(Participant.id.in_(represented))
    if filters.q:
        statement = statement.where(contains_words(model.search_text, filters.q.replace("\0", " ")[:LONGEST_QUERY]))
    if filters.area:
        inside = Area.path.startswith(filters.area + ".", autoescape=True)
        statement = statement.where(or_(Area.path == filters.area, inside))
    if filters.field:
        statement = statement.where(model.fields.any(ActivityField.code == filters.field))
    if filters.kind:
        statement = statement.where(_names_kind(model, filters.kind))
    return statement


def _names_kind(model: ListingModel, kind: str) -> ColumnElement[bool]:
    if kind not in {member.value for member in ResourceKind}:
        return false()
    if model is Need:
        return Need.slots.any(Slot.kind == ResourceKind(kind))
    return Offer.items.any(OfferItem.kind == ResourceKind(kind))


def _count(session: Session, statement: Select[Any]) -> int:
    counting = statement.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
    return session.scalar(counting) or 0


def _page(
    session: Session, statement: Select[Any], model: type[Listing], account: Account | None, number: int
) -> Page[Listing]:
    total = _count(session, statement)
    number = min(max(number, 1), max(1, -(-total // PAGE_SIZE)))
    rows: Sequence[Listing] = []
    if total:
        rows = session.scalars(
            statement.options(*_card(model))
            .order_by(*newest_first(model))
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


def _with_ancestors(path: str) -> Iterable[str]:
    parts = path.split(".")
    return (".".join(parts[:length]) for length in range(1, len(parts) + 1))
