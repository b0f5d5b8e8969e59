"""Whether need and offer work in the same activity fields."""

from typing import ClassVar

import numpy as np

from matching.arrays import FloatMatrix
from matching.pairs import Pairs
from matching.profiles import NeedProfile, OfferProfile
from matching.reasons import Reason
from matching.signals.base import Signal
from matching.signals.sets import shared_members, sizes_of


class FieldOverlap(Signal):
    """Cosine of the two sets of activity fields.

    Notes
    -----
    Shared fields divided by the geometric mean of the numbers of fields (Ochiai's coefficient): who ticks all
    twenty gains nothing by it. NaN where either side names none.

    """

    name: ClassVar[str] = "field"

    def score_pairs(self, pairs: Pairs) -> FloatMatrix:
        """Return the cosine of the fields of each pair, shape (n_pairs,)."""
        of_needs, of_offers = [need.fields for need in pairs.needs], [offer.fields for offer in pairs.offers]
        sizes = sizes_of(of_needs)[pairs.rows] * sizes_of(of_offers)[pairs.columns]
        shared = shared_members(of_needs, of_offers, pairs)
        cosines: FloatMatrix = np.minimum(shared / np.sqrt(np.where(sizes > 0.0, sizes, np.nan)), 1.0)
        return cosines

    def reason(self, need: NeedProfile, offer: OfferProfile, score: float) -> Reason | None:
        """Name the shared fields."""
        shared = sorted(need.fields & offer.fields)
        if not score > 0.0:
            return None
        return Reason("fields_shared", {"count": len(shared), "fields": ",".join(shared)})
