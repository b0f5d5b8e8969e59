"""Retrieval of texts by words, by words of close meaning, by characters and by meaning as a whole."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from os import PathLike
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from matching.arrays import BoolMatrix, FloatMatrix, IntMatrix
from matching.hyperparameters import Tunable
from matching.text.archive import read_archive, write_archive
from matching.text.dense import Encoder, Kind, load_encoder
from matching.text.shelf import Shelf
from matching.text.vectors import Float32Matrix, Meanings, weights, whole, whole_cosines, word_vectors

_CELLS: Final = 8_000_000
_WIDENED: Final = 1 << 16
CLOSEST: Final = 0.25
"""Cosine from which two words count as close, and two texts."""

_SOFT_LIMIT: Final = 0.9
_CONSTANT: Final = 1e-4
_GROUPS: Final = 8
_NEIGHBOURS: Final = 32


class TextIndex(Tunable):
    """Retrieval of texts by four signals, each measured in its own spread over the texts, and added up.

    Parameters
    ----------
    words : float
        Weight of BM25 over words, where a word of close meaning counts as a part of an occurrence.
    characters : float
        Weight of BM25 over runs of one to three characters, for spelling errors and words that nobody knows.
    vectors : float
        Weight of the cosine of the means of the vectors of words.
    alignment : float
        Weight of how closely each word of the query is met by its closest word in the text.
    meaning : float
        Weight of the cosine that the dense model gives, where there is one.
    saturation : float
        How soon another occurrence stops counting (k1 of BM25), more than 0.
    length_penalty : float
        How much a long text is discounted, in [0, 1] (b of BM25).
    dense : str or None
        Path of a folder with a dense model (`matching.text.dense`), None to do without.

    Attributes
    ----------
    shelf_ : Shelf
        The texts with their words and characters.
    dense_ : numpy.ndarray of int16, shape (n_texts, dimension), or None
        Vectors of the texts by the dense model.
    dense_id_ : str or None
        Which model made them.

    Notes
    -----
    The score of a text is the weighted sum of the signals, each divided by its standard deviation over the texts, which
    ranks as the sum of z-scores does. It is above 0 exactly where a text shares a run of characters or a word with the
    query, holds a word of close meaning or is close as a whole: by the mean of its words or, where there is a dense
    model, by standing more than one standard deviation above the mean. It says which text is nearer, not how near it
    is, for which see `matching.text.likeness`. A query scores the same whatever else is asked at once.

    Texts keep their positions for good: `add` appends, and a removed text is never found again. What depends on all
    texts together is derived at the next search, from the remaining ones alone, so that an index after any changes
    scores exactly as one that was fitted to the remaining texts.

    References
    ----------
    Robertson, S., and Zaragoza, H. (2009). The Probabilistic Relevance Framework: BM25 and Beyond.
    Foundations and Trends in Information Retrieval 3(4).
    Arora, S., Liang, Y., and Ma, T. (2017). A Simple but Tough-to-Beat Baseline for Sentence Embeddings. ICLR.

    """

    def __init__(
        self,
        *,
        words: float = 1.0,
        characters: float = 1.0,
        vectors: float = 2.0,
        alignment: float = 1.0,
        meaning: float = 2.0,
        saturation: float = 1.2,
        length_penalty: float = 0.75,
        dense: str | None = None,
    ) -> None:
        self.words = words
        self.characters = characters
        self.vectors = vectors
        self.alignment = alignment
        self.meaning = meaning
        self.saturation = saturation
        self.length_penalty = length_penalty
        self.dense = dense

    def fit(self, texts: Sequence[str]) -> "TextIndex":
        """Learn the texts that can be found, and forget all others.

        Parameters
        ----------
        texts : Sequence[str]
            The texts, found later by their position.

        Returns
        -------
        TextIndex
            Itself.

        Raises
        ------
        TypeError
            When one text is given instead of a list of them.

        """
        self.shelf_: Shelf = Shelf.of(texts)
        encoder = self._encoder()
        self.dense_id_: str | None = encoder.id if encoder else None
        self.dense_: npt.NDArray[np.int16] | None = _encoded(encoder, texts, "passage") if encoder else None
        self._model: Encoder | None = encoder
        self._statistics: _Statistics | None = None
        return self

    def add(self, texts: Sequence[str]) -> "TextIndex":
        """Learn more texts; their positions follow those of the texts that are there.

        Parameters
        ----------
        texts : Sequence[str]
            The texts.

        Returns
        -------
        TextIndex
            Itself.

        Raises
        ------
        TypeError
            When one text is given instead of a list of them.
        sklearn.exceptions.NotFittedError
            When the index has learned no texts.

        """
        self.shelf_ = self._learned().with_more(Shelf.of(texts))
        if self._model is not None and self.dense_ is not None and len(texts):
            self.dense_ = np.concatenate([self.dense_, _encoded(self._model, texts, "passage")])
        self._statistics = None
        return self

    def remove(self, positions: Sequence[int] | IntMatrix) -> "TextIndex":
        """Forget texts; the others keep their positions.

        Parameters
        ----------
        positions : Sequence[int]
            Positions of the texts, whole numbers.

        Returns
        -------
        TextIndex
            Itself.

        Raises
        ------
        IndexError
            When there is no such position.
        TypeError
            When they are something other than whole numbers, as a mask is.
        sklearn.exceptions.NotFittedError
            When the index has learned no texts.

        """
        given = np.asarray(positions)
        if given.size and not np.issubdtype(given.dtype, np.integer):
            raise TypeError(f"the positions of texts are whole numbers, not {given.dtype}")
        self.shelf_ = self._learned().without(given.astype(np.int64))
        self._statistics = None
        return self

    def scores(self, queries: Sequence[str]) -> FloatMatrix:
        """Return how near every text is to each query.

        Parameters
        ----------
        queries : Sequence[str]
            Any texts.

        Returns
        -------
        numpy.ndarray, shape (n_queries, n_texts)
            Scores, at least 0; 0 for what `search` does not find, and for removed texts.

        Raises
        ------
        TypeError
            When one text is given instead of a list of them.
        sklearn.exceptions.NotFittedError
            When the index has learned no texts.

        """
        scores = np.zeros((len(queries), len(self._learned())))
        for block, found in self._blocks(queries):
            scores[block, self._derived().positions] = found
        return scores

    def search(
        self, queries: Sequence[str], *, top: int = 10, allowed: BoolMatrix | None = None
    ) -> tuple[IntMatrix, FloatMatrix]:
        """Return the nearest texts for each query, best first, ties by position.

        Parameters
        ----------
        queries : Sequence[str]
            Any texts.
        top : int
            How many texts to return for each query, at least 1.
        allowed : numpy.ndarray of bool, shape (n_queries, n_texts), or None
            Which texts may be found for each query, None for all. It changes no score.

        Returns
        -------
        tuple of numpy.ndarray, both of shape (n_queries, top)
            Positions of the texts and their scores; -1 and 0.0 where fewer are found.

        Raises
        ------
        ValueError
            When `top` is less than 1, or `allowed` is not of that shape.
        TypeError
            When one text is given instead of a list of them.
        sklearn.exceptions.NotFittedError
            When the index has learned no texts.

        """
        if top < 1:
            raise ValueError("a search returns at least one text")
        if allowed is not None and np.shape(allowed) != (len(queries), len(self._learned())):
            raise ValueError("what is allowed has a row for each query and a column for each text")
        indices = np.full((len(queries), top), -1, dtype=np.int64)
        scores = np.zeros((len(queries), top))
        positions = self._derived().positions
        for block, nearness in self._blocks(queries):
            found = nearness if allowed is None else nearness * allowed[block][:, positions]
            for row, columns in enumerate(_best(found, top), start=block.start):
                indices[row, : len(columns)] = positions[columns]
                scores[row, : len(columns)] = found[row - block.start, columns]
        return indices, scores

    def save(self, path: str | PathLike[str]) -> None:
        """Write the index to one file, without pickle.

        Parameters
        ----------
        path : str or os.PathLike
            Where to write it; an earlier file is replaced.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            When the index has learned no texts.

        """
        arrays = self._learned().arrays()
        if self.dense_ is not None:
            arrays["dense"] = self.dense_
        parameters = {name: value for name, value in self.get_params().items() if name != "dense"}
        write_archive(path, arrays, {"parameters": parameters, "dense_id": self.dense_id_})

    @classmethod
    def load(cls, path: str | PathLike[str], *, dense: str | None = None) -> "TextIndex":
        """Read an index that `save` has written.

        Parameters
        ----------
        path : str or os.PathLike
            The file.
        dense : str or None
            Path of the folder with the dense model, None to do without: where a model lies belongs to the machine and
            is not kept in the file. Vectors of another model than the saved one are made anew.

        Returns
        -------
        TextIndex
            The index.

        Raises
        ------
        ValueError
            When the file is not a text index, or one of another format.

        """
        arrays, notes = read_archive(path)
        index = cls(**notes["parameters"], dense=dense)
        index.shelf_ = Shelf.from_arrays(arrays)
        index._statistics = None
        encoder = index._encoder()
        index._model = encoder
        index.dense_id_ = encoder.id if encoder else None
        if encoder is None:
            index.dense_ = None
        elif notes["dense_id"] == encoder.id:
            index.dense_ = arrays["dense"]
        else:
            index.dense_ = _encoded(encoder, index.shelf_.texts, "passage")
        return index

    def _encoder(self) -> Encoder | None:
        return load_encoder(self.dense) if self.dense is not None else None

    def _learned(self) -> Shelf:
        if not hasattr(self, "shelf_"):
            from sklearn.exceptions import NotFittedError

            raise NotFittedError("This TextIndex has learned no texts yet: call fit first.")
        return self.shelf_

    def _derived(self) -> "_Statistics":
        shelf = self._learned()
        if self._statistics is None:
            self._statistics = _Statistics.of(shelf, self.saturation, self.length_penalty, self.dense_)
        return self._statistics

    def _blocks(self, queries: Sequence[str]) -> Iterator[tuple[slice, Float32Matrix]]:
        """Yield the scores of some queries after the other, shape (n_some, n_remaining_texts)."""
        derived = self._derived()
        asked = Shelf.of(queries)
        room = max(_CELLS // max(len(derived.positions), 1), 1)
        for block in _cut(asked, room):
            part = asked.part(block)
            dense = _encoded(self._model, part.texts, "query") if self._model else None
            yield block, self._fused(derived, part, dense)

    def _fused(self, derived: "_Statistics", asked: Shelf, dense: npt.NDArray[np.int16] | None) -> Float32Matrix:
        if not len(derived.positions):
            return np.zeros((len(asked), 0), dtype=np.float32)
        soft, aligned = derived.met_words(asked, self.saturation)
        characters = derived.met_characters(asked)
        cosines = whole_cosines(derived.mean_vectors(asked), derived.vectors)
        found = (soft > 0.0) | (characters > 0.0) | (cosines > CLOSEST)
        signals = [
            (self.words, soft),
            (self.characters, characters),
            (self.vectors, np.maximum(cosines, 0.0)),
            (self.alignment, aligned),
        ]
        if dense is not None:
            nearness = whole_cosines(dense, derived.dense)
            signals.append((self.meaning, np.maximum(nearness, 0.0)))
            # models differ in which cosine they call near, so that only standing out can count
            means, deviations = _moments(nearness)
            found |= nearness > (means + deviations)[:, None]
        fused = np.zeros_like(cosines)
        for weight, signal in signals:
            fused += signal * (weight / _spread(signal))[:, None]
        fused *= found
        return fused


@dataclass(frozen=True, slots=True, eq=False)
class _Statistics:
    """What depends on all remaining texts together.

    The columns are those of the words and runs that occur, in their own order: an index after changes has the same
    arrays as one that was fitted at once.
    """

    positions: IntMatrix
    vocabulary: dict[str, int]
    meanings: Meanings
    word_counts: Any  # (n_words, n_texts), CSR, float32
    rarity: Float32Matrix
    unseen: np.float32
    damping: Float32Matrix
    vectors: Float32Matrix
    runs: IntMatrix
    run_weights: Any  # (n_runs, n_texts), CSR, float32
    dense: Float32Matrix

    @classmethod
    def of(
        cls, shelf: Shelf, saturation: float, length_penalty: float, dense: npt.NDArray[np.int16] | None
    ) -> "_Statistics":
        positions = np.flatnonzero(shelf.present)
        count = len(positions)
        vocabulary, word_counts = shelf.words_by_text(positions)
        runs, run_counts = shelf.runs_by_text(positions)
        meanings = word_vectors().of(vocabulary)
        run_rarity = _rarity(np.bincount(run_counts.indices, minlength=len(runs)), count)
        run_counts = sparse.csr_array(run_counts)
        damping = _damping(run_counts, saturation, length_penalty)
        owners = np.repeat(np.arange(count), np.diff(run_counts.indptr))
        run_counts.data = (
            run_counts.data * np.float32(saturation + 1.0) / (run_counts.data + damping[owners])
        ) * run_rarity[run_counts.indices]
        return cls(
            positions=positions,
            vocabulary={word: column for column, word in enumerate(vocabulary)},
            meanings=meanings,
            word_counts=word_counts.T.tocsr(),
            rarity=_rarity(np.bincount(word_counts.indices, minlength=len(vocabulary)), count),
            unseen=_rarity(np.zeros(1), count)[0],
            damping=_damping(word_counts, saturation, length_penalty),
            vectors=_mean_vectors(word_counts, meanings).astype(np.float32),
            runs=runs,
            run_weights=run_counts.T.tocsr(),
            dense=np.zeros((count, 0), dtype=np.float32) if dense is None else dense[positions].astype(np.float32),
        )

    def met_words(self, asked: Shelf, saturation: float) -> tuple[Float32Matrix, Float32Matrix]:
        """Return soft BM25 and alignment of the words of queries, both of shape (n_queries, n_texts)."""
        vocabulary, counts = asked.words_by_text(np.arange(len(asked)))
        meanings = word_vectors().of(vocabulary)
        columns = np.array([self.vocabulary.get(word, -1) for word in vocabulary], dtype=np.int64)
        close = self._close(meanings, columns)
        frequencies = sparse.csr_array(close @ self.word_counts)
        found = frequencies.data
        lengths = np.diff(frequencies.indptr)
        documents = np.bincount(
            np.repeat(np.arange(len(lengths)), lengths), weights=np.minimum(found, 1.0), minlength=len(lengths)
        )
        gain = np.repeat(_rarity(documents, len(self.positions)) * np.float32(saturation + 1.0), lengths)
        gain *= found
        found += self.damping[frequencies.indices]
        np.divide(gain, found, out=frequencies.data)
        counts.data[:] = 1.0
        soft: Float32Matrix = (counts @ frequencies).toarray()
        told = np.append(self.rarity, self.unseen)[columns] * weights(meanings.ranks)
        counts.data = told.astype(np.float32)[counts.indices]
        aligned: Float32Matrix = counts @ self._best(close)
        return soft, aligned

    def met_characters(self, asked: Shelf) -> Float32Matrix:
        """Return BM25 of the runs of characters of queries, shape (n_queries, n_texts)."""
        runs, counts = asked.runs_by_text(np.arange(len(asked)))
        places = np.searchsorted(self.runs, runs)
        known = (
            np.flatnonzero(self.runs[np.minimum(places, len(self.runs) - 1)] == runs) if len(self.runs) else places[:0]
        )
        # texts stand in rows here: one pass over the postings serves all queries at once
        asked_runs = counts.T.tocsr()[known].toarray()
        met: Float32Matrix = np.ascontiguousarray((self.run_weights[places[known]].T @ asked_runs).T)
        return met

    def mean_vectors(self, asked: Shelf) -> npt.NDArray[np.int16]:
        """Return the means of the vectors of the words of queries."""
        vocabulary, counts = asked.words_by_text(np.arange(len(asked)))
        return _mean_vectors(counts, word_vectors().of(vocabulary))

    def _close(self, asked: Meanings, same: IntMatrix) -> Any:
        """Return how much a word of the texts counts as a word of the queries, shape (n_asked_words, n_words).

        `same` is the column of the very word, -1 where the texts do not have it.
        """
        cosines = asked.cosines(self.meanings)
        rows, width = cosines.shape
        known = np.flatnonzero(same >= 0)
        cosines[known, same[known]] = np.inf
        bounds = np.maximum(_at_least(cosines, _NEIGHBOURS + 1), np.float32(CLOSEST))
        chosen = np.flatnonzero(cosines > bounds[:, None])
        values = cosines.ravel()[chosen]
        values = np.where(np.isinf(values), np.float32(1.0), np.minimum(np.square(values), np.float32(_SOFT_LIMIT)))
        starts = np.searchsorted(chosen, np.arange(rows + 1) * width)
        return sparse.csr_array((values, chosen % max(width, 1), starts), shape=(rows, width))

    def _best(self, close: Any) -> Float32Matrix:
        """Return the closeness of the closest word of each text to each word, shape (n_asked_words, n_texts)."""
        width = len(self.positions)
        starts = self.word_counts.indptr
        lengths = np.diff(starts)[close.indices]
        ends = np.cumsum(lengths)
        total = ends[-1] if len(ends) else 0
        # where each posting list begins in the list of all postings, less where it begins among those laid out here
        moves = np.repeat((starts[close.indices] - (ends - lengths)).astype(np.int32), lengths)
        texts = self.word_counts.indices[moves + np.arange(total, dtype=np.int32)]
        rows = np.repeat(np.arange(close.shape[0], dtype=np.int32), np.diff(close.indptr)) * np.int32(width)
        best = np.zeros(close.shape[0] * width, dtype=np.float32)
        np.maximum.at(best, np.repeat(rows, lengths) + texts, np.repeat(close.data, lengths))
        return best.reshape(close.shape[0], width)


def _encoded(encoder: Encoder, texts: Sequence[str], kind: Kind) -> npt.NDArray[np.int16]:
    return whole(encoder.encode(texts, kind=kind))


def _mean_vectors(counts: Any, meanings: Meanings) -> npt.NDArray[np.int16]:
    """Return the means of the vectors of the words of each text, each weighted by how much it tells."""
    told = weights(meanings.ranks)[:, None] * meanings.directions()
    return whole(counts @ told)


def _rarity(documents: npt.NDArray[Any], count: int) -> Float32Matrix:
    return np.log1p((count - documents + 0.5) / (documents + 0.5)).astype(np.float32)


def _damping(counts: Any, saturation: float, length_penalty: float) -> Float32Matrix:
    lengths = np.asarray(counts.sum(axis=1), dtype=np.float64)
    average = lengths.mean() if lengths.any() else 1.0
    return (saturation * (1.0 - length_penalty + length_penalty * lengths / average)).astype(np.float32)


def _spread(signal: Float32Matrix) -> Float32Matrix:
    """Return the standard deviation of each row, or its greatest value where all are the same."""
    means, deviations = _moments(signal)
    spreads = np.where(deviations <= _CONSTANT * means, means, deviations)
    return np.where(spreads > 0.0, spreads, 1.0).astype(np.float32)


def _moments(signal: Float32Matrix) -> tuple[FloatMatrix, FloatMatrix]:
    """Return the mean and the standard deviation of each row, with the same bits whichever rows stand beside it.

    The squares of 32-bit floats, less the square of their mean, would see a deviation where all are the same; and numpy
    sums up mixed precisions in pieces that do not end where a row ends. So the rows are widened first, a few at a time.
    """
    rows, width = signal.shape
    means, deviations = np.empty(rows), np.empty(rows)
    at_once = max(_WIDENED // width, 1)
    for start in range(0, rows, at_once):
        block = slice(start, start + at_once)
        wide = signal[block].astype(np.float64, order="C")
        means[block] = wide.mean(axis=1)
        wide -= means[block, None]
        np.square(wide, out=wide)
        deviations[block] = np.sqrt(wide.mean(axis=1))
    return means, deviations


def _cut(asked: Shelf, room: int) -> Iterator[slice]:
    """Cut queries so that neither they nor their distinct words are more than there is room for, or one at a time."""
    start = 0
    seen: set[int] = set()
    for place in range(len(asked)):
        mine = set(asked.words[asked.word_starts[place] : asked.word_starts[place + 1]].tolist())
        if place > start and (len(seen | mine) > room or place - start >= room):
            yield slice(start, place)
            start, seen = place, set()
        seen |= mine
    if start < len(asked):
        yield slice(start, len(asked))


def _best(scores: Float32Matrix, top: int) -> Iterator[IntMatrix]:
    """Yield the columns of the greatest scores above 0 of each row, ties by column."""
    width = scores.shape[1]
    least = np.maximum(_at_least(scores, top), np.finfo(np.float32).tiny)
    chosen = np.flatnonzero(scores >= least[:, None])
    starts = np.searchsorted(chosen, np.arange(len(scores) + 1) * width)
    for row, (start, end) in enumerate(pairwise(starts.tolist())):
        found = chosen[start:end] - row * width
        yield found[np.lexsort((found, -scores[row, found]))[:top]]


def _at_least(scores: Float32Matrix, top: int) -> Float32Matrix:
    """Return for each row a number that at least `top` of its scores reach, and hardly more."""
    groups = _GROUPS * top
    width = scores.shape[1] // groups * groups
    if not width or not len(scores):
        return np.zeros(len(scores), dtype=np.float32)
    greatest = scores[:, :width].reshape(len(scores), -1, groups).max(axis=1)
    bounds: Float32Matrix = np.partition(greatest, groups - top, axis=1)[:, groups - top]
    return bounds
