"""Up to four partners who together give what one need lacks."""

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np

from matching.allocation import Division, divide
from matching.arrays import FloatMatrix, IntMatrix
from matching.assignment import assign as assign  # noqa: PLC0414  (a team for every need at once)
from matching.eligibility import fits_the_hours
from matching.profiles import NeedProfile, OfferProfile, SlotProfile
from matching.signals.bridging import PLACE_KINDS, PURPOSE_KINDS

FIT_FLOOR: Final = 0.12
"""From this fit on an item counts for a slot. Likeness of words alone reaches 0.5 at most, so that about a quarter of
what is characteristic of the slot must be found; less is chance."""

FAINT_FLOOR: Final = 0.02
"""Where nobody reaches `FIT_FLOOR`, so that the page is never empty, the nearest are shown from this fit on, and are
said to be only faintly near."""

PARTNER_COST: Final = 0.05
"""What every partner costs a team, since each one more has to be asked, to agree and to be looked after; the load of a
partner softens it."""

FAINT_PARTNER_COST: Final = 0.005
"""What a partner costs a team of those who are only faintly near: little, or nobody would be left to be shown."""

BRIDGING_BONUS: Final = 0.03
"""What a team gains by joining a body of place with a body of purpose. It is smaller than the cost of a partner, and
softened by the load of who joins them, so that nobody is ever added for it alone."""

_Members: TypeAlias = tuple[int, ...]
_Worth: TypeAlias = dict[tuple[str, str], float]

_ALTERNATIVES_TRIED: Final = 25
_NOTHING: Final = 1e-12
_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Candidate:
    """An offer that may be suggested for a need, and what it is worth to each slot.

    Parameters
    ----------
    offer : OfferProfile
        The offer.
    fits : Mapping[tuple[str, str], float]
        Fit in [0, 1] of each item for each slot, by the ids of slot and item; what is missing does not fit.
    others : float
        What the other signals of the pair add to the score, in [0, 1].
    skill_share : float
        What a full fit adds to the score, in [0, 1]; the worth for a slot is `others + skill_share * fit`.
    floor : float
        From this fit on an item counts for a slot, in [0, 1].
    load : float
        How much the owner's load softens the pair, in (0, 1]. What the partner costs is softened like what it gives:
        who is busy comes later, but is left out of no team that the same person would be in with time to spare.
    turn : int
        Who comes first among equals: the smaller turn, then the smaller id. A run draws it for each need and offer, so
        that not the same offers come first everywhere.

    """

    offer: OfferProfile
    fits: Mapping[tuple[str, str], float] = field(hash=False)
    others: float = 0.0
    skill_share: float = 1.0
    floor: float = FIT_FLOOR
    load: float = 1.0
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Assignment:
    """What one partner gives for one slot.

    Parameters
    ----------
    slot, item, offer : str
        Ids of the slot, the item and its offer.
    quantity : int
        How much of it, at least 1.

    """

    slot: str
    item: str
    offer: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Team:
    """Partners who together cover slots of a need.

    Parameters
    ----------
    partners : tuple[OfferProfile, ...]
        The offers in the order of their ids.
    assignments : tuple[Assignment, ...]
        Who gives what, in the order of the slots.
    value : float
        Σ slot weight · worth · coverage, less the cost of the partners, plus bridging.
    open_slots : tuple[str, ...]
        Ids of the slots of which something is still lacking.
    bridges : bool
        Whether bodies of place and of purpose come together.

    """

    partners: tuple[OfferProfile, ...]
    assignments: tuple[Assignment, ...]
    value: float
    open_slots: tuple[str, ...]
    bridges: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Board:
    """Slots and items of a need and its candidates as arrays."""

    need: NeedProfile
    slots: tuple[SlotProfile, ...]
    candidates: tuple[Candidate, ...]
    item_ids: tuple[str, ...]
    owners: IntMatrix  # (n_items,): the candidate that each item belongs to
    edges: tuple[tuple[tuple[tuple[int, int], float], ...], ...]  # of each candidate: slot and item, gain of one unit
    supply: tuple[int, ...]  # of each item
    demand: tuple[int, ...]  # of each slot
    gains: FloatMatrix  # (n_slots, n_items): weighted worth of one unit
    alone: FloatMatrix  # (n_candidates,): what each gives where slots take any quantity
    place: FloatMatrix  # (n_candidates,): the load of a body of place, 0 for all others
    purpose: FloatMatrix  # (n_candidates,): the load of a body of purpose, 0 for all others
    cost: float  # of a partner with time to spare
    loads: FloatMatrix  # (n_candidates,): how much each one's load softens it

    @property
    def costs(self) -> FloatMatrix:
        """What each candidate costs a team, shape (n_candidates,)."""
        return self.cost * self.loads


@dataclass(frozen=True, slots=True, eq=False)
class _Solution:
    """The best division of a need among some candidates."""

    members: _Members
    division: Division  # by positions of slot and item
    value: float


def assemble(
    need: NeedProfile,
    candidates: Sequence[Candidate],
    *,
    max_partners: int = 4,
    cut: int = 30,
    limit: int = 5,
    refused: Collection[frozenset[str]] = (),
    holding: str | None = None,
) -> list[Team]:
    """Return the most valuable teams for a need, best first.

    Parameters
    ----------
    need : NeedProfile
        The need.
    candidates : Sequence[Candidate]
        Offers that passed every gate, in any order, each once.
    max_partners : int
        Greatest size of a team.
    cut : int
        How many candidates are combined: the best for each slot in turn.
    limit : int
        How many teams to return, at least 1.
    refused : Collection[frozenset[str]]
        Teams that are not wanted, by the ids of their offers.
    holding : str or None
        Id of a candidate that every team has to hold.

    Returns
    -------
    list[Team]
        Teams by value, smaller ones first among equals, then by the turns of their members. In no team could a partner
        be left out without loss, and no two have the same participants. No owner gives more hours than its own limit
        leaves, whatever number of its offers is in the team.

    Raises
    ------
    ValueError
        When `limit` is less than 1, an offer is there twice, or who has to be held is no candidate.

    Notes
    -----
    All teams of one size out of `cut` candidates are bounded from above at once: once as if an item could serve
    several slots in full, once as if a slot could take any quantity. They are then solved exactly in the order of the
    bounds until no bound is better than what was found. The first team is therefore the best there is; the search for
    alternatives to it ends after 25 solved teams of a size. A team cannot be larger than what is lacking in units,
    since everybody in it has to give at least one.

    """
    if limit < 1:
        raise ValueError("at least one team is asked for")
    if len({candidate.offer.id for candidate in candidates}) < len(candidates):
        raise ValueError("an offer is a candidate once")
    if holding is not None and all(candidate.offer.id != holding for candidate in candidates):
        raise ValueError("who has to be in every team is no candidate")
    board = _board(need, *_cut(need, candidates, cut, holding))
    n_candidates = len(board.candidates)
    held = [k for k, candidate in enumerate(board.candidates) if candidate.offer.id == holding]
    unwanted = set(refused)
    solved: dict[_Members, _Solution] = {}
    found: dict[frozenset[str], _Solution] = {}
    best: list[_Solution] = []
    for size in range(1, min(max_partners, n_candidates, sum(board.demand)) + 1):
        if len(best) == limit and _rank(best[-1])[0] < -_greatest_value(board, size):
            continue
        subsets, rows = _subsets(n_candidates, size)
        bounds = np.round(_upper_bounds(board, subsets, rows), _DIGITS)
        columns = rows[held[0]] if held else np.arange(len(bounds))
        promising = columns[bounds[columns] >= max(best[-1].value if len(best) == limit else 0.0, _NOTHING)]
        for tried, row in enumerate(promising[np.argsort(-bounds[promising], kind="stable")].tolist()):
            bound, members = float(bounds[row]), tuple(subsets[:, row].tolist())
            settled = bool(best) and best[0].value >= bound
            beaten = len(best) == limit and _rank(best[-1]) <= (-bound, size, members)
            if beaten or (settled and tried >= _ALTERNATIVES_TRIED):
                break
            is_refused = frozenset(board.candidates[member].offer.id for member in members) in unwanted
            solution = None if is_refused else _needs_everyone(board, members, solved)
            if solution is not None:
                owners = frozenset(board.candidates[member].offer.owner for member in members)
                found[owners] = min(found.get(owners, solution), solution, key=_rank)
                best = sorted(found.values(), key=_rank)[:limit]
    return [_team(board, solution) for solution in best]


def team_of(need: NeedProfile, candidates: Sequence[Candidate]) -> Team:
    """Return the team of exactly these candidates, with the best division of what is lacking.

    Parameters
    ----------
    need : NeedProfile
        The need.
    candidates : Sequence[Candidate]
        The partners, in any order.

    Returns
    -------
    Team
        The team; a candidate that fits nothing is a partner without assignments.

    """
    ordered = sorted(candidates, key=_turn)
    board = _board(need, ordered, [worth_by_slot(need, candidate) for candidate in ordered])
    return _team(board, _solve(board, tuple(range(len(candidates)))))


def worth_by_slot(need: NeedProfile, candidate: Candidate) -> dict[tuple[str, str], float]:
    """Return what each free item of a candidate is worth to each open slot where it counts.

    Parameters
    ----------
    need : NeedProfile
        The need.
    candidate : Candidate
        The candidate.

    Returns
    -------
    dict[tuple[str, str], float]
        Worth in (0, 1] by the ids of slot and item, without fits below the candidate's floor and without slots that
        would take more hours than the owner's limit leaves. Where the slots together would, the more valuable ones
        stay.

    """
    lacking = {slot.id: slot for slot in need.open_slots}
    free = {item.id for item in candidate.offer.items if item.quantity > 0}
    worth = {
        (slot, item): candidate.others + candidate.skill_share * fit
        for (slot, item), fit in candidate.fits.items()
        if fit >= candidate.floor and slot in lacking and item in free
    }
    if candidate.offer.hours_limit is not None:
        kept = _slots_within_hours(need, candidate.offer, worth)
        worth = {key: value for key, value in worth.items() if key[0] in kept}
    return {key: value for key, value in worth.items() if value > 0.0}


def _slots_within_hours(need: NeedProfile, offer: OfferProfile, worth: _Worth) -> set[str]:
    """Return the slots that together take no more hours than the owner's limit leaves, the more valuable ones first."""
    best: dict[str, float] = {}
    for (slot_id, _), value in worth.items():
        best[slot_id] = max(best.get(slot_id, 0.0), value)
    hours = 0.0
    kept = set()
    for slot in sorted(need.open_slots, key=lambda slot: (-slot.weight * best.get(slot.id, 0.0), slot.id)):
        if slot.id in best and fits_the_hours(slot, offer, already=hours):
            hours += (slot.hours_per_month or 0.0) if best[slot.id] > 0.0 else 0.0
            kept.add(slot.id)
    return kept


def _cut(
    need: NeedProfile, candidates: Sequence[Candidate], cut: int, holding: str | None
) -> tuple[list[Candidate], list[_Worth]]:
    """Keep the best candidates for each slot in turn, in the order of their turns, with what they are worth."""
    ordered = sorted(candidates, key=_turn)
    worth = [worth_by_slot(need, candidate) for candidate in ordered]
    queues = []
    for slot in need.open_slots:
        gains = [_standalone(slot, candidate, of) for candidate, of in zip(ordered, worth, strict=True)]
        queues.append(iter([k for k in sorted(range(len(ordered)), key=lambda k: (-gains[k], k)) if gains[k] > 0.0]))
    first = [k for k, candidate in enumerate(ordered) if candidate.offer.id == holding]
    turns = itertools.chain(first, (k for turn in itertools.zip_longest(*queues) for k in turn if k is not None))
    kept = sorted(itertools.islice(dict.fromkeys(turns), cut))
    return [ordered[k] for k in kept], [worth[k] for k in kept]


def _standalone(slot: SlotProfile, candidate: Candidate, worth: Mapping[tuple[str, str], float]) -> float:
    gains = [
        worth.get((slot.id, item.id), 0.0) * min(1.0, item.quantity / slot.quantity) for item in candidate.offer.items
    ]
    return max(gains, default=0.0)


def _board(need: NeedProfile, candidates: Sequence[Candidate], worth: Sequence[_Worth]) -> _Board:
    slots = need.open_slots
    # Items stand in the order of the offers' ids: turns decide who is in a team, not how it divides the work.
    by_id = sorted(enumerate(candidates), key=lambda one: one[1].offer.id)
    items = [(k, item) for k, candidate in by_id for item in candidate.offer.items if item.quantity > 0]
    gains = np.array(
        [[slot.weight * worth[k].get((slot.id, item.id), 0.0) / slot.quantity for k, item in items] for slot in slots],
        dtype=np.float64,
    ).reshape(len(slots), len(items))
    alone = np.zeros(len(candidates))
    for (k, item), of_item in zip(items, gains.T.tolist(), strict=True):
        left = item.quantity
        for gain, slot in sorted(zip(of_item, slots, strict=True), key=lambda pair: -pair[0]):
            taken = min(left, slot.quantity)
            alone[k] += gain * taken
            left -= taken
    kinds = [candidate.offer.owner_kind for candidate in candidates]
    loads = np.array([candidate.load for candidate in candidates], dtype=np.float64)
    edges: list[list[tuple[tuple[int, int], float]]] = [[] for _ in candidates]
    for slot_position, of_slot in enumerate(gains.tolist()):
        for item_position, gain in enumerate(of_slot):
            if gain > 0.0:
                edges[items[item_position][0]].append(((slot_position, item_position), gain))
    return _Board(
        need=need,
        slots=slots,
        candidates=tuple(candidates),
        item_ids=tuple(item.id for _, item in items),
        owners=np.array([k for k, _ in items], dtype=np.int64),
        edges=tuple(map(tuple, edges)),
        supply=tuple(item.quantity for _, item in items),
        demand=tuple(slot.quantity for slot in slots),
        gains=gains,
        alone=alone,
        place=loads * np.array([kind in PLACE_KINDS for kind in kinds], dtype=bool),
        purpose=loads * np.array([kind in PURPOSE_KINDS for kind in kinds], dtype=bool),
        cost=FAINT_PARTNER_COST if any(candidate.floor < FIT_FLOOR for candidate in candidates) else PARTNER_COST,
        loads=loads,
    )


@lru_cache(maxsize=128)
def _subsets(candidates: int, size: int) -> tuple[IntMatrix, tuple[IntMatrix, ...]]:
    """Return every subset of a size as a column, and the columns that each candidate is in."""
    combinations = list(itertools.combinations(range(candidates), size))
    subsets = np.ascontiguousarray(np.array(combinations, dtype=np.int64).reshape(-1, size).T)
    subsets.setflags(write=False)
    return subsets, tuple(np.flatnonzero((subsets == k).any(axis=0)) for k in range(candidates))


def _greatest_value(board: _Board, size: int) -> float:
    """Return what a team of this size is worth at most, whoever is in it."""
    filled = float((board.gains.max(axis=1, initial=0.0) * np.array(board.demand)).sum())
    return round(filled - float(np.sort(board.costs)[:size].sum()) + BRIDGING_BONUS, _DIGITS)


def _upper_bounds(board: _Board, subsets: IntMatrix, rows: Sequence[IntMatrix]) -> FloatMatrix:
    """Return what each subset is worth at most, shape (n_subsets,)."""
    by_slots = np.zeros(subsets.shape[1])
    for gains, demand in zip(board.gains, board.demand, strict=True):
        by_slots += (
            _best_of(board, subsets, gains) if demand == 1 else _filled(board, rows, gains, demand, subsets.shape[1])
        )
    by_items = np.add.reduce([board.alone[members] for members in subsets])
    place, purpose = _own_sides(board)
    for members in subsets:
        place, purpose = np.maximum(place, board.place[members]), np.maximum(purpose, board.purpose[members])
    bonus = BRIDGING_BONUS * np.minimum(place, purpose)
    costs = np.add.reduce([board.costs[members] for members in subsets])
    bounds: FloatMatrix = np.minimum(by_slots, by_items) - costs + bonus
    return bounds


def _best_of(board: _Board, subsets: IntMatrix, gains: FloatMatrix) -> FloatMatrix:
    """Return what the best single item of each subset is worth to a slot that lacks one unit."""
    best = np.zeros(len(board.candidates))
    np.maximum.at(best, board.owners, gains)
    of_subsets: FloatMatrix = np.maximum.reduce([best[members] for members in subsets])
    return of_subsets


def _filled(board: _Board, rows: Sequence[IntMatrix], gains: FloatMatrix, demand: int, n_subsets: int) -> FloatMatrix:
    """Return what each subset is worth to a slot that takes its best items first."""
    filled = np.zeros(n_subsets)
    lacking = np.full(n_subsets, demand)
    for item in np.argsort(-gains, kind="stable").tolist():
        if gains[item] <= 0.0:
            break
        with_item = rows[board.owners[item]]
        taken = np.minimum(lacking[with_item], board.supply[item])
        filled[with_item] += gains[item] * taken
        lacking[with_item] -= taken
    return filled


def _needs_everyone(board: _Board, team: _Members, solved: dict[_Members, _Solution]) -> _Solution | None:
    """Return the solution of a team that is worth something and would lose by leaving out any partner."""

    def solve(members: _Members) -> _Solution:
        if members not in solved:
            solved[members] = _solve(board, members)
        return solved[members]

    solution = solve(team)
    smaller = [team[:k] + team[k + 1 :] for k in range(len(team))] if len(team) > 1 else []
    loses = (
        solution.value > 0.0
        and _keeps_the_hours(board, solution)
        and all(
            given > (board.cost - BRIDGING_BONUS) * board.loads[member]
            for member, given in _contributions(board, solution).items()
        )
    )
    return solution if loses and all(solution.value > solve(members).value for members in smaller) else None


def _keeps_the_hours(board: _Board, solution: _Solution) -> bool:
    """Say whether nobody gives more hours with several offers than the own limit leaves; one offer alone never does."""
    owners = [board.candidates[member].offer.owner for member in solution.members]
    if len(set(owners)) == len(owners):
        return True
    slots: dict[str, set[int]] = {}
    for slot, item in solution.division:
        slots.setdefault(board.candidates[board.owners[item]].offer.owner, set()).add(slot)
    offers = {board.candidates[member].offer.owner: board.candidates[member].offer for member in solution.members}
    return all(
        offers[owner].hours_limit is None
        or offers[owner].hours_pledged + sum(board.slots[slot].hours_per_month or 0.0 for slot in given)
        <= (offers[owner].hours_limit or 0.0)
        for owner, given in slots.items()
    )


def _contributions(board: _Board, solution: _Solution) -> dict[int, float]:
    """Return what each member gives in a solution: at least what the others would lose without it."""
    given = dict.fromkeys(solution.members, 0.0)
    for (slot, item), quantity in solution.division.items():
        given[int(board.owners[item])] += float(board.gains[slot, item]) * quantity
    return given


def _solve(board: _Board, members: _Members) -> _Solution:
    edges = dict(sorted(itertools.chain.from_iterable(board.edges[member] for member in members)))
    division = divide(edges, board.demand, board.supply)
    gained = sum(edges[edge] * quantity for edge, quantity in division.items())
    place, purpose = _own_sides(board)
    chosen = list(members)
    bonus = BRIDGING_BONUS * float(
        min(board.place[chosen].max(initial=place), board.purpose[chosen].max(initial=purpose))
    )
    return _Solution(members, division, round(gained - float(board.costs[list(members)].sum()) + bonus, _DIGITS))


def _own_sides(board: _Board) -> tuple[float, float]:
    """Return whether who needs it is a body of place, and whether one of purpose, as 1 or 0."""
    return float(board.need.owner_kind in PLACE_KINDS), float(board.need.owner_kind in PURPOSE_KINDS)


def _bridges(board: _Board, members: _Members) -> bool:
    kinds = {board.need.owner_kind, *(board.candidates[member].offer.owner_kind for member in members)}
    return bool(kinds & PLACE_KINDS) and bool(kinds & PURPOSE_KINDS)


def _team(board: _Board, solution: _Solution) -> Team:
    lacking = list(board.demand)
    assignments = []
    for (slot, item), quantity in sorted(solution.division.items()):
        offer = board.candidates[board.owners[item]].offer
        assignments.append(Assignment(board.slots[slot].id, board.item_ids[item], offer.id, quantity))
        lacking[slot] -= quantity
    return Team(
        partners=tuple(
            sorted((board.candidates[member].offer for member in solution.members), key=lambda offer: offer.id)
        ),
        assignments=tuple(assignments),
        value=solution.value,
        open_slots=tuple(slot.id for slot, still in zip(board.slots, lacking, strict=True) if still > 0),
        bridges=_bridges(board, solution.members),
    )


def _turn(candidate: Candidate) -> tuple[int, str]:
    return candidate.turn, candidate.offer.id


def _rank(solution: _Solution) -> tuple[float, int, _Members]:
    # Candidates stand in the order of their turns.
    return (-solution.value, len(solution.members), solution.members)
