"""Who comes first among equals: drawn by lot for each need, the same lot every time."""

import zlib
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from matching.arrays import IntMatrix

_MIX: Final = (np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35))
_SHIFT: Final = np.uint32(15)


def lots(needs: Sequence[str], offers: Sequence[str], rows: IntMatrix, columns: IntMatrix) -> npt.NDArray[np.uint32]:
    """Draw a lot for pairs of a need and an offer.

    Parameters
    ----------
    needs : Sequence[str]
        Ids of the needs.
    offers : Sequence[str]
        Ids of the offers.
    rows, columns : numpy.ndarray of int64
        Positions of the needs and offers of the pairs, of shapes that numpy can broadcast.

    Returns
    -------
    numpy.ndarray of uint32, of the shape of `rows` and `columns` together
        Numbers that follow from the two ids alone and look like chance.

    """
    first = np.array([zlib.crc32(one.encode()) for one in needs], dtype=np.uint32)
    second = np.array([zlib.crc32(one.encode()) for one in offers], dtype=np.uint32) * _MIX[0]
    drawn: npt.NDArray[np.uint32] = (first[rows] ^ second[columns]) * _MIX[1]
    drawn ^= drawn >> _SHIFT
    drawn *= _MIX[0]
    return drawn
