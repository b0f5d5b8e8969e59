"""Teams of a cohort: everybody in one at most, gates kept, the greatest fit in all."""

from typing import Any, Final

import pytest

from matching import Geography, NeedProfile, OfferProfile, Taxonomy, Weights, Workbench, cohort
from tests.factories.profiles import make_item, make_need, make_offer, make_slot

KNOWN: Final[dict[str, Any]] = {"weights": Weights(), "geography": Geography(), "taxonomy": Taxonomy()}


def teams(needs: list[NeedProfile], offers: list[OfferProfile], *, team_size: int = 3) -> dict[str, tuple[str, ...]]:
    return dict(cohort([Workbench(need, offers, **KNOWN) for need in needs], team_size=team_size))


def giving(what: str, *, id: str, **parts: Any) -> OfferProfile:  # noqa: A002  (the name of the field)
    return make_offer(make_item(what=what), id=id, title=what, text=what, **parts)


def lacking(*slots: str, id: str, quantity: int = 1) -> NeedProfile:  # noqa: A002  (the name of the field)
    return make_need(*(make_slot(what=what, quantity=quantity) for what in slots), id=id)


def test_each_project_gets_whom_it_lacks() -> None:
    found = teams(
        [lacking("会計", id="books"), lacking("見回り", id="patrol")],
        [giving("見回り", id="watcher"), giving("会計", id="accountant")],
    )

    assert found == {"books": ("accountant",), "patrol": ("watcher",)}


def test_a_slot_takes_no_more_than_it_lacks_and_everybody_is_in_one_team_at_most() -> None:
    found = teams(
        [lacking("会計", id="first"), lacking("会計", id="second")],
        [giving("会計", id=f"accountant-{number}") for number in range(3)],
    )

    assert [len(team) for team in found.values()] == [1, 1]
    assert found["first"] != found["second"]


def test_a_team_has_no_more_than_its_size() -> None:
    found = teams(
        [lacking("会計", id="books", quantity=5)],
        [giving("会計", id=f"accountant-{number}") for number in range(5)],
        team_size=2,
    )

    assert len(found["books"]) == 2


def test_all_together_count_more_than_the_best_pair() -> None:
    versatile = make_offer(make_item(what="会計"), make_item(what="見回り"), id="versatile")
    found = teams(
        [lacking("会計", id="books"), lacking("見回り", id="patrol")], [versatile, giving("会計", id="accountant")]
    )

    assert found == {"books": ("accountant",), "patrol": ("versatile",)}


def test_who_fails_a_gate_is_in_no_team() -> None:
    found = teams(
        [lacking("会計", id="books")],
        [giving("会計", id="full", engagements=1, engagement_limit=1), giving("会計", id="silent", consented=False)],
    )

    assert found == {"books": ()}


def test_of_two_offers_of_one_participant_one_takes_part() -> None:
    found = teams(
        [lacking("会計", "見回り", id="both")],
        [giving("会計", id="books", owner="she"), giving("見回り", id="patrol", owner="she")],
    )

    assert len(found["both"]) == 1


def test_who_has_no_task_left_is_looked_for_another_project() -> None:
    crowd = make_offer(make_item(what="会計", quantity=4), id="crowd", title="会計", text="会計")
    one = giving("会計の相談", id="one")
    found = teams([lacking("会計", id="large", quantity=4), lacking("見回り", id="other")], [crowd, one])

    assert found == {"large": ("crowd",), "other": ()}


def test_the_hours_of_a_person_are_kept() -> None:
    slots = [make_slot(what="会計", hours_per_month=3.0), make_slot(what="会計の相談", hours_per_month=3.0)]
    found = teams([make_need(*slots, id="books")], [giving("会計", id="accountant", hours_limit=4.0)])

    assert found["books"] in {("accountant",), ()}


def test_the_order_in_which_they_entered_does_not_matter() -> None:
    needs = [lacking("会計", id="first"), lacking("会計", "見回り", id="second")]
    offers = [giving("会計", id="a"), giving("会計", id="b"), giving("見回り", id="c")]

    assert teams(needs, offers) == teams(needs[::-1], offers[::-1])


@pytest.mark.parametrize("size", [0, 5])
def test_a_team_is_no_larger_than_a_partnership_takes(size: int) -> None:
    with pytest.raises(ValueError, match="1 to 4"):
        teams([lacking("会計", id="books")], [giving("会計", id="accountant")], team_size=size)
