"""What people type, read kindly: full-width or half-width, any hyphen, any white space, years of the era.

This is the one place that turns typed text into numbers, days and telephone numbers. Each function
raises `ValueError` for what it cannot read, and reads its own answer back as the same value.
"""

import re
import unicodedata
from datetime import date, time
from typing import Final

from web.i18n import REIWA_BEGINS

LATEST_YEAR: Final = 2200
FIRST_YEAR_OF_AN_ERA: Final = "元"

# The signs that people and their keyboards put for a hyphen or a minus, the long-vowel mark among them.
_HYPHENS: Final = re.compile("[-\u2010-\u2015\u2212\u30fc\uff0d\uff70\u2500\ufe63\u02d7]")
_DAY: Final = re.compile(
    r"(?:(?:(?:令和|令|R)(?P<era>\d{1,2}|元)|(?P<year>\d{4}))[-/.年])?(?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?"
    r"(?:\([月火水木金土日](?:曜日?)?\))?",
    re.IGNORECASE,
)
_PACKED_DAY: Final = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})")
_CLOCK: Final = re.compile(r"(?P<hour>[01]?\d|2[0-3])(?::?(?P<minute>[0-5]\d))?")
_WHOLE: Final = re.compile(r"-?\d+")
_NUMBER: Final = re.compile(r"-?(?:\d+\.?\d*|\.\d+)")
_PHONE: Final = re.compile(r"0\d{9,10}|\+\d{8,15}")
_MOST_DIGITS: Final = 18


def half_width(text: str) -> str:
    """Return a text with half-width letters and digits and plain hyphens, without white space."""
    return _HYPHENS.sub("-", "".join(unicodedata.normalize("NFKC", text).split()))


def whole_number(text: str) -> int:
    """Read a whole number: 3, ３, 1,200, １，２００."""
    typed = half_width(text).replace(",", "")
    if _WHOLE.fullmatch(typed) is None or len(typed) > _MOST_DIGITS:
        raise ValueError(f"{text!r} is not a whole number")
    return int(typed)


def number(text: str) -> float:
    """Read a number: 2.5, ２．５, 1,200."""
    typed = half_width(text).replace(",", "")
    if _NUMBER.fullmatch(typed) is None or len(typed) > _MOST_DIGITS:
        raise ValueError(f"{text!r} is not a number")
    return float(typed)


def day(text: str, *, today: date, has_been: bool = False) -> date:
    """Read a day: 2026-11-22, 20261122, 令和8年11月22日（日）, R8.11.22; 11/22 is the next one from today.

    Of something that has been, 11/22 is the last one until today.
    """
    typed = half_width(text)
    found = _DAY.fullmatch(typed) or _PACKED_DAY.fullmatch(typed)
    if found is None:
        raise ValueError(f"{text!r} is not a day")
    parts = found.groupdict()
    month, of_month = int(parts["month"]), int(parts["day"])
    if parts.get("era"):
        return _possible(_year_of_reiwa(parts["era"]), month, of_month)
    if parts["year"]:
        return _possible(int(parts["year"]), month, of_month)
    return _last(month, of_month, today) if has_been else _next(month, of_month, today)


def clock_time(text: str) -> time:
    """Read a time of day: 10:00, １０：３０, 1030, 10時30分, 10時."""
    found = _CLOCK.fullmatch(half_width(text).replace("時", ":").removesuffix("分").removesuffix(":"))
    if found is None:
        raise ValueError(f"{text!r} is not a time of day")
    return time(int(found["hour"]), int(found["minute"] or 0))


def phone(text: str) -> str:
    """Read a telephone number, 042-123-4567 or ０４２（１２３）４５６７, and return it as it is printed."""
    typed = re.sub("[-()]+", "-", half_width("-".join(text.split()))).strip("-")
    if _PHONE.fullmatch(typed.replace("-", "")) is None:
        raise ValueError(f"{text!r} is not a telephone number")
    return typed


def _possible(year: int, month: int, of_month: int) -> date:
    if year > LATEST_YEAR:
        raise ValueError(f"{year} lies too far ahead")
    return date(year, month, of_month)


def _next(month: int, of_month: int, today: date) -> date:
    this_year = date(today.year, month, of_month)
    return this_year if this_year >= today else date(today.year + 1, month, of_month)


def _last(month: int, of_month: int, today: date) -> date:
    this_year = date(today.year, month, of_month)
    return this_year if this_year <= today else date(today.year - 1, month, of_month)


def _year_of_reiwa(year: str) -> int:
    return REIWA_BEGINS.year - 1 + (1 if year == FIRST_YEAR_OF_AN_ERA else int(year))
