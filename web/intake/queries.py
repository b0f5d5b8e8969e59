"""Reads that the entry of a registration and its slip need."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import case, func, literal, select, union_all
from sqlalchemy.orm import Session, joinedload, lazyload

from models import (
    Account,
    ActivityField,
    Area,
    AreaLevel,
    Intermediary,
    Need,
    NeedStatus,
    Offer,
    OfferStatus,
    Participant,
    Role,
    lies_under,
)
from web.acts.queries import Done, acts_for, done_for

__all__ = ["Done", "acts_for", "done_for", "perhaps_the_same", "places", "places_to_hand_in", "standing_titles"]

NEED, OFFER = "need", "offer"
MOST_PLACES: Final = 600
MOST_ALIKE: Final = 5
HAND_IN_PLACES: Final = 2
FOR_EVERYBODY: Final = "community_development"


def standing_titles(session: Session, participant: Participant) -> Sequence[tuple[str, str]]:
    """Return what of a participant stands, for the slip that it is handed: whether need or offer, and its title."""
    needs = select(literal(NEED), Need.title).where(
        Need.participant_id == participant.id,
        Need.status.in_([NeedStatus.OPEN, NeedStatus.DRAFT, NeedStatus.FILLED]),
    )
    offers = select(literal(OFFER), Offer.title).where(
        Offer.participant_id == participant.id, Offer.status != OfferStatus.WITHDRAWN
    )
    return [(kind, title) for kind, title in session.execute(union_all(offers, needs))]


def places(session: Session, account: Account) -> Sequence[Area]:
    """Return the municipalities and districts that the account coordinates, in the order of the tree."""
    return session.scalars(
        select(Area)
        .where(
            lies_under(account.paths(Role.COORDINATOR)), Area.level.in_([AreaLevel.MUNICIPALITY, AreaLevel.DISTRICT])
        )
        .options(joinedload(Area.parent))
        .order_by(Area.path)
        .limit(MOST_PLACES)
    ).all()


def perhaps_the_same(session: Session, area: Area, *, name: str, phone: str) -> Sequence[Participant]:
    """Return who is registered in the municipality already under this name or telephone number."""
    squeezed = func.replace(func.replace(Participant.name, " ", ""), "　", "")
    is_named_so = squeezed == name.replace(" ", "").replace("　", "")
    is_reached_so = Participant.contact_phone == phone
    return session.scalars(
        select(Participant)
        .where(
            Participant.municipality_id == area.tenant.id,
            Participant.left_at.is_(None),
            (is_named_so | is_reached_so) if phone else is_named_so,
        )
        .options(lazyload(Participant.consents))
        .order_by(Participant.name, Participant.id)
        .limit(MOST_ALIKE)
    ).all()


def places_to_hand_in(session: Session, path: str) -> Sequence[Intermediary]:
    """Return where a paper is handed in: offices and intermediaries of a place, as the directory names them."""
    if not path:
        return ()
    parts = path.split(".")
    around = [".".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
    is_for_everybody = case((Intermediary.fields.any(ActivityField.code == FOR_EVERYBODY), 0), else_=1)
    return session.scalars(
        select(Intermediary)
        .join(Area, Intermediary.area_id == Area.id)
        .where(Intermediary.ended_on.is_(None), Area.path.in_(around))
        .options(lazyload(Intermediary.participant))
        .order_by(is_for_everybody, func.length(Area.path).desc(), Intermediary.name, Intermediary.id)
        .limit(HAND_IN_PLACES)
    ).all()
