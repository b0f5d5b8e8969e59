import itertools
import math
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Geography, NeedProfile, OfferProfile, Pairs, Scores, Taxonomy, Weights, score
from matching.scoring import LEAST_LOAD, LOAD_PART, combine, load_of
from tests.factories.profiles import make_item, make_need, make_offer, make_slot
from tests.matching.strategies import markets

WEIGHTS = list(Weights().as_mapping().values())
TAXONOMY = Taxonomy(names={"accounts": "会計"})

_value = st.none() | st.floats(0.0, 1.0)
_pairs = st.lists(_value, min_size=8, max_size=8).map(
    lambda values: np.array([math.nan if value is None else value for value in values])
)


def scores_of(needs: list[NeedProfile], offers: list[OfferProfile]) -> Scores:
    return score(Pairs.every(needs, offers), weights=Weights(), geography=Geography(), taxonomy=TAXONOMY)


@given(values=_pairs, load=st.floats(0.01, 1.0))
def test_known_parts_and_load_add_up_to_the_score(values: np.ndarray, load: float) -> None:
    combined = combine(values, WEIGHTS, np.array(load))

    known = ~np.isnan(values)
    assert combined.confidence == pytest.approx(np.dot(known, WEIGHTS))
    if known.any():
        expected = load * np.dot(np.where(known, values, 0.0), WEIGHTS) / np.dot(known, WEIGHTS)
        assert combined.raw == pytest.approx(expected)
        assert np.nansum(combined.parts) == pytest.approx(float(combined.raw))
        assert 0.0 <= combined.raw <= 1.0
    else:
        assert np.isnan(combined.raw)


@given(values=_pairs)
def test_no_number_is_shown_below_half_of_the_weight(values: np.ndarray) -> None:
    combined = combine(values, WEIGHTS, np.array(1.0))

    assert np.isnan(combined.score) == (round(float(np.dot(~np.isnan(values), WEIGHTS)), 9) < 0.5)


@given(values=_pairs, index=st.integers(0, 7), better=st.floats(0.0, 1.0))
def test_a_better_known_part_never_lowers_the_score(values: np.ndarray, index: int, better: float) -> None:
    values[index] = min(better, 0.5)
    before = combine(values, WEIGHTS, np.array(1.0)).raw
    values[index] = max(better, 0.5)

    assert combine(values, WEIGHTS, np.array(1.0)).raw >= before - 1e-12


def test_exactly_half_of_the_weight_is_enough() -> None:
    values = np.array([0.5, 0.5, math.nan, math.nan, math.nan, math.nan, 0.5, math.nan])

    assert combine(values, WEIGHTS, np.array(1.0)).score == pytest.approx(0.5)


@settings(max_examples=30, deadline=None)
@given(market=markets)
def test_an_explained_pair_has_the_numbers_of_the_market(market: tuple[list[NeedProfile], list[OfferProfile]]) -> None:
    scores = scores_of(*market)

    for position in range(len(scores.pairs)):
        pair = scores.explain(position)
        shown = scores.score[position]
        assert pair.score == (None if np.isnan(shown) else shown)
        assert pair.confidence == scores.confidence[position]
        assert sum(pair.parts.values()) == pytest.approx(pair.raw or 0.0)
        assert set(pair.parts) - {LOAD_PART} == set(Weights().as_mapping()) - set(pair.unknown)
        assert np.nansum(scores.parts[:, position]) == pytest.approx(pair.raw or 0.0)


@settings(max_examples=30, deadline=None)
@given(market=markets)
def test_a_pair_alone_has_the_bits_that_it_has_in_the_market(
    market: tuple[list[NeedProfile], list[OfferProfile]],
) -> None:
    needs, offers = market
    together = scores_of(needs, offers).values

    alone = [scores_of([need], [offer]).values[:, 0] for need in needs for offer in offers]

    np.testing.assert_array_equal(np.stack(alone, axis=1), together)


@settings(max_examples=20, deadline=None)
@given(market=markets, random=st.randoms(use_true_random=False))
def test_the_order_of_offers_does_not_matter(
    market: tuple[list[NeedProfile], list[OfferProfile]], random: Random
) -> None:
    needs, offers = market
    order = list(range(len(offers)))
    random.shuffle(order)

    before = scores_of(needs, offers).raw.reshape(len(needs), len(offers))
    after = scores_of(needs, [offers[k] for k in order]).raw.reshape(len(needs), len(offers))

    np.testing.assert_array_equal(after, before[:, order])


def test_load_softens_and_is_shown_as_its_own_part() -> None:
    need = make_need(make_slot(what="会計"))
    idle = make_offer(make_item(what="会計"))
    busy = make_offer(make_item(what="会計"), engagements=2, engagement_limit=4, engagements_past_year=3)

    scores = scores_of([need], [idle, busy])

    assert load_of(busy) == pytest.approx(math.exp(-0.4))
    assert scores.raw[1] == pytest.approx(scores.raw[0] * math.exp(-0.4))
    assert scores.explain(1).parts[LOAD_PART] < 0.0
    assert LOAD_PART not in scores.explain(0).parts


def test_offices_held_burden_like_engagements() -> None:
    assert load_of(make_offer(engagements=1, offices=1, engagement_limit=4)) == load_of(
        make_offer(engagements=2, engagement_limit=4)
    )


def test_more_than_three_engagements_a_year_count_ever_more() -> None:
    loads = [load_of(make_offer(engagements_past_year=count)) for count in range(8)]
    lost = [1.0 - after / before for before, after in itertools.pairwise(loads)]

    assert lost[:3] == pytest.approx([1.0 - math.exp(-0.05)] * 3)
    assert lost[2:] == sorted(lost[2:])
    assert lost[3] > 2 * lost[2]


def test_however_busy_somebody_is_a_part_of_the_score_stays() -> None:
    assert load_of(make_offer(engagements_past_year=500)) == LEAST_LOAD > 0.0


def test_without_a_limit_only_the_past_year_counts() -> None:
    assert load_of(make_offer(engagements=5)) == 1.0


def test_reasons_come_in_the_order_of_their_parts() -> None:
    need = make_need(make_slot(what="会計"), owner_kind="rmo")
    scores = scores_of([need], [make_offer()])

    codes = [reason.code for reason in scores.explain(0).reasons]

    assert codes == ["skill_exact", "area_same_district", "quantity_covered", "bridges_place_and_purpose"]
