"""Of all needs, those that one offer could serve."""

from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Gate, Geography, NeedProfile, OfferProfile, Taxonomy, Weights, explain_pair, run
from matching.serving import fits_of, served
from tests.factories.profiles import make_item, make_need, make_offer, make_slot
from tests.matching.strategies import markets

GEOGRAPHY: Final = Geography()
TAXONOMY: Final = Taxonomy(names={"accounts": "会計", "patrol": "見回り"})


@given(markets, st.data())
@settings(max_examples=60)
def test_no_need_is_forgotten_for_which_a_run_suggests_the_offer(
    market: tuple[list[NeedProfile], list[OfferProfile]], drawn: st.DataObject
) -> None:
    needs, offers = market
    offer = drawn.draw(st.sampled_from(offers)) if offers else make_offer()
    results = run(
        needs, [*offers, offer][: len(offers) or 1], weights=Weights(), geography=GEOGRAPHY, taxonomy=TAXONOMY
    )
    suggested = {
        result.need_id
        for result in results
        if any(offer.id == partner.offer_id for one in result.suggestions for partner in one.partners)
    }

    unmet = frozenset(result.need_id for result in results if not result.candidates)
    found = served(offer, needs, taxonomy=TAXONOMY, unmet=unmet)

    assert suggested <= {need.id for need in found}


def test_a_need_for_something_else_is_not_served() -> None:
    accounts, patrol = make_need(make_slot(what="会計")), make_need(make_slot(what="見回り"))
    offer = make_offer(make_item(what="会計"))

    assert served(offer, [patrol, accounts], taxonomy=TAXONOMY) == [accounts]


def test_a_need_that_nobody_fits_is_served_by_who_is_faintly_near() -> None:
    patrol = make_need(make_slot(what="見回り"), title="夜の見回り")
    offer = make_offer(make_item(what="会計"))

    assert served(offer, [patrol], taxonomy=TAXONOMY, unmet={patrol.id}) == [patrol]


def test_an_offer_that_is_closed_serves_nobody() -> None:
    need = make_need(make_slot(what="会計"))
    offer = make_offer(make_item(what="会計"), is_open=False)

    assert served(offer, [need], taxonomy=TAXONOMY, unmet={need.id}) == []


def test_the_fits_of_an_offer_have_the_figures_of_a_run_and_the_best_comes_first() -> None:
    near = make_need(make_slot(what="会計"), title="帳簿", area="jp.demo.hiyori.honmachi")
    far = make_need(make_slot(what="会計"), title="帳簿", area="jp.demo.hiyori.minato")
    offer = make_offer(make_item(what="会計"), area="jp.demo.hiyori.honmachi")

    fits = fits_of(offer, [far, near], weights=Weights(), geography=GEOGRAPHY, taxonomy=TAXONOMY)

    assert [fit.need_id for fit in fits] == [near.id, far.id]
    explained = explain_pair(near, offer, weights=Weights(), geography=GEOGRAPHY, taxonomy=TAXONOMY)
    assert fits[0].score == explained.score


def test_a_need_that_is_out_of_reach_names_the_gate() -> None:
    need = make_need(make_slot(what="会計"), area="jp.demo.hiyori.minato")
    offer = make_offer(make_item(what="会計"), area="jp.demo.hiyori.honmachi", reach="district")

    fits = fits_of(offer, [need], weights=Weights(), geography=GEOGRAPHY, taxonomy=TAXONOMY)

    assert [fit.gates for fit in fits] == [(Gate.AREA_NOT_SERVED,)]


def test_a_need_for_something_else_is_no_fit() -> None:
    offer = make_offer(make_item(what="会計"))

    assert (
        fits_of(offer, [make_need(make_slot(what="見回り"))], weights=Weights(), geography=GEOGRAPHY, taxonomy=TAXONOMY)
        == []
    )
