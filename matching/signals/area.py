"""Whether need and offer are near each other."""

from types import MappingProxyType
from typing import ClassVar, Final

import numpy as np

from matching.arrays import FloatMatrix
from matching.geography import DISTRICT_DEPTH, MUNICIPALITY_DEPTH, PREFECTURE_DEPTH, Closeness, Geography, prefix
from matching.pairs import Pairs
from matching.profiles import NeedProfile, OfferProfile
from matching.reasons import Reason
from matching.signals.base import Signal

_DEPTH: Final = MappingProxyType(
    {
        Closeness.SAME_DISTRICT: DISTRICT_DEPTH,
        Closeness.SAME_MUNICIPALITY: MUNICIPALITY_DEPTH,
        Closeness.SAME_PREFECTURE: PREFECTURE_DEPTH,
    }
)


class Nearness(Signal):
    """Score by the smallest area that both share.

    Parameters
    ----------
    geography : Geography
        Which districts touch.
    neighbour : float
        Score of districts that touch, in [0, 1]; the same district scores 1.
    same_municipality : float
        Score of the same municipality, in [0, 1].
    online : float
        Least score where the help can be given from a distance, in [0, 1].
    same_prefecture : float
        Score of the same prefecture, in [0, 1].
    reaches_anywhere : float
        Least score of an offer whose reach is `anywhere`, wherever it comes from, in [0, 1].

    Notes
    -----
    Two places are compared to the depth to which both are known, so the score is the least that is certain.
    NaN where the place of the need is not known (not even the prefecture), or that of the offer while its reach is
    limited. A place elsewhere in the country scores 0.
    An offer can be given online when it says so and the need does not insist on the spot.

    """

    name: ClassVar[str] = "area"

    def __init__(
        self,
        *,
        geography: Geography,
        neighbour: float = 0.7,
        same_municipality: float = 0.4,
        online: float = 0.8,
        same_prefecture: float = 0.2,
        reaches_anywhere: float = 0.2,
    ) -> None:
        self.geography = geography
        self.neighbour = neighbour
        self.same_municipality = same_municipality
        self.online = online
        self.same_prefecture = same_prefecture
        self.reaches_anywhere = reaches_anywhere

    def score_pairs(self, pairs: Pairs) -> FloatMatrix:
        """Return the score of the smallest shared area of each pair, shape (n_pairs,)."""
        need_areas = [need.area for need in pairs.needs]
        offer_areas = [offer.area for offer in pairs.offers]
        closeness = self.geography.closeness_of_pairs(need_areas, offer_areas, pairs.rows, pairs.columns)
        # Position of each closeness; unknown is -1 and so takes the last one.
        values = np.array([0.0, self.same_prefecture, self.same_municipality, self.neighbour, 1.0, np.nan])
        scores = values[closeness]
        # A need compared with itself is unknown exactly when its own place is.
        placed = np.array([self.geography.same_prefecture(area, area) for area in need_areas], dtype=bool)
        everywhere = np.array([offer.reach == "anywhere" for offer in pairs.offers], dtype=bool)
        reached = placed[pairs.rows] & everywhere[pairs.columns]
        scores = np.where(reached, np.fmax(scores, self.reaches_anywhere), scores)
        on_the_spot = np.array([need.online is False for need in pairs.needs], dtype=bool)
        online = np.array([offer.online is True for offer in pairs.offers], dtype=bool)
        from_afar = ~on_the_spot[pairs.rows] & online[pairs.columns]
        nearness: FloatMatrix = np.where(from_afar, np.fmax(scores, self.online), scores)
        return nearness

    def reason(self, need: NeedProfile, offer: OfferProfile, score: float) -> Reason | None:
        """Name the smallest shared area, or how the distance is bridged."""
        if not score > 0.0:
            return None
        closeness = self.geography.closeness_of(need.area, offer.area)
        scores = {
            Closeness.SAME_DISTRICT: 1.0,
            Closeness.NEIGHBOUR: self.neighbour,
            Closeness.SAME_MUNICIPALITY: self.same_municipality,
            Closeness.SAME_PREFECTURE: self.same_prefecture,
        }
        if scores.get(closeness) != score:
            online = offer.online is True and need.online is not False
            return Reason("area_online" if online else "area_reaches_anywhere")
        if closeness is Closeness.NEIGHBOUR:
            return Reason("area_neighbour", {"need_area": need.area or "", "offer_area": offer.area or ""})
        return Reason(f"area_{closeness.name.lower()}", {"area": prefix(need.area, _DEPTH[closeness]) or ""})
