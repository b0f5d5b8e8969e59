"""Counts of ages read from a sheet of the municipality: every bad row is named, and nothing is guessed."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from models import Area
from models.platforms import OLDEST_AGE
from web import reading
from web.area_profiles.services import AgeRow

MOST_ROWS: Final = 4000
MOST_CELLS: Final = 20
LONGEST_CELL: Final = 200
MOST_PEOPLE: Final = 20_000_000

HEADS: Final[Mapping[str, Sequence[str]]] = {
    "area": ("area", "地域", "地区", "地域コード", "area code"),
    "day": ("day", "基準日", "日", "counted on"),
    "youngest": ("youngest", "年齢から", "最小年齢", "から"),
    "oldest": ("oldest", "年齢まで", "最大年齢", "まで"),
    "people": ("people", "人数", "人口"),
}
MAY_LACK: Final = frozenset({"oldest"})


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be taken, and why."""

    line: int
    written: str
    why: Any


@dataclass(frozen=True, slots=True)
class AgeSheet:
    """What a sheet says, and what in it cannot be taken."""

    rows: Sequence[AgeRow]
    bad: Sequence[BadRow]

    @property
    def people(self) -> int:
        """Return how many people the sheet counts."""
        return sum(row.people for row in self.rows)


class _Refused(ValueError):
    def __init__(self, why: Any) -> None:
        super().__init__(str(why))
        self.why = why


def read_ages(text: str, places: Sequence[Area], *, today: date) -> AgeSheet:
    """Read a sheet whose first row names its columns; places are named by path, by its last part or by name."""
    lines = csv.reader(io.StringIO(text.replace("\0", "")), delimiter="\t" if "\t" in text[:LONGEST_CELL] else ",")
    rows: list[AgeRow] = []
    bad: list[BadRow] = []
    known = _named(places)
    try:
        head = next(lines, [])
        columns = _columns(head)
        missing = [HEADS[name][1] for name in HEADS if name not in columns and name not in MAY_LACK]
        if missing:
            why = _l("The first row does not name these columns: %(columns)s.", columns="、".join(missing))
            return AgeSheet([], [BadRow(1, ", ".join(head)[:LONGEST_CELL], why)])
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            if len(rows) + len(bad) >= MOST_ROWS:
                bad.append(BadRow(lines.line_num, "", _l("There are more than %(most)s rows.", most=MOST_ROWS)))
                break
            try:
                rows.append(_row(lines.line_num, cells, columns, known, today=today))
            except _Refused as refused:
                bad.append(BadRow(lines.line_num, ", ".join(cells)[:LONGEST_CELL], refused.why))
    except csv.Error:
        bad.append(BadRow(lines.line_num, "", _l("From here on this is no table of rows and columns.")))
    if not rows and not bad:
        bad.append(BadRow(1, "", _l("There is no row of figures in the sheet.")))
    overlapping = _overlapping(rows)
    return AgeSheet(rows, sorted([*bad, *overlapping], key=lambda row: row.line))


def _columns(head: Sequence[str]) -> dict[str, int]:
    """Return where each column stands, by any of its names."""
    columns: dict[str, int] = {}
    for position, cell in enumerate(head[:MOST_CELLS]):
        written = reading.half_width(cell).casefold()
        for name, names in HEADS.items():
            if written in {reading.half_width(one).casefold() for one in names}:
                columns.setdefault(name, position)
    return columns


def _named(places: Sequence[Area]) -> dict[str, Area | None]:
    """Return places by everything that a sheet may call them; a name of two of them means neither."""
    known: dict[str, Area | None] = {}
    for place in places:
        for name in {place.path.rpartition(".")[2], place.name_ja, place.name_en}:
            folded = reading.half_width(name).casefold()
            known[folded] = None if folded in known else place
    return known | {place.path: place for place in places}


def _row(
    line: int, cells: Sequence[str], columns: Mapping[str, int], known: Mapping[str, Area | None], *, today: date
) -> AgeRow:
    def cell(name: str) -> str:
        position = columns.get(name)
        return "" if position is None or position >= len(cells) else cells[position].strip()[:LONGEST_CELL]

    area = known.get(reading.half_width(cell("area")).casefold())
    if area is None:
        raise _Refused(_l("No place that you administer is called “%(name)s”.", name=cell("area")))
    try:
        counted_on = reading.day(cell("day"), today=today, has_been=True)
    except ValueError:
        raise _Refused(_l("“%(day)s” is not a day, for example 2026-04-01.", day=cell("day"))) from None
    if counted_on > today:
        raise _Refused(_l("The day lies in the future."))
    youngest = _whole(cell("youngest"), most=OLDEST_AGE)
    oldest = _whole(cell("oldest"), most=OLDEST_AGE) if cell("oldest") else None
    if oldest is not None and oldest < youngest:
        raise _Refused(_l("The oldest are younger than the youngest."))
    return AgeRow(line, area, counted_on, youngest, oldest, _whole(cell("people"), most=MOST_PEOPLE))


def _whole(written: str, *, most: int) -> int:
    try:
        number = reading.whole_number(written)
    except ValueError:
        raise _Refused(_l("“%(number)s” is not a whole number.", number=written)) from None
    if not 0 <= number <= most:
        raise _Refused(_l("%(number)s does not lie between 0 and %(most)s.", number=number, most=most))
    return number


def _overlapping(rows: Sequence[AgeRow]) -> list[BadRow]:
    """Return the rows whose ages another row of the same place and day counts already."""
    bad = []
    before: AgeRow | None = None
    reached = -1
    for row in sorted(rows, key=lambda row: (row.area.path, row.counted_on, row.youngest, row.line)):
        same = before is not None and (before.area is row.area and before.counted_on == row.counted_on)
        if same and row.youngest <= reached:
            written = f"{row.area.name_ja}, {row.youngest}–{row.oldest or ''}"
            bad.append(BadRow(row.line, written, _l("These ages are counted twice for this place and day.")))
        reached = max(reached if same else -1, OLDEST_AGE if row.oldest is None else row.oldest)
        before = row
    return bad
