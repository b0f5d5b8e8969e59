"""Vectors of the hundred thousand most frequent words, from which closeness of meaning is read.

The table is made from chiVe (see `data/NOTICE`). Its vectors consist of small whole numbers, and products of them are
whole numbers below 2**24, which 32-bit floats hold exactly: a cosine has the same bits whichever block of pairs it was
computed in, and on whichever machine.
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
_COMMONNESS: Final = 3e-4
_ZIPF_SHIFT: Final = 2.7
_WHOLE: Final = 4_000.0

Float32Matrix = npt.NDArray[np.float32]


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
        The vectors, whole numbers of any length.
    lengths : numpy.ndarray of float64, shape (n_vectors,)
        Their lengths.

    """

    ranks: dict[str, int]
    rows: npt.NDArray[np.uint16]
    vectors: npt.NDArray[np.int8]
    lengths: FloatMatrix

    def ranks_of(self, words: Iterable[str]) -> IntMatrix:
        """Return the rank of each word, -1 where it is unknown."""
        return np.array([self.ranks.get(word, -1) for word in words], dtype=np.int64)

    def of(self, words: Iterable[str]) -> "Meanings":
        """Return the meanings of words, in their order."""
        ranks = self.ranks_of(words)
        rows = self.rows[np.maximum(ranks, 0)]
        scales = np.where(ranks < 0, 0.0, 1.0 / self.lengths[rows])
        return Meanings(ranks, self.vectors[rows].astype(np.float32), scales.astype(np.float32))


@dataclass(frozen=True, slots=True, eq=False)
class Meanings:
    """The meanings of some words, ready to be compared.

    Parameters
    ----------
    ranks : numpy.ndarray of int64, shape (n,)
        Rank of each word by frequency, -1 where it is unknown.
    numbers : numpy.ndarray of float32, shape (n, dimension)
        Their vectors, whole numbers.
    scales : numpy.ndarray of float32, shape (n,)
        What brings them to length 1, 0 for unknown words.

    """

    ranks: IntMatrix
    numbers: Float32Matrix
    scales: Float32Matrix

    def __getitem__(self, places: IntMatrix) -> "Meanings":
        """Return some of them."""
        return Meanings(self.ranks[places], self.numbers[places], self.scales[places])

    def directions(self) -> Float32Matrix:
        """Return the vectors brought to length 1, zeros for unknown words, shape (n, dimension)."""
        return self.numbers * self.scales[:, None]

    def cosines(self, others: "Meanings") -> Float32Matrix:
        """Return how close each word is to each of the others.

        Parameters
        ----------
        others : Meanings
            Other words, m of them.

        Returns
        -------
        numpy.ndarray of float32, shape (n, m)
            Cosines in [-1, 1], around 0 for unrelated words; 0 where a word is unknown.

        """
        products: Float32Matrix = self.numbers @ others.numbers.T
        products *= self.scales[:, None]
        products *= others.scales
        return products


@cache
def word_vectors() -> WordVectors:
    """Return the table that is shipped with this package, read once."""
    with np.load(TABLE, allow_pickle=False) as table:
        words = bytes(table["words"]).decode().split("\n")
        vectors = table["vectors"]
        lengths = np.sqrt(np.square(vectors, dtype=np.int64).sum(axis=1).astype(np.float64))
        return WordVectors({word: rank for rank, word in enumerate(words)}, table["rows"], vectors, lengths)


def weights(ranks: IntMatrix) -> FloatMatrix:
    """Return how much each word tells, from how rare it is in the language as a whole.

    Parameters
    ----------
    ranks : numpy.ndarray of int64, shape (n,)
        Ranks by frequency, -1 for an unknown word, which counts as rarer than all known ones.

    Returns
    -------
    numpy.ndarray, shape (n,)
        a / (a + p) with p the share of the word among running words by Zipf's law, in (0, 1].

    References
    ----------
    Arora, S., Liang, Y., and Ma, T. (2017). A Simple but Tough-to-Beat Baseline for Sentence Embeddings. ICLR.

    """
    count = len(word_vectors().ranks)
    places = np.where(ranks < 0, count, ranks) + _ZIPF_SHIFT
    shares = 1.0 / (places * np.log(count / _ZIPF_SHIFT))
    told: FloatMatrix = _COMMONNESS / (_COMMONNESS + shares)
    return told


def whole(vectors: npt.NDArray[np.floating]) -> npt.NDArray[np.int16]:
    """Return vectors brought to one length and rounded to whole numbers.

    By the inequality of Cauchy and Schwarz every partial sum of a product of two of them stays below 2**24.

    Parameters
    ----------
    vectors : numpy.ndarray, shape (n, dimension)
        Vectors of any length.

    Returns
    -------
    numpy.ndarray of int16, shape (n, dimension)
        Vectors of length `_WHOLE`, zeros where the length was 0.

    """
    lengths = np.sqrt(np.square(vectors.astype(np.float64)).sum(axis=1, keepdims=True))
    scaled = np.divide(vectors * _WHOLE, lengths, out=np.zeros(vectors.shape), where=lengths > 0.0)
    rounded: npt.NDArray[np.int16] = np.rint(scaled).astype(np.int16)
    return rounded


def whole_cosines(left: npt.NDArray[np.int16], right: Float32Matrix) -> Float32Matrix:
    """Return the cosines of vectors made by `whole`; `right` is expected as float32, so that it is converted once."""
    products: Float32Matrix = left.astype(np.float32) @ right.T
    products *= np.float32(1.0 / _WHOLE**2)
    return products
