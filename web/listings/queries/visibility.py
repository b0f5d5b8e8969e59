"""Which needs and offers an account may see; every list starts from one of these two."""

from typing import TypeAlias

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from models import (
    Account,
    Area,
    Consent,
    ConsentPurpose,
    Need,
    NeedStatus,
    Offer,
    OfferStatus,
    Participant,
    ParticipantKind,
    Role,
    lies_under,
)

ListingModel: TypeAlias = type[Need] | type[Offer]


def visible_needs_to(account: Account | None) -> Select[Need]:
    """Return the needs whose page the account may open: public ones, own ones, those it coordinates."""
    is_public = and_(
        Need.status.in_([NeedStatus.OPEN, NeedStatus.FILLED]),
        Participant.paused_at.is_(None),
        Participant.left_at.is_(None),
        or_(Participant.is_adult, _has_consent_of_guardian()),
    )
    return (
        select(Need)
        .join(Participant, Need.participant_id == Participant.id)
        .join(Area, Need.area_id == Area.id)
        .where(Need.discarded_at.is_(None), or_(is_public, *_own_or_coordinated(account)))
    )


def visible_offers_to(account: Account | None) -> Select[Offer]:
    """Return the offers whose page the account may open; a visitor without account sees none."""
    is_public = and_(Offer.status == OfferStatus.OPEN, Participant.kind != ParticipantKind.RESIDENT)
    return (
        select(Offer)
        .join(Participant, Offer.participant_id == Participant.id)
        .join(Area, Offer.area_id == Area.id)
        .where(or_(false() if account is None else is_public, *_own_or_coordinated(account)))
    )


def _has_consent_of_guardian() -> ColumnElement[bool]:
    return (
        select(Consent.id)
        .where(
            Consent.participant_id == Participant.id,
            Consent.purpose == ConsentPurpose.GUARDIAN,
            Consent.withdrawn_at.is_(None),
        )
        .exists()
    )


def _own_or_coordinated(account: Account | None) -> list[ColumnElement[bool]]:
    if account is None:
        return []
    return [
        Participant.id.in_([membership.participant_id for membership in account.memberships]),
        lies_under(account.paths(Role.COORDINATOR)),
    ]
