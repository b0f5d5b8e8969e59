"""Finding, for each need, the few offers that are worth scoring: by words, by skill, and by kind, area and field."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from matching.arrays import BoolMatrix, FloatMatrix, IntMatrix
from matching.kinds import kind_codes, kind_worth
from matching.pairs import Pairs
from matching.profiles import (
    KINDS,
    Geography,
    NeedProfile,
    OfferProfile,
    SlotProfile,
    Taxonomy,
)
from matching.signals import SkillFit, free_items
from matching.signals.sets import marks
from matching.text import TextIndex
from matching.turns import lots

BY_WORDS: Final = 40
"""Offers that are retrieved for a slot by its words."""

BY_WORDS_ALONE: Final = 25
"""Of those, so many for their words alone; the others because the rest agrees too."""

BY_WORDS_AGREEING: Final = 80
"""Offers nearest by their words out of which those others are chosen."""

BY_SKILL: Final = 40
"""Offers that are retrieved for a slot by the relation of skills."""

BY_PLACE: Final = 20
"""Offers that are retrieved for a need and a kind of resource because they are near and share its fields."""

# By `matching.geography.Closeness`; unknown is -1 and so takes the last one.
_PLACE_APPEAL: Final = np.array([0.0, 0.2, 0.4, 0.7, 1.0, 0.5], dtype=np.float32)
_UNKNOWN: Final = np.float32(0.5)
_LIGHTNESS: Final = np.float32(0.3)
_LOT: Final = np.float32(1e-4 / 2**32)


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
    the `BY_SKILL` whose skill is the same or related, or among the `BY_PLACE` with something of a kind that is lacking;
    of the latter two those whose place, fields, times and terms agree best. Where many are equal, lots are drawn for
    each need, so that nobody is left out everywhere (`matching.turns`). Of 10,000 offers about eighty are found for a
    need, and only they are scored.

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
        self._useful_for: dict[tuple[str, bool], BoolMatrix] = {}
        self._fields = _Sets.of([offer.fields for offer in self.offers])
        self._windows = _Sets.of([offer.windows or frozenset() for offer in self.offers])
        self._terms = _Sets.of([frozenset({offer.condition} if offer.condition else ()) for offer in self.offers])

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
        appeal = self._appeal(needs)
        found = [
            *self._by_words(needs, eligible, appeal, strict=strict),
            *self._related(needs, eligible, appeal),
            *self._near(needs, eligible, appeal, strict=strict),
        ]
        rows = np.concatenate([np.empty(0, dtype=np.int64), *(np.full(len(columns), row) for row, columns in found)])
        columns = np.concatenate([np.empty(0, dtype=np.int64), *(columns for _, columns in found)])
        keys = np.unique(rows * len(self.offers) + columns)
        return Pairs(tuple(needs), self.offers, *np.divmod(keys, max(len(self.offers), 1)))

    def _appeal(self, needs: Sequence[NeedProfile]) -> npt.NDArray[np.float32]:
        """Return roughly how well place, fields, times and terms agree, equals in the order of their lots.

        Shape (n_needs, n_offers). The signals themselves are computed for what was found; this is only what they
        would say, put together cheaply enough to be asked of every pair.
        """
        closeness = self.geography.closeness([need.area for need in needs], [offer.area for offer in self.offers])
        appeal = _PLACE_APPEAL[closeness]
        appeal += self._fields.met_by([need.fields for need in needs])
        appeal += self._windows.met_by([need.windows or frozenset() for need in needs])
        appeal += self._terms.met_by([need.accepts or frozenset() for need in needs]) * _LIGHTNESS
        rows, columns = np.arange(len(needs))[:, None], np.arange(len(self.offers))[None, :]
        drawn = lots([need.id for need in needs], [offer.id for offer in self.offers], rows, columns)
        appeal -= drawn.astype(np.float32) * _LOT
        return appeal

    def _by_words(
        self,
        needs: Sequence[NeedProfile],
        eligible: BoolMatrix,
        appeal: npt.NDArray[np.float32],
        *,
        strict: bool,
    ) -> Iterator[tuple[int, IntMatrix]]:
        slots = [(row, slot) for row, need in enumerate(needs) for slot in need.open_slots]
        if not slots or not self.offers:
            return
        rows = np.array([row for row, _ in slots], dtype=np.int64)
        useful = np.stack([self._useful(slot, strict=strict) for _, slot in slots])
        queries = [f"{slot.what} {needs[row].title}" for row, slot in slots]
        columns, _ = self._index.search(queries, top=BY_WORDS_AGREEING, allowed=useful & eligible[rows])
        for row, of_slot in zip(rows.tolist(), columns, strict=True):
            found = of_slot[of_slot >= 0]
            first, others = found[:BY_WORDS_ALONE], found[BY_WORDS_ALONE:]
            agreeing = others[np.argsort(-appeal[row, others], kind="stable")[: BY_WORDS - BY_WORDS_ALONE]]
            yield row, np.concatenate([first, agreeing])

    def _related(
        self, needs: Sequence[NeedProfile], eligible: BoolMatrix, appeal: npt.NDArray[np.float32]
    ) -> Iterator[tuple[int, IntMatrix]]:
        for row, need in enumerate(needs):
            for slot in need.open_slots:
                columns = self._offers_for(slot)
                columns = columns[eligible[row, columns]]
                best = np.argsort(-appeal[row, columns], kind="stable")[:BY_SKILL]
                yield row, columns[best]

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
        self,
        needs: Sequence[NeedProfile],
        eligible: BoolMatrix,
        appeal: npt.NDArray[np.float32],
        *,
        strict: bool,
    ) -> Iterator[tuple[int, IntMatrix]]:
        for row, need in enumerate(needs):
            kinds = {(slot.kind, slot.quantity > 1): slot for slot in need.open_slots}
            for kind in sorted(kinds):
                columns = np.flatnonzero(eligible[row] & self._useful(kinds[kind], strict=strict))
                best = np.argsort(-appeal[row, columns], kind="stable")[:BY_PLACE]
                yield row, columns[best]

    def _useful(self, slot: SlotProfile, *, strict: bool) -> BoolMatrix:
        """Say which offers have something of a kind that counts for a slot, shape (n_offers,)."""
        key = slot.kind, strict and slot.quantity > 1
        if key not in self._useful_for:
            lacking, several = key
            self._useful_for[key] = self._gives @ kind_worth(several=several)[KINDS.index(lacking)] > 0.0
        return self._useful_for[key]


@dataclass(frozen=True, slots=True, eq=False)
class _Sets:
    """A set of codes of every offer."""

    codes: tuple[str, ...]
    held: npt.NDArray[np.float32]  # (n_offers, n_codes): 1 or 0
    known: BoolMatrix  # (n_offers,)

    @classmethod
    def of(cls, sets: Sequence[frozenset[str]]) -> "_Sets":
        codes = tuple(sorted(set().union(*sets)))
        return cls(codes, marks(sets, codes).astype(np.float32), np.array([bool(one) for one in sets], dtype=bool))

    def met_by(self, sets: Sequence[frozenset[str]]) -> npt.NDArray[np.float32]:
        """Return 1 where two sets share a code, 0 where not, a half where either is empty: (n_sets, n_offers)."""
        shared = marks(sets, self.codes).astype(np.float32) @ self.held.T
        known = np.array([bool(one) for one in sets], dtype=bool)[:, None] & self.known
        met: npt.NDArray[np.float32] = np.where(known, (shared > 0.0).astype(np.float32), _UNKNOWN)
        return met


def _gives(offers: Sequence[OfferProfile]) -> FloatMatrix:
    """Say which kinds each offer has something of, shape (n_offers, n_kinds), 1 or 0."""
    gives = np.zeros((len(offers), len(KINDS)))
    for column, offer in enumerate(offers):
        gives[column, kind_codes(free_items(offer))] = 1.0
    return gives
