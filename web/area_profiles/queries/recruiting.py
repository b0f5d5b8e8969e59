"""What a recruiting notice names: the open slots of one kind in one field, in one place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager

from models import ActivityField, Need, Participant, ResourceKind, Slot
from web.area_profiles.queries.counts import is_listed
from web.area_profiles.queries.places import Place

MOST_SLOTS: Final = 6


@dataclass(frozen=True, slots=True)
class Sought:
    """The first of the open slots, how many there are, and of how many needs."""

    slots: Sequence[Slot]
    count: int
    needs: int


def field_by_code(session: Session, code: str) -> ActivityField | None:
    """Return a field of activity."""
    return session.scalar(select(ActivityField).where(ActivityField.code == code))


def all_fields(session: Session) -> list[ActivityField]:
    """Return the fields of activity in their order."""
    return list(session.scalars(select(ActivityField).order_by(ActivityField.position, ActivityField.id)))


def sought(session: Session, place: Place, field: ActivityField | None, kind: ResourceKind) -> Sought:
    """Return what is lacking of a kind; without a field, in all of them."""
    conditions = [*is_listed(place.ids), Slot.kind == kind, Slot.promised < Slot.quantity]
    if field is not None:
        conditions.append(Need.fields.any(ActivityField.id == field.id))
    slots = session.scalars(
        select(Slot)
        .join(Slot.need)
        .join(Participant, Need.participant_id == Participant.id)
        .where(*conditions)
        .options(contains_eager(Slot.need))
        .order_by(Need.opened_at, Need.id, Slot.position)
        .limit(MOST_SLOTS)
    ).all()
    count, needs = session.execute(
        select(func.count(Slot.id), func.count(Need.id.distinct()))
        .select_from(Slot)
        .join(Slot.need)
        .join(Participant, Need.participant_id == Participant.id)
        .where(*conditions)
    ).one()
    return Sought(slots, count, needs)
