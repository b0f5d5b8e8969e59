"""Whether the need can take the offer on its terms."""

from typing import ClassVar

import numpy as np

from matching.arrays import FloatMatrix
from matching.pairs import Pairs
from matching.profiles import CONDITIONS, NeedProfile, OfferProfile
from matching.reasons import Reason
from matching.signals.base import Signal


class ConditionFit(Signal):
    """How light the terms of the offer are for the need.

    Parameters
    ----------
    burdens : tuple[tuple[str, float], ...]
        For each condition the score when the need accepts it, in [0, 1].

    Notes
    -----
    0 where the need does not accept the condition, NaN where either side does not say. What is free needs nobody's
    word: it scores the same while the need has not said what it accepts.

    """

    name: ClassVar[str] = "conditions"

    def __init__(
        self,
        *,
        burdens: tuple[tuple[str, float], ...] = (
            ("free", 1.0),
            ("transfer", 1.0),
            ("loan", 0.8),
            ("at_cost", 0.7),
            ("paid", 0.4),
        ),
    ) -> None:
        self.burdens = burdens

    def score_pairs(self, pairs: Pairs) -> FloatMatrix:
        """Return how light the terms of each pair are, shape (n_pairs,)."""
        # One column for each condition and a last one for an unknown condition.
        scores = np.array([self._of_need(need) for need in pairs.needs]).reshape(-1, len(CONDITIONS) + 1)
        terms = np.array(
            [-1 if offer.condition is None else CONDITIONS.index(offer.condition) for offer in pairs.offers],
            dtype=np.int64,
        )
        fit: FloatMatrix = scores[pairs.rows, terms[pairs.columns]]
        return fit

    def reason(self, need: NeedProfile, offer: OfferProfile, score: float) -> Reason | None:  # noqa: ARG002  (the interface)
        """Name the condition that fits."""
        return Reason("condition_fits", {"condition": offer.condition or ""}) if score > 0.0 else None

    def _of_need(self, need: NeedProfile) -> list[float]:
        lightness = dict(self.burdens)
        if need.accepts is None:
            known = [lightness["free"] if condition == "free" else float("nan") for condition in CONDITIONS]
        else:
            known = [lightness[condition] if condition in need.accepts else 0.0 for condition in CONDITIONS]
        return [*known, float("nan")]
