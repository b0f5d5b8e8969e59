from datetime import date

import pytest

from matching import Geography, NeedProfile, OfferProfile, Reason, questions, relax
from tests.factories.profiles import make_item, make_need, make_offer, make_slot

GEOGRAPHY = Geography(frozenset({("jp.03.hiyori.kita", "jp.03.hiyori.minami")}))


def relaxations(need: NeedProfile, *offers: OfferProfile) -> dict[str, int]:
    return {one.code: one.count for one in relax(need, offers, geography=GEOGRAPHY)}


@pytest.mark.parametrize(
    ("need", "offer", "code"),
    [
        (make_need(), make_offer(area="jp.03.hiyori.minami", reach="district"), "relax_area_neighbour"),
        (make_need(), make_offer(area="jp.03.hiyori.nishi", reach="district"), "relax_area_municipality"),
        (make_need(), make_offer(area="jp.03.tono.kita"), "relax_area_prefecture"),
        (make_need(), make_offer(area="jp.14.kawasaki"), "relax_area_anywhere"),
        (make_need(ends_on=date(2026, 4, 1)), make_offer(starts_on=date(2026, 5, 1)), "relax_dates"),
        (make_need(windows=frozenset({"sat_am"})), make_offer(windows=frozenset({"mon_eve"})), "relax_windows"),
        (make_need(accepts=frozenset({"free"})), make_offer(condition="paid"), "relax_condition"),
        (make_need(make_slot(hours_per_month=9.0)), make_offer(hours_limit=5.0), "relax_hours"),
        (make_need(), make_offer(open_enquiries=3), "relax_wait"),
    ],
)
def test_what_would_have_to_give_is_named(need: NeedProfile, offer: OfferProfile, code: str) -> None:
    assert relaxations(need, offer, offer) == {code: 2}


@pytest.mark.parametrize(
    "offer",
    [
        make_offer(),
        make_offer(consented=False),
        make_offer(is_open=False),
        make_offer(engagements=1, engagement_limit=1),
        make_offer(area="jp.14.kawasaki", open_enquiries=3),
        make_offer(make_item(kind="goods")),
    ],
)
def test_consent_limits_and_two_hurdles_at_once_are_not_relaxed(offer: OfferProfile) -> None:
    assert relaxations(make_need(), offer) == {}


def test_a_no_is_not_relaxed() -> None:
    assert relaxations(make_need(declined_by=frozenset({"x"})), make_offer(owner="x")) == {}


def test_conditions_are_counted_apart_and_the_most_effective_comes_first() -> None:
    need = make_need(accepts=frozenset({"free"}))
    offers = [make_offer(condition="paid"), make_offer(condition="at_cost"), make_offer(condition="at_cost")]

    found = relax(need, offers, geography=GEOGRAPHY)

    assert [(one.reason.params["condition"], one.count) for one in found] == [("at_cost", 2), ("paid", 1)]


def test_a_part_of_the_slots_is_proposed_when_only_some_are_covered() -> None:
    one, other = make_slot(), make_slot()
    need = make_need(one, other)

    found = relax(need, [], geography=GEOGRAPHY, covered=frozenset({one.id}))

    assert [each.reason for each in found] == [Reason("relax_slots", {"covered": 1, "slots": 2})]


def test_an_empty_need_is_asked_everything() -> None:
    need = NeedProfile(id="n", owner="n", owner_kind="npo", title="", text="", area="jp", slots=())

    assert [reason.code for reason in questions(need)] == [
        "ask_slots",
        "ask_area",
        "ask_fields",
        "ask_time",
        "ask_conditions",
    ]


def test_a_complete_need_is_asked_nothing() -> None:
    need = make_need(fields=frozenset({"welfare"}), windows=frozenset({"sat_am"}), accepts=frozenset({"free"}))

    assert questions(need) == ()
