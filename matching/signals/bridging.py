"""Whether a partnership would bring ties of place and ties of purpose together."""

from typing import ClassVar, Final

import numpy as np

from matching.arrays import FloatMatrix
from matching.pairs import Pairs
from matching.profiles import NeedProfile, OfferProfile
from matching.reasons import Reason
from matching.signals.base import Signal

PLACE_KINDS: Final = frozenset({"neighborhood_association", "rmo"})
"""Participants held together by a place (地縁)."""

PURPOSE_KINDS: Final = frozenset({"npo", "company", "university", "resident"})
"""Participants held together by a purpose (志縁)."""

BETWEEN_KINDS: Final = frozenset({"government", "intermediary"})
"""Participants that stand between the two."""


class Bridging(Signal):
    """Crossing of place and purpose.

    Parameters
    ----------
    through_public_body : float
        Score where one side is a public office or an intermediary, in [0, 1].

    Notes
    -----
    1 between a body of place and a body of purpose, 0 between two of the same sort, NaN where the kind of
    a participant is not one of those listed above.

    """

    name: ClassVar[str] = "bridging"

    def __init__(self, *, through_public_body: float = 0.5) -> None:
        self.through_public_body = through_public_body

    def score_pairs(self, pairs: Pairs) -> FloatMatrix:
        """Return whether each pair crosses place and purpose, shape (n_pairs,)."""
        half = self.through_public_body
        # Place, purpose, between and unknown, in rows and columns.
        table = np.array(
            [
                [0.0, 1.0, half, np.nan],
                [1.0, 0.0, half, np.nan],
                [half, half, half, np.nan],
                [np.nan, np.nan, np.nan, np.nan],
            ]
        )
        of_needs = np.array([_sort_of(need.owner_kind) for need in pairs.needs], dtype=np.int64)
        of_offers = np.array([_sort_of(offer.owner_kind) for offer in pairs.offers], dtype=np.int64)
        crossing: FloatMatrix = table[of_needs[pairs.rows], of_offers[pairs.columns]]
        return crossing

    def reason(self, need: NeedProfile, offer: OfferProfile, score: float) -> Reason | None:
        """Name the two kinds that meet."""
        if not score > 0.0:
            return None
        kinds = {"need_kind": need.owner_kind, "offer_kind": offer.owner_kind}
        return Reason("bridges_place_and_purpose" if score == 1.0 else "bridges_through_public_body", kinds)


def _sort_of(kind: str) -> int:
    return next((sort for sort, kinds in enumerate((PLACE_KINDS, PURPOSE_KINDS, BETWEEN_KINDS)) if kind in kinds), 3)
