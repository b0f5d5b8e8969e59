"""The slots of a need and the items of an offer: described by people, changed in place, never below a promise."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from models import Need, Offer, OfferItem, ResourceKind, Skill, Slot
from models.errors import CapacityExhausted, InvalidValue
from web.listings import queries

# An item without a stated quantity serves whoever asks. The model wants a number: this one, the largest
# that a form or sheet takes, stands for "no number was given", and the pages say so instead of showing it.
UNSTATED_QUANTITY: Final = 999_999
MOST_QUANTITY: Final = UNSTATED_QUANTITY - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One thing that is lacking or given; the position tells which existing slot or item it changes."""

    position: int
    kind: ResourceKind
    what: str
    quantity: int = 1
    unit: str = ""
    skill: Skill | None = None
    hours_per_month: float | None = None


def new_slot(piece: Piece) -> Slot:
    """Return a slot as described."""
    return Slot(
        kind=piece.kind,
        what=piece.what,
        quantity=piece.quantity,
        unit=piece.unit,
        skill=piece.skill,
        hours_per_month=piece.hours_per_month,
    )


def new_item(piece: Piece) -> OfferItem:
    """Return an item as described."""
    return OfferItem(kind=piece.kind, what=piece.what, quantity=piece.quantity, unit=piece.unit, skill=piece.skill)


def change_slots(session: Session, need: Need, pieces: Sequence[Piece]) -> None:
    """Change the slots in place by position; what is promised or stands in a partnership stays."""
    described = {piece.position: piece for piece in pieces}
    changed = _remove(session, need, need.slots, described)
    for slot in need.slots:
        piece = described.pop(slot.position)
        changed |= _change(slot, piece)
        if slot.hours_per_month != piece.hours_per_month:
            slot.hours_per_month = piece.hours_per_month
            changed = True
    for position, piece in sorted(described.items()):
        slot = new_slot(piece)
        slot.position = position
        need.slots.append(slot)
        changed = True
    _count_as_a_change(need, changed=changed)


def change_items(session: Session, offer: Offer, pieces: Sequence[Piece]) -> None:
    """Change the items in place by position; what is promised or stands in a partnership stays."""
    described = {piece.position: piece for piece in pieces}
    changed = _remove(session, offer, offer.items, described)
    for item in offer.items:
        changed |= _change(item, described.pop(item.position))
    for position, piece in sorted(described.items()):
        item = new_item(piece)
        item.position = position
        offer.items.append(item)
        changed = True
    _count_as_a_change(offer, changed=changed)


def is_same(row: Slot | OfferItem, piece: Piece) -> bool:
    """Tell whether the slot or item is as described already."""
    return (row.kind, row.what, row.quantity, row.unit, row.skill) == (
        piece.kind,
        piece.what,
        piece.quantity,
        piece.unit,
        piece.skill,
    )


def _remove(
    session: Session, row: Need | Offer, present: list[Slot] | list[OfferItem], described: dict[int, Piece]
) -> bool:
    """Remove what is no longer described, and write that down before positions are given anew."""
    gone = [piece for piece in present if piece.position not in described]
    if not gone:
        return False
    kept = queries.pieces_in_partnerships(session, row)
    if any(piece.promised or piece.id in kept for piece in gone):
        raise InvalidValue("what is part of a partnership is not removed")
    for piece in gone:
        present.remove(piece)  # type: ignore[arg-type]  # the list holds one of the two kinds
    session.flush()
    return True


def _change(row: Slot | OfferItem, piece: Piece) -> bool:
    if is_same(row, piece):
        return False
    if row.promised and piece.kind is not row.kind:
        raise InvalidValue("what is promised does not become something else")
    if piece.quantity < row.promised:
        raise CapacityExhausted(f"{row.promised} are promised already")
    row.kind, row.what, row.quantity, row.unit, row.skill = (
        piece.kind,
        piece.what,
        piece.quantity,
        piece.unit,
        piece.skill,
    )
    return True


def _count_as_a_change(row: Need | Offer, *, changed: bool) -> None:
    """Raise the version of the need or offer too, so that two people who edit its slots notice each other."""
    if changed:
        flag_modified(row, "title")
