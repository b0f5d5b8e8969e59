"""Whether need and offer work in the same activity fields."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from matching.arrays import FloatMatrix
from matching.profiles import NeedProfile, OfferProfile
from matching.reasons import Reason
from matching.signals.base import Signal


class FieldOverlap(Signal):
    """Cosine of the two sets of activity fields.

    Notes
    -----
    Shared fields divided by the geometric mean of the numbers of fields (Ochiai's coefficient): who ticks all
    twenty gains nothing by it. NaN where either side names none.

    """

    name: ClassVar[str] = "field"

    def score_pairs(self, needs: Sequence[NeedProfile], offers: Sequence[OfferProfile]) -> FloatMatrix:
        """Return the cosine of the fields of every pair, shape (n_needs, n_offers)."""
        codes = sorted(set().union(*(need.fields for need in needs)))
        of_needs = np.array([[code in need.fields for code in codes] for need in needs], dtype=np.float64)
        of_offers = np.array([[code in offer.fields for code in codes] for offer in offers], dtype=np.float64)
        shared = of_needs.reshape(len(needs), len(codes)) @ of_offers.reshape(len(offers), len(codes)).T
        need_sizes = np.array([len(need.fields) for need in needs], dtype=np.float64)
        offer_sizes = np.array([len(offer.fields) for offer in offers], dtype=np.float64)
        sizes = need_sizes[:, None] * offer_sizes
        cosines: FloatMatrix = np.minimum(shared / np.sqrt(np.where(sizes > 0.0, sizes, np.nan)), 1.0)
        return cosines

    def reason(self, need: NeedProfile, offer: OfferProfile, score: float) -> Reason | None:
        """Name the shared fields."""
        shared = sorted(need.fields & offer.fields)
        if not score > 0.0:
            return None
        return Reason("fields_shared", {"count": len(shared), "fields": ",".join(shared)})
