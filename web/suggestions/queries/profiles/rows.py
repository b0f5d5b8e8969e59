"""Needs and offers as rows with their profiles, for pages that show both."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import (
    Select,
    select,
)
from sqlalchemy.orm import Session, joinedload, selectinload

from matching import NeedProfile, OfferProfile
from models import (
    Need,
    Offer,
    OfferItem,
    Participant,
    Slot,
)
from web.suggestions.queries.profiles.owners import Record, declined_by, owner_of, records_of
from web.suggestions.queries.profiles.shapes import (
    TOWN_TIME,
    profile_of_item,
    profile_of_need,
    profile_of_offer,
    profile_of_slot,
)

Needs: TypeAlias = Mapping[str, tuple[Need, NeedProfile]]
Offers: TypeAlias = Mapping[str, tuple[Offer, OfferProfile]]


def needs(session: Session, statement: Select[Need], *, at: datetime) -> Needs:
    """Return needs with their profiles, by id in the order of the ids."""
    rows = session.scalars(
        statement.options(
            joinedload(Need.participant),
            joinedload(Need.area),
            joinedload(Need.council_seat),
            selectinload(Need.slots).joinedload(Slot.skill),
            selectinload(Need.fields),
        )
    ).all()
    return need_profiles(session, rows, at=at, declined=declined_by(session, statement))


def need_profiles(
    session: Session,
    rows: Iterable[Need],
    *,
    at: datetime,
    declined: Mapping[UUID, frozenset[str]] | None = None,
) -> Needs:
    """Return the profiles of loaded needs; `declined` names by need who said no to it, where that is known."""
    found = sorted(rows, key=lambda need: str(need.id))
    if declined is None:
        declined = declined_by(session, select(Need).where(Need.id.in_([need.id for need in found])))
    today = at.astimezone(TOWN_TIME).date()
    return {
        str(need.id): (need, need_profile(need, declined=declined.get(need.id, frozenset()), on=today))
        for need in found
    }


def load_need(session: Session, need: Need) -> Need:
    """Load all that the profile of one need is made of, in one query."""
    return (
        session.scalars(
            select(Need)
            .where(Need.id == need.id)
            .options(
                joinedload(Need.participant).joinedload(Participant.consents),
                joinedload(Need.area),
                joinedload(Need.municipality),
                joinedload(Need.council_seat),
                joinedload(Need.slots).joinedload(Slot.skill),
                joinedload(Need.fields),
            )
        )
        .unique()
        .one()
    )


def offers(session: Session, statement: Select[Offer], *, at: datetime) -> Offers:
    """Return offers with their profiles, by id in the order of the ids."""
    rows = session.scalars(
        statement.options(
            joinedload(Offer.participant),
            joinedload(Offer.area),
            selectinload(Offer.items).joinedload(OfferItem.skill),
            selectinload(Offer.fields),
        )
    ).all()
    owners = statement.with_only_columns(Offer.participant_id).order_by(None)
    return offer_profiles(session, rows, owners, at=at)


def offer_profiles(
    session: Session, rows: Iterable[Offer], owners: Select[UUID] | Sequence[UUID], *, at: datetime
) -> Offers:
    """Return the profiles of loaded offers; `owners` names their participants."""
    records = records_of(session, owners, at=at)
    today = at.astimezone(TOWN_TIME).date()
    return {
        str(offer.id): (
            offer,
            offer_profile(offer, record=records.get(offer.participant_id, Record()), on=today),
        )
        for offer in sorted(rows, key=lambda offer: str(offer.id))
    }


def need_profile(need: Need, *, declined: frozenset[str], on: date) -> NeedProfile:
    """Return what the engine is told of a need."""
    return profile_of_need(
        need,
        owner_of(need.participant),
        area=need.area.path,
        slots=tuple(profile_of_slot(slot, slot.skill.code if slot.skill else None) for slot in need.slots),
        fields=frozenset(field.code for field in need.fields),
        declined=declined,
        seat=need.council_seat,
        on=on,
    )


def offer_profile(offer: Offer, *, record: Record, on: date) -> OfferProfile:
    """Return what the engine is told of an offer."""
    is_resident = offer.participant.is_resident
    return profile_of_offer(
        offer,
        owner_of(offer.participant),
        area=offer.area.path,
        items=tuple(
            profile_of_item(item, item.skill.code if item.skill else None, is_resident=is_resident)
            for item in offer.items
        ),
        fields=frozenset(field.code for field in offer.fields),
        record=record,
        on=on,
    )
