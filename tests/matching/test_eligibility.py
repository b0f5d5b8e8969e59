from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from matching import Gate, Geography, NeedProfile, OfferProfile, Reason, exclusions
from matching.kinds import worth_of_kind
from tests.factories.profiles import make_item, make_need, make_offer, make_slot
from tests.matching.strategies import markets

GEOGRAPHY = Geography(frozenset({("jp.03.hiyori.kita", "jp.03.hiyori.minami")}))


def gates(need: NeedProfile, offer: OfferProfile) -> set[Gate]:
    return set(exclusions([need], [offer]).gates(0, 0))


def test_a_pair_that_passes_every_gate_is_eligible() -> None:
    found = exclusions([make_need()], [make_offer()])

    assert found.eligible.all()
    assert found.reasons(0, 0) == ()
    assert found.counts(0) == {}


@pytest.mark.parametrize(
    ("need", "offer", "gate", "params"),
    [
        (make_need(is_open=False), make_offer(), Gate.NEED_CLOSED, {}),
        (make_need(), make_offer(is_open=False), Gate.OFFER_CLOSED, {}),
        (make_need(owner="x"), make_offer(owner="x"), Gate.SAME_PARTICIPANT, {}),
        (make_need(), make_offer(consented=False), Gate.NO_CONSENT, {}),
        (
            make_need(),
            make_offer(area="jp.14.kawasaki.tama"),
            Gate.AREA_NOT_SERVED,
            {"need_area": "jp.03.hiyori.kita", "offer_area": "jp.14.kawasaki.tama", "reach": "municipality"},
        ),
        (
            make_need(),
            make_offer(engagements=2, engagement_limit=2),
            Gate.ENGAGEMENT_LIMIT,
            {"engagements": 2, "limit": 2},
        ),
        (
            make_need(),
            make_offer(yearly_engagements=3, yearly_limit=3),
            Gate.YEARLY_LIMIT,
            {"engagements": 3, "limit": 3},
        ),
        (
            make_need(make_slot(hours_per_month=6.0)),
            make_offer(hours_pledged=5.0, hours_limit=10.0),
            Gate.HOURS_LIMIT,
            {"pledged": 5.0, "limit": 10.0},
        ),
        (make_need(ends_on=date(2026, 4, 1)), make_offer(starts_on=date(2026, 4, 2)), Gate.DATES_APART, {}),
        (
            make_need(accepts=frozenset({"free"})),
            make_offer(condition="paid"),
            Gate.CONDITION_REFUSED,
            {"condition": "paid"},
        ),
        (make_need(declined_by=frozenset({"giver"})), make_offer(owner="giver"), Gate.DECLINED_BEFORE, {}),
        (make_need(declined_by=frozenset({"that"})), make_offer(id="that"), Gate.DECLINED_BEFORE, {}),
        (make_need(), make_offer(open_enquiries=3), Gate.TOO_MANY_ENQUIRIES, {"open": 3}),
        (make_need(make_slot(kind="goods")), make_offer(make_item(kind="place")), Gate.NOTHING_IT_LACKS, {}),
        (make_need(), make_offer(make_item(quantity=0)), Gate.NOTHING_IT_LACKS, {}),
        (make_need(make_slot(quantity=0)), make_offer(), Gate.NOTHING_IT_LACKS, {}),
        (make_need(purpose="council_seat"), make_offer(owner_kind="resident"), Gate.NO_CONSENT, {}),
        (
            make_need(purpose="council_seat"),
            make_offer(owner_kind="npo", consents=frozenset({"council_seat"})),
            Gate.NO_CONSENT,
            {},
        ),
        (make_need(purpose="lecturer"), make_offer(owner_kind="resident"), Gate.NO_CONSENT, {}),
        (make_need(purpose="lecturer"), make_offer(owner_kind="npo", consented=False), Gate.NO_CONSENT, {}),
        (make_need(most_offices=3), make_offer(offices=3), Gate.TOO_MANY_OFFICES, {"offices": 3, "most": 3}),
        (make_need(most_offices=0), make_offer(), Gate.TOO_MANY_OFFICES, {"offices": 0, "most": 0}),
    ],
)
def test_each_gate_keeps_away_what_it_must(
    need: NeedProfile, offer: OfferProfile, gate: Gate, params: dict[str, Any]
) -> None:
    found = exclusions([need], [offer])

    assert found.gates(0, 0) == (gate,)
    assert found.reasons(0, 0) == (Reason(gate.value, params),)
    assert found.counts(0) == {gate: 1}


@pytest.mark.parametrize(
    ("need", "offer"),
    [
        (make_need(area=None), make_offer()),
        (make_need(area="jp"), make_offer()),
        (make_need(area="jp.03"), make_offer()),
        (make_need(), make_offer(area=None)),
        (make_need(), make_offer(area="jp.03")),
        (make_need(), make_offer(area="jp.03.hiyori.minami")),
        (make_need(), make_offer(area="jp.03.tono", reach="prefecture")),
        (make_need(), make_offer(area="jp.14.kawasaki", reach="anywhere")),
        (make_need(), make_offer(area="jp.14.kawasaki", online=True)),
        (make_need(accepts=None), make_offer(condition="paid")),
        (make_need(accepts=frozenset({"free"})), make_offer(condition=None)),
        (make_need(make_slot(hours_per_month=5.0)), make_offer(hours_pledged=5.0, hours_limit=10.0)),
        (make_need(make_slot(kind="service")), make_offer(make_item(kind="people"))),
        (make_need(), make_offer(engagements=1, engagement_limit=2)),
        (make_need(ends_on=date(2026, 4, 2)), make_offer(starts_on=date(2026, 4, 2))),
    ],
)
def test_the_unknown_and_the_just_enough_pass(need: NeedProfile, offer: OfferProfile) -> None:
    assert gates(need, offer) == set()


@pytest.mark.parametrize(
    ("need", "offer"),
    [
        (make_need(), make_offer(area="jp.03.hiyori.minami", reach="district")),
        (make_need(area="jp.14"), make_offer()),
        (make_need(online=False), make_offer(area="jp.14.kawasaki", online=True)),
    ],
)
def test_a_reach_ends_where_it_says(need: NeedProfile, offer: OfferProfile) -> None:
    assert gates(need, offer) == {Gate.AREA_NOT_SERVED}


def test_a_need_that_does_not_say_what_it_lacks_excludes_nobody() -> None:
    need = NeedProfile(id="n", owner="n", owner_kind="npo", title="", text="", area=None, slots=())
    offer = OfferProfile(id="o", owner="o", owner_kind="npo", title="", text="", area=None, items=())

    assert gates(need, make_offer()) == set()
    assert gates(make_need(), offer) == set()


def test_the_slot_that_takes_the_least_hours_decides() -> None:
    need = make_need(make_slot(hours_per_month=20.0), make_slot(hours_per_month=2.0))

    assert gates(need, make_offer(hours_limit=3.0)) == set()


def test_every_failed_gate_is_named() -> None:
    need = make_need(is_open=False, owner="x")

    assert gates(need, make_offer(owner="x", consented=False)) == {
        Gate.NEED_CLOSED,
        Gate.SAME_PARTICIPANT,
        Gate.NO_CONSENT,
    }


def test_no_need_or_no_offer_gives_an_empty_mask() -> None:
    assert exclusions([], [make_offer()]).mask.shape == (0, 1)
    assert exclusions([make_need()], []).mask.shape == (1, 0)


@settings(max_examples=40, deadline=None)
@given(market=markets)
def test_a_market_gives_what_each_pair_alone_gives(market: tuple[list[NeedProfile], list[OfferProfile]]) -> None:
    needs, offers = market

    together = exclusions(needs, offers).mask

    alone = [[exclusions([need], [offer]).mask[0, 0] for offer in offers] for need in needs]
    assert together.dtype == np.uint32
    np.testing.assert_array_equal(together, alone)


@settings(max_examples=40, deadline=None)
@given(market=markets)
def test_who_passes_has_something_that_is_lacking(market: tuple[list[NeedProfile], list[OfferProfile]]) -> None:
    needs, offers = market

    for row, column in np.argwhere(exclusions(needs, offers).eligible):
        need, offer = needs[row], offers[column]
        worth = [
            worth_of_kind(slot.kind, item.kind) * item.quantity for slot in need.open_slots for item in offer.items
        ]
        assert not need.slots or not offer.items or max(worth, default=0.0) > 0.0


@pytest.mark.parametrize(
    ("need", "offer"),
    [
        (
            make_need(purpose="council_seat", most_offices=2),
            make_offer(owner_kind="resident", consented=False, consents=frozenset({"council_seat"}), offices=1),
        ),
        (make_need(purpose="lecturer"), make_offer(owner_kind="resident", consents=frozenset({"lecturer"}))),
        (make_need(purpose="lecturer"), make_offer(owner_kind="npo")),
        (make_need(), make_offer(offices=9)),
    ],
)
def test_each_purpose_has_a_consent_of_its_own(need: NeedProfile, offer: OfferProfile) -> None:
    assert gates(need, offer) == set()
