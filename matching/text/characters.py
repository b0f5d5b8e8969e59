"""Runs of one to three characters of texts, as whole numbers, so that counting them needs no strings."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from matching.arrays import BoolMatrix, IntMatrix
from matching.text.spelling import normalise

LONGEST: Final = 3
_BITS: Final = 21
_GAP: Final = ord(" ")
_FIRST_KANA: Final = ord("ぁ")
_LAST_KANA: Final = ord("ん")


def character_runs(texts: Sequence[str]) -> tuple[IntMatrix, IntMatrix]:
    """Return the runs of one to three characters of texts.

    Runs do not cross a gap. Single hiragana and pairs of them are left out: they are particles and endings more often
    than words.

    Parameters
    ----------
    texts : Sequence[str]
        Any texts.

    Returns
    -------
    tuple of numpy.ndarray of int64, both of shape (n_runs,)
        The text in which each run stands, and the run as a number: the same characters give the same number.

    """
    spelled = [normalise(text) for text in texts]
    owners, codes = _laid_out(spelled)
    letters = codes != _GAP
    kana = (codes >= _FIRST_KANA) & (codes <= _LAST_KANA)
    found: list[tuple[IntMatrix, IntMatrix]] = []
    for length in range(1, LONGEST + 1):
        inside = _all_of_run(letters, length)
        places = np.flatnonzero(inside if length == LONGEST else inside & ~_all_of_run(kana, length))
        found.append((owners[places], _numbers(codes, places, length)))
    return np.concatenate([owner for owner, _ in found]), np.concatenate([number for _, number in found])


def spellings(words: Sequence[str]) -> tuple[IntMatrix, IntMatrix]:
    """Return the distinct single characters and pairs of characters of words.

    Parameters
    ----------
    words : Sequence[str]
        Words without gaps.

    Returns
    -------
    tuple of numpy.ndarray of int64, both of shape (n_runs,)
        The word in which each run stands, ascending, and the run as a number.

    """
    owners, codes = _laid_out(words)
    singles = np.flatnonzero(codes != _GAP)
    pairs = np.flatnonzero(_all_of_run(codes != _GAP, 2))
    standing = np.concatenate([owners[singles], owners[pairs]])
    numbers = np.concatenate([_numbers(codes, singles, 1), _numbers(codes, pairs, 2)])
    order = np.lexsort((numbers, standing))
    standing, numbers = standing[order], numbers[order]
    first = np.append(True, (np.diff(standing) != 0) | (np.diff(numbers) != 0))[: len(numbers)]
    return standing[first], numbers[first]


def _laid_out(spelled: Sequence[str]) -> tuple[IntMatrix, IntMatrix]:
    """Return the characters of texts one after the other as numbers, and the text in which each stands."""
    # the gap between two texts keeps the longest run inside one of them
    apart = [text + " " * (LONGEST - 1) for text in spelled]
    codes = np.frombuffer("".join(apart).encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    return np.repeat(np.arange(len(apart)), [len(text) for text in apart]), codes


def _numbers(codes: IntMatrix, places: IntMatrix, length: int) -> IntMatrix:
    """Return the runs of one length that begin at some places as numbers."""
    numbers = np.zeros(len(places), dtype=np.int64)
    for offset in range(length):
        numbers = (numbers << _BITS) | codes[places + offset]
    return numbers


def _all_of_run(characters: BoolMatrix, length: int) -> BoolMatrix:
    """Return for each place whether the run that begins there consists of such characters alone."""
    starts = max(len(characters) - length + 1, 0)
    whole: BoolMatrix = np.logical_and.reduce([characters[offset : offset + starts] for offset in range(length)])
    return whole
