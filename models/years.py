"""The fiscal year of the towns that are served: April to March, by the calendar of the town."""

from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

TOWN_TIME: Final = ZoneInfo("Asia/Tokyo")
FIRST_MONTH: Final = 4


def town_day(at: datetime) -> date:
    """Return the day on which a moment falls in the towns."""
    return at.astimezone(TOWN_TIME).date()


def fiscal_year(day: date) -> int:
    """Return the fiscal year in which a day lies, named by the year of its April."""
    return day.year if day.month >= FIRST_MONTH else day.year - 1


def first_day(year: int) -> date:
    """Return the first of April with which a fiscal year begins."""
    return date(year, FIRST_MONTH, 1)


def begins_at(year: int) -> datetime:
    """Return the moment at which a fiscal year begins."""
    return datetime.combine(first_day(year), time(), TOWN_TIME).astimezone(UTC)
