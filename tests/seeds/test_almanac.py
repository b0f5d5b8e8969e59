"""The town is as fresh on any day as on the day its sheets were written."""

from datetime import UTC, date, datetime, time

import pytest

from seeds.almanac import WRITTEN_ON, Almanac


@pytest.mark.parametrize("day", [date(2026, 11, 22), date(2026, 11, 28)])
def test_within_the_week_of_the_sheets_no_day_is_moved(day: date) -> None:
    almanac = Almanac.of(datetime(day.year, day.month, day.day, 3, tzinfo=UTC))

    assert almanac.day(WRITTEN_ON) == WRITTEN_ON


@pytest.mark.parametrize("year", [2025, 2026, 2028, 2040])
def test_the_day_of_the_sheets_becomes_a_day_of_the_past_week(year: int) -> None:
    at = datetime(year, 3, 4, 3, tzinfo=UTC)

    moved = Almanac.of(at).day(WRITTEN_ON)

    assert 0 <= (at.date() - moved).days < 7
    assert moved.weekday() == WRITTEN_ON.weekday()


def test_a_day_that_nobody_named_stays_unnamed() -> None:
    assert Almanac.of(datetime(2026, 11, 22, tzinfo=UTC)).day_or_none(None) is None


def test_the_clock_of_the_town_is_nine_hours_ahead() -> None:
    almanac = Almanac.of(datetime(2026, 11, 22, 3, tzinfo=UTC))

    assert almanac.moment(date(2026, 11, 10), time(10)) == datetime(2026, 11, 10, 1, tzinfo=UTC)
