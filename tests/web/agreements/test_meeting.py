"""The matching table: dates that suit all, one that is fixed, what was settled, a calendar file."""

from datetime import date, datetime
from typing import Any

import pytest
from icalendar import Calendar

from models import MatchingTable, Notice, Stage
from models.years import TOWN_TIME
from web.agreements import queries


def proposed(*days: str, **typed: str) -> dict[str, str]:
    filled = {f"dates-{n}-on": day for n, day in enumerate(days)}
    filled |= {f"dates-{n}-begins": "10:00" for n in range(len(days))}
    filled |= {f"dates-{n}-ends": "11:30" for n in range(len(days))}
    return filled | {"place": "北山集会所"} | typed


def call(drafting: Any, *days: str) -> MatchingTable:
    drafting.browser().post(drafting.url("/meeting/dates"), data=proposed(*days))
    table = queries.table_of(drafting.session, drafting.partnership)
    assert table is not None
    return table


def test_dates_are_proposed_to_everybody(drafting: Any) -> None:
    table = call(drafting, "2026-12-05", "2026-12-06")

    assert [one.starts_at.astimezone(TOWN_TIME).date() for one in table.dates] == [
        date(2026, 12, 5),
        date(2026, 12, 6),
    ]
    assert {notice.account for notice in drafting.session.query(Notice)} >= {drafting.manager}


def test_the_dates_that_are_filled_in_suit_the_times_of_all(drafting: Any) -> None:
    drafting.partnership.need.windows = ["sat_am", "weekday_evening"]
    drafting.company.offer.windows = ["sat_am", "sun_am"]
    drafting.person.offer.windows = None

    slots = queries.times_that_suit(drafting.partnership, after=date(2026, 11, 24), count=3)

    assert [slot.starts_at for slot in slots] == [
        datetime(2026, month, day, 10, tzinfo=TOWN_TIME) for month, day in ((11, 28), (12, 5), (12, 12))
    ]
    assert not any(slot.against for slot in slots)


def test_where_nothing_suits_all_it_is_said_whom_it_does_not_suit(drafting: Any) -> None:
    drafting.partnership.need.windows, drafting.company.offer.windows = ["sat_am"], ["sun_am"]
    drafting.person.offer.windows = ["sun_am"]

    slots = queries.times_that_suit(drafting.partnership, after=date(2026, 11, 24), count=1)

    assert [party.participant.name for party in slots[0].against] == ["北山町内会"]


def test_a_date_suits_all_only_when_each_has_said_so(drafting: Any) -> None:
    table = call(drafting, "2026-12-05")
    first = table.dates[0]
    for account, party in ((drafting.chair, drafting.association), (drafting.manager, drafting.company)):
        data = {"party": str(party.id), "suiting": str(first.id)}
        drafting.browser(account).post(drafting.url("/meeting/answers"), data=data)
    assert not first.suits_all(drafting.partnership.parties)

    data = {"party": str(drafting.person.id), "suiting": str(first.id)}
    drafting.browser(drafting.coordinator).post(drafting.url("/meeting/answers"), data=data)

    assert first.suits_all(drafting.partnership.parties)


def test_the_page_shows_which_dates_suit_and_keeps_what_was_ticked(drafting: Any) -> None:
    first = call(drafting, "2026-12-05", "2026-12-06").dates[0]
    data = {"party": str(drafting.association.id), "suiting": str(first.id)}
    drafting.browser().post(drafting.url("/meeting/answers"), data=data)

    page = drafting.browser().get(drafting.url("/meeting")).text

    assert page.count('name="suiting"') == 2
    assert f'value="{first.id}" checked' in page


def test_each_ticks_the_dates_that_suit_and_finds_them_ticked_again(drafting: Any) -> None:
    table = call(drafting, "2026-12-05", "2026-12-06")
    browser, first = drafting.browser(drafting.manager), table.dates[0]

    page = browser.get(drafting.url("/meeting")).text

    assert f'value="{first.id}">' in page

    browser.post(drafting.url("/meeting/answers"), data={"party": str(drafting.company.id), "suiting": str(first.id)})

    assert f'value="{first.id}" checked>' in browser.get(drafting.url("/meeting")).text


def test_a_fixed_date_that_suits_no_longer_makes_room_for_others(drafting: Any) -> None:
    table = call(drafting, "2026-12-05")
    drafting.browser().post(drafting.url("/meeting/fix"), data={"date": str(table.dates[0].id)})
    assert drafting.url("/meeting/dates") in drafting.browser().get(drafting.url("/meeting")).text

    table = call(drafting, "2026-12-06")

    assert (len(table.dates), table.starts_at) == (2, None)


def test_nobody_answers_for_a_party_that_has_an_account(drafting: Any) -> None:
    table = call(drafting, "2026-12-05")

    data = {"party": str(drafting.company.id), "suiting": str(table.dates[0].id)}
    answer = drafting.browser(drafting.coordinator).post(drafting.url("/meeting/answers"), data=data)

    assert answer.status_code == 403
    assert not table.dates[0].answers


def test_the_date_that_is_fixed_can_be_put_into_a_calendar(drafting: Any) -> None:
    table = call(drafting, "2026-12-05")
    browser = drafting.browser()
    browser.post(drafting.url("/meeting/fix"), data={"date": str(table.dates[0].id)})

    event = Calendar.from_ical(browser.get(drafting.url("/meeting.ics")).data).walk("VEVENT")[0]

    assert event.decoded("dtstart") == datetime(2026, 12, 5, 10, tzinfo=TOWN_TIME)
    assert "北山集会所" in str(event["location"])


@pytest.mark.parametrize(
    "typed",
    [
        {},
        proposed("2026-11-01"),
        proposed("2026-12-05") | {"dates-0-ends": "9:00"},
        proposed("2026-12-05") | {"dates-0-begins": "昼"},
    ],
)
def test_dates_that_cannot_be_are_named_and_nothing_is_lost(drafting: Any, typed: dict[str, str]) -> None:
    answer = drafting.browser().post(drafting.url("/meeting/dates"), data=typed)

    assert answer.status_code == 422
    assert queries.table_of(drafting.session, drafting.partnership) is None
    assert typed.get("place", "") in answer.text


def test_what_was_settled_begins_the_draft(drafting: Any) -> None:
    typed = {"on": "2026-11-24", "what": "月二回の食堂", "how_long": "一年", "cost": "食材は会社"}

    drafting.browser().post(drafting.url("/meeting/settled"), data=typed)

    assert drafting.partnership.stage is Stage.DRAFTING
    assert "月二回の食堂" in drafting.browser().get(drafting.url("/benefit-sheet")).text
    assert "食材は会社" in drafting.browser().get(drafting.url("/agreement/clauses")).text


def test_nobody_writes_down_a_meeting_that_has_not_been_yet(drafting: Any) -> None:
    typed = {"on": "2026-11-25", "what": "月二回の食堂"}

    assert drafting.browser().post(drafting.url("/meeting/settled"), data=typed).status_code == 422
    assert drafting.partnership.stage is Stage.ACCEPTED
