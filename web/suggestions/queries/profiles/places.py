"""Which needs still look for somebody, and which offers may serve them."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    false,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from models import (
    Area,
    AreaLevel,
    Consent,
    ConsentPurpose,
    Need,
    NeedStatus,
    Offer,
    OfferStatus,
    Participant,
    ParticipantKind,
    Reach,
    Slot,
)

PREFECTURE_DEPTH: Final = 2
OFFERED: Final = (OfferStatus.OPEN, OfferStatus.PAUSED)


def open_needs(municipality: Area) -> Select[Need]:
    """Return the needs of a municipality that still look for somebody."""
    return select(Need).where(Need.municipality_id == municipality.id, Need.status == NeedStatus.OPEN, still_lacks())


def still_lacks() -> ColumnElement[bool]:
    """Return the condition that a need has an open slot, or has not said yet what it lacks."""
    of_need = select(Slot.id).where(Slot.need_id == Need.id)
    return or_(of_need.where(Slot.promised < Slot.quantity).exists(), ~of_need.exists())


def is_body_or_consented() -> ColumnElement[bool]:
    """Return the condition that a `Participant` is a body, or a person who consented to being suggested."""
    consented = exists().where(
        Consent.participant_id == Participant.id,
        Consent.purpose == ConsentPurpose.PROJECTS,
        Consent.withdrawn_at.is_(None),
    )
    return or_(Participant.kind != ParticipantKind.RESIDENT, consented)


def serving_offers(municipality: Area) -> Select[Offer]:
    """Return the municipality's own offers, and those of others that reach so far and may be suggested."""
    return _offered().where(or_(Offer.municipality_id == municipality.id, _from_elsewhere(municipality)))


def own_offers(municipality: Area) -> Select[Offer]:
    """Return the municipality's own offers."""
    return _offered().where(Offer.municipality_id == municipality.id)


def offers_from_elsewhere(municipality: Area) -> Select[Offer]:
    """Return the offers of others that reach so far and may be suggested."""
    return _offered().where(Offer.municipality_id != municipality.id, _from_elsewhere(municipality))


def open_here(municipality: Area) -> Select[Offer]:
    """Return the municipality's open offers, for retrieval: whose owner may not be suggested falls out later."""
    return select(Offer).where(Offer.municipality_id == municipality.id, Offer.status == OfferStatus.OPEN)


def of_prefecture(municipality: Area) -> Select[Offer]:
    """Return the open offers of others that serve the prefecture of a municipality, for retrieval."""
    return select(Offer).where(
        Offer.status == OfferStatus.OPEN, Offer.municipality_id != municipality.id, _serves_prefecture(municipality)
    )


def _offered() -> Select[Offer]:
    return (
        select(Offer)
        .join(Participant, Offer.participant_id == Participant.id)
        .join(Area, Offer.area_id == Area.id)
        .where(Offer.status.in_(OFFERED), Participant.left_at.is_(None))
    )


def _from_elsewhere(municipality: Area) -> ColumnElement[bool]:
    return and_(
        Offer.status == OfferStatus.OPEN,
        Participant.paused_at.is_(None),
        is_body_or_consented(),
        _reaches(municipality),
    )


def _reaches(municipality: Area) -> ColumnElement[bool]:
    return or_(Offer.reach == Reach.ANYWHERE, _serves_prefecture(municipality))


def _serves_prefecture(municipality: Area) -> ColumnElement[bool]:
    if municipality.level is AreaLevel.COUNTRY:
        # A need whose place is known only as the country lies in no prefecture that an offer could serve.
        return false()
    prefecture = ".".join(municipality.path.split(".")[:PREFECTURE_DEPTH])
    beside = aliased(Area)
    of_prefecture = select(beside.id).where(or_(beside.path == prefecture, beside.path.startswith(f"{prefecture}.")))
    return and_(Offer.reach == Reach.PREFECTURE, Offer.municipality_id.in_(of_prefecture))


def just_these(offers: Iterable[Offer]) -> Select[Offer]:
    """Return these offers, whatever their state."""
    return select(Offer).where(Offer.id.in_([offer.id for offer in offers]))
