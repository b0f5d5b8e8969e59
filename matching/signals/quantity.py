"""How much of what a need lacks an offer could cover."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from matching.arrays import FloatMatrix
from matching.kinds import worth_of_kind
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

    def score_pairs(self, needs: Sequence[NeedProfile], offers: Sequence[OfferProfile]) -> FloatMatrix:
        """Return the covered share of every pair, shape (n_needs, n_offers)."""
        # For a slot of each kind in rows, what each offer has for it.
        available = np.array([[_available(offer, kind) for offer in offers] for kind in KINDS], dtype=np.float64)
        available = available.reshape(len(KINDS), len(offers))
        coverage = np.full((len(needs), len(offers)), np.nan)
        for row, need in enumerate(needs):
            covered = np.zeros(len(offers))
            weights = np.zeros(len(offers))
            for slot in need.open_slots:
                quantities = available[KINDS.index(slot.kind)]
                covered += slot.weight * np.minimum(quantities / slot.quantity, 1.0)
                weights += slot.weight * (quantities > 0.0)
            coverage[row] = np.minimum(covered / np.where(weights > 0.0, weights, np.nan), 1.0)
        return coverage

    def reason(self, need: NeedProfile, offer: OfferProfile, score: float) -> Reason | None:  # noqa: ARG002  (the interface)
        """Say which share is covered."""
        return Reason("quantity_covered", {"share": score}) if score > 0.0 else None


def _available(offer: OfferProfile, lacking: str) -> int:
    return sum(item.quantity for item in offer.items if worth_of_kind(lacking, item.kind) > 0.0)
