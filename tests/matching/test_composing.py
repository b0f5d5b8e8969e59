"""Teams that a person puts together have the figures that a run gives them."""

from typing import Any, Final

import pytest
from hypothesis import given, settings

from matching import Geography, NeedProfile, OfferProfile, Taxonomy, Weights, Workbench, run
from matching.eligibility import Gate
from matching.replay import replay
from tests.factories.profiles import make_item, make_need, make_offer, make_slot
from tests.matching.strategies import markets

KNOWN: Final[dict[str, Any]] = {
    "weights": Weights(),
    "geography": Geography(),
    "taxonomy": Taxonomy(names={"accounts": "会計", "patrol": "見回り"}),
}


def bench_of(need: NeedProfile, *offers: OfferProfile) -> Workbench:
    return Workbench(need, offers, **KNOWN)


def accounts_and_patrol() -> NeedProfile:
    return make_need(make_slot(id="accounts", what="会計"), make_slot(id="patrol", what="見回り"))


def accountant(**parts: Any) -> OfferProfile:
    return make_offer(make_item(id="books", what="会計"), **parts)


def watcher(**parts: Any) -> OfferProfile:
    return make_offer(make_item(id="watch", what="見回り"), title="見回りをします", text="夜の見回り", **parts)


def gardener(**parts: Any) -> OfferProfile:
    return make_offer(make_item(id="garden", what="庭木の剪定"), title="剪定", text="枝を切ります", **parts)


@given(markets)
@settings(max_examples=60)
def test_a_team_that_a_run_suggested_has_the_same_figures(
    market: tuple[list[NeedProfile], list[OfferProfile]],
) -> None:
    needs, offers = market
    for need, result in zip(needs, run(needs, offers, **KNOWN), strict=True):
        bench = bench_of(need, *offers)
        for suggested in result.suggestions:
            team = [partner.offer_id for partner in suggested.partners]
            assert bench.compose(team, rank=suggested.rank).result == suggested


def test_a_team_that_no_run_would_suggest_can_be_computed_again() -> None:
    first, second = accountant(id="offer-1"), accountant(id="offer-2")
    need = make_need(make_slot(id="accounts", what="会計", quantity=2))

    composed = bench_of(need, first, second).compose(["offer-2", "offer-1"], rank=6).result

    assert composed is not None
    assert composed.rank == 6
    assert replay(composed.snapshot) == composed


def test_who_would_give_nothing_is_named() -> None:
    bench = bench_of(accounts_and_patrol(), accountant(id="books"), gardener(id="garden"))

    found = bench.compose(["books", "garden"], rank=1)

    assert found.result is None
    assert found.idle == ("garden",)


def test_a_person_can_say_what_words_do_not_show() -> None:
    bench = bench_of(accounts_and_patrol(), accountant(id="books"), gardener(id="garden"))

    composed = bench.compose(["books", "garden"], rank=1, claims={"garden": [("patrol", "garden")]}).result

    assert composed is not None
    assert composed.open_slots == ()
    assert replay(composed.snapshot) == composed
    garden = next(partner for partner in composed.partners if partner.offer_id == "garden")
    assert garden.score == bench.pair("garden").score


def test_those_who_only_come_nearest_make_a_team_without_a_figure() -> None:
    bench = bench_of(accounts_and_patrol(), gardener(id="garden"))

    composed = bench.compose(["garden"], rank=1).result

    assert composed is not None
    assert composed.score is None
    assert composed.reasons[0].code == "team_faint"


def test_a_need_that_lacks_nothing_has_work_for_nobody() -> None:
    bench = bench_of(make_need(make_slot(quantity=0)), accountant(id="books"))

    assert bench.compose(["books"], rank=1).idle == ("books",)


def test_nobody_gives_more_hours_than_the_own_limit_with_several_offers() -> None:
    need = make_need(
        make_slot(id="accounts", what="会計", hours_per_month=4),
        make_slot(id="patrol", what="見回り", hours_per_month=4),
    )
    busy: dict[str, Any] = {"owner": "one", "hours_limit": 5.0}
    bench = bench_of(need, accountant(id="books", **busy), watcher(id="watch", **busy))

    assert bench.compose(["books", "watch"], rank=1).overworked == ("one",)
    assert bench.compose(["books"], rank=1).result is not None


@pytest.mark.parametrize("size", [0, 5])
def test_a_team_has_one_to_four_partners(size: int) -> None:
    offers = [accountant(id=f"offer-{number}") for number in range(size)]

    with pytest.raises(ValueError, match="1 to 4 partners"):
        bench_of(accounts_and_patrol(), *offers).compose([offer.id for offer in offers], rank=1)


def test_those_who_count_for_a_slot_are_ranked_by_their_score() -> None:
    near, far = accountant(id="near"), accountant(id="far", area="jp.03.hiyori.minami")
    closed = accountant(id="closed", is_open=False)
    bench = bench_of(accounts_and_patrol(), far, closed, watcher(id="watch"), near)

    assert bench.ranked("accounts") == ["near", "far"]
    assert bench.ranked("patrol") == ["watch"]


@pytest.mark.parametrize(
    ("offer", "gate", "may_join"),
    [
        (accountant(id="books", area="jp.03.hiyori.minami", reach="district"), Gate.AREA_NOT_SERVED, True),
        (accountant(id="books", condition="paid"), Gate.CONDITION_REFUSED, True),
        (accountant(id="books", consented=False), Gate.NO_CONSENT, False),
        (accountant(id="books", is_open=False), Gate.OFFER_CLOSED, False),
        (accountant(id="books", engagements=1, engagement_limit=1), Gate.ENGAGEMENT_LIMIT, False),
        (accountant(id="books", open_enquiries=3), Gate.TOO_MANY_ENQUIRIES, False),
    ],
)
def test_only_gates_of_place_time_and_terms_can_be_lifted(offer: OfferProfile, gate: Gate, *, may_join: bool) -> None:
    bench = bench_of(make_need(make_slot(what="会計"), accepts=frozenset({"free"})), offer)

    assert bench.failed("books") == (gate,)
    assert [reason.code for reason in bench.gates("books")] == [gate.value]
    assert bench.may_join("books") is may_join


def test_the_best_team_with_an_offer_holds_it_though_there_are_better_ones() -> None:
    good, poor = accountant(id="good"), accountant(id="poor", area="jp.03.hiyori.minami")
    bench = bench_of(accounts_and_patrol(), good, poor, watcher(id="watch"))

    team = bench.best_with("poor")

    assert team is not None
    assert {offer.id for offer in team.partners} == {"poor", "watch"}


def test_an_offer_that_betters_no_team_has_no_best_team() -> None:
    bench = bench_of(accounts_and_patrol(), accountant(id="books"), gardener(id="garden"))

    assert bench.best_with("garden") is None
    assert not bench.is_relevant("garden")
    assert bench.is_relevant("books")


def test_nobody_is_said_to_give_what_takes_more_hours_than_they_have() -> None:
    need = make_need(
        make_slot(id="accounts", what="会計", hours_per_month=4),
        make_slot(id="patrol", what="見回り", hours_per_month=6),
    )
    bench = bench_of(need, gardener(id="garden", hours_limit=5.0))

    assert bench.could_give("garden") == [("accounts", "garden")]
