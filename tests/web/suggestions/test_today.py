"""What the desk says that a coordinator has to do today."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from models import Account, ResourceKind, utc_now
from models.business_days import business_days_between
from tests.factories import (
    make_account,
    make_appointment,
    make_item,
    make_membership,
    make_need,
    make_offer,
    make_participant,
    make_partnership,
    make_slot,
)
from web.suggestions.queries import reviews
from web.suggestions.queries.today import Kind, overdue, second_approvals, today

SignedIn = Callable[[Account], FlaskClient]


def titles(some: Any) -> list[str]:
    return [row.need.title for row in some.rows]


def colleague(town: Any) -> Account:
    account = make_appointment(town.municipality, account=make_account(name="別所 担当", locale="en")).account
    town.session.add(account)
    town.session.commit()
    return account


def test_a_reply_that_is_overdue_comes_first_with_who_was_asked(town: Any, signed_in: SignedIn) -> None:
    partnership = make_partnership(need=town.need, offers=[town.writing_offer])
    partnership.parties[1].enquiry.due_on = date(2026, 1, 9)
    town.session.add(partnership)

    page = signed_in(town.coordinator).get("/desk").text

    assert "三枝 路子: “広報紙を読みやすくしたい”" in page
    assert "business days overdue" in page
    assert f"/partnerships/{partnership.id}" in page
    assert "三枝 路子" in signed_in(town.coordinator).get("/desk?state=overdue").text


@pytest.mark.parametrize(("late_by", "is_overdue"), [(-1, False), (0, False), (1, True)])
def test_a_reply_is_overdue_when_its_last_day_has_passed(town: Any, late_by: int, *, is_overdue: bool) -> None:
    partnership = make_partnership(need=town.need, offers=[town.writing_offer])
    town.session.add(partnership)
    due = datetime.combine(partnership.parties[0].enquiry.due_on, datetime.min.time(), UTC)

    found = overdue(town.session, town.coordinator, at=due + timedelta(days=late_by), limit=5)

    assert (found.total == 2) is is_overdue


def test_nobody_waits_for_a_reply_to_a_proposal_that_was_taken_back(town: Any) -> None:
    partnership = make_partnership(need=town.need, offers=[town.writing_offer])
    town.session.add(partnership)
    partnership.move_to(type(partnership.stage).WITHDRAWN, by=town.coordinator, at=utc_now())
    town.session.flush()

    assert not overdue(town.session, town.coordinator, at=utc_now() + timedelta(days=60), limit=5).total


@pytest.mark.parametrize(
    ("day", "later", "count"),
    [
        (date(2026, 11, 19), date(2026, 11, 20), 1),
        (date(2026, 11, 20), date(2026, 11, 24), 1),  # a weekend, then the holiday of the 23rd
        (date(2026, 12, 28), date(2027, 1, 4), 1),
        (date(2026, 11, 20), date(2026, 11, 20), 0),
    ],
)
def test_days_on_which_offices_are_closed_do_not_count(day: date, later: date, count: int) -> None:
    assert business_days_between(day, later) == count


def test_a_second_approval_waits_for_who_speaks_for_nobody(town: Any) -> None:
    town.look_for_partners()
    interested, other = colleague(town), colleague(town)
    town.session.add(make_membership(town.company, account=interested))
    town.session.flush()
    reviews.load_suggestion(town.session, town.suggestions()[0]).approve(by=interested, at=utc_now())
    town.session.flush()

    assert [len(found) for found in second_approvals(town.session, other)] == [1, 0]
    assert [len(found) for found in second_approvals(town.session, interested)] == [0, 1]


def test_a_need_with_hardly_a_candidate_is_scarce(town: Any) -> None:
    town.look_for_partners()

    assert titles(today(town.session, town.coordinator, at=utc_now()).listings[Kind.SCARCE]) == [town.need.title]


def test_a_need_with_many_candidates_of_which_a_part_finds_nobody_is_scarce(town: Any) -> None:
    for number in range(4):
        group = make_participant(area=town.north, name=f"文字の会{number}")
        town.session.add(make_offer(participant=group, items=[make_item(what="紙面づくり", skill=town.newsletter)]))
    lacking = make_need(
        participant=town.association,
        title="号外を配りたい",
        slots=[make_slot(what="紙面を組む人", skill=town.newsletter), make_slot(ResourceKind.PLACE, "作業する部屋")],
    )
    town.session.add(lacking)
    town.look_for_partners()

    assert titles(today(town.session, town.coordinator, at=utc_now()).listings[Kind.SCARCE]) == [lacking.title]


def test_a_need_is_new_for_seven_days(town: Any, signed_in: SignedIn) -> None:
    fresh = make_need(participant=town.association, title="きのうの困りごと", slots=[make_slot()])
    old = make_need(participant=town.association, title="先月の困りごと", slots=[make_slot()])
    town.session.add_all([fresh, old])
    fresh.opened_at, old.opened_at = utc_now() - timedelta(days=1), utc_now() - timedelta(days=8)

    page = signed_in(town.coordinator).get("/desk?state=new").text

    assert "きのうの困りごと" in page
    assert "先月の困りごと" not in page


def test_a_need_that_nobody_fits_is_work_for_today(town: Any) -> None:
    unmet = town.add_need_that_nobody_fits()
    town.look_for_partners()

    assert titles(today(town.session, town.coordinator, at=utc_now()).listings[Kind.NOBODY]) == [unmet.title]


def test_an_offer_that_was_not_suggested_for_ninety_days_has_a_place_on_the_desk(
    town: Any, signed_in: SignedIn
) -> None:
    town.look_for_partners()
    waiting = make_offer(participant=town.company, title="だれにも見られていない倉庫")
    waiting.created_at = utc_now() - timedelta(days=91)
    town.session.add(waiting)
    town.session.flush()

    found = today(town.session, town.coordinator, at=utc_now()).listings[Kind.OVERLOOKED]

    assert ([one.title for one in found.rows], found.total) == (["だれにも見られていない倉庫"], 1)
    assert f'href="/offers/{waiting.id}"' in signed_in(town.coordinator).get("/desk").text


def test_work_elsewhere_is_not_work_for_today(town: Any) -> None:
    town.add_need_that_nobody_fits()
    partnership = make_partnership(need=town.need, offers=[town.writing_offer])
    town.session.add(partnership)
    town.look_for_partners()
    elsewhere = make_appointment(town.south).account
    town.session.add(elsewhere)
    town.session.flush()

    found = today(town.session, elsewhere, at=utc_now() + timedelta(days=60))

    assert not found.overdue.total
    assert not any(some.total for some in found.listings.values())


def test_a_desk_without_urgent_work_says_so(town: Any, signed_in: SignedIn) -> None:
    town.need.opened_at = utc_now() - timedelta(days=30)

    assert "Nothing is urgent today." in signed_in(town.coordinator).get("/desk").text


@pytest.mark.parametrize("words", ["広報", "北山自治会", "広報 読み"])
def test_cases_are_found_by_their_words_and_by_the_name_of_the_body(town: Any, signed_in: SignedIn, words: str) -> None:
    town.look_for_partners()
    browser = signed_in(town.coordinator)

    assert "広報紙を読みやすくしたい" in browser.get("/desk", query_string={"q": words}).text
    assert "広報紙を読みやすくしたい" not in browser.get("/desk", query_string={"q": f"{words} 温泉"}).text
