"""The interface of a reason to match."""

from abc import ABC, abstractmethod
from typing import ClassVar

from matching.arrays import FloatMatrix
from matching.hyperparameters import Tunable
from matching.pairs import Pairs
from matching.profiles import NeedProfile, OfferProfile
from matching.reasons import Reason


class Signal(Tunable, ABC):
    """One reason why an offer fits a need.

    Attributes
    ----------
    name : str
        The name under which `matching.profiles.Weights` holds its weight.

    """

    name: ClassVar[str]

    @abstractmethod
    def score_pairs(self, pairs: Pairs) -> FloatMatrix:
        """Score pairs.

        Parameters
        ----------
        pairs : Pairs
            The pairs; each is scored by its need and its offer alone, whatever else the market holds.

        Returns
        -------
        numpy.ndarray, shape (n_pairs,)
            Scores in [0, 1], NaN where the profiles do not say.

        """

    @abstractmethod
    def reason(self, need: NeedProfile, offer: OfferProfile, score: float) -> Reason | None:
        """Say why a pair has its score.

        Parameters
        ----------
        need : NeedProfile
            The need.
        offer : OfferProfile
            The offer.
        score : float
            What `score_pairs` gave the pair, in [0, 1] or NaN.

        Returns
        -------
        Reason or None
            What speaks for the pair; None where nothing does or nothing is known.

        """
