"""Runs of one to three characters of texts, as whole numbers, so that counting them needs no strings."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from matching.arrays import BoolMatrix, IntMatrix
from matching.text.spelling import normalise

LONGEST: Final = 3
_BITS: Final = 21
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
    # two spaces between texts keep the longest run inside one of them
    gap = " " * (LONGEST - 1)
    spelled = [normalise(text) + gap for text in texts]
    codes = np.frombuffer("".join(spelled).encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    owners = np.repeat(np.arange(len(texts)), [len(text) for text in spelled])
    letters = codes != ord(" ")
    kana = (codes >= _FIRST_KANA) & (codes <= _LAST_KANA)
    found: list[tuple[IntMatrix, IntMatrix]] = []
    for length in range(1, LONGEST + 1):
        inside = _all_of_run(letters, length)
        telling = inside if length == LONGEST else inside & ~_all_of_run(kana, length)
        places = np.flatnonzero(telling)
        numbers = np.zeros(len(places), dtype=np.int64)
        for offset in range(length):
            numbers = (numbers << _BITS) | codes[places + offset]
        found.append((owners[places], numbers))
    return np.concatenate([owner for owner, _ in found]), np.concatenate([number for _, number in found])


def _all_of_run(characters: BoolMatrix, length: int) -> BoolMatrix:
    """Return for each place whether the run that begins there consists of such characters alone."""
    starts = max(len(characters) - length + 1, 0)
    whole: BoolMatrix = np.logical_and.reduce([characters[offset : offset + starts] for offset in range(length)])
    return whole
