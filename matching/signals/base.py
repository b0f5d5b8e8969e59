"""The interface of a reason to match."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from matching.arrays import FloatMatrix
from matching.hyperparameters import Tunable
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
    def score_pairs(self, needs: Sequence[NeedProfile], offers: Sequence[OfferProfile]) -> FloatMatrix:
        """Score every pair.

        Parameters
        ----------
        needs : Sequence[NeedProfile]
            The rows.
        offers : Sequence[OfferProfile]
            The columns.

        Returns
        -------
        numpy.ndarray, shape (n_needs, n_offers)
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
