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
from matching.text.characters import spellings
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
    spelled, runs : numpy.ndarray of int64, shape (n_runs,)
        The characters and pairs of characters of the words: position of the word, ascending, and the run as a number.

    """

    vocabulary: tuple[str, ...]
    starts: IntMatrix
    members: IntMatrix
    meanings: Meanings
    weights: FloatMatrix
    spelled: IntMatrix
    runs: IntMatrix

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

    Raises
    ------
    TypeError
        When one text is given instead of a list of them.

    """
    if isinstance(texts, str):
        raise TypeError("texts are given as a list; this is one text alone")
    found = [set(words(text)) for text in texts]
    vocabulary = tuple(sorted(set().union(*found)))
    places = {word: place for place, word in enumerate(vocabulary)}
    meanings = word_vectors().of(vocabulary)
    spelled, runs = spellings(vocabulary)
    everyday = np.array([word in EVERYDAY for word in vocabulary], dtype=np.bool_)
    return EncodedTexts(
        vocabulary,
        starts=np.cumsum([0, *map(len, found)]),
        members=np.array([place for text in found for place in sorted(places[word] for word in text)], dtype=np.int64),
        meanings=meanings,
        weights=weights(meanings.ranks) * np.where(everyday, EVERYDAY_WEIGHT, 1.0),
        spelled=spelled,
        runs=runs,
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
    words_beside = _WordsBeside.of(wanted, given)
    for block, vocabulary in _blocks(wanted, rows[order]):
        pairs = order[block]
        table = words_beside.closeness(vocabulary)
        places = np.zeros(len(wanted.vocabulary), dtype=np.int64)
        places[vocabulary] = np.arange(len(vocabulary))
        for part in _parts(wanted, given, rows[pairs], columns[pairs]):
            scores[pairs[part]] = _met(wanted, given, rows[pairs[part]], columns[pairs[part]], table, places)
    return scores


@dataclass(frozen=True, slots=True, eq=False)
class _WordsBeside:
    """The words of two sides, ready to be laid beside each other in blocks."""

    wanted: EncodedTexts
    given: EncodedTexts
    same: IntMatrix  # (n_wanted_vocabulary,): where the given texts have the very word, -1 where nowhere
    characters: Any  # (n_wanted_vocabulary, n_runs), CSR
    of_given: Any  # (n_given_vocabulary, n_runs), CSR

    @classmethod
    def of(cls, wanted: EncodedTexts, given: EncodedTexts) -> "_WordsBeside":
        places = {word: place for place, word in enumerate(given.vocabulary)}
        same = np.array([places.get(word, -1) for word in wanted.vocabulary], dtype=np.int64)
        runs = np.union1d(wanted.runs, given.runs)
        return cls(wanted, given, same, _indicator(wanted, runs), _indicator(given, runs))

    def closeness(self, vocabulary: IntMatrix) -> npt.NDArray[np.float32]:
        """Return how well each given word stands for some of the wanted words.

        1 for the same word; else what their meanings have in common, and where one of them is not in the table of
        vectors, their characters; at most `SOFT_LIMIT`. Shape (n, n_given_vocabulary).
        """
        asked = self.wanted.meanings[vocabulary]
        found = asked.cosines(self.given.meanings)
        characters = self.characters[vocabulary]
        unknown, strange = np.flatnonzero(asked.ranks < 0), np.flatnonzero(self.given.meanings.ranks < 0)
        if len(unknown):
            found[unknown] = _shared(characters[unknown], self.of_given)
        if len(strange):
            found[:, strange] = _shared(characters, self.of_given[strange])
        found[found < SOFTEST] = 0.0
        found *= np.sqrt(found)
        np.minimum(found, np.float32(SOFT_LIMIT), out=found)
        same = self.same[vocabulary]
        known = np.flatnonzero(same >= 0)
        found[known, same[known]] = 1.0
        return found


def _shared(wanted: Any, given: Any) -> npt.NDArray[np.float32]:
    """Return which share of the characters and pairs of characters of each word another word holds."""
    shares: npt.NDArray[np.float32] = (wanted @ given.T).toarray() / np.diff(wanted.indptr)[:, None].astype(np.float32)
    return shares


def _indicator(texts: EncodedTexts, runs: IntMatrix) -> Any:
    starts = np.searchsorted(texts.spelled, np.arange(len(texts.vocabulary) + 1))
    columns = np.searchsorted(runs, texts.runs)
    ones = np.ones(len(columns), dtype=np.float32)
    return sparse.csr_array((ones, columns, starts), shape=(len(texts.vocabulary), len(runs)))


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
