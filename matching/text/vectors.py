"""Vectors of the hundred thousand most frequent words, from which closeness of meaning is read.

The table is a part of chiVe (see `data/NOTICE`), quantised to 8 bits; the rarest words share the vector of a neighbour.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from matching.arrays import FloatMatrix, IntMatrix

TABLE: Final = Path(__file__).parent / "data" / "word-vectors.npz"
COMMONNESS: Final = 3e-4
_ZIPF_SHIFT: Final = 2.7


@dataclass(frozen=True, slots=True, eq=False)
class WordVectors:
    """Words with their rank by frequency and their vectors.

    Parameters
    ----------
    ranks : dict[str, int]
        Rank of each word by frequency, 0 for the most frequent.
    rows : numpy.ndarray of uint16, shape (n_words,)
        Which vector belongs to the word of each rank.
    vectors : numpy.ndarray of int8, shape (n_vectors, dimension)
        The vectors, each multiplied so that it fills 8 bits.

    """

    ranks: dict[str, int]
    rows: npt.NDArray[np.uint16]
    vectors: npt.NDArray[np.int8]

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""
        return int(self.vectors.shape[1])

    def ranks_of(self, words: Iterable[str]) -> IntMatrix:
        """Return the rank of each word, -1 where it is unknown."""
        return np.array([self.ranks.get(word, -1) for word in words], dtype=np.int64)

    def of_ranks(self, ranks: IntMatrix) -> npt.NDArray[np.float32]:
        """Return the vectors of words by their ranks.

        Parameters
        ----------
        ranks : numpy.ndarray of int64, shape (n,)
            Ranks, -1 for an unknown word.

        Returns
        -------
        numpy.ndarray of float32, shape (n, dimension)
            Vectors of length 1, zeros for unknown words.

        """
        found = self.vectors[self.rows[np.maximum(ranks, 0)]].astype(np.float32)
        found /= np.linalg.norm(found, axis=1, keepdims=True)
        found[ranks < 0] = 0.0
        return found


@cache
def word_vectors() -> WordVectors:
    """Return the table that is shipped with this package, read once."""
    with np.load(TABLE, allow_pickle=False) as table:
        words = bytes(table["keys"]).decode().split("\n")
        return WordVectors({word: rank for rank, word in enumerate(words)}, table["rows"], table["q"])


def weights(ranks: IntMatrix, *, commonness: float = COMMONNESS) -> FloatMatrix:
    """Return how much each word tells, from how rare it is in the language as a whole.

    Parameters
    ----------
    ranks : numpy.ndarray of int64, shape (n,)
        Ranks by frequency, -1 for an unknown word, which counts as rarer than all known ones.
    commonness : float
        Share of all running words at which a word counts one half.

    Returns
    -------
    numpy.ndarray, shape (n,)
        a / (a + p) with p the share of the word by Zipf's law, in (0, 1].

    References
    ----------
    Arora, S., Liang, Y., and Ma, T. (2017). A Simple but Tough-to-Beat Baseline for Sentence Embeddings. ICLR.

    """
    count = 100_000
    places = np.where(ranks < 0, count, ranks) + _ZIPF_SHIFT
    shares = 1.0 / (places * np.log(count / _ZIPF_SHIFT))
    told: FloatMatrix = commonness / (commonness + shares)
    return told
