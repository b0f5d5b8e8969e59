"""Texts with their words and their runs of characters, counted once; texts keep their positions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from matching.arrays import BoolMatrix, IntMatrix
from matching.text.characters import character_runs
from matching.text.words import words


@dataclass(frozen=True, slots=True, eq=False)
class Shelf:
    """Texts that were read.

    Parameters
    ----------
    texts : tuple[str, ...]
        The texts; empty where one was taken away.
    present : numpy.ndarray of bool, shape (n_texts,)
        Which of them are there.
    vocabulary : tuple[str, ...]
        Every word that was ever read, in the order in which they came.
    word_starts, run_starts : numpy.ndarray of int64, shape (n_texts + 1,)
        Where the words and runs of each text begin and end in the arrays below.
    words, runs : numpy.ndarray of int64
        The distinct words of each text, as places in the vocabulary, and the distinct runs of characters as numbers.
    word_counts, run_counts : numpy.ndarray of int64
        How often they occur.

    """

    texts: tuple[str, ...]
    present: BoolMatrix
    vocabulary: tuple[str, ...]
    word_starts: IntMatrix
    words: IntMatrix
    word_counts: IntMatrix
    run_starts: IntMatrix
    runs: IntMatrix
    run_counts: IntMatrix

    def __len__(self) -> int:
        """Return how many positions there are."""
        return len(self.present)

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Shelf":
        """Read texts."""
        if isinstance(texts, str):
            raise TypeError("texts are given as a list; this is one text alone")
        counted = [Counter(words(text)) for text in texts]
        vocabulary = tuple(dict.fromkeys(word for found in counted for word in found))
        places = {word: place for place, word in enumerate(vocabulary)}
        owners, runs = character_runs(texts)
        order = np.lexsort((runs, owners))
        owners, runs = owners[order], runs[order]
        firsts = np.flatnonzero(np.append(True, (np.diff(owners) != 0) | (np.diff(runs) != 0))[: len(runs)])
        return cls(
            texts=tuple(texts),
            present=np.ones(len(texts), dtype=np.bool_),
            vocabulary=vocabulary,
            word_starts=_starts(list(map(len, counted))),
            words=np.array([places[word] for found in counted for word in found], dtype=np.int64),
            word_counts=np.array([count for found in counted for count in found.values()], dtype=np.int64),
            run_starts=_starts(np.bincount(owners[firsts], minlength=len(texts))),
            runs=runs[firsts],
            run_counts=np.diff(np.append(firsts, len(runs))),
        )

    def with_more(self, others: "Shelf") -> "Shelf":
        """Return these texts and, after them, others."""
        vocabulary = tuple(dict.fromkeys((*self.vocabulary, *others.vocabulary)))
        places = {word: place for place, word in enumerate(vocabulary)}
        moved = np.array([places[word] for word in others.vocabulary], dtype=np.int64)
        return Shelf(
            texts=self.texts + others.texts,
            present=np.append(self.present, others.present),
            vocabulary=vocabulary,
            word_starts=np.append(self.word_starts, self.word_starts[-1] + others.word_starts[1:]),
            words=np.append(self.words, moved[others.words]),
            word_counts=np.append(self.word_counts, others.word_counts),
            run_starts=np.append(self.run_starts, self.run_starts[-1] + others.run_starts[1:]),
            runs=np.append(self.runs, others.runs),
            run_counts=np.append(self.run_counts, others.run_counts),
        )

    def without(self, positions: IntMatrix) -> "Shelf":
        """Return the same positions, some of them empty."""
        if len(positions) and not (positions.min() >= 0 and positions.max() < len(self)):
            raise IndexError("there is no text at that position")
        present = self.present.copy()
        present[positions] = False
        gone = set(positions.tolist())
        return replace(
            self,
            texts=tuple("" if position in gone else text for position, text in enumerate(self.texts)),
            present=present,
        )

    def part(self, block: slice) -> "Shelf":
        """Return some of the texts, from one position to another."""
        starts = self.word_starts[block.start : block.stop + 1]
        run_starts = self.run_starts[block.start : block.stop + 1]
        mine, my_runs = slice(starts[0], starts[-1]), slice(run_starts[0], run_starts[-1])
        return Shelf(
            texts=self.texts[block],
            present=self.present[block],
            vocabulary=self.vocabulary,
            word_starts=starts - starts[0],
            words=self.words[mine],
            word_counts=self.word_counts[mine],
            run_starts=run_starts - run_starts[0],
            runs=self.runs[my_runs],
            run_counts=self.run_counts[my_runs],
        )

    def words_by_text(self, positions: IntMatrix) -> tuple[list[str], Any]:
        """Return the words of some texts, sorted, and how often each text has them.

        Parameters
        ----------
        positions : numpy.ndarray of int64, shape (n,)
            Which texts.

        Returns
        -------
        tuple of list[str] and scipy.sparse.csr_array of float32, shape (n, n_words)
            The words that occur, and the counts.

        """
        starts, members = _chosen(self.word_starts, positions)
        used = np.unique(self.words[members])
        order = sorted(used.tolist(), key=self.vocabulary.__getitem__)
        columns = np.zeros(len(self.vocabulary), dtype=np.int64)
        columns[order] = np.arange(len(order))
        counts = _counts(starts, columns[self.words[members]], self.word_counts[members], len(order))
        return [self.vocabulary[place] for place in order], counts

    def runs_by_text(self, positions: IntMatrix) -> tuple[IntMatrix, Any]:
        """Return the runs of characters of some texts, sorted, and how often each text has them.

        Parameters
        ----------
        positions : numpy.ndarray of int64, shape (n,)
            Which texts.

        Returns
        -------
        tuple of numpy.ndarray of int64 and scipy.sparse.csr_array of float32, shape (n, n_runs)
            The runs that occur, and the counts.

        """
        starts, members = _chosen(self.run_starts, positions)
        runs, columns = np.unique(self.runs[members], return_inverse=True)
        return runs, _counts(starts, columns, self.run_counts[members], len(runs))

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return all of it as arrays without objects."""
        texts = [text.encode("utf-8", "surrogatepass") for text in self.texts]
        names = [word.encode() for word in self.vocabulary]
        return {
            "texts": np.frombuffer(b"".join(texts), dtype=np.uint8),
            "text_lengths": np.array([len(text) for text in texts], dtype=np.int64),
            "vocabulary": np.frombuffer(b"".join(names), dtype=np.uint8),
            "vocabulary_lengths": np.array([len(name) for name in names], dtype=np.int64),
            **{name: getattr(self, name) for name in _ARRAYS},
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> "Shelf":
        """Return the texts that `arrays` was made from."""
        return cls(
            texts=_strings(arrays["texts"], arrays["text_lengths"]),
            vocabulary=_strings(arrays["vocabulary"], arrays["vocabulary_lengths"]),
            **{name: arrays[name] for name in _ARRAYS},
        )


_ARRAYS = ("present", "word_starts", "words", "word_counts", "run_starts", "runs", "run_counts")


def _strings(content: npt.NDArray[Any], lengths: npt.NDArray[Any]) -> tuple[str, ...]:
    whole, ends = content.tobytes(), np.cumsum(lengths).tolist()
    return tuple(
        whole[end - length : end].decode("utf-8", "surrogatepass")
        for end, length in zip(ends, lengths.tolist(), strict=True)
    )


def _starts(sizes: Sequence[int] | IntMatrix) -> IntMatrix:
    return np.append(np.int64(0), np.cumsum(sizes, dtype=np.int64))


def _chosen(starts: IntMatrix, positions: IntMatrix) -> tuple[IntMatrix, IntMatrix]:
    """Return the starts of some rows laid one after the other, and where their members were."""
    sizes = np.diff(starts)[positions]
    moved = _starts(sizes)
    return moved, np.arange(moved[-1]) + np.repeat(starts[positions] - moved[:-1], sizes)


def _counts(starts: IntMatrix, columns: IntMatrix, counts: IntMatrix, width: int) -> Any:
    found = sparse.csr_array((counts.astype(np.float32), columns, starts), shape=(len(starts) - 1, width))
    found.sort_indices()
    return found
