"""The days on which the public offices of the towns are open, by which clocks count."""

from datetime import date, timedelta
from typing import Final

import holidays

SATURDAY: Final = 5
# Public offices close from 29 December to 3 January (law on the holidays of administrative organs).
YEAR_END: Final = frozenset({(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)})
# Each year is looked up when one of its days is first asked about, and kept.
PUBLIC_HOLIDAYS: Final = holidays.country_holidays("JP")


def add_business_days(day: date, count: int) -> date:
    """Return the `count`-th day after `day` on which public offices are open."""
    while count:
        day += timedelta(days=1)
        count -= is_business_day(day)
    return day


def subtract_business_days(day: date, count: int) -> date:
    """Return the `count`-th day before `day` on which public offices are open."""
    while count:
        day -= timedelta(days=1)
        count -= is_business_day(day)
    return day


def business_days_between(day: date, later: date) -> int:
    """Return on how many days after `day`, up to the later one, public offices are open."""
    return sum(is_business_day(day + timedelta(days=passed)) for passed in range(1, (later - day).days + 1))


def is_business_day(day: date) -> bool:
    """Tell whether public offices are open on a day."""
    return day.weekday() < SATURDAY and day not in PUBLIC_HOLIDAYS and (day.month, day.day) not in YEAR_END
