"""How the past partnerships of an offer's owner went."""

from typing import ClassVar

import numpy as np

from matching.arrays import FloatMatrix
from matching.pairs import Pairs
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

    def score_pairs(self, pairs: Pairs) -> FloatMatrix:
        """Return the record of the offer of each pair, shape (n_pairs,)."""
        records = [float("nan") if offer.record is None else offer.record for offer in pairs.offers]
        of_pairs: FloatMatrix = np.array(records, dtype=np.float64)[pairs.columns]
        return of_pairs

    def reason(self, need: NeedProfile, offer: OfferProfile, score: float) -> Reason | None:  # noqa: ARG002  (the interface)
        """Say that the record is good, never that it is not."""
        return Reason("record_good", {"record": score}) if score >= self.good else None
