"""Shape of what people type about indicators: the pack, a number with its source, a sheet of numbers, an activity."""

import csv
import io
import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID, uuid4

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import Form, HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from models import Activity, Indicator, Participant, utc_now
from models.years import fiscal_year, town_day
from web import reading
from web.fields import Between, Hours, NotedVersion, PastDay, WholeNumber, one_line, options
from web.i18n import REIWA_BEGINS
from web.indicators.services import Done, Number

LARGEST_SHEET: Final = 256 * 1024
MOST_NUMBERS: Final = 500
EARLIEST_YEAR: Final = 1990
LARGEST_NUMBER: Final = 1e12
MOST_PEOPLE: Final = 100_000
COLUMNS: Final = 4
_YEAR: Final = re.compile(r"(?:(?P<era>令和|令|R)(?P<of_era>\d{1,2}|元)|(?P<year>\d{4}))(?:年度|年)?", re.IGNORECASE)


def read_year(text: str) -> int:
    """Read a fiscal year: 2025, 令和7年度, R7."""
    found = _YEAR.fullmatch(reading.half_width(text))
    if found is None:
        raise ValueError(f"{text!r} is not a fiscal year")
    if found["year"]:
        return int(found["year"])
    return REIWA_BEGINS.year - 1 + (1 if found["of_era"] == "元" else int(found["of_era"]))


class FiscalYear(IntegerField):
    """A fiscal year as people write it: 令和7年度, R7, 2025."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the year however it was typed."""
        self.data = None
        if not valuelist or not valuelist[0].strip():
            return
        try:
            self.data = read_year(valuelist[0])
        except ValueError:
            raise ValueError(_("Write a fiscal year, for example 2025.")) from None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)


class PackForm(FlaskForm):
    """Which pack of indicators a municipality looks at."""

    pack = RadioField(_l("Set of indicators"), validators=[InputRequired(_l("Choose one."))])


class NumberForm(FlaskForm):
    """One number that comes from elsewhere."""

    indicator = SelectField(_l("Which number?"), validators=[InputRequired(_l("Choose one."))])
    year = FiscalYear(
        _l("Of which fiscal year?"),
        description=_l("From April to March. For example 2025."),
        render_kw={"inputmode": "text"},
        validators=[InputRequired(_l("Enter a fiscal year."))],
    )
    value = Hours(
        _l("The number"),
        description=_l("For example 3.77 or 7,033."),
        validators=[
            InputRequired(_l("Enter a number.")),
            Between(0, LARGEST_NUMBER, _l("Enter a number that is not below zero.")),
        ],
    )
    source = StringField(
        _l("Where the number comes from"),
        description=_l("For example: statistics of use of the citizens' centres, year 2025."),
        filters=[one_line],
        validators=[
            DataRequired(_l("Name where the number comes from.")),
            Length(max=300, message=_l("Please keep it under 300 characters.")),
        ],
    )

    def validate_year(self, field: FiscalYear) -> None:
        """Refuse a year that has not begun, or that lies before anybody counted."""
        if field.data is not None and not EARLIEST_YEAR <= field.data <= fiscal_year(town_day(utc_now())):
            raise ValidationError(_("This year has not begun yet, or lies too far back."))

    def number(self, indicators: Mapping[str, Indicator]) -> Number:
        """Return what was typed."""
        return Number(
            indicator=indicators[self.indicator.data],
            fiscal_year=self.year.data or 0,
            value=self.value.data or 0.0,
            source=self.source.data or "",
        )


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row of a sheet of numbers: what stands in it, what was read, and what is wrong with it."""

    line: int
    cells: Sequence[str]
    number: Number | None
    error: str


class SheetForm(FlaskForm):
    """A sheet of numbers: code or name, fiscal year, number, source. All of it is taken, or nothing."""

    file = FileField(_l("File (CSV)"), description=_l("In UTF-8 or CP932, up to 256 KB."))
    text = TextAreaField(
        _l("Or paste the rows here"),
        description=_l("One row a line: code or name, fiscal year, number, source. Separated by commas or tabs."),
        validators=[Optional(), Length(max=LARGEST_SHEET, message=_l("This is too long for one sheet."))],
    )
    confirmed = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows: list[ReadRow] = []

    def read(self, indicators: Sequence[Indicator]) -> bool:
        """Read the sheet against the indicators that take imported numbers; tell whether all of it can be taken."""
        try:
            text = self._content()
        except ValueError as error:
            self.file.errors = [str(error)]
            return False
        self.text.data = text
        known = {name: one for one in indicators for name in (one.code, one.name_ja, one.name_en)}
        try:
            lines = _lines(text, known)
        except csv.Error:
            self.text.errors = [_("These are no rows of a sheet: a quotation mark is not closed.")]
            return False
        self.rows = [_read_row(number, cells, known) for number, cells in lines]
        self._refuse_twice()
        if not self.rows:
            self.text.errors = [_("There are no rows to read.")]
        elif len(self.rows) > MOST_NUMBERS:
            self.text.errors = [_("At most %(most)s rows are read at once.", most=MOST_NUMBERS)]
        elif any(row.error for row in self.rows):
            self.text.errors = [_("Some rows cannot be read. Nothing has been written. See the table below.")]
        return not self.errors

    @property
    def numbers(self) -> list[Number]:
        """Return what was read."""
        return [row.number for row in self.rows if row.number is not None]

    def _content(self) -> str:
        if not self.file.data:
            return self.text.data or ""
        content: bytes = self.file.data.read(LARGEST_SHEET + 1)
        if len(content) > LARGEST_SHEET:
            raise ValueError(_("The file is too large; up to 256 KB are read."))
        for encoding in ("utf-8-sig", "cp932"):
            try:
                text = content.decode(encoding)
            except UnicodeDecodeError:
                continue
            if "\0" not in text:
                return text
        raise ValueError(_("This is no CSV file in UTF-8 or CP932."))

    def _refuse_twice(self) -> None:
        first_line: dict[tuple[UUID, int], int] = {}
        for place, row in enumerate(self.rows):
            if row.number is None:
                continue
            line = first_line.setdefault((row.number.indicator.id, row.number.fiscal_year), row.line)
            if line != row.line:
                error = _("The same number of the same year stands in row %(row)s already.", row=line)
                self.rows[place] = ReadRow(row.line, row.cells, None, error)


def _lines(text: str, known: Container[str]) -> list[tuple[int, list[str]]]:
    """Return the rows that hold something, without the heading. Cells that are set apart by tabs may hold commas."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    delimiter = "\t" if "\t" in text.strip().split("\n", 1)[0] else ","
    lines = [
        (number, [one_line(cell) or "" for cell in cells])
        for number, cells in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), start=1)
        if any(cell.strip() for cell in cells)
    ]
    return lines[1:] if lines and _is_heading(lines[0][1], known) else lines


def _is_heading(cells: Sequence[str], known: Container[str]) -> bool:
    """Tell whether a row names columns: no number stands in it, and it begins with no indicator."""
    return not re.search(r"\d", "".join(cells)) and cells[0] not in known


def _read_row(line: int, cells: Sequence[str], known: Mapping[str, Indicator]) -> ReadRow:
    try:
        return ReadRow(line, cells, _read_number(cells, known), "")
    except ValueError as error:
        return ReadRow(line, cells, None, str(error))


def _read_number(cells: Sequence[str], known: Mapping[str, Indicator]) -> Number:
    if len(cells) != COLUMNS:
        raise ValueError(_("A row has four cells: code or name, fiscal year, number, source."))
    name, year_text, value_text, source = cells
    if name not in known:
        raise ValueError(_("No number that is imported is called “%(name)s”.", name=name))
    if not known[name].source == "imported":
        raise ValueError(_("“%(name)s” is counted here and cannot be imported.", name=name))
    try:
        year = read_year(year_text)
    except ValueError:
        raise ValueError(_("“%(year)s” is no fiscal year.", year=year_text)) from None
    if not EARLIEST_YEAR <= year <= fiscal_year(town_day(utc_now())):
        raise ValueError(_("This year has not begun yet, or lies too far back."))
    try:
        value = reading.number(value_text)
    except ValueError:
        raise ValueError(_("“%(value)s” is no number.", value=value_text)) from None
    if value < 0:
        raise ValueError(_("Enter a number that is not below zero."))
    if not source or len(source) > 300:  # noqa: PLR2004  # as wide as the column
        raise ValueError(_("Name where the number comes from."))
    return Number(indicator=known[name], fiscal_year=year, value=value, source=source)


class ActivityForm(FlaskForm):
    """What a body did on a day."""

    participant = SelectField(_l("Which body?"), validators=[InputRequired(_l("Choose one."))])
    on = PastDay(_l("On which day?"), validators=[InputRequired(_l("Enter a day."))])
    what = StringField(
        _l("What was done?"),
        description=_l("For example: cleaning of the river bank."),
        filters=[one_line],
        validators=[
            DataRequired(_l("Write what was done.")),
            Length(max=200, message=_l("Please keep it under 200 characters.")),
        ],
    )
    people = WholeNumber(
        _l("How many people took part? (optional)"),
        validators=[Optional(), Between(1, MOST_PEOPLE, _l("Enter a whole number from 1 to 100,000."))],
    )
    sent_key = HiddenField(default=lambda: uuid4().hex, validators=[Length(min=16, max=64)])
    version = NotedVersion()

    def offer(self, bodies: Sequence[Participant]) -> None:
        """Let the reader choose among the bodies; one alone is chosen already."""
        names = [(str(body.id), body.name) for body in bodies]
        self.participant.choices = options(names if len(names) == 1 else [("", _l("Choose")), *names])
        if not self.is_submitted():
            self.on.data = self.on.data or town_day(utc_now())

    def correct(self, activity: Activity) -> None:
        """Begin with what was written down; the body stays as it is."""
        self.participant.choices = options([(str(activity.participant_id), activity.participant.name)])
        if not self.is_submitted():
            self.participant.data = str(activity.participant_id)
            self.on.data, self.what.data, self.people.data = activity.done_on, activity.what, activity.people
            self.version.data = str(activity.version)

    def validate_on(self, field: PastDay) -> None:
        """Refuse a day in the future."""
        if field.data is not None and field.data > town_day(utc_now()):
            raise ValidationError(_("This day lies in the future. Write down what has happened."))

    @property
    def done(self) -> Done:
        """Return what was typed."""
        return Done(on=self.on.data or date.min, what=self.what.data or "", people=self.people.data)


class RemovalForm(FlaskForm):
    """The version that is to be removed."""

    version = NotedVersion(validators=[DataRequired()])


class ActivityFilter(Form):
    """What the list of activities is narrowed down to."""

    year = SelectField(_l("Fiscal year"), coerce=int, default=0, validate_choice=False)
    body = SelectField(_l("Body"), default="", validate_choice=False)
