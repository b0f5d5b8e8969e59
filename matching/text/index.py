"""Japanese free text: one spelling for one word, words of intent removed, retrieval by meaning-bearing characters."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from scipy import sparse

from matching.arrays import FloatMatrix, IntMatrix
from matching.hyperparameters import Tunable
from matching.text.spelling import normalise

WORDS_OF_INTENT: Final[tuple[str, ...]] = (
    "ありがとうございます",
    "よろしくお願いします",
    "お願いします",
    "お願いしたい",
    "していただきたい",
    "してくださる",
    "してくれる",
    "いただける",
    "いただきたい",
    "ください",
    "探しています",
    "さがしています",
    "求めています",
    "募集しています",
    "募ります",
    "必要です",
    "必要な",
    "手伝います",
    "手伝えます",
    "手伝って",
    "手伝い",
    "手伝う",
    "提供いたします",
    "提供します",
    "提供する",
    "提供",
    "支援します",
    "できます",
    "できる方",
    "できる",
    "したいです",
    "したい",
    "ほしい",
    "欲しい",
    "歓迎します",
    "探す",
    "探して",
    "募集",
    "という",
    "ところ",
    "について",
    "ための",
    "ために",
    "します",
    "しています",
    "います",
    "あります",
    "です",
    "ます",
    "して",
    "から",
    "まで",
    "など",
    "こと",
    "もの",
    "ほど",
    "くらい",
    "どなたか",
    "どなた",
    "だれか",
    "ひとり",
    "人を",
    "方を",
    "人が",
    "方が",
)
"""Words that say that somebody seeks or gives, not what: removed before texts are compared, longest first."""

_INTENT: Final = re.compile("|".join(sorted(map(re.escape, WORDS_OF_INTENT), key=lambda word: (-len(word), word))))
_PARTICLE: Final = re.compile(r"[ぁ-ん]")
_BLOCK: Final = 256


def without_intent(text: str) -> str:
    """Return a normalised text without the words that only say that somebody seeks or gives.

    Parameters
    ----------
    text : str
        A normalised text.

    Returns
    -------
    str
        What is left; the text itself when nothing would be left.

    """
    rest = " ".join(_INTENT.sub(" ", text).split())
    return rest or text


def grams(text: str) -> Counter[str]:
    """Count the single characters and pairs of characters of a text.

    Pairs do not cross a gap, and a single hiragana is left out, since it is a particle or an ending
    more often than a word.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    collections.Counter
        How often each of them occurs.

    """
    found: Counter[str] = Counter()
    for word in without_intent(normalise(text)).split():
        found.update(character for character in word if not _PARTICLE.match(character))
        found.update(word[start : start + 2] for start in range(len(word) - 1))
    return found


def substance(term: str) -> float:
    """Return how much a character or pair of characters tells about what a text is about.

    Parameters
    ----------
    term : str
        One or two characters.

    Returns
    -------
    float
        1 without hiragana, 0.5 with one and 0.25 with two: particles and endings are written in hiragana. Beside
        words in hiragana alone, as のぼり, this makes no difference, since scores are shares of the query.

    """
    return 0.5 ** len(_PARTICLE.findall(term))


class TextIndex(Tunable):
    """Retrieval of texts by BM25 over single characters and pairs of characters.

    Parameters
    ----------
    saturation : float
        How soon another occurrence of the same character stops counting (k1 of BM25), more than 0.
    length_penalty : float
        How much a long text is discounted, in [0, 1] (b of BM25).

    Attributes
    ----------
    vocabulary_ : dict[str, int]
        Column of each character or pair that occurs in the fitted texts.
    rarity_ : numpy.ndarray, shape (n_terms,)
        Weight of each of them, the rarer and the more substantial the higher, always above 0.
    weights_ : scipy.sparse.csr_array, shape (n_texts, n_terms)
        BM25 weight of each term in each text.

    Notes
    -----
    Scores are calibrated: the BM25 score is divided by the score of a text of average length that holds every
    term of the query once, and cut at 1. A term that no text holds counts as the rarest possible one, so that a
    query of which hardly anything is known cannot score high.

    References
    ----------
    Robertson, S., and Zaragoza, H. (2009). The Probabilistic Relevance Framework: BM25 and Beyond.
    Foundations and Trends in Information Retrieval 3(4).

    """

    def __init__(self, *, saturation: float = 1.2, length_penalty: float = 0.75) -> None:
        self.saturation = saturation
        self.length_penalty = length_penalty

    def fit(self, texts: Sequence[str]) -> "TextIndex":
        """Learn the texts that can be found.

        Parameters
        ----------
        texts : Sequence[str]
            The texts, found later by their position.

        Returns
        -------
        TextIndex
            Itself.

        """
        counted = [grams(text) for text in texts]
        terms = sorted(set().union(*counted))
        self.vocabulary_: dict[str, int] = {term: column for column, term in enumerate(terms)}
        counts = self._matrix(counted)
        documents = np.bincount(counts.indices, minlength=len(terms))
        weights = np.array([substance(term) for term in terms], dtype=np.float64)
        self.rarity_: FloatMatrix = weights * np.log1p((len(texts) - documents + 0.5) / (documents + 0.5))
        self.unseen_rarity_: float = float(np.log1p((len(texts) + 0.5) / 0.5))
        lengths = np.asarray(counts.sum(axis=1), dtype=np.float64)
        self.average_length_: float = float(lengths.mean()) if lengths.any() else 1.0
        damping = self.saturation * (1.0 - self.length_penalty + self.length_penalty * lengths / self.average_length_)
        rows = np.repeat(np.arange(len(texts)), np.diff(counts.indptr))
        saturated = counts.data * (self.saturation + 1.0) / (counts.data + damping[rows])
        self.weights_: Any = sparse.csr_array(
            (saturated * self.rarity_[counts.indices], counts.indices, counts.indptr), shape=counts.shape
        )
        return self

    def scores(self, queries: Sequence[str]) -> FloatMatrix:
        """Return how much of each query every text holds.

        Parameters
        ----------
        queries : Sequence[str]
            Any texts.

        Returns
        -------
        numpy.ndarray, shape (n_queries, n_texts)
            Calibrated scores in [0, 1]; 0 throughout for a query without characters.

        """
        counted = [Counter(dict.fromkeys(grams(query), 1)) for query in queries]
        found = self._matrix(counted)
        product = (
            (found @ self.weights_.T).toarray()
            if found.nnz and self.weights_.nnz
            else np.zeros((len(queries), self.weights_.shape[0]))
        )
        attainable = found @ self.rarity_
        unseen = [sum(substance(term) for term in terms if term not in self.vocabulary_) for terms in counted]
        attainable = attainable + self.unseen_rarity_ * np.array(unseen, dtype=np.float64)
        attainable = np.maximum(attainable, np.finfo(np.float64).tiny)
        calibrated: FloatMatrix = np.minimum(product / attainable[:, None], 1.0)
        return calibrated

    def search(self, queries: Sequence[str], *, top: int = 10) -> tuple[IntMatrix, FloatMatrix]:
        """Return the best texts for each query, best first, ties by position.

        Parameters
        ----------
        queries : Sequence[str]
            Any texts.
        top : int
            How many texts to return for each query, at least 1.

        Returns
        -------
        tuple of numpy.ndarray, both of shape (n_queries, top)
            Positions of the texts and their scores; -1 and 0.0 where fewer texts share anything with the query.

        Raises
        ------
        ValueError
            When `top` is less than 1.

        """
        if top < 1:
            raise ValueError("a search returns at least one text")
        indices = np.full((len(queries), top), -1, dtype=np.int64)
        scores = np.zeros((len(queries), top))
        for start in range(0, len(queries), _BLOCK):
            block = self.scores(queries[start : start + _BLOCK])
            for row, of_texts in enumerate(block, start=start):
                best = _best(of_texts, top)
                indices[row, : len(best)] = best
                scores[row, : len(best)] = of_texts[best]
        return indices, scores

    def _matrix(self, counted: Sequence[Counter[str]]) -> Any:
        pairs = [
            sorted((self.vocabulary_[term], count) for term, count in terms.items() if term in self.vocabulary_)
            for terms in counted
        ]
        starts = np.cumsum([0, *map(len, pairs)])
        columns = np.array([column for row in pairs for column, _ in row], dtype=np.int64)
        counts = np.array([count for row in pairs for _, count in row], dtype=np.float64)
        return sparse.csr_array((counts, columns, starts), shape=(len(counted), len(self.vocabulary_)))


def _best(scores: FloatMatrix, top: int) -> IntMatrix:
    found = np.flatnonzero(scores > 0.0)
    if len(found) > top:
        least = np.partition(scores[found], -top)[-top]
        found = found[scores[found] >= least]
    order = np.lexsort((found, -scores[found]))[:top]
    return found[order]
