"""The candidates of one side as rows of nearly equal length, so that sorting all lists is a few calls on arrays."""

from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
from scipy import sparse

from matching.arrays import IntMatrix

Slots: TypeAlias = npt.NDArray[np.floating[Any]]
Positions: TypeAlias = npt.NDArray[np.signedinteger[Any]]
_Keys: TypeAlias = npt.NDArray[np.unsignedinteger[Any]]

_Kind = TypeVar("_Kind", bound=np.generic)

_BLOCK_SLOTS: Final = 1 << 16
_WIDTH_STEP: Final = 8
_SHORT: Final = 256


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Some rows of one width, which lie side by side in the slots."""

    start: int  # first slot
    first_row: int  # first row, in the order of the layout
    rows: int
    width: int

    @property
    def slots(self) -> slice:
        """Where the slots of these rows lie."""
        return slice(self.start, self.start + self.rows * self.width)

    @property
    def range(self) -> slice:
        """Which rows of the layout these are."""
        return slice(self.first_row, self.first_row + self.rows)


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Candidates of one side, padded to rows of equal width within each block.

    Parameters
    ----------
    owner : Positions, shape (n_rows,)
        The participant whose row each is; those without candidates have none.
    degree : Positions, shape (n_rows,)
        How many candidates each row has; the slots behind them are padding.
    worth : Slots, shape (n_slots,)
        Probability that both say yes; 0 in padding.
    partner : Positions, shape (n_slots,)
        The row of the candidate in the other side's layout; 0 in padding.
    other : Positions, shape (n_slots,)
        The slot of the same pair in the other side's layout; 0 in padding.
    blocks : tuple[Block, ...]
        The blocks in the order of their slots.

    """

    owner: Positions
    degree: Positions
    worth: Slots
    partner: Positions
    other: Positions
    blocks: tuple[Block, ...]

    @property
    def width(self) -> int:
        """The length of the longest row."""
        return max((block.width for block in self.blocks), default=0)

    def matrix(self, values: Slots, n_others: int) -> Any:
        """Return values of the slots as a sparse matrix of shape (n_rows, n_others), without copying them."""
        starts = [block.start + np.arange(block.rows) * block.width for block in self.blocks]
        indptr = np.concatenate([*starts, [len(values)]]).astype(np.int32)
        return sparse.csr_array((values, self.partner, indptr), shape=(len(self.owner), n_others))

    def shed(self) -> "Layout":
        """Return what is left to know when the exposures are settled, to free the memory of the rest."""
        nothing = np.empty(0, dtype=self.worth.dtype)
        return replace(self, worth=nothing, other=np.empty(0, dtype=np.int32))


def layouts(worth: Any, dtype: npt.DTypeLike) -> tuple[Layout, Layout]:
    """Lay the candidate pairs out for both sides.

    Parameters
    ----------
    worth : scipy.sparse.csr_array, shape (n_left, n_right)
        Probabilities that both say yes.
    dtype : numpy dtype
        In which floats the slots are kept: float64, or float32 where memory counts.

    Returns
    -------
    tuple[Layout, Layout]
        The left and the right layout.

    """
    left_rows = _Rows(worth.indptr)
    # Transposing the slots as if they were values tells which left slot each pair of a right row has.
    slots = sparse.csr_array((left_rows.slots(), worth.indices, worth.indptr), shape=worth.shape)
    across = slots.T.tocsr()
    right_rows = _Rows(across.indptr)
    left, right = _layout(left_rows, dtype), _layout(right_rows, dtype)
    left.worth[slots.data] = worth.data
    left.partner[slots.data] = right_rows.row_of[worth.indices]
    slots.data = right_rows.slots()
    right.worth[slots.data] = left.worth[across.data]
    right.partner[slots.data] = left_rows.row_of[across.indices]
    left.other[across.data] = slots.data
    right.other[slots.data] = across.data
    return left, right


def slots_of(indptr: IntMatrix) -> Positions:
    """Return the slot that each stored value of a matrix has in its layout.

    Parameters
    ----------
    indptr : IntMatrix
        Where the rows of the matrix begin and end.

    Returns
    -------
    Positions, shape (n_pairs,)
        The slots.

    """
    return _Rows(indptr).slots()


class _Rows:
    """The rows of a matrix by their length, and the blocks they are cut into."""

    def __init__(self, indptr: IntMatrix) -> None:
        degree = np.diff(indptr).astype(np.int32)
        self.indptr = indptr
        by_length = np.argsort(degree, kind="stable").astype(np.int32)
        self.owner = by_length[np.searchsorted(degree[by_length], 1) :]
        self.degree = degree[self.owner]
        self.row_of = np.zeros(len(degree), dtype=np.int32)
        self.row_of[self.owner] = np.arange(len(self.owner), dtype=np.int32)
        self.blocks = tuple(self._cut())

    def _cut(self) -> list[Block]:
        blocks: list[Block] = []
        row = start = 0
        while row < len(self.owner):
            # Padding stays below an eighth of a row, or seven slots.
            shortest = int(self.degree[row])
            longest = shortest + max(_WIDTH_STEP - 1, shortest // _WIDTH_STEP)
            end = int(np.searchsorted(self.degree, longest, side="right"))
            end = min(end, row + max(1, _BLOCK_SLOTS // longest))
            block = Block(start, row, end - row, int(self.degree[end - 1]))
            blocks.append(block)
            row, start = end, block.slots.stop
        return blocks

    def slots(self) -> Positions:
        """Return the slot of every stored value, shape (n_pairs,)."""
        first = np.zeros(len(self.row_of), dtype=np.int64)
        for block in self.blocks:
            first[self.owner[block.range]] = block.start + np.arange(block.rows) * block.width
        counts = np.diff(self.indptr)
        shift = np.repeat((first - self.indptr[:-1]).astype(np.int32), counts)
        shift += np.arange(len(shift), dtype=np.int32)
        return shift


def _layout(rows: _Rows, dtype: npt.DTypeLike) -> Layout:
    """Return a layout of which the rows are known and the slots are still empty."""
    count = rows.blocks[-1].slots.stop if rows.blocks else 0
    partner, other = np.zeros(count, dtype=np.int32), np.zeros(count, dtype=np.int32)
    return Layout(rows.owner, rows.degree, np.zeros(count, dtype=dtype), partner, other, rows.blocks)


def keys(values: Slots) -> tuple[_Keys, int]:
    """Pack values that are not negative and their columns into integers that sort like the values.

    Parameters
    ----------
    values : Slots, shape (n_rows, width)
        Values of at least 0.

    Returns
    -------
    tuple[_Keys, int]
        Keys of the same shape, greater for greater values and, among equals, for smaller columns; and how many of
        their lowest bits hold the column, counted from the end.

    Notes
    -----
    The bits of a float that is not negative, read as an integer, are in the order of the floats. The last of them give
    way to the column: 8 of 32, or 8 to 20 of 64. Keys are all different, so that every sort gives the same order.

    """
    width = values.shape[1]
    bits = max(int(width - 1).bit_length(), 1)
    if values.dtype == np.float32 and width <= _SHORT:
        packed: _Keys = np.ascontiguousarray(values).view(np.uint32).copy()
        columns: _Keys = np.arange(width - 1, -1, -1, dtype=np.uint32)
    else:
        packed = values.astype(np.float64).view(np.uint64)
        columns = np.arange(width - 1, -1, -1, dtype=np.uint64)
    packed >>= packed.dtype.type(bits)
    packed <<= packed.dtype.type(bits)
    packed |= columns
    return packed, bits


def sort_rows(values: Slots) -> tuple[_Keys, Positions, int]:
    """Sort each row, greatest first.

    Parameters
    ----------
    values : Slots, shape (n_rows, width)
        Values of at least 0.

    Returns
    -------
    tuple[_Keys, Positions, int]
        The keys from the greatest to the smallest, the columns in that order, both of the same shape, and how many low
        bits of a key are not the value.

    """
    packed, bits = keys(values)
    packed.sort(axis=1)
    packed = packed[:, ::-1]
    low = packed.dtype.type((1 << bits) - 1)
    order = (values.shape[1] - 1) - (packed & low).astype(np.int32)
    return packed, order, bits


def scatter(order: Positions, by_place: npt.NDArray[_Kind]) -> npt.NDArray[_Kind]:
    """Give each column what its place is worth.

    Parameters
    ----------
    order : Positions, shape (n_rows, width)
        The columns by place.
    by_place : array, shape (width,) or (n_rows, width)
        What each place is worth.

    Returns
    -------
    array, shape (n_rows, width)
        The worth of the place of each column.

    """
    given = np.empty(order.shape, dtype=by_place.dtype)
    flat = order + (np.arange(len(order), dtype=np.int32) * order.shape[1])[:, None]
    given.reshape(-1)[flat] = by_place
    return given


def alike(packed: _Keys, bits: int) -> npt.NDArray[np.bool_]:
    """Tell which places of sorted rows hold the same value as the place before.

    Parameters
    ----------
    packed : _Keys, shape (n_rows, width)
        Sorted keys.
    bits : int
        How many low bits of a key are not the value.

    Returns
    -------
    array of bool, shape (n_rows, width - 1)
        For the second place on; zeros, which stand for padding, are like nothing.

    """
    of_value = packed >> packed.dtype.type(bits)
    equal: npt.NDArray[np.bool_] = of_value[:, 1:] == of_value[:, :-1]
    equal &= of_value[:, 1:] > 0
    return equal


def level(packed: _Keys, bits: int, by_place: Slots) -> Slots:
    """Give equals the mean of the places that they share.

    Parameters
    ----------
    packed : _Keys, shape (n_rows, width)
        Sorted keys.
    bits : int
        How many low bits of a key are not the value.
    by_place : Slots, shape (width,)
        What each place is worth.

    Returns
    -------
    Slots
        What each place is worth, shape (width,) when nobody is equal, otherwise (n_rows, width).

    """
    equal = alike(packed, bits)
    tied = np.flatnonzero(equal.any(axis=1))
    if not len(tied):
        return by_place
    leveled = np.repeat(by_place[None, :], len(packed), axis=0)
    begins = np.ones((len(tied), packed.shape[1]), dtype=np.bool_)
    begins[:, 1:] = ~equal[tied]
    group = np.cumsum(begins) - 1
    sums = np.bincount(group, weights=np.tile(by_place, len(tied)))
    means = sums / np.bincount(group)
    leveled[tied] = means[group].reshape(begins.shape)
    return leveled
