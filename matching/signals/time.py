"""Whether need and offer have the same days and times of the week."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

import numpy as np

from matching.arrays import BoolMatrix, FloatMatrix
from matching.pairs import Pairs
from matching.profiles import NeedProfile, OfferProfile
from matching.reasons import Reason
from matching.signals.base import Signal
from matching.signals.sets import shared_members, sizes_of


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

    def score_pairs(self, pairs: Pairs) -> FloatMatrix:
        """Return the overlap of each pair, shape (n_pairs,)."""
        scores: FloatMatrix = np.fmin(_windows(pairs), _dates(pairs))
        return scores

    def reason(self, need: NeedProfile, offer: OfferProfile, score: float) -> Reason | None:
        """Name the shared windows and the share of the overlap."""
        if not score > 0.0:
            return None
        shared = sorted((need.windows or frozenset()) & (offer.windows or frozenset()))
        return Reason("time_overlaps", {"windows": ",".join(shared), "share": score})


def _windows(pairs: Pairs) -> FloatMatrix:
    of_needs = [need.windows or frozenset() for need in pairs.needs]
    of_offers = [offer.windows or frozenset() for offer in pairs.offers]
    smaller = np.minimum(sizes_of(of_needs)[pairs.rows], sizes_of(of_offers)[pairs.columns])
    overlap: FloatMatrix = shared_members(of_needs, of_offers, pairs) / np.where(smaller > 0.0, smaller, np.nan)
    return overlap


def _dates(pairs: Pairs) -> FloatMatrix:
    need_starts, need_ends = (days[pairs.rows] for days in _days(pairs.needs))
    offer_starts, offer_ends = (days[pairs.columns] for days in _days(pairs.offers))
    common = np.minimum(need_ends, offer_ends) - np.maximum(need_starts, offer_starts) + 1.0
    bounded = np.array([need.starts_on is not None and need.ends_on is not None for need in pairs.needs], dtype=bool)
    share = np.where(bounded[pairs.rows], common / (need_ends - need_starts + 1.0), common > 0.0)
    dated = _dated(pairs.needs)[pairs.rows] & _dated(pairs.offers)[pairs.columns]
    overlap: FloatMatrix = np.where(dated, np.clip(share, 0.0, 1.0), np.nan)
    return overlap


def _days(profiles: Sequence[NeedProfile] | Sequence[OfferProfile]) -> tuple[FloatMatrix, FloatMatrix]:
    starts = [(profile.starts_on or date.min).toordinal() for profile in profiles]
    ends = [(profile.ends_on or date.max).toordinal() for profile in profiles]
    return np.array(starts, dtype=np.float64), np.array(ends, dtype=np.float64)


def _dated(profiles: Sequence[NeedProfile] | Sequence[OfferProfile]) -> BoolMatrix:
    dated = [profile.starts_on is not None or profile.ends_on is not None for profile in profiles]
    return np.array(dated, dtype=bool)
