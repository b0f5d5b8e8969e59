"""Reads of places: what anybody may know of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, distinct, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, raiseload, selectinload

from models import (
    Area,
    AreaLevel,
    AreaNeighbour,
    Need,
    Offer,
    OfferItem,
    OfferStatus,
    Participant,
    ParticipantKind,
    ResourceKind,
    Slot,
    lies_under,
)
from web.listings.queries import Filters, Seen, narrowed, newest_first, visible_needs_to
from web.participants.queries import seen_by

MOST_NEEDS: Final = 6
MOST_BODIES: Final = 40
FEWEST_PERSONS: Final = 5
MOST_ON_A_MAP: Final = 40


@dataclass(frozen=True, slots=True)
class Around:
    """A place, the places above it from the top, those in it and those beside it."""

    area: Area
    above: Sequence[Area]
    inside: Sequence[Area]
    beside: Sequence[Area]


@dataclass(frozen=True, slots=True)
class Activity:
    """What goes on in a place, as far as anybody may know."""

    needs: Sequence[Seen[Need]]
    open_needs: int
    sought: Mapping[ResourceKind, int]
    offered: Mapping[ResourceKind, int]
    bodies: Sequence[Participant]
    more_bodies: bool


@dataclass(frozen=True, slots=True)
class Borders:
    """Places and which of them border each other, as pairs of positions."""

    areas: Sequence[Area]
    pairs: Sequence[tuple[int, int]]
    needs: Sequence[int]


def area_by_path(session: Session, path: str) -> Area | None:
    """Return the place with a path."""
    return session.scalar(select(Area).where(Area.path == path))


def around(session: Session, area: Area) -> Around:
    """Return the places above, in and beside a place."""
    parts = area.path.split(".")
    upwards = [".".join(parts[:length]) for length in range(1, len(parts))]
    family = session.scalars(
        select(Area).where(or_(Area.path.in_(upwards), Area.parent_id == area.id)).order_by(Area.path)
    ).all()
    beside = session.scalars(
        select(Area)
        .join(AreaNeighbour, AreaNeighbour.neighbour_id == Area.id)
        .where(AreaNeighbour.area_id == area.id)
        .order_by(Area.reading, Area.path)
    ).all()
    inside = [one for one in family if one.parent_id == area.id]
    return Around(area, [one for one in family if one.parent_id != area.id], inside, beside)


def activity(session: Session, area: Area) -> Activity:
    """Return what goes on in a place, as anybody may know it."""
    statement = narrowed(visible_needs_to(None), Need, Filters(area=area.path), None)
    counting = statement.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
    options = (
        joinedload(Need.participant).raiseload(Participant.consents),
        joinedload(Need.area),
        selectinload(Need.slots),
    )
    needs = session.scalars(statement.options(*options).order_by(*newest_first(Need)).limit(MOST_NEEDS)).all()
    sought = session.execute(
        statement.join(Slot, Slot.need_id == Need.id)
        .with_only_columns(Slot.kind, func.count(distinct(Need.id)), maintain_column_froms=True)
        .group_by(Slot.kind)
        .order_by(None)
    ).all()
    bodies = _bodies(session, area)
    return Activity(
        needs=[Seen(need, seen_by(None, need.participant)) for need in needs],
        open_needs=session.scalar(counting) or 0,
        sought=_in_order({row[0]: row[1] for row in sought}),
        offered=_offered(session, area),
        bodies=bodies[:MOST_BODIES],
        more_bodies=len(bodies) > MOST_BODIES,
    )


def borders_around(session: Session, area: Area) -> Borders:
    """Return the places of a municipality, with the places that border them, for a map of what borders what."""
    home = area.parent_id if area.level is AreaLevel.DISTRICT else area.id
    areas = list(session.scalars(select(Area).where(Area.parent_id == home).order_by(Area.path).limit(MOST_ON_A_MAP)))
    position = {one.id: number for number, one in enumerate(areas)}
    rows = session.execute(
        select(AreaNeighbour.area_id, AreaNeighbour.neighbour_id).where(
            AreaNeighbour.area_id.in_(list(position)), AreaNeighbour.neighbour_id.in_(list(position))
        )
    ).all()
    pairs = sorted({(min(one, other), max(one, other)) for one, other in ((position[a], position[b]) for a, b in rows)})
    counts = session.execute(
        narrowed(visible_needs_to(None), Need, Filters(), None)
        .where(Area.id.in_(list(position)))
        .with_only_columns(Area.id, func.count(), maintain_column_froms=True)
        .group_by(Area.id)
    ).all()
    needs = {row[0]: row[1] for row in counts}
    return Borders(areas, pairs, [needs.get(one.id, 0) for one in areas])


def _bodies(session: Session, area: Area) -> Sequence[Participant]:
    statement = (
        select(Participant)
        .join(Area, Participant.area_id == Area.id)
        .where(Participant.kind != ParticipantKind.RESIDENT, *_is_active(), lies_under([area.path]))
        .options(raiseload(Participant.consents))
    )
    return session.scalars(
        statement.order_by(Participant.reading, Participant.name, Participant.id).limit(MOST_BODIES + 1)
    ).all()


def _offered(session: Session, area: Area) -> dict[ResourceKind, int]:
    """Count those who offer something of each kind; persons of whom there are fewer than five are left out."""
    owner = aliased(Participant)
    is_person = owner.kind == ParticipantKind.RESIDENT
    rows = session.execute(
        select(OfferItem.kind, is_person, func.count(distinct(owner.id)))
        .join(Offer, OfferItem.offer_id == Offer.id)
        .join(owner, Offer.participant_id == owner.id)
        .join(Area, Offer.area_id == Area.id)
        .where(
            Offer.status == OfferStatus.OPEN,
            owner.left_at.is_(None),
            owner.paused_at.is_(None),
            or_(owner.is_adult, ~is_person),
            lies_under([area.path]),
        )
        .group_by(OfferItem.kind, is_person)
    ).all()
    found: dict[ResourceKind, int] = {}
    for kind, person, number in rows:
        if not person or number >= FEWEST_PERSONS:
            found[kind] = found.get(kind, 0) + number
    return _in_order(found)


def _is_active() -> tuple[ColumnElement[bool], ...]:
    return (Participant.left_at.is_(None), Participant.paused_at.is_(None))


def _in_order(found: Mapping[ResourceKind, int]) -> dict[ResourceKind, int]:
    return {kind: found[kind] for kind in ResourceKind if found.get(kind)}
