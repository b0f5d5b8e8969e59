"""Every signal keeps the same promises; what each of them says is tested below."""

import copy
import json
from datetime import date
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from matching import Geography, NeedProfile, OfferProfile, Pairs, Reason, Signal, Taxonomy, Weights, all_signals
from matching.arrays import FloatMatrix
from matching.signals import (
    Bridging,
    ConditionFit,
    FieldOverlap,
    Nearness,
    QuantityCoverage,
    Record,
    SkillFit,
    TimeOverlap,
)
from tests.factories.profiles import make_item, make_need, make_offer, make_slot
from tests.matching.strategies import markets

GEOGRAPHY = Geography(frozenset({("jp.03.hiyori.kita", "jp.03.hiyori.minami")}))
TAXONOMY = Taxonomy(
    parents={"accounts": "office", "minutes": "office"},
    aliases={"accounts": ("経理", "簿記")},
    names={"accounts": "会計", "minutes": "議事録", "office": "事務", "patrol": "見回り"},
)
SIGNALS = all_signals(geography=GEOGRAPHY, taxonomy=TAXONOMY)

contract = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture(params=SIGNALS, ids=lambda signal: signal.name)
def signal(request: pytest.FixtureRequest) -> Signal:
    found: Signal = request.param
    return found


def matrix(signal: Signal, needs: list[NeedProfile], offers: list[OfferProfile]) -> FloatMatrix:
    return signal.score_pairs(Pairs.every(needs, offers)).reshape(len(needs), len(offers))


def one(signal: Signal, need: NeedProfile, offer: OfferProfile) -> float:
    return float(matrix(signal, [need], [offer])[0, 0])


def test_there_is_one_signal_for_each_weight() -> None:
    assert [signal.name for signal in SIGNALS] == list(Weights().as_mapping())


@contract
@given(market=markets)
def test_scores_lie_between_zero_and_one_or_are_unknown(
    signal: Signal, market: tuple[list[NeedProfile], list[OfferProfile]]
) -> None:
    scores = matrix(signal, *market)

    assert scores.shape == (len(market[0]), len(market[1]))
    assert scores.dtype == np.float64
    assert np.all(np.isnan(scores) | ((scores >= 0.0) & (scores <= 1.0)))


@contract
@given(market=markets, random=st.randoms(use_true_random=False))
def test_order_of_needs_and_offers_does_not_matter(
    signal: Signal, market: tuple[list[NeedProfile], list[OfferProfile]], random: Random
) -> None:
    needs, offers = market
    rows, columns = list(range(len(needs))), list(range(len(offers)))
    random.shuffle(rows)
    random.shuffle(columns)

    scores = matrix(signal, needs, offers)
    shuffled = matrix(signal, [needs[row] for row in rows], [offers[column] for column in columns])

    np.testing.assert_allclose(shuffled, scores[np.ix_(rows, columns)], atol=1e-12)


@contract
@given(market=markets)
def test_reasons_speak_only_for_known_scores_and_are_plain_json(
    signal: Signal, market: tuple[list[NeedProfile], list[OfferProfile]]
) -> None:
    needs, offers = market
    scores = matrix(signal, needs, offers)

    for (row, column), score in np.ndenumerate(scores):
        reason = signal.reason(needs[row], offers[column], float(score))
        if reason is not None:
            assert score > 0.0
            assert Reason.from_json(json.loads(json.dumps(reason.to_json()))) == reason


def test_an_empty_market_has_no_scores(signal: Signal) -> None:
    assert matrix(signal, [], []).shape == (0, 0)
    assert matrix(signal, [make_need()], []).shape == (1, 0)
    assert matrix(signal, [], [make_offer()]).shape == (0, 1)


def test_keeps_its_hyperparameters_when_cloned(signal: Signal) -> None:
    assert clone(signal).get_params() == signal.get_params()


def test_does_not_change_what_it_is_given(signal: Signal) -> None:
    needs, offers = [make_need()], [make_offer()]
    before = copy.deepcopy((needs, offers))

    matrix(signal, needs, offers)

    assert (needs, offers) == before


@pytest.mark.parametrize(
    ("slot", "item", "expected", "code"),
    [
        (make_slot(skill="accounts", what="x"), make_item(skill="accounts", what="y"), 1.0, "skill_exact"),
        (make_slot(what="会計"), make_item(what=" 会計 "), 1.0, "skill_exact"),
        (make_slot(what="会計"), make_item(what="経理"), 0.9, "skill_alias"),
        (make_slot(what="会計"), make_item(what="議事録"), 0.6, "skill_sibling"),
        (make_slot(what="会計"), make_item(what="事務"), 0.4, "skill_parent"),
        (make_slot(what="事務"), make_item(what="議事録"), 0.4, "skill_parent"),
        (make_slot(what="会計"), make_item(what="経理", kind="service"), 0.72, "skill_alias"),
    ],
)
def test_skills_count_by_their_relation(slot: Any, item: Any, expected: float, code: str) -> None:
    signal = SkillFit(taxonomy=TAXONOMY)
    need, offer = make_need(slot, title="", text=""), make_offer(item, title="", text="")

    score = one(signal, need, offer)
    reason = signal.reason(need, offer, score)

    assert score == pytest.approx(expected)
    assert reason is not None
    assert reason.code == code


def test_words_alone_never_count_more_than_half() -> None:
    signal = SkillFit(taxonomy=Taxonomy())
    need = make_need(make_slot(what="紙芝居"), title="紙芝居", text="紙芝居")
    offer = make_offer(make_item(what="紙芝居"), title="紙芝居", text="紙芝居")

    score = one(signal, need, offer)
    reason = signal.reason(need, offer, score)

    assert 0.4 < score <= 0.5
    assert reason is not None
    assert reason.code == "text_similar"


def test_another_kind_of_resource_does_not_fit() -> None:
    need = make_need(make_slot(kind="goods", what="テント"))
    offer = make_offer(make_item(kind="people", what="テント"))

    assert one(SkillFit(taxonomy=TAXONOMY), need, offer) == 0.0


def test_a_slot_half_as_heavy_counts_half() -> None:
    signal = SkillFit(taxonomy=TAXONOMY)
    need = make_need(make_slot(what="見回り", weight=2.0), make_slot(what="会計", weight=1.0), title="", text="")

    assert one(signal, need, make_offer(make_item(what="会計"), title="", text="")) == pytest.approx(0.5)


def test_a_further_item_never_lowers_the_fit() -> None:
    signal = SkillFit(taxonomy=TAXONOMY)
    need = make_need(make_slot(what="会計"))
    item = make_item(what="会計")

    assert one(signal, need, make_offer(item, make_item(what="見回り"))) == one(signal, need, make_offer(item))


def test_the_text_of_an_offer_speaks_for_its_closest_item_alone() -> None:
    need = make_need(make_slot(what="講師"), title="", text="")
    lecturer, advice = make_item(what="講師"), make_item(what="相談", kind="service")
    offer = make_offer(lecturer, advice, title="相談", text="講師も派遣します")

    fits = SkillFit(taxonomy=Taxonomy()).slot_fits(Pairs.every([need], [offer])).fits

    assert fits[0] > 0.2
    assert fits[1] < 0.1


def test_an_offer_without_items_is_unknown() -> None:
    offer = OfferProfile(id="o", owner="o", owner_kind="resident", title="", text="", area=None, items=())

    assert np.isnan(one(SkillFit(taxonomy=TAXONOMY), make_need(), offer))
    assert np.isnan(one(QuantityCoverage(), make_need(), offer))


def test_ticking_every_field_gains_nothing() -> None:
    need = make_need(fields=frozenset({"welfare"}))
    focused = make_offer(fields=frozenset({"welfare"}))
    everything = make_offer(fields=frozenset(f"field-{n}" for n in range(19)) | {"welfare"})

    assert one(FieldOverlap(), need, focused) == 1.0
    assert one(FieldOverlap(), need, everything) < 0.3


def test_unnamed_fields_are_unknown() -> None:
    assert np.isnan(one(FieldOverlap(), make_need(), make_offer(fields=frozenset({"welfare"}))))


@pytest.mark.parametrize(
    ("area", "reach", "online", "expected", "code"),
    [
        ("jp.03.hiyori.kita", "municipality", None, 1.0, "area_same_district"),
        ("jp.03.hiyori.minami", "municipality", None, 0.7, "area_neighbour"),
        ("jp.03.hiyori.nishi", "municipality", None, 0.4, "area_same_municipality"),
        ("jp.03.hiyori", "municipality", None, 0.4, "area_same_municipality"),
        ("jp.03.tono.kita", "prefecture", None, 0.2, "area_same_prefecture"),
        ("jp.14.kawasaki.tama", "municipality", True, 0.8, "area_online"),
        (None, "municipality", True, 0.8, "area_online"),
        (None, "anywhere", None, 0.2, "area_reaches_anywhere"),
        ("jp.14.kawasaki", "anywhere", None, 0.2, "area_reaches_anywhere"),
        ("jp.14.kawasaki", "municipality", None, 0.0, None),
    ],
)
def test_nearness_goes_by_the_smallest_shared_area(
    *, area: str | None, reach: str, online: bool | None, expected: float, code: str | None
) -> None:
    signal = Nearness(geography=GEOGRAPHY)
    need, offer = make_need(), make_offer(area=area, reach=reach, online=online)

    score = one(signal, need, offer)
    reason = signal.reason(need, offer, score)

    assert score == expected
    assert (reason.code if reason else None) == code


@pytest.mark.parametrize(("need_area", "offer_area"), [(None, "jp.03"), ("jp", "jp.03"), ("jp.03.hiyori", None)])
def test_an_unknown_place_is_neither_near_nor_far(need_area: str | None, offer_area: str | None) -> None:
    assert np.isnan(one(Nearness(geography=GEOGRAPHY), make_need(area=need_area), make_offer(area=offer_area)))


def test_the_shared_area_is_named_and_nothing_smaller() -> None:
    need, offer = make_need(area="jp.03.hiyori.kita"), make_offer(area="jp.03.hiyori.nishi")

    assert Nearness(geography=GEOGRAPHY).reason(need, offer, 0.4) == Reason(
        "area_same_municipality", {"area": "jp.03.hiyori"}
    )


def test_who_needs_help_on_the_spot_gains_nothing_from_online() -> None:
    need, offer = make_need(online=False), make_offer(area="jp.14.kawasaki", online=True)

    assert one(Nearness(geography=GEOGRAPHY), need, offer) == 0.0


def test_one_common_window_is_enough_for_who_has_only_one() -> None:
    need = make_need(windows=frozenset({"sat_am", "sat_pm"}))
    offer = make_offer(windows=frozenset({"sat_pm"}))

    assert one(TimeOverlap(), need, offer) == 1.0
    assert TimeOverlap().reason(need, offer, 1.0) == Reason("time_overlaps", {"windows": "sat_pm", "share": 1.0})


def test_dates_count_by_the_share_of_the_days() -> None:
    need = make_need(starts_on=date(2026, 7, 1), ends_on=date(2026, 7, 10))

    assert one(TimeOverlap(), need, make_offer(starts_on=date(2026, 7, 6))) == pytest.approx(0.5)
    assert one(TimeOverlap(), need, make_offer(ends_on=date(2026, 6, 1))) == 0.0
    assert np.isnan(one(TimeOverlap(), need, make_offer()))


def test_a_need_without_an_end_only_has_to_meet_the_offer() -> None:
    need = make_need(starts_on=date(2026, 7, 1))

    assert one(TimeOverlap(), need, make_offer(ends_on=date(2026, 7, 2))) == 1.0


def test_the_worse_of_windows_and_dates_decides() -> None:
    need = make_need(windows=frozenset({"sat_am"}), starts_on=date(2026, 7, 1))
    offer = make_offer(windows=frozenset({"sat_pm"}), starts_on=date(2026, 7, 1))

    assert one(TimeOverlap(), need, offer) == 0.0


def test_quantities_of_one_kind_add_up() -> None:
    need = make_need(make_slot(quantity=10))

    assert one(QuantityCoverage(), need, make_offer(make_item(quantity=3), make_item(quantity=4))) == pytest.approx(0.7)
    assert one(QuantityCoverage(), need, make_offer(make_item(quantity=30))) == 1.0


@pytest.mark.parametrize(
    ("accepts", "condition", "expected"),
    [
        (frozenset({"free", "paid"}), "free", 1.0),
        (frozenset({"free", "paid"}), "paid", 0.4),
        (frozenset({"free"}), "paid", 0.0),
        (None, "free", 1.0),
    ],
)
def test_lighter_terms_fit_better(accepts: frozenset[str] | None, condition: str, expected: float) -> None:
    assert one(ConditionFit(), make_need(accepts=accepts), make_offer(condition=condition)) == expected


def test_unknown_terms_are_unknown() -> None:
    assert np.isnan(one(ConditionFit(), make_need(accepts=None), make_offer(condition="paid")))
    assert np.isnan(one(ConditionFit(), make_need(accepts=frozenset({"free"})), make_offer(condition=None)))


def test_nobody_is_worse_off_for_being_new() -> None:
    assert np.isnan(one(Record(), make_need(), make_offer(record=None)))


def test_only_a_good_record_is_given_as_a_reason() -> None:
    need = make_need()

    assert Record().reason(need, make_offer(record=0.9), 0.9) == Reason("record_good", {"record": 0.9})
    assert Record().reason(need, make_offer(record=0.1), 0.1) is None


@pytest.mark.parametrize(
    ("asks", "gives", "expected"),
    [
        ("neighborhood_association", "npo", 1.0),
        ("company", "rmo", 1.0),
        ("npo", "company", 0.0),
        ("rmo", "neighborhood_association", 0.0),
        ("rmo", "government", 0.5),
        ("intermediary", "government", 0.5),
    ],
)
def test_place_and_purpose_are_bridged(asks: str, gives: str, expected: float) -> None:
    assert one(Bridging(), make_need(owner_kind=asks), make_offer(owner_kind=gives)) == expected


def test_a_kind_that_nobody_listed_is_unknown() -> None:
    assert np.isnan(one(Bridging(), make_need(owner_kind="embassy"), make_offer()))


@pytest.mark.parametrize(
    ("wanted", "offered"),
    [
        ("引越し", "引っ越し"),
        ("引越し", "ひっこし"),
        ("サーバ", "サーバー"),
        ("ＰＣ", "pc"),
        ("會計", "会計"),
        ("ﾊﾟｿｺﾝ", "パソコン"),
    ],
)
def test_a_skill_is_the_same_however_it_is_spelled(wanted: str, offered: str) -> None:
    signal = SkillFit(taxonomy=Taxonomy(names={"one": wanted}))
    need, offer = make_need(make_slot(what=wanted)), make_offer(make_item(what=offered))

    assert one(signal, need, offer) == 1.0
    assert signal.skill_of(offer.items[0]) == ("one", False)


def test_two_skills_that_only_sound_alike_stay_two() -> None:
    signal = SkillFit(taxonomy=Taxonomy(names={"host": "司会", "dentist": "歯科医"}))

    assert signal.skill_of(make_item(what="司会")) == ("host", False)
    assert signal.skill_of(make_item(what="歯科医")) == ("dentist", False)
