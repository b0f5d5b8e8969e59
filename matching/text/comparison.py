"""How much of what one text is about another text holds, read from the two texts alone.

No corpus enters: how much a word tells comes from its frequency in the language, closeness of meaning from the vectors
of words. So a pair scores the same whatever else is compared in the same run.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from matching.arrays import FloatMatrix, IntMatrix
from matching.text.vectors import Meanings, weights, word_vectors
from matching.text.words import words

_EVERYDAY: Final = """
地域 活動 支援 ボランティア 協力 団体 法人 npo 市民 住民 市 町 街 町内 地元 企業 会社 会 行事 イベント 事業 サービス
実施 運営 利用 使用 使う 行う 関係 関する 全般 一般 一緒 共 毎月 毎週 毎年 平日 土曜 日曜 朝 夜 午前 午後
月 週 年 日 時 時間 回 人数 名 程度 向け 参加 仲間 スタッフ 元 内 外 前 後 中 間 用 作業 仕事 教える 相談
"""
EVERYDAY: Final[frozenset[str]] = frozenset(_EVERYDAY.split())
"""Words that occur in needs and offers of every kind, so that sharing one says little."""

EVERYDAY_WEIGHT: Final = 0.3
SOFTEST: Final = 0.25
SOFT_LIMIT: Final = 0.9
_WORDS_AT_A_TIME: Final = 512
_MATCHES_AT_A_TIME: Final = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class EncodedTexts:
    """Texts of which each word was read once.

    Parameters
    ----------
    vocabulary : tuple[str, ...]
        The distinct words of all texts, sorted.
    starts : numpy.ndarray of int64, shape (n_texts + 1,)
        Where the words of each text begin and end in `members`.
    members : numpy.ndarray of int64
        Positions in the vocabulary of the distinct words of each text, ascending in each.
    meanings : Meanings
        The meaning of each word.
    weights : numpy.ndarray of float64, shape (n_vocabulary,)
        How much each word tells, in (0, 1].

    """

    vocabulary: tuple[str, ...]
    starts: IntMatrix
    members: IntMatrix
    meanings: Meanings
    weights: FloatMatrix

    def __len__(self) -> int:
        """Return how many texts there are."""
        return len(self.starts) - 1


def encode(texts: Sequence[str]) -> EncodedTexts:
    """Read texts, so that any number of pairs of them can be compared.

    Parameters
    ----------
    texts : Sequence[str]
        Any texts.

    Returns
    -------
    EncodedTexts
        The texts as words with their weights.

    """
    found = [set(words(text)) for text in texts]
    vocabulary = tuple(sorted(set().union(*found)))
    places = {word: place for place, word in enumerate(vocabulary)}
    meanings = word_vectors().of(vocabulary)
    everyday = np.array([word in EVERYDAY for word in vocabulary], dtype=np.bool_)
    return EncodedTexts(
        vocabulary,
        starts=np.cumsum([0, *map(len, found)]),
        members=np.array([place for text in found for place in sorted(places[word] for word in text)], dtype=np.int64),
        meanings=meanings,
        weights=weights(meanings.ranks) * np.where(everyday, EVERYDAY_WEIGHT, 1.0),
    )


def likeness(wanted: EncodedTexts, given: EncodedTexts, rows: IntMatrix, columns: IntMatrix) -> FloatMatrix:
    """Return how much of what the wanted texts are about the given texts hold, pair by pair.

    Parameters
    ----------
    wanted : EncodedTexts
        What is looked for.
    given : EncodedTexts
        What there is.
    rows, columns : numpy.ndarray of int64, shape (n_pairs,)
        Positions of the texts of each pair, in `wanted` and in `given`.

    Returns
    -------
    numpy.ndarray, shape (n_pairs,)
        The share of the weight of the wanted words that is met, in [0, 1]: a word is met fully by itself, and by its
        closest word in the given text as much as the two are alike, at most `SOFT_LIMIT`. 1 where every wanted
        word is there, 0 where nothing is close and where a text has no words.

    """
    rows, columns = np.asarray(rows, dtype=np.int64), np.asarray(columns, dtype=np.int64)
    scores = np.zeros(len(rows))
    order = np.argsort(rows, kind="stable")
    for block, vocabulary in _blocks(wanted, rows[order]):
        pairs = order[block]
        table = closeness(wanted, given, vocabulary)
        places = np.zeros(len(wanted.vocabulary), dtype=np.int64)
        places[vocabulary] = np.arange(len(vocabulary))
        for part in _parts(wanted, given, rows[pairs], columns[pairs]):
            scores[pairs[part]] = _met(wanted, given, rows[pairs[part]], columns[pairs[part]], table, places)
    return scores


def closeness(wanted: EncodedTexts, given: EncodedTexts, vocabulary: IntMatrix) -> npt.NDArray[np.float32]:
    """Return how well each given word stands for each wanted word.

    Parameters
    ----------
    wanted, given : EncodedTexts
        Both sides.
    vocabulary : numpy.ndarray of int64, shape (n,)
        Positions of the words in the vocabulary of `wanted`.

    Returns
    -------
    numpy.ndarray of float32, shape (n, n_given_vocabulary)
        1 for the same word; else what their meanings have in common, and where one of them is not in the table of
        vectors, their characters; in [0, `SOFT_LIMIT`].

    """
    asked = wanted.meanings[vocabulary]
    cosines = asked.cosines(given.meanings)
    unknown, strange = np.flatnonzero(asked.ranks < 0), np.flatnonzero(given.meanings.ranks < 0)
    names = [wanted.vocabulary[place] for place in vocabulary]
    if len(unknown):
        cosines[unknown] = shared_characters([names[place] for place in unknown], given.vocabulary)
    if len(strange):
        cosines[:, strange] = shared_characters(names, [given.vocabulary[place] for place in strange])
    cosines[cosines < SOFTEST] = 0.0
    met = np.minimum(cosines * np.sqrt(cosines), np.float32(SOFT_LIMIT))
    places = {word: place for place, word in enumerate(given.vocabulary)}
    for row, name in enumerate(names):
        if name in places:
            met[row, places[name]] = 1.0
    return met


def shared_characters(wanted: Sequence[str], given: Sequence[str]) -> npt.NDArray[np.float32]:
    """Return which share of the characters and pairs of characters of a word another word holds.

    Parameters
    ----------
    wanted, given : Sequence[str]
        Words.

    Returns
    -------
    numpy.ndarray of float32, shape (n_wanted, n_given)
        Shares in [0, 1].

    """
    columns: dict[str, int] = {}
    left, right = ([_pieces(word, columns) for word in side] for side in (wanted, given))
    product = _indicator(left, len(columns)) @ _indicator(right, len(columns)).T
    sizes = np.array([len(pieces) for pieces in left], dtype=np.float32)
    shares: npt.NDArray[np.float32] = product.toarray() / sizes[:, None]
    return shares


def _pieces(word: str, columns: dict[str, int]) -> list[int]:
    pieces = {*word, *(word[start : start + 2] for start in range(len(word) - 1))}
    return sorted(columns.setdefault(piece, len(columns)) for piece in sorted(pieces))


def _indicator(rows: Sequence[Sequence[int]], width: int) -> Any:
    starts = np.cumsum([0, *map(len, rows)])
    columns = np.array([column for row in rows for column in row], dtype=np.int64)
    return sparse.csr_array((np.ones(len(columns), dtype=np.float32), columns, starts), shape=(len(rows), width))


def _blocks(wanted: EncodedTexts, rows: IntMatrix) -> Iterator[tuple[slice, IntMatrix]]:
    """Cut pairs, sorted by row, so that the words of each part are few; yield them with these words."""
    present, firsts = np.unique(rows, return_index=True)
    ends = np.append(firsts[1:], len(rows))
    start = 0
    seen: set[int] = set()
    for place, row in enumerate(present):
        mine = set(wanted.members[wanted.starts[row] : wanted.starts[row + 1]].tolist())
        if seen and len(seen | mine) > _WORDS_AT_A_TIME:
            yield slice(start, firsts[place]), np.array(sorted(seen), dtype=np.int64)
            start, seen = int(firsts[place]), set()
        seen |= mine
    if seen:
        yield slice(start, int(ends[-1])), np.array(sorted(seen), dtype=np.int64)


def _parts(wanted: EncodedTexts, given: EncodedTexts, rows: IntMatrix, columns: IntMatrix) -> Iterator[slice]:
    """Cut pairs so that the words of each part can be laid beside each other at once."""
    sizes = np.diff(wanted.starts)[rows] * np.diff(given.starts)[columns]
    places = np.cumsum(sizes) // _MATCHES_AT_A_TIME
    cuts = [0, *(np.flatnonzero(np.diff(places)) + 1).tolist(), len(rows)]
    for start, end in pairwise(cuts):
        yield slice(start, end)


def _met(
    wanted: EncodedTexts,
    given: EncodedTexts,
    rows: IntMatrix,
    columns: IntMatrix,
    table: npt.NDArray[np.float32],
    places: IntMatrix,
) -> FloatMatrix:
    """Return the met share of the weight of each pair."""
    given_counts = np.diff(given.starts)[columns]
    wanted_counts = np.where(given_counts > 0, np.diff(wanted.starts)[rows], 0)
    pairs = np.repeat(np.arange(len(rows)), wanted_counts)
    if not len(pairs):
        return np.zeros(len(rows))
    asked = wanted.members[_ranges(wanted.starts[rows], wanted_counts)]
    counts = given_counts[pairs]
    answers = given.members[_ranges(given.starts[columns[pairs]], counts)]
    laid = table.ravel()[np.repeat(places[asked] * table.shape[1], counts) + answers]
    best = np.maximum.reduceat(laid, np.cumsum(counts) - counts)
    told = wanted.weights[asked]
    met = np.bincount(pairs, weights=told * best, minlength=len(rows))
    whole = np.bincount(pairs, weights=told, minlength=len(rows))
    return np.divide(met, whole, out=np.zeros(len(rows)), where=whole > 0.0)


def _ranges(starts: IntMatrix, counts: IntMatrix) -> IntMatrix:
    """Return starts[0], starts[0] + 1, … (counts[0] numbers), then those of the next, one after the other."""
    ends = np.cumsum(counts)
    ranges: IntMatrix = np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - (ends - counts), counts)
    return ranges
