"""Whether an offer has what a need lacks: the same skill or resource."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np

from matching.arrays import BoolMatrix, FloatMatrix, IntMatrix
from matching.kinds import worth_to_slots
from matching.profiles import ItemProfile, NeedProfile, OfferProfile, SlotProfile, Taxonomy
from matching.reasons import Reason
from matching.signals.base import Signal
from matching.text import TextIndex, grams, normalise

_ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class SlotFits:
    """How well every item of the market fills every open slot.

    Parameters
    ----------
    slots : tuple[tuple[int, SlotProfile], ...]
        The open slots with the row of their need.
    items : tuple[tuple[int, ItemProfile], ...]
        The free items with the column of their offer.
    fits : numpy.ndarray, shape (n_slots, n_items)
        Fits in [0, 1].

    """

    slots: tuple[tuple[int, SlotProfile], ...]
    items: tuple[tuple[int, ItemProfile], ...]
    fits: FloatMatrix


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

    Likeness of words: which share of the slot's characters the item holds, and which share of the need's title and text
    the offer holds; see `matching.text.TextIndex`. The title and text of an offer speak for that of its items whose own
    words are closest to the slot, so that "we also send lecturers" does not turn every other item into lectures.

    """

    name: ClassVar[str] = "skill"

    def __init__(
        self,
        *,
        taxonomy: Taxonomy,
        alias: float = 0.9,
        sibling: float = 0.6,
        parent: float = 0.4,
        text_only: float = 0.5,
        context: float = 0.3,
        nearest: float = 0.0,
        strict: bool = True,
    ) -> None:
        self.taxonomy = taxonomy
        self.alias = alias
        self.sibling = sibling
        self.parent = parent
        self.text_only = text_only
        self.context = context
        self.nearest = nearest
        self.strict = strict

    def slot_fits(self, needs: Sequence[NeedProfile], offers: Sequence[OfferProfile]) -> SlotFits:
        """Score every open slot with every free item.

        Parameters
        ----------
        needs : Sequence[NeedProfile]
            The needs.
        offers : Sequence[OfferProfile]
            The offers; the rarity of words is learned from them.

        Returns
        -------
        SlotFits
            Slots, items and their fits.

        """
        slots = tuple((row, slot) for row, need in enumerate(needs) for slot in need.open_slots)
        items = tuple(
            (column, item) for column, offer in enumerate(offers) for item in offer.items if item.quantity > 0
        )
        if not slots or not items:
            return SlotFits(slots, items, np.zeros((len(slots), len(items))))
        relations = self._relations([slot for _, slot in slots], [item for _, item in items])
        kinds = worth_to_slots([slot for _, slot in slots], [item for _, item in items], strict=self.strict)
        likeness = self.text_only * self._likeness(needs, offers, slots, items, kinds)
        least = np.where(kinds == 1.0, self.nearest, 0.0)
        return SlotFits(slots, items, np.maximum(kinds * np.maximum(relations, likeness), least))

    def score_pairs(self, needs: Sequence[NeedProfile], offers: Sequence[OfferProfile]) -> FloatMatrix:
        """Return the fit of the best slot of every pair, shape (n_needs, n_offers)."""
        return self.best_of(self.slot_fits(needs, offers), needs, offers)

    def best_of(self, fits: SlotFits, needs: Sequence[NeedProfile], offers: Sequence[OfferProfile]) -> FloatMatrix:
        """Reduce the fits of slots and items to pairs.

        Parameters
        ----------
        fits : SlotFits
            What `slot_fits` gave for the same needs and offers.
        needs : Sequence[NeedProfile]
            The needs.
        offers : Sequence[OfferProfile]
            The offers.

        Returns
        -------
        numpy.ndarray, shape (n_needs, n_offers)
            The best fit of each pair in [0, 1], NaN where either has nothing to compare.

        """
        scores = np.full((len(needs), len(offers)), np.nan)
        if fits.fits.size == 0:
            return scores
        columns = np.array([column for column, _ in fits.items], dtype=np.int64)
        given, starts = np.unique(columns, return_index=True)
        best_items = np.maximum.reduceat(fits.fits, starts, axis=1)
        heaviest = [max((slot.weight for slot in need.open_slots), default=1.0) for need in needs]
        for position, (row, slot) in enumerate(fits.slots):
            discounted = best_items[position] * (slot.weight / heaviest[row])
            scores[row, given] = np.fmax(scores[row, given], discounted)
        return scores

    def reason(self, need: NeedProfile, offer: OfferProfile, score: float) -> Reason | None:
        """Name the slot and the item that fit best, and how they are related."""
        if not score > 0.0:
            return None
        free = [item for item in offer.items if item.quantity > 0]
        slots = need.open_slots
        worth = worth_to_slots(slots, free, strict=self.strict)
        relations = self._relations(slots, free)
        weights = np.array([slot.weight for slot in slots])[:, None]
        related = worth * relations * weights / weights.max()
        if related.max() >= score - _ROUNDING:
            best = np.unravel_index(np.argmax(related), related.shape)
            code = {1.0: "skill_exact", self.alias: "skill_alias", self.sibling: "skill_sibling"}.get(
                float(relations[best]), "skill_parent"
            )
        else:
            shared = np.array([[_shared(slot.what, f"{item.what} {offer.title}") for item in free] for slot in slots])
            best = np.unravel_index(np.argmax(worth * weights * (shared + _ROUNDING)), worth.shape)
            code = "text_similar"
        slot, item = slots[int(best[0])], free[int(best[1])]
        return Reason(code, {"slot": slot.id, "what": slot.what, "item": item.what})

    def _relations(self, slots: Sequence[SlotProfile], items: Sequence[ItemProfile]) -> FloatMatrix:
        forms = self.taxonomy.surface_forms()
        numbers: dict[str, int] = {}

        def encode(parts: Sequence[SlotProfile] | Sequence[ItemProfile]) -> tuple[IntMatrix, IntMatrix, IntMatrix]:
            skills = [
                (part.skill, False) if part.skill else forms.get(normalise(part.what), (None, False)) for part in parts
            ]
            parents = [self.taxonomy.parents.get(skill) if skill else None for skill, _ in skills]
            return (
                np.array([_number(skill, numbers) for skill, _ in skills], dtype=np.int64),
                np.array([_number(parent, numbers) for parent in parents], dtype=np.int64),
                np.array([by_alias for _, by_alias in skills], dtype=np.int64),
            )

        slot_skills, slot_parents, slot_aliases = encode(slots)
        item_skills, item_parents, item_aliases = encode(items)
        same = (slot_skills[:, None] == item_skills) & (item_skills >= 0)
        siblings = (slot_parents[:, None] == item_parents) & (item_parents >= 0)
        upwards = (slot_parents[:, None] == item_skills) & (item_skills >= 0)
        downwards = (slot_skills[:, None] == item_parents) & (item_parents >= 0)
        by_alias = (slot_aliases[:, None] + item_aliases) > 0
        return np.select(
            [same & ~by_alias, same, siblings, upwards | downwards], [1.0, self.alias, self.sibling, self.parent], 0.0
        )

    def _likeness(
        self,
        needs: Sequence[NeedProfile],
        offers: Sequence[OfferProfile],
        slots: Sequence[tuple[int, SlotProfile]],
        items: Sequence[tuple[int, ItemProfile]],
        kinds: FloatMatrix,
    ) -> FloatMatrix:
        wanted = [slot.what for _, slot in slots]
        columns = np.array([column for column, _ in items], dtype=np.int64)
        own = TextIndex().fit([item.what for _, item in items]).scores(wanted)
        described = [f"{item.what} {offers[column].title} {offers[column].text}" for column, item in items]
        local = np.where(
            _closest_of_offer(kinds * (own + _ROUNDING), columns), TextIndex().fit(described).scores(wanted), own
        )
        whole = TextIndex().fit([f"{offer.title} {offer.text}" for offer in offers])
        context = whole.scores([f"{need.title} {need.text}" for need in needs])
        rows = np.array([row for row, _ in slots], dtype=np.int64)
        likeness: FloatMatrix = (1.0 - self.context) * local + self.context * context[rows[:, None], columns]
        return likeness


def _closest_of_offer(closeness: FloatMatrix, columns: IntMatrix) -> BoolMatrix:
    """Say for each slot which items are as close to it as any of the same offer; items of an offer stand together."""
    _, starts, positions = np.unique(columns, return_index=True, return_inverse=True)
    closest: BoolMatrix = closeness >= np.maximum.reduceat(closeness, starts, axis=1)[:, positions]
    return closest


def _shared(wanted: str, described: str) -> float:
    """Return which share of the characters of one text another holds, in [0, 1]."""
    terms = grams(wanted)
    return (terms & grams(described)).total() / max(terms.total(), 1)


def _number(skill: str | None, numbers: dict[str, int]) -> int:
    return -1 if skill is None else numbers.setdefault(skill, len(numbers))
