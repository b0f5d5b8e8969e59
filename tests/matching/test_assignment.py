import itertools
from random import Random
from typing import cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from matching.assignment import Pairing, assign
from matching.market import Market

_chances = st.sampled_from((0.0, 0.1, 0.3, 0.5, 0.5, 0.7, 0.9, 1.0))


@st.composite
def markets(draw: st.DrawFn, *, largest: int = 6, most: int = 3) -> Market:
    n_left, n_right = draw(st.integers(0, largest)), draw(st.integers(0, largest))
    cells = st.lists(_chances, min_size=n_left * n_right, max_size=n_left * n_right)
    accept_left = np.array(draw(cells)).reshape(n_left, n_right)
    accept_right = np.array(draw(cells)).reshape(n_right, n_left)
    room_left, room_right = (draw(st.lists(st.integers(-1, most), min_size=k, max_size=k)) for k in (n_left, n_right))
    return Market(accept_left, accept_right, np.array(room_left, dtype=int), np.array(room_right, dtype=int))


def random_market(random: Random) -> Market:
    n_left, n_right = random.randint(1, 8), random.randint(1, 8)
    accept_left = [[random.choice((0, 0.2, 0.4, 0.6, 0.8)) for _ in range(n_right)] for _ in range(n_left)]
    accept_right = [[random.choice((0, 0.2, 0.4, 0.6, 0.8)) for _ in range(n_left)] for _ in range(n_right)]
    room = [np.array([random.randint(-1, 3) for _ in range(count)]) for count in (n_left, n_right)]
    return Market(np.array(accept_left), np.array(accept_right), *room)


def pairs_of(pairing: Pairing) -> list[tuple[int, int]]:
    return list(zip(pairing.left.tolist(), pairing.right.tolist(), strict=True))


def wishes(market: Market) -> tuple[list[list[int]], list[list[int]]]:
    """Return everybody's candidates, best first."""
    ours, theirs = market.accept_left.toarray(), market.accept_right.toarray()
    n_left, n_right = market.shape
    fits = (ours > 0) & (theirs.T > 0) & (market.capacity_left != 0)[:, None] & (market.capacity_right != 0)
    left = [_best_first(np.flatnonzero(fits[i]), ours[i]) for i in range(n_left)]
    right = [_best_first(np.flatnonzero(fits[:, j]), theirs[j]) for j in range(n_right)]
    return left, right


def _best_first(candidates: np.ndarray, chances: np.ndarray) -> list[int]:
    return sorted(candidates.tolist(), key=lambda k: (-chances[k], k))


def rooms(market: Market) -> tuple[list[int], list[int]]:
    unlimited = 1_000
    left, right = (
        np.where(room < 0, unlimited, room).tolist() for room in (market.capacity_left, market.capacity_right)
    )
    return cast("tuple[list[int], list[int]]", (left, right))


def by_the_textbook(market: Market) -> set[tuple[int, int]]:
    """Deferred acceptance with one proposal at a time."""
    left, right = wishes(market)
    room_left, room_right = rooms(market)
    waiting = [iter(wished) for wished in left]
    held: list[list[int]] = [[] for _ in right]
    free = [i for i, room in enumerate(room_left) for _ in range(min(room, len(left[i])))]
    while free:
        proposer = free.pop()
        asked = next(waiting[proposer], None)
        if asked is None:
            continue
        held[asked].append(proposer)
        if len(held[asked]) > room_right[asked]:
            worst = max(held[asked], key=right[asked].index)
            held[asked].remove(worst)
            free.append(worst)
    return {(i, j) for j, partners in enumerate(held) for i in partners}


def total(market: Market, pairs: list[tuple[int, int]]) -> float:
    worth = market.worth().toarray()
    return float(sum(worth[pair] for pair in pairs))


def greatest_total(market: Market) -> float:
    candidates = list(zip(*(found.tolist() for found in np.nonzero(market.worth().toarray())), strict=True))
    room_left, room_right = rooms(market)
    best = 0.0
    for size in range(len(candidates) + 1):
        for chosen in itertools.combinations(candidates, size):
            used_left = [sum(i == row for i, _ in chosen) for row in range(len(room_left))]
            used_right = [sum(j == row for _, j in chosen) for row in range(len(room_right))]
            if all(map(int.__le__, used_left, room_left)) and all(map(int.__le__, used_right, room_right)):
                best = max(best, total(market, list(chosen)))
    return best


@settings(max_examples=150, deadline=None)
@given(market=markets(), by=st.sampled_from(("stability", "total")))
def test_an_assignment_keeps_to_candidates_and_room(market: Market, by: str) -> None:
    pairing = assign(market, by=by)  # type: ignore[arg-type]  # hypothesis draws strings

    pairs = pairs_of(pairing)
    left, _ = wishes(market)
    assert len(set(pairs)) == len(pairs)
    assert all(j in left[i] for i, j in pairs)
    for taken, room in zip((pairing.left, pairing.right), rooms(market), strict=True):
        assert np.all(np.bincount(taken, minlength=len(room)) <= np.array(room, dtype=np.int64))


@settings(max_examples=150, deadline=None)
@given(market=markets())
def test_no_two_would_rather_have_each_other_than_what_they_have(market: Market) -> None:
    pairs = set(pairs_of(assign(market)))

    left, right = wishes(market)
    room_left, room_right = rooms(market)
    for i, wished in enumerate(left):
        has = [j for j in wished if (i, j) in pairs]
        for j in (j for j in wished if (i, j) not in pairs):
            wants = len(has) < room_left[i] or wished.index(j) < max(wished.index(k) for k in has)
            partners = [k for k in right[j] if (k, j) in pairs]
            welcome = len(partners) < room_right[j] or right[j].index(i) < max(right[j].index(k) for k in partners)
            assert not (wants and welcome)


def test_deferred_acceptance_in_rounds_ends_where_the_textbook_does() -> None:
    random = Random(1)  # noqa: S311  # drawn, not secret
    for _ in range(1_000):
        market = random_market(random)

        assert set(pairs_of(assign(market))) == by_the_textbook(market)


@settings(max_examples=150, deadline=None)
@given(market=markets(largest=3))
def test_no_other_assignment_within_the_room_fits_better_in_all(market: Market) -> None:
    pairing = assign(market, by="total")

    assert total(market, pairs_of(pairing)) == pytest.approx(greatest_total(market), abs=1e-9)


@pytest.mark.parametrize("room", [(1, 1), (2, 1), (1, 2)])
def test_copies_of_participants_and_the_transport_problem_agree(
    room: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(3)
    shape = (20, 25)
    accept_left = np.where(random.random(shape) < 0.3, random.random(shape), 0.0)
    capacities = (np.full(20, room[0]), np.full(25, room[1]))
    market = Market(accept_left, random.random(shape[::-1]), *capacities)

    dense = assign(market, by="total")
    monkeypatch.setattr("matching.assignment._DENSE_CELLS", 0)
    sparse = assign(market, by="total")
    monkeypatch.setattr("matching.assignment._COPIES", 0)
    transport = assign(market, by="total")

    assert pairs_of(dense) == pairs_of(sparse) == pairs_of(transport)


def test_who_is_without_a_partner_is_named() -> None:
    pairing = assign(Market(np.array([[0.9, 0.0], [0.8, 0.0]]), np.array([[0.5, 0.6], [0.5, 0.5]]), np.array([1, 1])))

    assert pairs_of(pairing) == [(0, 0), (1, 0)]
    assert pairing.alone_left.tolist() == []
    assert pairing.alone_right.tolist() == [1]


def test_a_total_that_the_solver_did_not_reach_is_not_taken_for_the_greatest(monkeypatch: pytest.MonkeyPatch) -> None:
    given_up = optimize.OptimizeResult(x=None, success=False, status=1, message="Iteration limit reached.")
    monkeypatch.setattr("matching.assignment.optimize.linprog", lambda *_args, **_settings: given_up)
    market = Market(np.ones((2, 2)), np.ones((2, 2)), np.array([2, 2]), np.array([2, 2]))

    with pytest.raises(RuntimeError, match=r"no greatest total.*Iteration limit"):
        assign(market, by="total")


def test_an_assignment_by_anything_else_is_refused() -> None:
    with pytest.raises(ValueError, match="by stability or by total"):
        assign(Market(np.ones((1, 1)), np.ones((1, 1))), by="chance")  # type: ignore[arg-type]  # on purpose
