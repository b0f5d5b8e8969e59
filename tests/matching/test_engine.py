"""Whole runs: on the sample sheets, on drawn markets, and replayed."""

import json
from functools import cache
from random import Random
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import matching.engine
from matching import (
    Geography,
    NeedProfile,
    NeedResult,
    OfferProfile,
    Pairs,
    Reason,
    Taxonomy,
    Weights,
    exclusions,
    explain_pair,
    replay,
    run,
    score,
)
from matching.teams import FIT_FLOOR
from tests.factories.profiles import make_item, make_need, make_offer, make_slot
from tests.matching.sheets import read_company_offers, read_needs, read_offers
from tests.matching.strategies import markets

GEOGRAPHY: Final = Geography()
TAXONOMY: Final = Taxonomy(names={"accounts": "会計", "patrol": "見回り"})


def results_of(needs: list[NeedProfile], offers: list[OfferProfile]) -> list[NeedResult]:
    return run(needs, offers, weights=Weights(), geography=GEOGRAPHY, taxonomy=TAXONOMY)


@cache
def sample_run() -> dict[tuple[str, str], list[frozenset[str]]]:
    """Return the owners of each team, by the owner and the title of the need."""
    needs = read_needs()
    results = results_of(needs, read_offers() + read_company_offers())
    return {
        (need.owner, need.title): [
            frozenset(partner.owner for partner in suggestion.partners) for suggestion in result.suggestions
        ]
        for need, result in zip(needs, results, strict=True)
    }


def teams_of(owner: str, word: str) -> list[frozenset[str]]:
    return next(teams for (of, title), teams in sample_run().items() if of == owner and word in title)


def test_a_school_gets_two_companies_who_share_the_lectures() -> None:
    assert any({"東京ガス", "味の素"} <= team for team in teams_of("京町中学校", "出前授業"))


def test_a_group_for_saving_energy_gets_the_gas_company() -> None:
    assert any("東京ガス" in team for team in teams_of("省エネグループ", "環境教育"))


def test_a_park_gets_the_post_office_for_its_souvenir() -> None:
    assert any("郵便局" in team for team in teams_of("生田緑地マネジメント会議", "記念の品"))


def test_morning_exercise_gets_its_four_partners_as_one_team() -> None:
    assert teams_of("吉新町子ども会", "ラジオ体操")[0] == {
        "吉新町シニアクラブ",
        "ふれあい食堂",
        "進禄寺",
        "吉新町自治会",
    }


FOUR = ("吉新町シニアクラブ", "ふれあい食堂", "進禄寺", "吉新町自治会")


@pytest.mark.parametrize("away", FOUR)
def test_taking_one_of_the_four_away_opens_exactly_what_it_gave(away: str) -> None:
    need = next(need for need in read_needs() if "ラジオ体操" in need.title)
    offers = [offer for offer in read_offers() if offer.owner in FOUR]
    whole = results_of([need], offers)[0].suggestions[0]
    given = {one.slot for partner in whole.partners if partner.owner == away for one in partner.assignments}

    rest = results_of([need], [offer for offer in offers if offer.owner != away])[0].suggestions[0]

    assert {partner.owner for partner in rest.partners} == set(FOUR) - {away}
    assert set(rest.open_slots) == set(whole.open_slots) | given
    kept = [partner.assignments for partner in whole.partners if partner.owner != away]
    assert [partner.assignments for partner in rest.partners] == kept


@settings(max_examples=40, deadline=None)
@given(market=markets)
def test_a_run_keeps_its_promises(market: tuple[list[NeedProfile], list[OfferProfile]]) -> None:
    needs, offers = market
    results = results_of(needs, offers)
    eligible = exclusions(needs, offers).eligible
    columns = {offer.id: column for column, offer in enumerate(offers)}

    assert [result.need_id for result in results] == [need.id for need in needs]
    for row, result in enumerate(results):
        values = [suggestion.value for suggestion in result.suggestions]
        assert values == sorted(values, reverse=True)
        assert [suggestion.rank for suggestion in result.suggestions] == list(range(1, len(values) + 1))
        for suggestion in result.suggestions:
            assert all(eligible[row, columns[partner.offer_id]] for partner in suggestion.partners)
            assert sum(partner.share for partner in suggestion.partners) == pytest.approx(1.0)
            assert suggestion.score is None or 0.0 <= suggestion.score <= 1.0
            for partner in suggestion.partners:
                assert partner.assignments
                assert (partner.score is None) == (partner.confidence < 0.5)
                if partner.score is not None:
                    assert sum(partner.parts.values()) == pytest.approx(partner.score)


@settings(max_examples=40, deadline=None)
@given(market=markets)
def test_a_replay_gives_the_same_bits(market: tuple[list[NeedProfile], list[OfferProfile]]) -> None:
    for result in results_of(*market):
        for suggestion in result.suggestions:
            assert replay(json.loads(json.dumps(suggestion.snapshot))) == suggestion


@settings(max_examples=20, deadline=None)
@given(market=markets, random=st.randoms(use_true_random=False))
def test_the_order_of_offers_does_not_change_a_run(
    market: tuple[list[NeedProfile], list[OfferProfile]], random: Random
) -> None:
    needs, offers = market
    shuffled = list(offers)
    random.shuffle(shuffled)

    assert results_of(needs, shuffled) == results_of(needs, offers)


def test_blocks_of_needs_do_not_change_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    needs, offers = read_needs(), read_offers()
    whole = results_of(needs, offers)

    monkeypatch.setattr(matching.engine, "PAIRS_AT_ONCE", 50)

    assert results_of(needs, offers) == whole


def test_a_snapshot_of_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="format"):
        replay({"format": 0})


def test_progress_is_told_after_each_need() -> None:
    told: list[tuple[int, int]] = []

    run(
        [make_need(), make_need()],
        [make_offer()],
        weights=Weights(),
        geography=GEOGRAPHY,
        taxonomy=TAXONOMY,
        progress=lambda done, of: told.append((done, of)),
    )

    assert told == [(1, 2), (2, 2)]


def test_an_empty_profile_gets_questions_and_no_number() -> None:
    need = NeedProfile(id="n", owner="n", owner_kind="npo", title="", text="", area=None, slots=())

    result = results_of([need], [make_offer()])[0]

    assert result.suggestions == ()
    assert Reason("ask_slots") in result.questions


def test_a_team_has_no_number_while_one_partner_has_none() -> None:
    one, other = make_slot(what="会計", kind="people"), make_slot(what="見回り", kind="people")
    known = make_offer(make_item(what="会計"), condition="free", record=0.5)
    unknown = make_offer(make_item(what="見回り"), area=None, owner_kind="?")

    suggestion = results_of([make_need(one, other)], [known, unknown])[0].suggestions[0]

    assert [partner.score is None for partner in suggestion.partners] == [False, True]
    assert suggestion.score is None


def test_shared_slots_and_bridging_are_said() -> None:
    slot = make_slot(what="見回り", quantity=2)
    offers = [make_offer(make_item(what="見回り")) for _ in range(2)]

    suggestion = results_of([make_need(slot)], offers)[0].suggestions[0]

    assert [reason.code for reason in suggestion.reasons] == ["team_covers", "team_shares_slot", "team_bridges"]


def test_what_nobody_covers_is_relaxed() -> None:
    need = make_need(make_slot(what="会計"), make_slot(what="見回り"))
    far = make_offer(make_item(what="見回り"), area="jp.14.kawasaki")

    result = results_of([need], [make_offer(make_item(what="会計")), far])[0]

    assert {one.code for one in result.relaxations} == {"relax_area_anywhere", "relax_slots"}
    assert result.excluded == {"area_not_served": 1}
    assert result.candidates == 1


def test_no_offer_at_all_gives_an_empty_result() -> None:
    result = results_of([make_need()], [])[0]

    assert (result.suggestions, result.relaxations, result.candidates) == ((), (), 0)


def test_any_pair_can_be_explained() -> None:
    need, offer = make_need(make_slot(what="会計")), make_offer(make_item(what="会計"), consented=False)

    explained = explain_pair(need, offer, weights=Weights(), geography=GEOGRAPHY, taxonomy=TAXONOMY)

    assert [reason.code for reason in explained.gates] == ["no_consent"]
    assert explained.score.reasons[0].code == "skill_exact"
    assert Reason("ask_fields") in explained.questions


def test_a_pair_is_explained_with_the_numbers_of_the_run() -> None:
    needs, offers = read_needs(), read_offers()
    partner = results_of(needs, offers)[0].suggestions[0].partners[0]
    offer = next(offer for offer in offers if offer.id == partner.offer_id)

    explained = explain_pair(needs[0], offer, weights=Weights(), geography=GEOGRAPHY, taxonomy=TAXONOMY)

    assert explained.score.parts == partner.parts
    assert explained.score.score == partner.score


def test_where_nobody_fits_the_nearest_are_said_to_be_faintly_near() -> None:
    need = make_need(make_slot(what="夜道の見回り", kind="people"))
    offer = make_offer(make_item(what="夜空の案内", kind="people"))

    result = results_of([need], [offer])[0]

    assert next(reason.code for reason in result.suggestions[0].reasons) == "team_faint"


def test_several_people_are_not_one_service() -> None:
    need = make_need(make_slot(what="会計の助言", kind="people", quantity=2))
    offer = make_offer(make_item(what="会計の助言", kind="service", quantity=9))

    assert next(reason.code for reason in results_of([need], [offer])[0].suggestions[0].reasons) == "team_faint"


def test_one_person_can_be_one_service() -> None:
    need = make_need(make_slot(what="会計の助言", kind="people", quantity=1))
    offer = make_offer(make_item(what="会計の助言", kind="service", quantity=9))

    assert len(results_of([need], [offer])[0].suggestions) == 1


def test_who_is_only_faintly_near_gets_no_number() -> None:
    need = make_need(make_slot(what="夜道の見回り", kind="people"))
    offer = make_offer(make_item(what="夜空の案内", kind="people"))

    assert results_of([need], [offer])[0].suggestions[0].score is None


def test_teams_that_were_refused_make_room_for_the_next() -> None:
    need = make_need(make_slot(what="会計"))
    offers = [make_offer(make_item(what="会計"), id=f"o{k}") for k in range(7)]
    known: dict[str, Any] = {"weights": Weights(), "geography": GEOGRAPHY, "taxonomy": TAXONOMY}
    first = run([need], offers, **known)[0].suggestions

    teams = [frozenset(partner.offer_id for partner in one.partners) for one in first]
    others = run([need], offers, refused={need.id: teams}, **known)[0].suggestions

    assert len(others) == 2
    assert not {one.partners[0].offer_id for one in others} & {offer for team in teams for offer in team}


def test_who_has_no_hours_for_a_slot_does_not_take_the_place_of_who_has() -> None:
    need = make_need(make_slot(what="会計", hours_per_month=1.0), make_slot(what="会計の記帳", hours_per_month=20.0))
    busy = [make_offer(make_item(what="会計の記帳"), id=f"a{k:02}", owner=f"p{k}", hours_limit=5.0) for k in range(35)]
    free = make_offer(make_item(what="記帳"), id="z", owner="z")

    best = results_of([need], [*busy, free])[0].suggestions[0]

    assert "z" in {partner.offer_id for partner in best.partners}
    assert best.open_slots == ()


def test_a_need_without_a_word_is_looked_at_like_any_other() -> None:
    need = make_need(make_slot(what="！！"), title="😀", text="")
    offers = [make_offer(make_item(what=f"品{k}"), id=f"o{k:03}", title=f"題{k}") for k in range(600)]

    assert results_of([need], offers)[0].need_id == need.id


def test_retrieval_finds_nine_in_ten_of_the_offers_that_scoring_all_pairs_would_count() -> None:
    needs, offers = read_needs(), read_offers() + read_company_offers()
    found = results_of(needs, offers)
    scores = score(Pairs.every(needs, offers), weights=Weights(), geography=GEOGRAPHY, taxonomy=TAXONOMY)
    eligible = exclusions(needs, offers).eligible.ravel()

    relevant = [k for k in np.flatnonzero(eligible).tolist() if scores.gives_something(k, FIT_FLOOR)]

    assert sum(result.candidates for result in found) >= 0.9 * len(relevant)
