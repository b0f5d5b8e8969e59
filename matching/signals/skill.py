"""Whether an offer has what a need lacks: the same skill or resource."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final

import numpy as np

from matching.arrays import BoolMatrix, FloatMatrix, IntMatrix
from matching.kinds import worth_to_slots
from matching.names import skill_key
from matching.pairs import Pairs
from matching.profiles import ItemProfile, NeedProfile, OfferProfile, SlotProfile, Taxonomy
from matching.reasons import Reason
from matching.signals.base import Signal
from matching.text import EncodedTexts, encode, likeness

_ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class SlotFits:
    """How well the free items of some pairs fill the open slots.

    Parameters
    ----------
    slots : tuple[tuple[int, SlotProfile], ...]
        The open slots of the market with the position of their need.
    items : tuple[tuple[int, ItemProfile], ...]
        The free items of the market with the position of their offer.
    pair, slot, item : numpy.ndarray of int64, shape (n_fits,)
        Which pair, which of `slots` and which of `items` each fit is about, in this order. Slots and items whose
        kinds have nothing to do with each other are left out.
    discounts : numpy.ndarray, shape (n_slots,)
        Weight of each slot beside the heaviest of its need, in (0, 1].
    fits : numpy.ndarray, shape (n_fits,)
        Fits in [0, 1].
    relations : numpy.ndarray, shape (n_fits,)
        What the relation of the two skills alone is worth, in [0, 1].
    likeness : numpy.ndarray, shape (n_fits,)
        What the likeness of their words alone is worth, in [0, 1].

    """

    slots: tuple[tuple[int, SlotProfile], ...]
    items: tuple[tuple[int, ItemProfile], ...]
    pair: IntMatrix
    slot: IntMatrix
    item: IntMatrix
    discounts: FloatMatrix
    fits: FloatMatrix
    relations: FloatMatrix
    likeness: FloatMatrix


class SkillFit(Signal):
    """Best fit of an item of the offer to a slot of the need.

    Parameters
    ----------
    taxonomy : Taxonomy
        Skills and what they are called.
    alias : float
        Score of the same skill where one side is known by an alias only, in [0, 1]; the same skill scores 1.
    sibling : float
        Score of two skills with the same parent, in [0, 1].
    parent : float
        Score of a skill and its parent, in [0, 1].
    text_only : float
        Greatest score that likeness of words alone can reach, in [0, 1].
    whole : float
        How much all that the offer says counts beside the words of an item itself, in [0, 1].
    short : int
        Up to so many words all that an offer says counts in full; of a longer text the more is held by chance the
        longer it is, and it counts the less, with the square root of its length.
    context : float
        Share of that likeness that comes from the whole need and the whole offer instead of the slot, in [0, 1].
    nearest : float
        Least score of an item of the very kind that is lacking, in [0, 1]. Above 0 only for needs that nobody fits.
    strict : bool
        Whether several people are only people; else a service stands in for them too.

    Notes
    -----
    For each slot and item the larger of the relation of their skills and of the likeness of their words, times what
    the kind of the item is worth to the slot (`matching.kinds`). A pair scores the best of its slots, each discounted
    by its weight beside the heaviest slot of the need. NaN where the need has no open slot or the offer no free item.

    Likeness of words: how much of what the slot says the item says too, and how much of the need's title and text the
    offer says; see `matching.text.likeness`. All that the offer says speaks for that of its items whose own
    words are closest to the slot, so that "we also send lecturers" does not turn every other item into lectures.

    """

    name: ClassVar[str] = "skill"

    def __init__(  # noqa: PLR0913  (scikit-learn reads hyperparameters off the constructor)
        self,
        *,
        taxonomy: Taxonomy,
        alias: float = 0.9,
        sibling: float = 0.6,
        parent: float = 0.4,
        text_only: float = 0.5,
        whole: float = 0.6,
        short: int = 12,
        context: float = 0.3,
        nearest: float = 0.0,
        strict: bool = True,
    ) -> None:
        self.taxonomy = taxonomy
        self.alias = alias
        self.sibling = sibling
        self.parent = parent
        self.text_only = text_only
        self.whole = whole
        self.short = short
        self.context = context
        self.nearest = nearest
        self.strict = strict

    def slot_fits(self, pairs: Pairs) -> SlotFits:
        """Score the open slots of each pair with the free items.

        Parameters
        ----------
        pairs : Pairs
            The pairs.

        Returns
        -------
        SlotFits
            Slots, items and their fits, pair by pair.

        """
        slots = tuple((row, slot) for row, need in enumerate(pairs.needs) for slot in need.open_slots)
        items = tuple((column, item) for column, offer in enumerate(pairs.offers) for item in free_items(offer))
        pair, slot, item = _combinations(pairs, [row for row, _ in slots], [column for column, _ in items])
        lacking, given = [one for _, one in slots], [one for _, one in items]
        kinds = worth_to_slots(lacking, given, slot, item, strict=self.strict)
        useful = np.flatnonzero(kinds > 0.0)
        pair, slot, item, kinds = pair[useful], slot[useful], item[useful], kinds[useful]
        relations = kinds * self._relations(lacking, given, slot, item)
        alike = kinds * self.text_only * self._likeness(pairs, lacking, given, (pair, slot, item), kinds)
        least = np.where(kinds == 1.0, self.nearest, 0.0)
        fits = np.maximum(np.maximum(relations, alike), kinds * least)
        return SlotFits(slots, items, pair, slot, item, _discounts(slots), fits, relations, alike)

    def score_pairs(self, pairs: Pairs) -> FloatMatrix:
        """Return the fit of the best slot of each pair, shape (n_pairs,)."""
        return self.best_of(self.slot_fits(pairs), pairs)

    def best_of(self, fits: SlotFits, pairs: Pairs) -> FloatMatrix:
        """Reduce the fits of slots and items to pairs.

        Parameters
        ----------
        fits : SlotFits
            What `slot_fits` gave for the same pairs.
        pairs : Pairs
            The pairs.

        Returns
        -------
        numpy.ndarray, shape (n_pairs,)
            The best fit of each pair in [0, 1], NaN where either has nothing to compare.

        """
        lacks = np.array([bool(need.open_slots) for need in pairs.needs], dtype=bool)[pairs.rows]
        gives = np.array([bool(free_items(offer)) for offer in pairs.offers], dtype=bool)[pairs.columns]
        scores = np.where(lacks & gives, 0.0, np.nan)
        if len(fits.pair):
            found, starts = np.unique(fits.pair, return_index=True)
            scores[found] = np.maximum.reduceat(fits.fits * fits.discounts[fits.slot], starts)
        return scores

    def reason(self, need: NeedProfile, offer: OfferProfile, score: float) -> Reason | None:
        """Name the slot and the item that fit best, and how they are related."""
        return self.reason_of(self.slot_fits(Pairs.every([need], [offer])), 0) if score > 0.0 else None

    def reason_of(self, fits: SlotFits, pair: int) -> Reason | None:
        """Name the slot and the item that fit best in one pair, and how they are related.

        Parameters
        ----------
        fits : SlotFits
            What `slot_fits` gave.
        pair : int
            Position of the pair.

        Returns
        -------
        Reason or None
            None where nothing fits.

        """
        first, last = np.searchsorted(fits.pair, [pair, pair + 1])
        discounted = fits.fits[first:last] * fits.discounts[fits.slot[first:last]]
        if not np.any(discounted > 0.0):
            return None
        best = int(first + np.argmax(discounted))
        slot, item = fits.slots[fits.slot[best]][1], fits.items[fits.item[best]][1]
        code = "text_similar"
        if fits.relations[best] > 0.0 and fits.relations[best] >= fits.likeness[best]:
            code = self._code(slot, item)
        return Reason(code, {"slot": slot.id, "what": slot.what, "item": item.what})

    def skill_of(self, part: SlotProfile | ItemProfile) -> tuple[str | None, bool]:
        """Return the skill of a slot or an item, and whether it is known by an alias only.

        Parameters
        ----------
        part : SlotProfile or ItemProfile
            The slot or item.

        Returns
        -------
        tuple[str or None, bool]
            The skill that it names, else the one whose name or alias its words are, else None.

        """
        return (part.skill, False) if part.skill else self._forms.get(skill_key(part.what), (None, False))

    @cached_property
    def _forms(self) -> Mapping[str, tuple[str, bool]]:
        return self.taxonomy.surface_forms()

    def _code(self, slot: SlotProfile, item: ItemProfile) -> str:
        (wanted, by_alias), (given, also_by_alias) = self.skill_of(slot), self.skill_of(item)
        if wanted == given:
            return "skill_alias" if by_alias or also_by_alias else "skill_exact"
        parents = self.taxonomy.parents
        return "skill_sibling" if wanted and given and parents.get(wanted) == parents.get(given) else "skill_parent"

    def _relations(
        self, slots: Sequence[SlotProfile], items: Sequence[ItemProfile], slot: IntMatrix, item: IntMatrix
    ) -> FloatMatrix:
        numbers: dict[str, int] = {}
        slot_skills, slot_parents, slot_aliases = (codes[slot] for codes in self._encode(slots, numbers))
        item_skills, item_parents, item_aliases = (codes[item] for codes in self._encode(items, numbers))
        same = (slot_skills == item_skills) & (item_skills >= 0)
        siblings = (slot_parents == item_parents) & (item_parents >= 0)
        upwards = (slot_parents == item_skills) & (item_skills >= 0)
        downwards = (slot_skills == item_parents) & (item_parents >= 0)
        by_alias = (slot_aliases + item_aliases) > 0
        return np.select(
            [same & ~by_alias, same, siblings, upwards | downwards], [1.0, self.alias, self.sibling, self.parent], 0.0
        )

    def _encode(
        self, parts: Sequence[SlotProfile] | Sequence[ItemProfile], numbers: dict[str, int]
    ) -> tuple[IntMatrix, IntMatrix, IntMatrix]:
        skills = [self.skill_of(part) for part in parts]
        parents = [self.taxonomy.parents.get(skill) if skill else None for skill, _ in skills]
        return (
            np.array([_number(skill, numbers) for skill, _ in skills], dtype=np.int64),
            np.array([_number(parent, numbers) for parent in parents], dtype=np.int64),
            np.array([by_alias for _, by_alias in skills], dtype=np.int64),
        )

    def _likeness(
        self,
        pairs: Pairs,
        slots: Sequence[SlotProfile],
        items: Sequence[ItemProfile],
        triples: tuple[IntMatrix, IntMatrix, IntMatrix],
        kinds: FloatMatrix,
    ) -> FloatMatrix:
        pair, slot, item = triples
        wanted = _Texts.of([one.what for one in slots])
        given = _Texts.of([one.what for one in items])
        described = _Texts.of([offer.words for offer in pairs.offers])
        asked = _Texts.of([f"{need.title} {need.text}" for need in pairs.needs])
        local = wanted.held_by(given, slot, item)
        closest = np.flatnonzero(_closest_of_offer(kinds * (local + _ROUNDING), pair, slot))
        offers = pairs.columns[pair[closest]]
        shortness = np.sqrt(np.minimum(self.short / np.maximum(described.lengths[offers], 1), 1.0))
        from_whole = self.whole * shortness * wanted.held_by(described, slot[closest], offers)
        local[closest] = np.maximum(local[closest], from_whole)
        found, positions = np.unique(pair, return_inverse=True)
        context = asked.held_by(described, pairs.rows[found], pairs.columns[found])
        mixed: FloatMatrix = (1.0 - self.context) * local + self.context * context[positions]
        return mixed


def free_items(offer: OfferProfile) -> tuple[ItemProfile, ...]:
    """Return the items of an offer of which something is left.

    Parameters
    ----------
    offer : OfferProfile
        The offer.

    Returns
    -------
    tuple[ItemProfile, ...]
        Its free items in their order.

    """
    return tuple(item for item in offer.items if item.quantity > 0)


@dataclass(frozen=True, slots=True, eq=False)
class _Texts:
    """Texts of which each is read once, however often it stands there."""

    encoded: EncodedTexts
    positions: IntMatrix  # (n_texts,)

    @classmethod
    def of(cls, texts: Sequence[str]) -> "_Texts":
        numbers: dict[str, int] = {}
        positions = np.array([numbers.setdefault(text, len(numbers)) for text in texts], dtype=np.int64)
        return cls(encode(list(numbers)), positions)

    @property
    def lengths(self) -> IntMatrix:
        """How many distinct words each text has, shape (n_texts,)."""
        lengths: IntMatrix = np.diff(self.encoded.starts)[self.positions]
        return lengths

    def held_by(self, others: "_Texts", rows: IntMatrix, columns: IntMatrix) -> FloatMatrix:
        return likeness(self.encoded, others.encoded, self.positions[rows], others.positions[columns])


def _combinations(
    pairs: Pairs, slot_rows: Sequence[int], item_columns: Sequence[int]
) -> tuple[IntMatrix, IntMatrix, IntMatrix]:
    """Return each slot with each item of every pair: positions of pair, slot and item."""
    slots = np.bincount(np.array(slot_rows, dtype=np.int64), minlength=len(pairs.needs))
    items = np.bincount(np.array(item_columns, dtype=np.int64), minlength=len(pairs.offers))
    first_slot, first_item = np.cumsum(slots) - slots, np.cumsum(items) - items
    widths = items[pairs.columns]
    counts = slots[pairs.rows] * widths
    pair = np.repeat(np.arange(len(pairs)), counts)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(counts) - counts, counts)
    slot = first_slot[pairs.rows][pair] + within // np.maximum(widths[pair], 1)
    item = first_item[pairs.columns][pair] + within % np.maximum(widths[pair], 1)
    return pair, slot, item


def _closest_of_offer(closeness: FloatMatrix, pair: IntMatrix, slot: IntMatrix) -> BoolMatrix:
    """Say which items are as close to their slot as any other of the same pair."""
    if not len(pair):
        return np.zeros(0, dtype=bool)
    is_first = np.concatenate(([True], (np.diff(pair) != 0) | (np.diff(slot) != 0)))
    groups = np.cumsum(is_first) - 1
    closest: BoolMatrix = closeness >= np.maximum.reduceat(closeness, np.flatnonzero(is_first))[groups]
    return closest


def _discounts(slots: Sequence[tuple[int, SlotProfile]]) -> FloatMatrix:
    """Return the weight of each slot beside the heaviest of its need, shape (n_slots,)."""
    rows = np.array([row for row, _ in slots], dtype=np.int64)
    weights = np.array([slot.weight for _, slot in slots], dtype=np.float64)
    heaviest = np.zeros(rows.max(initial=-1) + 1)
    np.maximum.at(heaviest, rows, weights)
    discounts: FloatMatrix = weights / heaviest[rows]
    return discounts


def _number(skill: str | None, numbers: dict[str, int]) -> int:
    return -1 if skill is None else numbers.setdefault(skill, len(numbers))
