"""Needs that are alike: those that could look for partners together, and what they share.

Average linkage over a distance of pairs. `scipy.cluster.hierarchy` gives the same groups as scikit-learn's
`AgglomerativeClustering` (a test compares them) and costs 0.14 s and 16 MB to import instead of 0.7 s and 82 MB; it
counts because a page asks for groups.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from matching.arrays import FloatMatrix, IntMatrix
from matching.geography import Geography
from matching.profiles import NeedProfile
from matching.text import encode, likeness, words

__all__ = ["NeedGroup", "alikeness", "companions", "group_needs"]

LEAST: Final = 0.27
"""From this alikeness on, two needs of the demo town were about the same thing when they were read by hand."""

_TEXT: Final = 0.7
_FIELD: Final = 0.2
_AREA: Final = 0.1
_UNKNOWN: Final = 0.5
_WIDEST: Final = 12
_PAIR: Final = 2
_MOST_WORDS: Final = 3
_NEARNESS: Final[tuple[float, ...]] = (0.0, 0.2, 0.4, 0.7, 1.0, _UNKNOWN)


@dataclass(frozen=True, slots=True)
class NeedGroup:
    """Needs that are alike.

    Parameters
    ----------
    members : tuple[str, ...]
        Ids of two or more needs, in their order.
    closeness : float
        Mean alikeness of its pairs, in [0, 1].
    words : tuple[str, ...]
        Up to three words that most of them hold, the most shared first.
    fields : frozenset[str]
        Codes of the activity fields of all of them.
    area : str
        Path of the smallest place in which all of them lie, empty where one of them is not known.

    """

    members: tuple[str, ...]
    closeness: float
    words: tuple[str, ...]
    fields: frozenset[str]
    area: str


def alikeness(needs: Sequence[NeedProfile], geography: Geography, rows: IntMatrix, columns: IntMatrix) -> FloatMatrix:
    """Return how alike needs are, pair by pair.

    Parameters
    ----------
    needs : Sequence[NeedProfile]
        The needs.
    geography : Geography
        Which districts touch.
    rows, columns : numpy.ndarray of int64, shape (n_pairs,)
        Positions of the needs of each pair.

    Returns
    -------
    numpy.ndarray, shape (n_pairs,)
        text · (.7 + .2 · fields + .1 · area), in [0, 1], the same in both directions: `text` is the geometric mean of
        what each text holds of the other (`matching.text.likeness`), `fields` the share of common fields, `area` the
        closeness of the places; half where fields or places are not known. Needs that say nothing alike are not alike,
        however near they are.

    """
    texts = encode([_text(need) for need in needs])
    both = likeness(texts, texts, rows, columns) * likeness(texts, texts, columns, rows)
    areas = [need.area for need in needs]
    # The unknown closeness is -1, and so takes the last value.
    nearness = np.array(_NEARNESS)[geography.closeness_of_pairs(areas, areas, rows, columns)]
    alike: FloatMatrix = np.sqrt(both) * (_TEXT + _FIELD * _common_fields(needs, rows, columns) + _AREA * nearness)
    return alike


def group_needs(needs: Sequence[NeedProfile], *, geography: Geography, least: float = LEAST) -> list[NeedGroup]:
    """Group needs by average linkage.

    Parameters
    ----------
    needs : Sequence[NeedProfile]
        The needs; time and memory grow with the square of their number, so a municipality at a time.
    geography : Geography
        Which districts touch.
    least : float
        Groups are joined as long as the mean alikeness between them is at least this, in [0, 1].

    Returns
    -------
    list[NeedGroup]
        The groups of two and more, the closest first, ties by their members.

    """
    ordered = sorted(needs, key=lambda need: need.id)
    if len(ordered) < _PAIR:
        return []
    rows, columns = np.triu_indices(len(ordered), 1)
    alike = alikeness(ordered, geography, rows, columns)
    labels = _linked(1.0 - alike, least)
    groups = []
    for label in np.unique(labels):
        places = np.flatnonzero(labels == label)
        if places.size >= _PAIR:
            inside = (labels[rows] == label) & (labels[columns] == label)
            groups.append(_group([ordered[place] for place in places], float(alike[inside].mean())))
    return sorted(groups, key=lambda group: (-group.closeness, group.members))


def companions(
    need: NeedProfile,
    others: Sequence[NeedProfile],
    *,
    geography: Geography,
    least: float = LEAST,
    most: int = 3,
) -> list[str]:
    """Return the needs that stand in one group with a need.

    Parameters
    ----------
    need : NeedProfile
        The need.
    others : Sequence[NeedProfile]
        The needs among which it is looked for; its own is left out.
    geography : Geography
        Which districts touch.
    least : float
        As in `group_needs`.
    most : int
        How many are returned at most.

    Returns
    -------
    list[str]
        Ids, the most alike first, ties by id.

    Notes
    -----
    Only the dozen most alike are grouped with it, so that the time grows with the number of the others and not with
    its square.

    """
    ordered = [need, *sorted((other for other in others if other.id != need.id), key=lambda other: other.id)]
    columns = np.arange(1, len(ordered))
    alike = alikeness(ordered, geography, np.zeros(len(columns), dtype=np.int64), columns)
    order = np.argsort(-alike, kind="stable")[:_WIDEST]
    near = [ordered[columns[place]] for place in order if alike[place] >= least]
    groups = group_needs([need, *near], geography=geography, least=least)
    together = {member for group in groups if need.id in group.members for member in group.members}
    return [other.id for other in near if other.id in together][:most]


def _linked(distances: FloatMatrix, least: float) -> IntMatrix:
    from scipy.cluster.hierarchy import fcluster, linkage

    labels: IntMatrix = fcluster(linkage(distances, "average"), 1.0 - least, "distance").astype(np.int64)
    return labels


def _text(need: NeedProfile) -> str:
    return "\n".join([need.title, need.text, *(slot.what for slot in need.slots)])


def _common_fields(needs: Sequence[NeedProfile], rows: IntMatrix, columns: IntMatrix) -> FloatMatrix:
    codes = sorted({code for need in needs for code in need.fields})
    held = np.array([[code in need.fields for code in codes] for need in needs], dtype=np.float64)
    held = held.reshape(len(needs), len(codes))
    sizes = held.sum(axis=1)
    common = (held @ held.T)[rows, columns]
    union = sizes[rows] + sizes[columns] - common
    known = (sizes[rows] > 0) & (sizes[columns] > 0)
    shares: FloatMatrix = np.where(known, common / np.maximum(union, 1.0), _UNKNOWN)
    return shares


def _group(needs: Sequence[NeedProfile], closeness: float) -> NeedGroup:
    held = [dict.fromkeys(words(_text(need))) for need in needs]
    counts: dict[str, int] = {}
    for of_one in held:
        for word in of_one:
            counts[word] = counts.get(word, 0) + 1
    telling = (word for word, count in counts.items() if 2 * count > len(needs) and not word.isnumeric())
    shared = sorted(telling, key=lambda word: -counts[word])
    return NeedGroup(
        members=tuple(need.id for need in needs),
        closeness=closeness,
        words=tuple(shared[:_MOST_WORDS]),
        fields=frozenset.intersection(*(need.fields for need in needs)),
        area=_common_area([need.area for need in needs]),
    )


def _common_area(areas: Sequence[str | None]) -> str:
    common: list[str] = []
    for parts in zip(*((area or "").split(".") for area in areas), strict=False):
        if len(set(parts)) > 1:
            break
        common.append(parts[0])
    return ".".join(common)
