"""Near and far, read from dotted paths such as `jp.14.kawasaki.tama`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import chain
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from matching.arrays import BoolMatrix, IntMatrix

PREFECTURE_DEPTH: Final = 2
MUNICIPALITY_DEPTH: Final = 3
DISTRICT_DEPTH: Final = 4
_KEPT: Final = 65_536
DEPTHS: Final = (PREFECTURE_DEPTH, MUNICIPALITY_DEPTH, DISTRICT_DEPTH)


class Closeness(IntEnum):
    """How near two places are, as far as both are known."""

    UNKNOWN = -1
    ELSEWHERE = 0
    SAME_PREFECTURE = 1
    SAME_MUNICIPALITY = 2
    NEIGHBOUR = 3
    SAME_DISTRICT = 4


@lru_cache(_KEPT)
def prefix(area: str | None, depth: int) -> str | None:
    """Return the first `depth` steps of a path, or None where the place is not known that finely.

    Parameters
    ----------
    area : str or None
        Dotted path: country, prefecture, municipality, district.
    depth : int
        Number of steps, 2 for the prefecture, 3 for the municipality, 4 for the district.

    Returns
    -------
    str or None
        The shortened path.

    """
    steps = area.split(".") if area else []
    return ".".join(steps[:depth]) if len(steps) >= depth else None


@dataclass(frozen=True, slots=True, eq=False)
class _Touching:
    """Which districts touch, by numbers; 0 is a district without known neighbours."""

    numbers: Mapping[str, int]
    matrix: BoolMatrix  # (n_districts + 1, n_districts + 1)


@dataclass(frozen=True, slots=True)
class Geography:
    """Which districts lie beside each other; everything else is read from the paths.

    Parameters
    ----------
    neighbours : frozenset[tuple[str, str]]
        Pairs of district paths that touch, each given once, in either order.

    Notes
    -----
    Only districts are neighbours. Two places are compared to the depth to which both are known:
    `jp.14` and `jp.14.kawasaki` share a prefecture at least, `jp` says nothing.

    """

    neighbours: frozenset[tuple[str, str]] = frozenset()

    def same_municipality(self, first: str | None, second: str | None) -> bool:
        """Say whether both places lie in the same known municipality."""
        return self._share(first, second, MUNICIPALITY_DEPTH)

    def same_prefecture(self, first: str | None, second: str | None) -> bool:
        """Say whether both places lie in the same known prefecture."""
        return self._share(first, second, PREFECTURE_DEPTH)

    def are_neighbours(self, first: str | None, second: str | None) -> bool:
        """Say whether the districts of both places touch."""
        one, other = prefix(first, DISTRICT_DEPTH), prefix(second, DISTRICT_DEPTH)
        return (one, other) in self.neighbours or (other, one) in self.neighbours

    def closeness_of(self, first: str | None, second: str | None) -> Closeness:
        """Return how near two places are, as far as both are known."""
        if self.are_neighbours(first, second):
            return Closeness.NEIGHBOUR
        if prefix(first, PREFECTURE_DEPTH) is None or prefix(second, PREFECTURE_DEPTH) is None:
            return Closeness.UNKNOWN
        shared = sum(self._share(first, second, depth) for depth in DEPTHS)
        return (Closeness.ELSEWHERE, Closeness.SAME_PREFECTURE, Closeness.SAME_MUNICIPALITY, Closeness.SAME_DISTRICT)[
            shared
        ]

    def closeness(self, rows: Sequence[str | None], columns: Sequence[str | None]) -> npt.NDArray[np.int8]:
        """Return how near every pair of places is.

        Parameters
        ----------
        rows, columns : Sequence[str or None]
            Paths, None or a bare country where the place is not known.

        Returns
        -------
        numpy.ndarray of int8, shape (n_rows, n_columns)
            Values of `Closeness`.

        """
        return self._levels(rows, columns, (slice(None), None), (None, slice(None)))

    def closeness_of_pairs(
        self, of_needs: Sequence[str | None], of_offers: Sequence[str | None], rows: IntMatrix, columns: IntMatrix
    ) -> npt.NDArray[np.int8]:
        """Return how near the two places of some pairs are.

        Parameters
        ----------
        of_needs, of_offers : Sequence[str or None]
            Paths of the two sides.
        rows, columns : numpy.ndarray of int64, shape (n_pairs,)
            Positions of the places of each pair.

        Returns
        -------
        numpy.ndarray of int8, shape (n_pairs,)
            Values of `Closeness`.

        """
        return self._levels(of_needs, of_offers, rows, columns)

    def _levels(
        self, firsts: Sequence[str | None], seconds: Sequence[str | None], rows: Any, columns: Any
    ) -> npt.NDArray[np.int8]:
        """Compare the places that two indices pick from the codes of both sides."""
        levels: npt.NDArray[np.int8] = np.full((), Closeness.UNKNOWN, dtype=np.int8)
        same = (Closeness.SAME_PREFECTURE, Closeness.SAME_MUNICIPALITY, Closeness.SAME_DISTRICT)
        for depth, level in zip(DEPTHS, same, strict=True):
            first_codes, second_codes = codes(firsts, seconds, depth)
            first, second = first_codes[rows], second_codes[columns]
            known, equal = (first >= 0) & (second >= 0), first == second
            apart_at_most = np.int8(Closeness.ELSEWHERE) if depth == PREFECTURE_DEPTH else levels
            levels = np.where(known, np.where(equal, np.int8(level), apart_at_most), levels)
        touching = self._touching()
        first, second = (
            np.array([touching.numbers.get(prefix(area, DISTRICT_DEPTH) or "", 0) for area in areas], dtype=np.int64)
            for areas in (firsts, seconds)
        )
        beside: npt.NDArray[np.int8] = np.where(
            touching.matrix[first[rows], second[columns]], np.int8(Closeness.NEIGHBOUR), levels
        )
        return beside

    def _touching(self) -> "_Touching":
        numbers = {
            district: number for number, district in enumerate(sorted({*chain.from_iterable(self.neighbours)}), start=1)
        }
        matrix = np.zeros((len(numbers) + 1, len(numbers) + 1), dtype=bool)
        for one, other in self.neighbours:
            matrix[numbers[one], numbers[other]] = matrix[numbers[other], numbers[one]] = True
        return _Touching(numbers, matrix)

    def _share(self, first: str | None, second: str | None, depth: int) -> bool:
        common = prefix(first, depth)
        return common is not None and common == prefix(second, depth)


def codes(rows: Sequence[str | None], columns: Sequence[str | None], depth: int) -> tuple[IntMatrix, IntMatrix]:
    """Return a number for each path at one depth: the same path the same number, -1 where it is not known.

    Parameters
    ----------
    rows, columns : Sequence[str or None]
        Paths of two sides.
    depth : int
        Depth at which they are compared.

    Returns
    -------
    tuple of numpy.ndarray of int64, shapes (n_rows,) and (n_columns,)
        Codes that can be compared between the two.

    """
    numbers: dict[str, int] = {}

    def number(area: str | None) -> int:
        path = prefix(area, depth)
        return -1 if path is None else numbers.setdefault(path, len(numbers))

    return (
        np.array([number(area) for area in rows], dtype=np.int64),
        np.array([number(area) for area in columns], dtype=np.int64),
    )


def apart(rows: Sequence[str | None], columns: Sequence[str | None], depth: int) -> BoolMatrix:
    """Say of every pair whether the places are known to lie apart at one depth.

    Parameters
    ----------
    rows, columns : Sequence[str or None]
        Paths of two sides.
    depth : int
        Depth at which they are compared.

    Returns
    -------
    numpy.ndarray of bool, shape (n_rows, n_columns)
        True where both are known at that depth and differ.

    """
    row_codes, column_codes = codes(rows, columns, depth)
    known = (row_codes >= 0)[:, None] & (column_codes >= 0)
    different: BoolMatrix = known & (row_codes[:, None] != column_codes)
    return different
