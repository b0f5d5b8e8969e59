"""Two sides who may want each other: who would say yes to whom, and who has room for how many."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
from scipy import sparse

from matching.arrays import FloatMatrix, IntMatrix

Examination: TypeAlias = Callable[[int], float] | FloatMatrix

NO_LIMIT = -1
"""The capacity of whoever may be matched any number of times."""

_TRIED: Final = 100


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """Two sides, the probabilities of their yeses, and their room.

    Parameters
    ----------
    accept_left : scipy.sparse.csr_array, shape (n_left, n_right)
        Probability in (0, 1] that a left participant says yes to a right one who is looked at. Dense arrays and other
        sparse ones are converted; zero is as good as missing, and entries that stand there twice are added up.
    accept_right : scipy.sparse.csr_array, shape (n_right, n_left)
        The same from right to left. A pair is a candidate where both are present.
    capacity_left, capacity_right : array of int, shape (n_left,) and (n_right,), optional
        For how many matches each has room; -1, the default for all, is no limit.
    examination : callable or array, optional
        Probability in [0, 1] that place k = 1, 2, ... of a list is looked at, never growing with k: a function of k, or
        an array whose end is the last place that is looked at. The default is 1 / k. An array is checked as a whole
        at once; a function for as many places as a list can have, at most 100, and further where it is asked.

    Raises
    ------
    ValueError
        When shapes do not fit together or a value lies outside its range.

    """

    accept_left: Any
    accept_right: Any
    capacity_left: Any = None
    capacity_right: Any = None
    examination: Examination | None = None

    def __post_init__(self) -> None:
        """Convert what was given, and refuse what cannot be meant."""
        for name in ("accept_left", "accept_right"):
            object.__setattr__(self, name, _probabilities(name, getattr(self, name)))
        n_left, n_right = self.accept_left.shape
        if self.accept_right.shape != (n_right, n_left):
            raise ValueError(
                f"accept_right has the shape {self.accept_right.shape}; "
                f"accept_left of the shape {(n_left, n_right)} asks for {(n_right, n_left)}."
            )
        for name, count in (("capacity_left", n_left), ("capacity_right", n_right)):
            object.__setattr__(self, name, _capacities(name, getattr(self, name), count))
        tried = min(max(self.shape), _TRIED)
        if self.examination is not None and not callable(self.examination):
            given = np.asarray(self.examination, dtype=np.float64)
            object.__setattr__(self, "examination", given)
            tried = given.size
        self.examined(max(tried, 1))

    @property
    def shape(self) -> tuple[int, int]:
        """How many participants there are left and right."""
        n_left, n_right = self.accept_left.shape
        return int(n_left), int(n_right)

    def examined(self, places: int) -> FloatMatrix:
        """Return how probably each of the first places is looked at.

        Parameters
        ----------
        places : int
            How many places.

        Returns
        -------
        FloatMatrix, shape (places,)
            Probabilities in [0, 1], in the order of the places.

        Raises
        ------
        ValueError
            When a probability lies outside [0, 1], grows with the place, or the first is 0.

        """
        looked_at = np.zeros(places)
        if self.examination is None:
            looked_at[:] = 1.0 / np.arange(1, places + 1)
        elif callable(self.examination):
            looked_at[:] = [float(self.examination(place)) for place in range(1, places + 1)]
        else:
            if self.examination.ndim != 1:
                raise ValueError(f"examination has {self.examination.ndim} dimensions instead of one.")
            given = self.examination[:places]
            looked_at[: len(given)] = given
        if not (np.all(looked_at >= 0.0) and np.all(looked_at <= 1.0)):
            raise ValueError("examination holds a value that is no probability.")
        if np.any(np.diff(looked_at) > 0.0):
            raise ValueError("examination grows from one place to the next.")
        if places and looked_at[0] == 0.0:
            raise ValueError("examination says that nobody looks at the first place.")
        return looked_at

    def worth(self) -> Any:
        """Return the probability that both say yes, of the pairs that can be matched.

        Returns
        -------
        scipy.sparse.csr_array, shape (n_left, n_right)
            Products of both probabilities with sorted indices, without those who have no room at all; in float64, or in
            float32 where both sides were given so.

        """
        worth = sparse.csr_array(self.accept_left.multiply(self.accept_right.T.tocsr()))
        full_left, full_right = self.capacity_left == 0, self.capacity_right == 0
        if full_left.any() or full_right.any():
            of_left = np.repeat(full_left, np.diff(worth.indptr))
            worth.data[of_left | full_right[worth.indices]] = 0.0
        worth.eliminate_zeros()
        worth.sort_indices()
        return worth


def _probabilities(name: str, given: Any) -> Any:
    if not sparse.issparse(given) and np.ndim(given) != 2:  # noqa: PLR2004 - a matrix has two dimensions
        raise ValueError(f"{name} has {np.ndim(given)} dimensions instead of two.")
    matrix = sparse.csr_array(given)
    if not matrix.has_canonical_format:
        matrix = matrix.copy()
        matrix.sum_duplicates()
    if matrix.dtype not in (np.float32, np.float64):
        matrix = matrix.astype(np.float64)
    if not (np.all(matrix.data >= 0.0) and np.all(matrix.data <= 1.0)):
        raise ValueError(f"{name} holds a value that is no probability.")
    return matrix


def _capacities(name: str, given: Any, count: int) -> IntMatrix:
    if given is None:
        return np.full(count, NO_LIMIT, dtype=np.int64)
    capacities = np.asarray(given)
    if capacities.shape != (count,):
        raise ValueError(f"{name} has the shape {capacities.shape} instead of {(count,)}.")
    if count and not np.issubdtype(capacities.dtype, np.integer):
        raise ValueError(f"{name} holds something other than integers.")
    if np.any(capacities < NO_LIMIT):
        raise ValueError(f"{name} holds a number below -1, which stands for no limit.")
    return capacities.astype(np.int64)
