"""What is found for a need before anything is scored."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from matching import Geography, NeedProfile, OfferProfile, Taxonomy, exclusions
from matching.pairs import Pairs
from matching.retrieval import BY_PLACE, BY_SKILL, BY_WORDS, Retrieval
from tests.factories.profiles import make_item, make_need, make_offer, make_slot
from tests.matching.strategies import markets

TAXONOMY = Taxonomy(
    names={"accounts": "会計", "minutes": "議事録", "tax": "税の申告", "office": "事務"},
    parents={"accounts": "office", "minutes": "office", "tax": "accounts"},
    aliases={"accounts": ("経理",)},
)
CROWD = BY_WORDS + BY_SKILL + BY_PLACE + 20


def found_for(need: NeedProfile, offers: list[OfferProfile]) -> set[str]:
    retrieval = Retrieval(offers, geography=Geography(), taxonomy=TAXONOMY)
    pairs = retrieval.candidates([need], exclusions([need], offers).eligible)
    return {pairs.offers[column].id for column in pairs.columns.tolist()}


def crowd(count: int = CROWD) -> list[OfferProfile]:
    return [
        make_offer(make_item(what="送迎"), id=f"crowd-{k:03}", title="送迎", text="車で送ります") for k in range(count)
    ]


def far(offer_id: str, what: str, **parts: Any) -> OfferProfile:
    return make_offer(make_item(what=what, **parts), id=offer_id, title="", text="", area="jp.14", reach="anywhere")


def test_words_find_an_offer_from_afar_among_many_near_ones() -> None:
    need = make_need(make_slot(what="障子の張り替え"), title="集会所")

    assert "wanted" in found_for(need, [*crowd(), far("wanted", "障子やふすまの張り替え")])


@pytest.mark.parametrize("skill", ["accounts", "minutes", "office", "tax"])
def test_a_related_skill_finds_an_offer_whatever_its_words(skill: str) -> None:
    need = make_need(make_slot(what="いつものこと", skill="accounts"), title="")

    assert "wanted" in found_for(need, [*crowd(), far("wanted", "なんでも", skill=skill)])


def test_an_alias_finds_the_skill() -> None:
    need = make_need(make_slot(what="経理"), title="")

    assert "wanted" in found_for(need, [*crowd(), far("wanted", "なんでも", skill="accounts")])


def test_the_nearest_with_something_of_the_kind_are_found_whatever_they_say() -> None:
    need = make_need(make_slot(what="障子の張り替え"), fields=frozenset({"welfare"}))
    near = make_offer(make_item(what="歌"), id="near", title="", text="", fields=frozenset({"welfare"}))

    assert "near" in found_for(need, [*crowd(), near])


def test_who_fails_a_gate_is_not_found() -> None:
    need = make_need(make_slot(what="会計"))

    assert found_for(need, [make_offer(make_item(what="会計"), consented=False)]) == set()


def test_a_large_market_is_not_scored_as_a_whole() -> None:
    assert len(found_for(make_need(make_slot(what="送迎")), crowd(400))) <= BY_WORDS + BY_SKILL + BY_PLACE


@settings(max_examples=40, deadline=None)
@given(market=markets)
def test_only_what_passes_every_gate_is_found_and_each_pair_once(
    market: tuple[list[NeedProfile], list[OfferProfile]],
) -> None:
    needs, offers = market
    eligible = exclusions(needs, offers).eligible

    pairs = Retrieval(offers, geography=Geography(), taxonomy=TAXONOMY).candidates(needs, eligible)

    assert np.all(eligible[pairs.rows, pairs.columns])
    assert len(set(zip(pairs.rows.tolist(), pairs.columns.tolist(), strict=True))) == len(pairs)
    assert np.all(np.diff(pairs.rows) >= 0)


def test_blocks_joined_keep_their_pairs_and_drop_offers_that_nobody_found() -> None:
    needs, offers = [make_need(), make_need()], [make_offer(), make_offer(), make_offer()]
    first = Pairs(tuple(needs[:1]), tuple(offers), np.array([0]), np.array([2]))
    second = Pairs(tuple(needs[1:]), tuple(offers), np.array([0, 0]), np.array([0, 2]))

    joined = Pairs.joined([first, second])

    assert joined.offers == (offers[0], offers[2])
    assert joined.rows.tolist() == [0, 1, 1]
    assert joined.columns.tolist() == [1, 0, 1]


@pytest.mark.parametrize("skill", [None, "accounts"])
def test_the_one_whose_place_time_and_terms_agree_is_found_among_many_of_the_same_words(skill: str | None) -> None:
    need = make_need(
        make_slot(what="会計", skill=skill),
        fields=frozenset({"welfare"}),
        windows=frozenset({"sat_am"}),
        accepts=frozenset({"free"}),
    )
    item = make_item(what="会計", skill=skill)
    others = [
        make_offer(item, id=f"a{k:02}", windows=frozenset({"mon_am"}), fields=frozenset({"safety"})) for k in range(60)
    ]
    best = make_offer(
        item, id="z", windows=frozenset({"sat_am"}), fields=frozenset({"welfare"}), condition="free", reach="anywhere"
    )

    assert "z" in found_for(need, [*others, best])


def test_services_do_not_crowd_out_the_people_that_several_are_asked_for() -> None:
    need = make_need(make_slot(what="見回り", quantity=3), title="")
    services = [make_offer(make_item(what="歌", kind="service"), id=f"a{k:02}", title="", text="") for k in range(30)]
    people = make_offer(make_item(what="踊り"), id="z", title="", text="", area="jp.14", reach="anywhere")

    assert "z" in found_for(need, [*services, people])


def test_of_many_equals_each_need_finds_others() -> None:
    offers = [make_offer(make_item(what="送迎"), id=f"o{k:03}", title="送迎", text="") for k in range(300)]

    found = set().union(*(found_for(make_need(make_slot(what="送迎"), id=f"n{k}"), offers) for k in range(12)))

    assert len(found) > 2 * len(found_for(make_need(make_slot(what="送迎"), id="n0"), offers))
