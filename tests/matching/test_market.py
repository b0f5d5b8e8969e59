from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse, stats

from matching.market import Market, Ranking, fairness, rank, ranking
from matching.market.capacity import marginal, realised
from matching.market.layout import layouts
from matching.market.policy import Policy
from matching.market.pruning import log_matches, prune
from scripts.bench.baselines import (
    envious,
    matches,
    nash,
    product,
    published_preferences,
    sparse_preferences,
    sparse_product,
    welfare,
)

_chances = st.sampled_from((0.0, 0.2, 0.5, 0.5, 0.9, 1.0))


@st.composite
def markets(draw: st.DrawFn) -> Market:
    n_left, n_right = draw(st.integers(0, 7)), draw(st.integers(0, 7))
    cells = st.lists(_chances, min_size=n_left * n_right, max_size=n_left * n_right)
    accept_left = np.array(draw(cells)).reshape(n_left, n_right)
    accept_right = np.array(draw(cells)).reshape(n_right, n_left)
    room_left, room_right = (draw(st.lists(st.integers(-1, 3), min_size=k, max_size=k)) for k in (n_left, n_right))
    return Market(accept_left, accept_right, np.array(room_left, dtype=int), np.array(room_right, dtype=int))


def exposures(found: Ranking) -> tuple[np.ndarray, np.ndarray]:
    return found.exposure_left.toarray(), found.exposure_right.toarray()


def recomputed(lists: np.ndarray, weights: np.ndarray, market: Market, n_others: int) -> np.ndarray:
    exposure = np.zeros((lists.shape[1], n_others))
    examined = market.examined(lists.shape[2])
    for weight, by_row in zip(weights, lists, strict=True):
        for row, shown in enumerate(by_row):
            real = shown[shown >= 0]
            exposure[row, real] += weight * examined[: len(real)]
    return exposure


def candidates_of(market: Market) -> np.ndarray:
    fits: np.ndarray = (market.accept_left.toarray() > 0.0) & (market.accept_right.toarray().T > 0.0)
    fits &= (market.capacity_left != 0)[:, None] & (market.capacity_right != 0)
    return fits


@given(market=markets(), rounds=st.integers(1, 5))
def test_the_exposures_are_what_the_lists_deliver(market: Market, rounds: int) -> None:
    found = rank(market, rounds=rounds)

    n_left, n_right = market.shape
    assert found.weights.shape == (rounds,)
    assert found.weights.sum() == pytest.approx(1.0)
    left, right = exposures(found)
    np.testing.assert_allclose(left, recomputed(found.left, found.weights, market, n_right), atol=1e-9)
    np.testing.assert_allclose(right, recomputed(found.right, found.weights, market, n_left), atol=1e-9)


@given(market=markets())
def test_a_list_shows_each_candidate_with_room_once_and_nobody_else(market: Market) -> None:
    found = rank(market, rounds=3)

    for lists, candidates in ((found.left, candidates_of(market)), (found.right, candidates_of(market).T)):
        for by_row in lists:
            for shown, row in zip(by_row, candidates, strict=True):
                assert sorted(shown[shown >= 0]) == np.flatnonzero(row).tolist()
                assert np.all(shown[row.sum() :] == -1)


@settings(max_examples=20)
@given(seed=st.integers(0, 10_000))
def test_it_does_not_matter_how_participants_are_numbered(seed: int) -> None:
    random = np.random.default_rng(seed)
    n_left, n_right = random.integers(1, 12, size=2)
    left, right = random.choice((0.3, 0.5, 0.8), (n_left, n_right)), random.random((n_right, n_left))
    rows, columns = random.permutation(n_left), random.permutation(n_right)

    one = matches(left, right, exposures(rank(Market(left, right))))
    left, right = left[rows][:, columns], right[columns][:, rows]
    other = matches(left, right, exposures(rank(Market(left, right))))

    for axis, order in ((1, rows), (0, columns)):
        np.testing.assert_allclose(other.sum(axis=axis), one.sum(axis=axis)[order], rtol=0.005)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_participants_who_are_alike_fare_alike(seed: int) -> None:
    left, right = published_preferences(20, 30, seed)
    left, right = np.insert(left, (0, 7), left[[0, 7]], axis=0), np.insert(right, (0, 7), right[:, [0, 7]], axis=1)
    left, right = np.insert(left, 0, left[:, 0], axis=1), np.insert(right, 0, right[0], axis=0)

    chances = matches(left, right, exposures(rank(Market(left, right))))

    of_left, of_right = chances.sum(axis=1), chances.sum(axis=0)
    assert of_left[0] == pytest.approx(of_left[1], rel=0.02)
    assert of_left[8] == pytest.approx(of_left[9], rel=0.02)
    assert of_right[0] == pytest.approx(of_right[1], rel=0.02)


def test_the_same_market_gives_the_same_bits() -> None:
    left, right = published_preferences(20, 30, 0)

    one, other = rank(Market(left, right)), rank(Market(left, right))

    for name in ("left", "right"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    for ours, theirs in zip(exposures(one), exposures(other), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.fixture(scope="module")
def published() -> list[tuple[np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray]]]:
    """Five published markets with what their lists deliver."""
    preferences = [published_preferences(20, 30, seed) for seed in range(5)]
    return [(left, right, exposures(rank(Market(left, right)))) for left, right in preferences]


def test_more_matches_come_about_than_with_the_published_method(published: list[Any]) -> None:
    ratios = [welfare(left, right, found) / welfare(left, right, nash(left, right)) for left, right, found in published]

    assert np.mean(ratios) >= 1.008
    assert min(ratios) >= 0.99


def test_nobody_envies_anybody(published: list[Any]) -> None:
    assert [envious(left, right, found) for left, right, found in published] == [0] * 5
    assert all(envious(left, right, product(left, right)) > 100 for left, right, _ in published)


def test_everybody_has_a_chance(published: list[Any]) -> None:
    for left, right, found in published:
        chances = matches(left, right, found)

        assert chances.sum(axis=0).min() > 0.1
        assert chances.sum(axis=1).min() > 0.1


def test_little_has_to_be_turned_down_for_lack_of_room() -> None:
    shares = []
    for seed in range(3):
        left, right = published_preferences(20, 30, seed)
        random = np.random.default_rng(seed)
        room_left, room_right = random.integers(0, 4, size=20), random.integers(0, 4, size=30)
        chances = matches(left, right, exposures(rank(Market(left, right, room_left, room_right))))
        expected = np.concatenate((chances.sum(axis=1), chances.sum(axis=0)))
        come_about = realised(expected, np.concatenate((room_left, room_right)))
        shares.append(1.0 - come_about.sum() / expected.sum())

        assert np.all(chances[room_left == 0] == 0.0)
        assert np.all(chances[:, room_right == 0] == 0.0)

    assert max(shares) <= 0.13


@given(expected=st.floats(0.0, 20.0), room=st.integers(0, 10))
def test_what_is_realised_is_the_mean_of_what_fits_into_the_room(expected: float, room: int) -> None:
    counts = np.arange(200)
    fitting = float((np.minimum(counts, room) * stats.poisson.pmf(counts, expected)).sum())

    assert realised(np.array([expected]), np.array([room]))[0] == pytest.approx(fitting, abs=1e-9)


@given(expected=st.floats(0.01, 10.0), room=st.integers(-1, 6))
def test_the_marginal_is_the_slope_of_what_is_realised(expected: float, room: int) -> None:
    below, above = realised(np.array([expected - 1e-5, expected + 1e-5]), np.array([room, room]))

    slope = marginal(np.array([expected]), np.array([room]))[0]

    assert slope == pytest.approx((above - below) / 2e-5, abs=1e-4)


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0), (1, 1), (1, 5)])
def test_a_market_may_be_empty_or_hold_one(shape: tuple[int, int]) -> None:
    found = rank(Market(np.full(shape, 0.5), np.full(shape[::-1], 0.5)))

    assert found.left.shape == (16, shape[0], shape[1] if shape[0] else 0)
    assert found.exposure_left.shape == shape
    assert found.exposure_right.shape == shape[::-1]


def test_where_nobody_has_room_all_lists_are_empty() -> None:
    found = rank(Market(np.ones((2, 3)), np.ones((3, 2)), np.zeros(2, dtype=int)))

    assert found.left.shape == (16, 2, 0)
    assert found.right.shape == (16, 3, 0)
    assert found.exposure_left.nnz == 0


def test_a_row_without_candidates_has_an_empty_list() -> None:
    accept_left = np.array([[0.5, 0.5], [0.0, 0.0]])

    found = rank(Market(accept_left, np.full((2, 2), 0.5)))

    assert np.all(found.left[:, 1] == -1)
    assert set(found.right[0].ravel()) == {0}


@pytest.mark.parametrize("examination", [np.array([1.0, 0.5, 0.25]), lambda place: 0.5 ** (place - 1)])
def test_how_places_are_looked_at_can_be_told(examination: Any) -> None:
    left, right = published_preferences(4, 3, 0)
    found = rank(Market(left, right, examination=examination), rounds=2)

    assert found.exposure_left.toarray().sum(axis=1) == pytest.approx([1.75] * 4)


def test_nobody_looks_beyond_the_end_of_the_examination() -> None:
    left, right = published_preferences(4, 5, 0)
    found = rank(Market(left, right, examination=np.array([1.0, 0.5])), rounds=2)

    assert found.exposure_left.toarray().sum(axis=1) == pytest.approx([1.5] * 4)
    assert found.left.shape == (2, 4, 5)


def twice(chance: float) -> sparse.csr_array:
    """Return a table of one cell that stands there twice."""
    return sparse.csr_array((np.full(2, chance), np.zeros(2, dtype=np.int32), [0, 2]), shape=(1, 1))


REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "a vector": (lambda: Market(np.ones(3), np.ones((3, 1))), "1 dimensions instead of two"),
    "shapes": (lambda: Market(np.ones((2, 3)), np.ones((2, 3))), "asks for"),
    "above one": (lambda: Market(np.full((1, 1), 1.5), np.ones((1, 1))), "accept_left holds"),
    "below zero": (lambda: Market(np.ones((1, 1)), np.full((1, 1), -0.5)), "accept_right holds"),
    "not a number": (lambda: Market(np.full((1, 1), np.nan), np.ones((1, 1))), "no probability"),
    "room of others": (lambda: Market(np.ones((1, 2)), np.ones((2, 1)), np.ones(2, dtype=int)), "capacity_left"),
    "room in parts": (lambda: Market(np.ones((1, 1)), np.ones((1, 1)), np.array([0.5])), "other than integers"),
    "negative room": (lambda: Market(np.ones((1, 1)), np.ones((1, 1)), None, np.array([-2])), "below -1"),
    "table of places": (lambda: Market(np.ones((1, 1)), np.ones((1, 1)), examination=np.ones((2, 2))), "dimensions"),
    "improbable place": (lambda: Market(np.ones((1, 1)), np.ones((1, 1)), examination=np.array([2.0])), "no prob"),
    "unseen": (lambda: Market(np.ones((1, 1)), np.ones((1, 1)), examination=np.zeros(2)), "nobody looks"),
    "no place": (lambda: Market(np.ones((1, 1)), np.ones((1, 1)), examination=np.empty(0)), "nobody looks"),
    "growing": (lambda: Market(np.ones((1, 2)), np.ones((2, 1)), examination=lambda k: 0.1 * k), "grows"),
    "growing later": (lambda: Market(np.ones((1, 1)), np.ones((1, 1)), examination=np.array([1.0, 0.5, 0.6])), "grows"),
    "improbable later": (
        lambda: Market(np.ones((1, 1)), np.ones((1, 1)), examination=np.array([1.0, 0.5, -0.1])),
        "no prob",
    ),
    "a pair told twice": (lambda: Market(twice(0.7), np.ones((1, 1))), "accept_left holds"),
    "no rounds": (lambda: rank(Market(np.ones((1, 1)), np.ones((1, 1))), rounds=0), "at least one round"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_meant_is_refused_in_words(name: str) -> None:
    attempt, words = REFUSED[name]

    with pytest.raises(ValueError, match=words):
        attempt()


def test_integers_count_as_probabilities() -> None:
    assert Market(np.ones((1, 2), dtype=int), np.ones((2, 1), dtype=bool)).worth().toarray().tolist() == [[1.0, 1.0]]


def test_what_is_told_of_a_pair_in_parts_is_added_up_and_the_given_table_stays_as_it_was() -> None:
    given = twice(0.4)

    market = Market(given, np.ones((1, 1)))

    assert market.accept_left.nnz == 1
    assert market.worth().toarray().tolist() == [[0.8]]
    assert given.data.tolist() == [0.4, 0.4]


def test_a_function_is_asked_about_no_more_places_than_a_list_can_have() -> None:
    asked: list[int] = []

    def examination(place: int) -> float:
        asked.append(place)
        return 1.0 / place

    Market(np.ones((2, 3)), np.ones((3, 2)), examination=examination)

    assert asked == [1, 2, 3]


def test_a_function_of_the_place_that_grows_after_the_first_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="grows"):
        Market(np.ones((4, 2)), np.ones((2, 4)), examination=lambda place: 1.0 if place != 3 else 0.5)


@pytest.mark.parametrize(
    ("left", "right", "worth"),
    [(np.float32, np.float32, np.float32), (np.float32, np.float64, np.float64), (np.float64, np.float64, np.float64)],
)
def test_what_pairs_are_worth_is_told_as_finely_as_the_finer_of_the_two_tables(
    left: Any, right: Any, worth: Any
) -> None:
    assert Market(np.ones((1, 1), dtype=left), np.ones((1, 1), dtype=right)).worth().dtype == worth


def policy_of(left: np.ndarray, right: np.ndarray) -> Policy:
    market = Market(left, right)
    sides = layouts(market.worth(), np.float64)
    views = tuple(market.examined(side.width) for side in sides)
    rooms = (market.capacity_left[sides[0].owner], market.capacity_right[sides[1].owner])
    return Policy(*sides, rooms, (views[0], views[1]))


@pytest.mark.parametrize("small", [1_000, 0])
def test_envy_is_counted_pair_by_pair_in_whole_tables_and_in_sparse_ones(
    small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fairness, "_SMALL", small)
    monkeypatch.setattr(fairness, "_WATCHED", 25)
    left, right = published_preferences(25, 25, 0)
    policy = policy_of(left, right)
    for _ in range(20):
        policy.step(1.0)
    on_left, on_right = policy.exposures
    dense = (policy.sides[0].matrix(on_left, 25).toarray(), policy.sides[1].matrix(on_right, 25).toarray())

    counted = fairness.envious_pairs(policy, on_left, on_right)

    assert counted == envious(left, right, dense, tolerance=fairness.ENVY_TOLERANCE)
    assert counted > 0


def test_where_envy_remains_the_policy_with_the_least_is_taken() -> None:
    left, right = published_preferences(20, 30, 0)
    pace = fairness.Pace(5, (1.0, 0.5), 2, as_listed=False, tolerated=-1.0)

    policy = policy_of(left, right)
    due = fairness.settle(policy, pace, 4)

    assert fairness.envious_pairs(policy, *due) <= fairness.envious_pairs(policy, *policy.exposures)


def test_the_most_promising_candidates_keep_what_all_of_them_gave(monkeypatch: pytest.MonkeyPatch) -> None:
    left, right = published_preferences(60, 80, 0)
    complete = welfare(left, right, exposures(rank(Market(left, right))))
    monkeypatch.setattr(ranking, "COMPLETE_TO", 50)
    monkeypatch.setattr(ranking, "_KEPT", 20)

    found = rank(Market(left, right))

    assert found.exposure_left.nnz < 0.6 * left.size
    assert welfare(left, right, exposures(found)) > 0.975 * complete


def test_matches_with_transfers_and_the_room_they_leave_add_up_to_the_room() -> None:
    left, right = published_preferences(15, 12, 0)
    worth = np.where(left > 0.3, left * right.T * 1e-30, 0.0)
    room = np.random.default_rng(0).integers(1, 4, size=12)

    matched = np.exp(log_matches(worth, np.full(15, -1), room))

    assert np.all(np.isfinite(matched))
    assert np.all(matched.sum(axis=0) <= room)
    assert np.all(matched.sum(axis=1) <= 1.0 + 1e-9)


def test_everybody_keeps_so_many_candidates_at_least() -> None:
    left, right = published_preferences(15, 12, 0)
    market = Market(left, right)

    kept = prune(market.worth(), market.capacity_left, market.capacity_right, keep=4).toarray() > 0.0

    assert kept.sum(axis=0).min() >= 4
    assert kept.sum(axis=1).min() >= 4


@pytest.fixture(scope="module")
def large() -> tuple[Any, Any]:
    return sparse_preferences(1_500, 1_100, 12)


def test_a_large_market_gives_more_matches_than_the_most_probable_first(large: tuple[Any, Any]) -> None:
    found = rank(Market(*large))

    chances = large[0] * large[1].T.tocsr() * found.exposure_left * found.exposure_right.T.tocsr()
    assert chances.sum() > 1.15 * sparse_product(*large)
    assert chances.sum(axis=0).min() > 0.0
    assert chances.sum(axis=1).min() > 0.0


def test_where_memory_is_short_lists_end_earlier_and_stay_true(
    large: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "_WIDE", 1)
    monkeypatch.setattr(ranking, "_CELLS", 0)
    market = Market(*large)

    found = rank(market, rounds=40)

    assert found.weights.shape == (16,)
    assert found.left.size + found.right.size < 10 * market.worth().nnz
    left, right = exposures(found)
    np.testing.assert_allclose(left, recomputed(found.left, found.weights, market, 1_100), atol=1e-5)
    np.testing.assert_allclose(right, recomputed(found.right, found.weights, market, 1_500), atol=1e-5)
    chances = matches(large[0].toarray(), large[1].toarray(), (left, right))
    assert chances.sum() > 1.05 * sparse_product(*large)
