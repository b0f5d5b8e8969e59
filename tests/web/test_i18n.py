from datetime import UTC, date, datetime

from web import i18n


def test_the_day_of_a_moment_is_that_of_the_town() -> None:
    late_in_the_evening_in_london = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)

    assert i18n.day(late_in_the_evening_in_london, language="ja") == "令和8年11月23日（月）"
    assert i18n.day(date(2026, 11, 22), language="en") == "22 November 2026 (Sun)"
