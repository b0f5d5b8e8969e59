"""Who comes first among equals: drawn by lot for each need, the same lot every time."""

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from matching.arrays import IntMatrix

_MIX = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(33)


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
    first = np.array([zlib.crc32(one.encode()) for one in needs], dtype=np.uint64)
    second = np.array([zlib.crc32(one.encode()) for one in offers], dtype=np.uint64) << np.uint64(32)
    mixed = (first[rows] ^ second[columns]) * _MIX
    mixed = (mixed ^ (mixed >> _SHIFT)) * _MIX
    drawn: npt.NDArray[np.uint32] = (mixed >> np.uint64(32)).astype(np.uint32)
    return drawn
