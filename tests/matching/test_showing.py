"""What is shown in which round: everybody gets a turn, the clearly best stays first."""

from collections import Counter
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Geography, NeedProfile, OfferProfile, Taxonomy, Weights, run, run_market
from matching.engine import MarketResult
from matching.showing import ROUNDS, willingness
from tests.factories.profiles import make_item, make_need, make_offer, make_slot
from tests.matching.strategies import markets


def market_of(needs: list[NeedProfile], offers: list[OfferProfile]) -> MarketResult:
    return run_market(needs, offers, weights=Weights(), geography=Geography(), taxonomy=Taxonomy())


def leaders(needs: list[NeedProfile], offers: list[OfferProfile]) -> Counter[str]:
    suggestions = market_of(needs, offers).needs[0].suggestions
    return Counter(one.partners[0].offer_id for one in suggestions for place in one.places if place == 1)


@settings(max_examples=40, deadline=None)
@given(market=markets)
def test_a_market_gives_the_suggestions_of_a_run_with_a_place_in_every_round(
    market: tuple[list[NeedProfile], list[OfferProfile]],
) -> None:
    needs, offers = market
    alone = run(needs, offers, weights=Weights(), geography=Geography(), taxonomy=Taxonomy())

    together = market_of(needs, offers).needs

    for result, single in zip(together, alone, strict=True):
        assert [one.snapshot for one in result.suggestions] == [one.snapshot for one in single.suggestions]
        for places in zip(*(one.places for one in result.suggestions), strict=True):
            assert sorted(places) == list(range(1, len(places) + 1))
        assert all(len(one.places) == ROUNDS for one in result.suggestions)


@settings(max_examples=40, deadline=None)
@given(market=markets)
def test_everybody_sees_each_of_their_needs_once_in_every_round(
    market: tuple[list[NeedProfile], list[OfferProfile]],
) -> None:
    needs, offers = market

    for showing in market_of(needs, offers).showings:
        own = {offer.id for offer in offers if offer.owner == showing.participant}
        assert len(showing.rounds) == ROUNDS
        assert all(sorted(order) == list(range(len(showing.needs))) for order in showing.rounds)
        assert {shown.offer_id for shown in showing.needs} <= own


def test_two_who_are_equal_take_turns_at_the_top() -> None:
    need = make_need(make_slot(what="会計"))
    offers = [make_offer(make_item(what="会計"), id=name) for name in ("a", "b")]

    assert leaders([need], offers) == {"a": ROUNDS // 2, "b": ROUNDS // 2}


def test_who_is_clearly_best_stays_at_the_top() -> None:
    need = make_need(make_slot(what="会計", skill="accounts"))
    best = make_offer(make_item(what="会計", skill="accounts"), id="best")
    faint = make_offer(make_item(what="家計簿の記帳"), id="faint", area="jp.03.hiyori.minami", engagements_past_year=9)

    assert leaders([need], [best, faint]) == {"best": ROUNDS}


def test_a_team_that_covers_clearly_less_leads_in_no_round() -> None:
    need = make_need(make_slot(what="会計", quantity=4))
    offers = [make_offer(make_item(what="会計"), id=name) for name in ("a", "b", "c")]

    suggestions = market_of([need], offers).needs[0].suggestions

    assert len(suggestions) > 1
    assert {len(one.partners) for one in suggestions if 1 in one.places} == {3}


def test_two_equal_needs_lead_the_page_of_a_helper_equally_often() -> None:
    needs = [make_need(make_slot(what="会計")), make_need(make_slot(what="会計"))]

    showing = market_of(needs, [make_offer(make_item(what="会計"))]).showings[0]

    assert Counter(order[0] for order in showing.rounds) == {0: ROUNDS // 2, 1: ROUNDS // 2}


def test_a_helper_sees_the_need_with_the_offer_that_fits_it() -> None:
    need, offer = make_need(make_slot(what="会計")), make_offer(make_item(what="会計"))

    shown = market_of([need], [offer]).showings[0].needs[0]

    assert (shown.need_id, shown.offer_id) == (need.id, offer.id)


def test_of_two_offers_of_one_participant_the_better_stands_for_it() -> None:
    need = make_need(make_slot(what="会計", skill="accounts"))
    good = make_offer(make_item(what="会計", skill="accounts"), id="good", owner="one")
    poor = make_offer(make_item(what="会計の相談", kind="service"), id="a-poor-one", owner="one")

    showings = market_of([need], [poor, good]).showings

    assert [[shown.offer_id for shown in one.needs] for one in showings] == [["good"]]


def test_nothing_is_shown_where_there_is_nothing() -> None:
    assert market_of([], []).showings == ()
    assert market_of([make_need()], []).showings == ()


def test_what_is_not_known_is_neither_yes_nor_no() -> None:
    values = np.array([[np.nan, 1.0, 0.0, 0.2], [np.nan, np.nan, np.nan, 0.6]])

    assert willingness(values, [0.3, 0.1]).tolist() == pytest.approx([0.5, 1.0, 0.01, 0.3])


def season_of(needs: list[NeedProfile], offers: list[OfferProfile]) -> list[tuple[str, str]]:
    return [(pair.need_id, pair.offer_id) for pair in market_of(needs, offers).season]


def test_a_season_promises_one_tent_once() -> None:
    needs = [make_need(make_slot(what="テント", kind="goods")) for _ in range(3)]
    tent = make_offer(make_item(what="テント", kind="goods", quantity=1))

    assert len(season_of(needs, [tent])) == 1


def test_a_season_keeps_the_limit_of_each_offer() -> None:
    needs = [make_need(make_slot(what="会計"), id=f"n{k}") for k in range(3)]
    limited = make_offer(make_item(what="会計", quantity=9), id="limited", owner="one", engagement_limit=1)
    free = make_offer(make_item(what="送迎", quantity=9), id="free", owner="one")

    assert [offer for _, offer in season_of(needs, [limited, free])].count("limited") == 1


def test_a_season_gives_ten_places_to_ten_single_helpers() -> None:
    need = make_need(make_slot(what="会計", quantity=10))
    helpers = [make_offer(make_item(what="会計", quantity=1), owner=f"p{k}") for k in range(12)]

    assert len(season_of([need], helpers)) == 10


def test_a_season_shares_information_with_everybody() -> None:
    needs = [make_need(make_slot(what="助成金の情報", kind="information")) for _ in range(3)]

    assert len(season_of(needs, [make_offer(make_item(what="助成金の情報", kind="information"))])) == 3


@settings(max_examples=30, deadline=None)
@given(market=markets, random=st.randoms(use_true_random=False))
def test_it_does_not_matter_in_which_order_needs_and_offers_are_named(
    market: tuple[list[NeedProfile], list[OfferProfile]], random: Random
) -> None:
    needs, offers = market
    shuffled_needs, shuffled_offers = random.sample(needs, len(needs)), random.sample(offers, len(offers))

    first, second = market_of(needs, offers), market_of(shuffled_needs, shuffled_offers)

    assert second.season == first.season
    assert second.season_by_total == first.season_by_total
    assert second.showings == first.showings
    assert sorted(second.needs, key=lambda one: one.need_id) == sorted(first.needs, key=lambda one: one.need_id)


def test_many_who_are_equal_all_get_their_chance() -> None:
    needs = [make_need(make_slot(what="会計")) for _ in range(30)]
    offers = [make_offer(make_item(what="会計", quantity=9), owner=f"p{k}") for k in range(120)]

    result = market_of(needs, offers)

    suggested = {partner.owner for one in result.needs for team in one.suggestions for partner in team.partners}
    assert len(suggested) >= 60
    assert len(result.showings) >= 110
