"""Which kinds of resource can stand in for each other, and for how much that counts."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from matching.arrays import FloatMatrix, IntMatrix
from matching.profiles import KINDS, ItemProfile, SlotProfile

NEAR_KIND: Final = 0.8
"""Worth of a service where one person is lacking, and the other way round: advice on accounts (会計の助言) is
written down now as one, now as the other, but a person who comes is not quite a thing that is done. Where several
people are lacking, a service does not stand in for them."""

_NEAR: Final = (("people", "service"), ("service", "people"))


def kind_codes(parts: Sequence[SlotProfile] | Sequence[ItemProfile]) -> IntMatrix:
    """Return the position in `KINDS` of the kind of each slot or item, shape (n_parts,)."""
    return np.array([KINDS.index(part.kind) for part in parts], dtype=np.int64)


def worth_of_kind(lacking: str, given: str) -> float:
    """Return what an item of the kind `given` is worth to a slot of the kind `lacking`, in [0, 1]."""
    return 1.0 if lacking == given else NEAR_KIND if (lacking, given) in _NEAR else 0.0


def kind_worth(*, several: bool = False) -> FloatMatrix:
    """Return what an item of one kind is worth to a slot of another.

    Parameters
    ----------
    several : bool
        Whether the slots lack more than one: several people are only people.

    Returns
    -------
    numpy.ndarray, shape (n_kinds, n_kinds)
        As `worth_of_kind` says, slots in rows, items in columns; if several, 0 between people and all else.

    """
    worth = np.array([[worth_of_kind(lacking, given) for given in KINDS] for lacking in KINDS])
    if several:
        people = KINDS.index("people")
        worth[people, np.arange(len(KINDS)) != people] = 0.0
    return worth


def worth_to_slots(
    slots: Sequence[SlotProfile],
    items: Sequence[ItemProfile],
    rows: IntMatrix,
    columns: IntMatrix,
    *,
    strict: bool = True,
) -> FloatMatrix:
    """Return what items are worth to slots by their kinds.

    Parameters
    ----------
    slots : Sequence[SlotProfile]
        The slots.
    items : Sequence[ItemProfile]
        The items.
    rows, columns : numpy.ndarray of int64
        Positions of the slots and items to compare, of shapes that numpy can broadcast.
    strict : bool
        Whether several people are only people.

    Returns
    -------
    numpy.ndarray, of the shape of `rows` and `columns` together
        In [0, 1]; if strict, 0 for everything but people where several people are lacking.

    """
    by_number = np.stack([kind_worth(), kind_worth(several=strict)])
    several = np.array([slot.quantity > 1 for slot in slots], dtype=np.int64)
    worth: FloatMatrix = by_number[several[rows], kind_codes(slots)[rows], kind_codes(items)[columns]]
    return worth
