"""Whether need and offer have the same days and times of the week."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

import numpy as np

from matching.arrays import BoolMatrix, FloatMatrix
from matching.profiles import NeedProfile, OfferProfile
from matching.reasons import Reason
from matching.signals.base import Signal


class TimeOverlap(Signal):
    """Overlap of the times of the week and of the dates, whichever is worse.

    Notes
    -----
    Times of the week: shared windows divided by those of the side that names fewer, so that one common evening is
    enough for who has only that one. Dates: the share of the need's days on which the offer stands; where the need
    has no first or no last day, 1 when they meet at all. A part that either side leaves open is not known; NaN
    where both parts are.

    """

    name: ClassVar[str] = "time"

    def score_pairs(self, needs: Sequence[NeedProfile], offers: Sequence[OfferProfile]) -> FloatMatrix:
        """Return the overlap of every pair, shape (n_needs, n_offers)."""
        scores: FloatMatrix = np.fmin(_windows(needs, offers), _dates(needs, offers))
        return scores

    def reason(self, need: NeedProfile, offer: OfferProfile, score: float) -> Reason | None:
        """Name the shared windows and the share of the overlap."""
        if not score > 0.0:
            return None
        shared = sorted((need.windows or frozenset()) & (offer.windows or frozenset()))
        return Reason("time_overlaps", {"windows": ",".join(shared), "share": score})


def _windows(needs: Sequence[NeedProfile], offers: Sequence[OfferProfile]) -> FloatMatrix:
    of_needs = [need.windows or frozenset() for need in needs]
    of_offers = [offer.windows or frozenset() for offer in offers]
    codes = sorted(set().union(*of_needs))
    need_marks = np.array([[code in windows for code in codes] for windows in of_needs], dtype=np.float64)
    offer_marks = np.array([[code in windows for code in codes] for windows in of_offers], dtype=np.float64)
    shared = need_marks.reshape(len(needs), len(codes)) @ offer_marks.reshape(len(offers), len(codes)).T
    need_sizes = np.array([len(windows) for windows in of_needs], dtype=np.float64)
    offer_sizes = np.array([len(windows) for windows in of_offers], dtype=np.float64)
    smaller = np.minimum(need_sizes[:, None], offer_sizes)
    overlap: FloatMatrix = shared / np.where(smaller > 0.0, smaller, np.nan)
    return overlap


def _dates(needs: Sequence[NeedProfile], offers: Sequence[OfferProfile]) -> FloatMatrix:
    need_starts, need_ends = _days(needs)
    offer_starts, offer_ends = _days(offers)
    common = np.minimum(need_ends[:, None], offer_ends) - np.maximum(need_starts[:, None], offer_starts) + 1.0
    lengths = (need_ends - need_starts + 1.0)[:, None]
    bounded = np.array([need.starts_on is not None and need.ends_on is not None for need in needs], dtype=bool)
    share = np.where(bounded[:, None], common / lengths, common > 0.0)
    dated = _dated(needs)[:, None] & _dated(offers)
    overlap: FloatMatrix = np.where(dated, np.clip(share, 0.0, 1.0), np.nan)
    return overlap


def _days(profiles: Sequence[NeedProfile] | Sequence[OfferProfile]) -> tuple[FloatMatrix, FloatMatrix]:
    starts = [(profile.starts_on or date.min).toordinal() for profile in profiles]
    ends = [(profile.ends_on or date.max).toordinal() for profile in profiles]
    return np.array(starts, dtype=np.float64), np.array(ends, dtype=np.float64)


def _dated(profiles: Sequence[NeedProfile] | Sequence[OfferProfile]) -> BoolMatrix:
    dated = [profile.starts_on is not None or profile.ends_on is not None for profile in profiles]
    return np.array(dated, dtype=bool)
