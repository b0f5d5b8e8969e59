"""Dividing what partners have among what a need lacks, exactly and never twice."""

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

Division: TypeAlias = dict[tuple[int, int], int]

_Path: TypeAlias = tuple[float, tuple[tuple[int, int], ...]]
_NOTHING: Final = 1e-12


def divide(edges: Mapping[tuple[int, int], float], demand: Sequence[int], supply: Sequence[int]) -> Division:
    """Return the division with the greatest total gain.

    Parameters
    ----------
    edges : Mapping[tuple[int, int], float]
        Gain of one unit, above 0, by the positions of slot and item; a pair that is not named does not count.
    demand : Sequence[int]
        What each slot lacks, at least 0.
    supply : Sequence[int]
        What there is of each item, at least 0.

    Returns
    -------
    dict[tuple[int, int], int]
        Quantities, at least 1, by slot and item; no slot gets more than it lacks and no item gives more than there is.

    Notes
    -----
    A transportation problem. When every slot can take its best items without any item being promised twice, that is
    the answer. Otherwise it is built by the path of greatest gain from an item with something left to a slot that still
    lacks something, again and again; paths may take back what was given before. Ties go to the lower position.

    References
    ----------
    Ahuja, R. K., Magnanti, T. L., and Orlin, J. B. (1993). Network Flows, section 9.7.

    """
    division = _each_slot_alone(edges, demand, supply)
    promised = list(supply)
    for (_, item), quantity in division.items():
        promised[item] -= quantity
    return division if min(promised, default=0) >= 0 else _by_paths(edges, demand, supply)


def _each_slot_alone(edges: Mapping[tuple[int, int], float], demand: Sequence[int], supply: Sequence[int]) -> Division:
    """Fill every slot with its best items as if it were the only one."""
    lacking = list(demand)
    division: Division = {}
    for slot, item in sorted(edges, key=lambda edge: (edge[0], -edges[edge], edge[1])):
        amount = min(lacking[slot], supply[item])
        if amount > 0:
            division[slot, item] = amount
            lacking[slot] -= amount
    return dict(sorted(division.items()))


def _by_paths(edges: Mapping[tuple[int, int], float], demand: Sequence[int], supply: Sequence[int]) -> Division:
    """Give along the path of greatest gain until no path gains anything."""
    division = dict.fromkeys(edges, 0)
    lacking = list(demand)
    left = list(supply)
    while path := _best_path(edges, division, lacking, left):
        # Every second edge takes back what another item gave to the slot before.
        amount = min(left[path[0][1]], lacking[path[-1][0]], *(division[edge] for edge in path[1::2]))
        for position, edge in enumerate(path):
            division[edge] += amount if position % 2 == 0 else -amount
        left[path[0][1]] -= amount
        lacking[path[-1][0]] -= amount
    return {edge: quantity for edge, quantity in division.items() if quantity}


def _best_path(
    edges: Mapping[tuple[int, int], float], division: Division, lacking: Sequence[int], left: Sequence[int]
) -> tuple[tuple[int, int], ...]:
    """Return the edges (slot, item) of the path with the greatest gain, given and taken back in turn."""
    # The best known gain and path to each item whose next unit could be given away, and to each slot that takes it.
    at_item: dict[int, _Path] = {item: (0.0, ()) for item, rest in enumerate(left) if rest}
    at_slot: dict[int, _Path] = {}
    changed = True
    while changed:
        changed = False
        for (slot, item), gain in edges.items():
            if item in at_item:
                gained, path = at_item[item]
                if slot not in at_slot or gained + gain > at_slot[slot][0] + _NOTHING:
                    at_slot[slot] = (gained + gain, (*path, (slot, item)))
                    changed = True
        for (slot, item), quantity in division.items():
            if quantity and slot in at_slot:
                gained, path = at_slot[slot]
                if item not in at_item or gained - edges[slot, item] > at_item[item][0] + _NOTHING:
                    at_item[item] = (gained - edges[slot, item], (*path, (slot, item)))
                    changed = True
    ends = [found for slot, found in sorted(at_slot.items()) if lacking[slot]]
    gained, path = max(ends, key=lambda found: found[0], default=(0.0, ()))
    return path if gained > _NOTHING else ()
