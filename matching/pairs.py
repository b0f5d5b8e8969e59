"""Pairs of a need and an offer, chosen one by one and looked at all at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from matching.arrays import IntMatrix
from matching.profiles import NeedProfile, OfferProfile


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Some pairs out of a market.

    Parameters
    ----------
    needs : tuple[NeedProfile, ...]
        The needs of the market.
    offers : tuple[OfferProfile, ...]
        The offers of the market.
    rows : numpy.ndarray of int64, shape (n_pairs,)
        Position of the need of each pair.
    columns : numpy.ndarray of int64, shape (n_pairs,)
        Position of the offer of each pair.

    """

    needs: tuple[NeedProfile, ...]
    offers: tuple[OfferProfile, ...]
    rows: IntMatrix
    columns: IntMatrix

    @classmethod
    def every(cls, needs: Sequence[NeedProfile], offers: Sequence[OfferProfile]) -> "Pairs":
        """Return every pair of a small market, need by need.

        Parameters
        ----------
        needs : Sequence[NeedProfile]
            The needs.
        offers : Sequence[OfferProfile]
            The offers.

        Returns
        -------
        Pairs
            The pair of need i and offer j stands at i · n_offers + j.

        """
        rows, columns = np.indices((len(needs), len(offers))).reshape(2, -1)
        return cls(tuple(needs), tuple(offers), rows.astype(np.int64), columns.astype(np.int64))

    @classmethod
    def joined(cls, blocks: Sequence["Pairs"]) -> "Pairs":
        """Return the pairs of several blocks of needs with the same offers as one market.

        Parameters
        ----------
        blocks : Sequence[Pairs]
            The blocks, at least one, all with the same offers.

        Returns
        -------
        Pairs
            Their needs one after the other, and of the offers those that are in any pair.

        """
        needs = tuple(need for block in blocks for need in block.needs)
        starts = np.cumsum([0, *(len(block.needs) for block in blocks[:-1])])
        rows = np.concatenate([block.rows + start for block, start in zip(blocks, starts, strict=True)])
        kept, columns = np.unique(np.concatenate([block.columns for block in blocks]), return_inverse=True)
        return cls(needs, tuple(blocks[0].offers[column] for column in kept.tolist()), rows, columns)

    def __len__(self) -> int:
        """Return how many pairs there are."""
        return len(self.rows)
