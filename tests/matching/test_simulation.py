"""A simulated year: the same every time, within everybody's limits, and spread more evenly than by the best fit."""

from functools import partial
from typing import Any, Final

from matching import Geography, NeedProfile, OfferProfile, Taxonomy, Weights
from matching.simulation import Order, Spread, by_engine, by_fit, simulate
from tests.factories.profiles import make_item, make_need, make_offer, make_slot

KNOWN: Final[dict[str, Any]] = {"weights": Weights(), "geography": Geography(), "taxonomy": Taxonomy()}
THINGS: Final = ("会計", "見回り", "剪定", "通訳")
WINDOWS: Final = ("weekday_am", "weekday_pm", "sat_am", "sun_am")
FIT: Final[Order] = partial(by_fit, **KNOWN)
ENGINE: Final[Order] = partial(by_engine, **KNOWN)


def neighbours() -> list[OfferProfile]:
    """Return five people for each of four things: the first fits a little better than the others."""
    return [
        make_offer(
            make_item(what=what, id=f"{what}-{number}"),
            id=f"{what}-{number}",
            owner=f"{what}-{number}",
            title=what,
            text=what,
            fields=frozenset({"welfare"}) if number == 0 else frozenset({"welfare", "sports"}),
            windows=frozenset(WINDOWS[: 4 - min(number, 2)]),
            engagement_limit=3,
            hours_limit=20.0,
        )
        for what in THINGS
        for number in range(5)
    ]


def weeks(count: int = 20) -> list[list[NeedProfile]]:
    return [
        [
            make_need(
                make_slot(what=what, id=f"slot-{week}-{what}", hours_per_month=4.0),
                id=f"need-{week}-{what}",
                owner="town",
                fields=frozenset({"welfare"}),
                windows=frozenset(WINDOWS),
            )
            for what in (THINGS[week % 4], THINGS[(week + 1) % 4])
        ]
        for week in range(count)
    ]


def test_a_year_is_spread_more_evenly_than_by_the_best_fit_at_little_loss() -> None:
    ours, fit = simulate(weeks(), neighbours(), ENGINE), simulate(weeks(), neighbours(), FIT)

    assert ours.top_tenth <= 0.7 * fit.top_tenth
    assert ours.fit >= 0.92 * fit.fit
    assert ours.above_limit == fit.above_limit == 0
    assert ours.never < fit.never


def test_a_year_is_the_same_every_time() -> None:
    assert simulate(weeks(6), neighbours(), ENGINE) == simulate(weeks(6), neighbours()[::-1], ENGINE)


def test_nobody_takes_more_than_the_own_limits() -> None:
    few = [
        make_offer(make_item(what="会計"), id=name, owner="she", engagement_limit=limit, yearly_limit=yearly)
        for name, limit, yearly in (("first", 1, 2), ("second", 1, None))
    ]
    many = [
        [make_need(make_slot(what="会計"), id=f"need-{week}-{k}", owner="town") for k in range(4)] for week in range(6)
    ]

    for order in (FIT, ENGINE):
        found = simulate(many, few, order)
        assert 1 <= found.engagements <= 6
        assert found.above_limit == 0


def test_a_year_without_needs_or_people_has_no_engagement() -> None:
    assert simulate([[]], [], ENGINE) == Spread(engagements=0, top_tenth=0.0, fit=0.0, never=1.0, above_limit=0)
