import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.market import Market, rank

_chances = st.sampled_from((0.0, 0.2, 0.5, 0.5, 0.9, 1.0))


@st.composite
def markets(draw: st.DrawFn) -> Market:
    n_left, n_right = draw(st.integers(0, 7)), draw(st.integers(0, 7))
    size = n_left * n_right
    cells = st.lists(_chances, min_size=size, max_size=size)
    accept_left = np.array(draw(cells)).reshape(n_left, n_right)
    accept_right = np.array(draw(cells)).reshape(n_right, n_left)
    room_left, room_right = (draw(st.lists(st.integers(-1, 3), min_size=k, max_size=k)) for k in (n_left, n_right))
    return Market(accept_left, accept_right, np.array(room_left, dtype=int), np.array(room_right, dtype=int))


def exposure_of(lists: np.ndarray, weights: np.ndarray, market: Market, shape: tuple[int, int]) -> np.ndarray:
    exposure = np.zeros(shape)
    examined = market.examined(lists.shape[2])
    for weight, by_row in zip(weights, lists, strict=True):
        for row, shown in enumerate(by_row):
            real = shown[shown >= 0]
            exposure[row, real] += weight * examined[: len(real)]
    return exposure


@settings(max_examples=60, deadline=None)
@given(market=markets(), rounds=st.integers(1, 5))
def test_the_exposures_are_what_the_lists_deliver(market: Market, rounds: int) -> None:
    ranking = rank(market, rounds=rounds)

    n_left, n_right = market.shape
    assert ranking.weights.sum() == pytest.approx(1.0)
    left = exposure_of(ranking.left, ranking.weights, market, (n_left, n_right))
    right = exposure_of(ranking.right, ranking.weights, market, (n_right, n_left))
    np.testing.assert_allclose(ranking.exposure_left.toarray(), left, atol=1e-9)
    np.testing.assert_allclose(ranking.exposure_right.toarray(), right, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(market=markets())
def test_a_list_shows_each_candidate_with_room_once_and_nobody_else(market: Market) -> None:
    ranking = rank(market, rounds=3)

    allowed = (market.accept_left.toarray() > 0.0) & (market.accept_right.toarray().T > 0.0)
    allowed &= (market.capacity_left != 0)[:, None] & (market.capacity_right != 0)[None, :]
    for lists, candidates in ((ranking.left, allowed), (ranking.right, allowed.T)):
        for by_row in lists:
            for shown, row in zip(by_row, candidates, strict=True):
                assert sorted(shown[shown >= 0]) == np.flatnonzero(row).tolist()
                assert np.all(shown[row.sum() :] == -1)
