"""How the past partnerships of an offer's owner went."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from matching.arrays import FloatMatrix
from matching.profiles import NeedProfile, OfferProfile
from matching.reasons import Reason
from matching.signals.base import Signal


class Record(Signal):
    """The record of past partnerships as the profile holds it.

    Parameters
    ----------
    good : float
        From which record on it is given as a reason, in [0, 1].

    Notes
    -----
    NaN for who has none, so that nobody is worse off for being new.

    """

    name: ClassVar[str] = "record"

    def __init__(self, *, good: float = 0.6) -> None:
        self.good = good

    def score_pairs(self, needs: Sequence[NeedProfile], offers: Sequence[OfferProfile]) -> FloatMatrix:
        """Return the record of the offer of every pair, shape (n_needs, n_offers)."""
        records = [float("nan") if offer.record is None else offer.record for offer in offers]
        return np.tile(np.array(records, dtype=np.float64), (len(needs), 1))

    def reason(self, need: NeedProfile, offer: OfferProfile, score: float) -> Reason | None:  # noqa: ARG002  (the interface)
        """Say that the record is good, never that it is not."""
        return Reason("record_good", {"record": score}) if score >= self.good else None
