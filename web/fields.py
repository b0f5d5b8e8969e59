"""Fields and words of forms that read kindly: full-width or half-width, with or without white space."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from flask_babel import gettext as _
from wtforms import DateField, FloatField, Form, HiddenField, IntegerField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError
from wtforms.widgets import TelInput, TextInput

from models import utc_now
from web import reading
from web.i18n import TOWN_TIME, typed_day
from web.labels import LABELS

EXAMPLE: Final = date(2026, 11, 22)


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


def narrowed(text: str | None) -> str:
    """Make full-width letters and signs half-width, and take outer white space away."""
    return unicodedata.normalize("NFKC", text or "").strip()


def _may_stand(character: str) -> bool:
    return character in "\n\t" or unicodedata.category(character) not in {"Cc", "Cs"}


class WholeNumber(IntegerField):
    """A whole number, in full-width or half-width digits."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the digits however they were typed, and keep what is no number to show it again."""
        self.data = None
        if not _is_answered(valuelist):
            return
        try:
            self.data = reading.whole_number(valuelist[0])
        except ValueError:
            raise ValueError(_("Write a whole number, for example 3.")) from None


class Hours(FloatField):
    """A number of hours, in full-width or half-width digits."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the digits however they were typed."""
        self.data = None
        if not _is_answered(valuelist):
            return
        try:
            self.data = reading.number(valuelist[0])
        except ValueError:
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
    """A day as people write it: 令和8年11月22日, R8.11.22, 2026/11/22, or 11/22 for the next one."""

    widget = TextInput()
    has_been = False

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day however it was typed."""
        self.data = None
        if not _is_answered(valuelist):
            return
        try:
            today = utc_now().astimezone(TOWN_TIME).date()
            self.data = reading.day(valuelist[0], today=today, has_been=self.has_been)
        except ValueError:
            raise ValueError(_("Write a day that exists, for example %(day)s.", day=typed_day(EXAMPLE))) from None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else typed_day(self.data)


class PastDay(Day):
    """A day on which something was: 11/22 is the last one."""

    has_been = True


class NotedVersion(HiddenField):
    """The version of a row on which a page was opened."""

    @property
    def number(self) -> int:
        """Return the version that was sent; what was not sent or is no number is no version."""
        sent = str(self.raw_data[0]) if self.raw_data else ""
        return int(sent) if sent.isdecimal() else 0


class Telephone(StringField):
    """A telephone number, however its parts are set apart."""

    widget = TelInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number, and keep what is none to show it again."""
        self.data = valuelist[0].strip() if valuelist else ""
        if not self.data:
            return
        try:
            self.data = reading.phone(self.data)
        except ValueError:
            raise ValueError(_("Write a telephone number, for example 042-123-4567.")) from None


def _is_answered(valuelist: Sequence[str]) -> bool:
    return bool(valuelist) and bool(valuelist[0].strip())
