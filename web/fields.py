"""Fields and words of forms that read kindly: full-width or half-width, with or without white space."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from flask_babel import gettext as _
from wtforms import DateField, FloatField, Form, IntegerField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from web.i18n import LABELS, REIWA_BEGINS

LATEST_YEAR: Final = 2200

_DAY: Final = re.compile(
    r"^(?:(?P<era>令和|R)(?P<era_year>\d{1,2}|元)|(?P<year>\d{4}))[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?$"
)


def options(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """Return values and labels as the choices of a field."""
    return [SelectChoice(value=value, label=text) for value, text in pairs]


def members_of(enumeration: type[StrEnum], *, without: Any = None) -> list[SelectChoice]:
    """Return the members of an enumeration as choices, after one for no answer where there is one."""
    pairs = [(member.value, text) for member, text in LABELS[enumeration].items()]
    return options(pairs if without is None else [("", without), *pairs])


def plain(text: str | None) -> str | None:
    """Take control characters and outer white space out of a text; line breaks stay."""
    if text is None:
        return None
    kept = (character for character in text.replace("\r\n", "\n").replace("\r", "\n") if _may_stand(character))
    return "".join(kept).strip()


def one_line(text: str | None) -> str | None:
    """Take control characters out of a text and make all white space single spaces."""
    return None if text is None else " ".join((plain(text) or "").split())


def _may_stand(character: str) -> bool:
    return character in "\n\t" or unicodedata.category(character) not in {"Cc", "Cs"}


def _half_width(valuelist: Sequence[str]) -> list[str]:
    return [unicodedata.normalize("NFKC", value).replace(",", "").strip() for value in valuelist]


class WholeNumber(IntegerField):
    """A whole number, in full-width or half-width digits."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the digits however they were typed, and keep what is no number to show it again."""
        typed = _half_width(valuelist)
        if not typed or not typed[0]:
            self.data = None
            return
        try:
            self.data = int(typed[0])
        except ValueError:
            self.data = None
            raise ValueError(_("Write a whole number, for example 3.")) from None


class Hours(FloatField):
    """A number of hours, in full-width or half-width digits."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the digits however they were typed."""
        typed = _half_width(valuelist)
        if not typed or not typed[0]:
            self.data = None
            return
        try:
            self.data = float(typed[0])
        except ValueError:
            self.data = None
            raise ValueError(_("Write a number, for example 2.5.")) from None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data:g}"


@dataclass(frozen=True, slots=True)
class Between:
    """Refuses a number outside of the two; what is no number has been refused before."""

    least: float
    most: float
    message: Any

    def __call__(self, form: Form, field: Any) -> None:
        """Check one field."""
        del form
        if not field.process_errors and not (field.data is not None and self.least <= field.data <= self.most):
            raise ValidationError(str(self.message))


class Day(DateField):
    """A day, from the browser's calendar or typed: 2026-11-22, 2026/11/22, 令和8年11月22日."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day however it was typed."""
        typed = "".join(unicodedata.normalize("NFKC", "".join(valuelist)).split())
        self.data = None
        if not typed:
            return
        found = _DAY.match(typed)
        try:
            self.data = None if found is None else _as_day(found)
        except ValueError:
            self.data = None
        if self.data is None or self.data.year > LATEST_YEAR:
            raise ValueError(_("Write a day that exists, for example 2026-11-22."))


def _as_day(found: re.Match[str]) -> date:
    if found["year"]:
        year = int(found["year"])
    else:
        year = REIWA_BEGINS.year - 1 + (1 if found["era_year"] == "元" else int(found["era_year"]))
    return date(year, int(found["month"]), int(found["day"]))
