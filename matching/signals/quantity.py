"""How much of what a need lacks an offer could cover."""

import itertools
from typing import ClassVar

import numpy as np

from matching.arrays import FloatMatrix
from matching.kinds import worth_of_kind
from matching.pairs import Pairs
from matching.profiles import KINDS, NeedProfile, OfferProfile
from matching.reasons import Reason
from matching.signals.base import Signal


class QuantityCoverage(Signal):
    """Share of the quantity of the slots that the offer has something for.

    Notes
    -----
    For each open slot, all free items of a kind that counts for it together, divided by its quantity and cut at 1;
    over the slots for which there is any, the mean by slot weight. NaN where the need names no open slot or the
    offer nothing of a kind that it lacks.

    """

    name: ClassVar[str] = "quantity"

    def score_pairs(self, pairs: Pairs) -> FloatMatrix:
        """Return the covered share of each pair, shape (n_pairs,)."""
        # For a slot of each kind in rows, what each offer has for it.
        available = np.array([[_available(offer, kind) for offer in pairs.offers] for kind in KINDS], dtype=np.float64)
        covered = np.zeros(len(pairs))
        weights = np.zeros(len(pairs))
        # The first slot of every need, then the second of those that have one, and so on.
        for slots in itertools.zip_longest(*(need.open_slots for need in pairs.needs)):
            kinds = np.array([KINDS.index(slot.kind) if slot else 0 for slot in slots], dtype=np.int64)[pairs.rows]
            lacking = np.array([slot.quantity if slot else 1 for slot in slots], dtype=np.float64)[pairs.rows]
            weight = np.array([slot.weight if slot else 0.0 for slot in slots], dtype=np.float64)[pairs.rows]
            quantities = available[kinds, pairs.columns]
            covered += weight * np.minimum(quantities / lacking, 1.0)
            weights += weight * (quantities > 0.0)
        coverage: FloatMatrix = np.minimum(covered / np.where(weights > 0.0, weights, np.nan), 1.0)
        return coverage

    def reason(self, need: NeedProfile, offer: OfferProfile, score: float) -> Reason | None:  # noqa: ARG002  (the interface)
        """Say which share is covered."""
        return Reason("quantity_covered", {"share": score}) if score > 0.0 else None


def _available(offer: OfferProfile, lacking: str) -> int:
    return sum(item.quantity for item in offer.items if worth_of_kind(lacking, item.kind) > 0.0)
