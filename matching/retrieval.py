"""Finding, for each need, the few offers that are worth scoring: by words, by skill, and by kind, area and field."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from matching.arrays import BoolMatrix, FloatMatrix, IntMatrix
from matching.kinds import kind_codes, kind_worth, worth_to_slots
from matching.pairs import Pairs
from matching.profiles import KINDS, Geography, ItemProfile, NeedProfile, OfferProfile, SlotProfile, Taxonomy
from matching.signals import SkillFit, free_items
from matching.signals.sets import marks
from matching.text import TextIndex

BY_WORDS: Final = 40
"""Offers that are retrieved for a slot by its words."""

BY_SKILL: Final = 40
"""Offers that are retrieved for a slot by the relation of skills."""

BY_PLACE: Final = 20
"""Offers that are retrieved for a need and a kind of resource because they are near and share its fields."""

_MOST_FIELDS: Final = 9


class Retrieval:
    """The free items of a market's offers, ready to be found.

    Parameters
    ----------
    offers : Sequence[OfferProfile]
        The offers; positions in what is found point into them.
    geography : Geography
        Which districts touch.
    taxonomy : Taxonomy
        Skills and what they are called.
    dense : str or None
        Path of a folder with a dense model of texts, see `matching.text.dense`.

    Notes
    -----
    An offer is found for a need when it is among the `BY_WORDS` nearest to a slot by `matching.text.TextIndex`, among
    the `BY_SKILL` most closely related to it by skill, the nearer place first, or among the `BY_PLACE` nearest ones
    with something of a kind that is lacking, shared fields first among equals. Of 10,000 offers about eighty are
    found for a need, and only they are scored.

    """

    def __init__(
        self,
        offers: Sequence[OfferProfile],
        *,
        geography: Geography,
        taxonomy: Taxonomy,
        dense: str | None = None,
    ) -> None:
        self.offers = tuple(offers)
        self.geography = geography
        self.taxonomy = taxonomy
        self._index = TextIndex(dense=dense).fit([offer.words for offer in self.offers])
        self._skill = SkillFit(taxonomy=taxonomy)
        self._by_skill: dict[str, dict[int, None]] = {}
        for column, offer in enumerate(self.offers):
            for item in free_items(offer):
                skill, _ = self._skill.skill_of(item)
                if skill is not None:
                    self._by_skill.setdefault(skill, {})[column] = None
        self._gives = _gives(self.offers)

    def candidates(self, needs: Sequence[NeedProfile], eligible: BoolMatrix, *, strict: bool = True) -> Pairs:
        """Return the pairs worth scoring.

        Parameters
        ----------
        needs : Sequence[NeedProfile]
            The needs.
        eligible : numpy.ndarray of bool, shape (n_needs, n_offers)
            Which pairs may be found at all.
        strict : bool
            Whether several people are only people, see `matching.kinds`.

        Returns
        -------
        Pairs
            The pairs need by need, in the order of the offers.

        """
        closeness = self.geography.closeness([need.area for need in needs], [offer.area for offer in self.offers])
        found = [
            *self._by_words(needs, eligible, strict=strict),
            *self._related(needs, eligible, closeness),
            *self._near(needs, eligible, closeness),
        ]
        rows = np.concatenate([np.empty(0, dtype=np.int64), *(np.full(len(columns), row) for row, columns in found)])
        columns = np.concatenate([np.empty(0, dtype=np.int64), *(columns for _, columns in found)])
        keys = np.unique(rows * len(self.offers) + columns)
        return Pairs(tuple(needs), self.offers, *np.divmod(keys, max(len(self.offers), 1)))

    def _by_words(
        self, needs: Sequence[NeedProfile], eligible: BoolMatrix, *, strict: bool
    ) -> Iterator[tuple[int, IntMatrix]]:
        slots = [(row, slot) for row, need in enumerate(needs) for slot in need.open_slots]
        if not slots or not self.offers:
            return
        rows = np.array([row for row, _ in slots], dtype=np.int64)
        useful = _useful([slot for _, slot in slots], self._gives, strict=strict)
        queries = [f"{slot.what} {needs[row].title}" for row, slot in slots]
        columns, _ = self._index.search(queries, top=BY_WORDS, allowed=useful & eligible[rows])
        for row, found in zip(rows.tolist(), columns, strict=True):
            yield row, found[found >= 0]

    def _related(
        self, needs: Sequence[NeedProfile], eligible: BoolMatrix, closeness: npt.NDArray[np.int8]
    ) -> Iterator[tuple[int, IntMatrix]]:
        for row, need in enumerate(needs):
            for slot in need.open_slots:
                columns = self._offers_for(slot)
                columns = columns[eligible[row, columns]]
                nearest = np.argsort(-closeness[row, columns], kind="stable")[:BY_SKILL]
                yield row, columns[nearest]

    def _offers_for(self, slot: SlotProfile) -> IntMatrix:
        """Return the offers of the same skill, then of its parent and of what shares its parent or lies below it."""
        skill, _ = self._skill.skill_of(slot)
        if skill is None:
            return np.empty(0, dtype=np.int64)
        parents = self.taxonomy.parents
        parent = parents.get(skill)
        related = [other for other, above in sorted(parents.items()) if above == skill or (parent and above == parent)]
        skills = dict.fromkeys([skill, *([parent] if parent else []), *related])
        return np.array(
            list({column: None for one in skills for column in self._by_skill.get(one, ())}), dtype=np.int64
        )

    def _near(
        self, needs: Sequence[NeedProfile], eligible: BoolMatrix, closeness: npt.NDArray[np.int8]
    ) -> Iterator[tuple[int, IntMatrix]]:
        useful = kind_worth() @ self._gives.T > 0.0
        codes = sorted(set().union(*(need.fields for need in needs)))
        shared = marks([need.fields for need in needs], codes) @ marks([one.fields for one in self.offers], codes).T
        order = closeness * (_MOST_FIELDS + 1) + np.minimum(shared, _MOST_FIELDS)
        for row, need in enumerate(needs):
            for kind in sorted({slot.kind for slot in need.open_slots}):
                columns = np.flatnonzero(eligible[row] & useful[KINDS.index(kind)])
                nearest = np.argsort(-order[row, columns], kind="stable")[:BY_PLACE]
                yield row, columns[nearest]


def _useful(slots: Sequence[SlotProfile], gives: FloatMatrix, *, strict: bool) -> BoolMatrix:
    """Say which offers have something of a kind that counts for each slot, shape (n_slots, n_offers)."""
    one_of_each = [ItemProfile(kind, kind, "", 1) for kind in KINDS]
    rows, columns = np.arange(len(slots))[:, None], np.arange(len(KINDS))[None, :]
    counts = worth_to_slots(slots, one_of_each, rows, columns, strict=strict) > 0.0
    alike, which = np.unique(counts, axis=0, return_inverse=True)
    useful: BoolMatrix = (alike @ gives.T > 0.0)[which]
    return useful


def _gives(offers: Sequence[OfferProfile]) -> FloatMatrix:
    """Say which kinds each offer has something of, shape (n_offers, n_kinds), 1 or 0."""
    gives = np.zeros((len(offers), len(KINDS)))
    for column, offer in enumerate(offers):
        gives[column, kind_codes(free_items(offer))] = 1.0
    return gives
