"""What the engine is told of many needs and offers, without making rows of them."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    select,
)
from sqlalchemy.orm import Session

from matching import NeedProfile, OfferProfile
from models import (
    ActivityField,
    Area,
    CouncilSeat,
    Need,
    Offer,
    OfferItem,
    Skill,
    Slot,
)
from models.listings import need_fields, offer_fields
from web.suggestions.queries.profiles.owners import NOTHING_YET, declined_by, owners_of, portions, records_of
from web.suggestions.queries.profiles.shapes import (
    TOWN_TIME,
    profile_of_item,
    profile_of_need,
    profile_of_offer,
    profile_of_slot,
)

ToldNeeds: TypeAlias = Mapping[str, NeedProfile]
ToldOffers: TypeAlias = Mapping[str, OfferProfile]
_NEED: Final = (
    Need.id, Need.participant_id, Need.area_id, Need.title, Need.body, Need.status, Need.windows, Need.starts_on,
    Need.ends_on, Need.expires_on, Need.accepts, Need.online, Need.version,
)  # fmt: skip
_OFFER: Final = (
    Offer.id, Offer.participant_id, Offer.area_id, Offer.title, Offer.body, Offer.status, Offer.windows,
    Offer.starts_on, Offer.ends_on, Offer.expires_on, Offer.condition, Offer.reach, Offer.online, Offer.engagements,
    Offer.engagement_limit, Offer.yearly_limit, Offer.engagements_year, Offer.yearly_engagements, Offer.version,
)  # fmt: skip
_SLOTS: Final = select(
    Slot.need_id, Slot.id, Slot.kind, Slot.what, Slot.quantity, Slot.promised, Slot.hours_per_month,
    Skill.code.label("skill_code"),
).outerjoin(Skill, Slot.skill_id == Skill.id)  # fmt: skip
_ITEMS: Final = select(
    OfferItem.offer_id, OfferItem.id, OfferItem.kind, OfferItem.what, OfferItem.quantity, OfferItem.promised,
    Skill.code.label("skill_code"),
).outerjoin(Skill, OfferItem.skill_id == Skill.id)  # fmt: skip


def told_needs(session: Session, statement: Select[Need], *, at: datetime) -> ToldNeeds:
    """Return what the engine is told of needs, by id in the order of the ids, without making rows of them."""
    rows = session.execute(statement.with_only_columns(*_NEED).order_by(None)).all()
    ids = statement.with_only_columns(Need.id).order_by(None)
    slots = _grouped(session.execute(_SLOTS.where(Slot.need_id.in_(ids)).order_by(Slot.need_id, Slot.position)))
    fields_of = _codes(session, need_fields.c.need_id, need_fields, ids)
    owners = owners_of(session, {row.participant_id for row in rows})
    paths = _paths(session, {row.area_id for row in rows})
    declined = declined_by(session, statement)
    seats = {seat.need_id: seat for seat in session.scalars(select(CouncilSeat).where(CouncilSeat.need_id.in_(ids)))}
    today = at.astimezone(TOWN_TIME).date()
    return {
        str(row.id): profile_of_need(
            row,
            owners[row.participant_id],
            area=paths[row.area_id],
            slots=tuple(profile_of_slot(slot, slot.skill_code) for slot in slots.get(row.id, ())),
            fields=fields_of.get(row.id, frozenset()),
            declined=declined.get(row.id, frozenset()),
            seat=seats.get(row.id),
            on=today,
        )
        for row in sorted(rows, key=lambda row: str(row.id))
    }


def told_offers(session: Session, statement: Select[Offer], *, at: datetime) -> dict[str, OfferProfile]:
    """Return what the engine is told of offers, by id in the order of the ids, without making rows of them.

    A municipality has ten thousand of them, and a mapped row costs ten times what its columns do.
    """
    rows = session.execute(statement.with_only_columns(*_OFFER).order_by(None)).all()
    ids = statement.with_only_columns(Offer.id).order_by(None)
    items = _grouped(
        session.execute(_ITEMS.where(OfferItem.offer_id.in_(ids)).order_by(OfferItem.offer_id, OfferItem.position))
    )
    fields_of = _codes(session, offer_fields.c.offer_id, offer_fields, ids)
    owners = owners_of(session, {row.participant_id for row in rows})
    paths = _paths(session, {row.area_id for row in rows})
    records = records_of(session, statement.with_only_columns(Offer.participant_id).order_by(None), at=at)
    today = at.astimezone(TOWN_TIME).date()
    return {
        str(row.id): profile_of_offer(
            row,
            owners[row.participant_id],
            area=paths[row.area_id],
            items=tuple(
                profile_of_item(item, item.skill_code, is_resident=owners[row.participant_id].is_resident)
                for item in items.get(row.id, ())
            ),
            fields=fields_of.get(row.id, frozenset()),
            record=records.get(row.participant_id, NOTHING_YET),
            on=today,
        )
        for row in sorted(rows, key=lambda row: str(row.id))
    }


def told_offers_among(session: Session, offers: Select[Offer], ids: Iterable[UUID], *, at: datetime) -> ToldOffers:
    """Return what the engine is told of those of the offers that are named."""
    told: dict[str, OfferProfile] = {}
    for some in portions(frozenset(ids)):
        serving = session.scalars(offers.with_only_columns(Offer.id).where(Offer.id.in_(some))).all()
        told |= told_offers(session, select(Offer).where(Offer.id.in_(serving)), at=at)
    return told


def _paths(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    found: dict[UUID, str] = {}
    for some in portions(ids):
        found.update((row.id, row.path) for row in session.execute(select(Area.id, Area.path).where(Area.id.in_(some))))
    return found


def _codes(
    session: Session, column: ColumnElement[UUID], table: FromClause, ids: Select[UUID]
) -> dict[UUID, frozenset[str]]:
    """Return the codes of the fields of each listing."""
    found: dict[UUID, list[str]] = {}
    rows = session.execute(
        select(column, ActivityField.code)
        .join_from(table, ActivityField, table.c.activity_field_id == ActivityField.id)
        .where(column.in_(ids))
    )
    for listing, code in rows:
        found.setdefault(listing, []).append(code)
    return {listing: frozenset(codes) for listing, codes in found.items()}


def _grouped(rows: Iterable[Any]) -> dict[UUID, list[Any]]:
    groups: dict[UUID, list[Any]] = {}
    for row in rows:
        groups.setdefault(row[0], []).append(row)
    return groups
