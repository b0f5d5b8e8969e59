"""A sheet as it arrives: read by a limited program of its own, with its heading found and its columns named."""

import json
import subprocess
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from web.listings.documents import reader
from web.listings.services.entries import Refusal

LONGEST_WAIT_SECONDS: Final = 30
HEADING_WITHIN: Final = 10
FEWEST_COLUMNS: Final = 2

# What a column may be called, under the name that the project uses for it.
NAMES: Final[Mapping[str, str]] = {
    "主体": "主体",
    "主体名": "主体",
    "団体名": "主体",
    "提供者": "提供者",
    "主体の種類": "主体の種類",
    "種類": "主体の種類",
    "市区町村": "市区町村",
    "地域": "地域",
    "件名": "件名",
    "内容": "内容",
    "必要な資源": "必要な資源",
    "提供できる資源": "提供できる資源",
    "条件": "条件",
    "歓迎": "歓迎",
    "出典": "出典",
    "分野": "分野",
    "対象": "対象",
    "キーワード": "キーワード",
    "細目": "細目",
}


class SheetRefused(Exception):
    """The file as a whole cannot be taken."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with its heading: cells by column, rows by the number that a spreadsheet shows."""

    form: str
    columns: Sequence[str]
    ignored: Sequence[str]
    rows: Sequence[tuple[int, Mapping[str, str]]]
    too_wide: Mapping[int, str]


def read_file(path: Path) -> Sheet:
    """Read a sheet from a file, of which no more is taken than a sheet may hold."""
    with path.open("rb") as file:
        return read(file.read(reader.LARGEST_FILE + 1))


def read(content: bytes) -> Sheet:
    """Read a sheet from its bytes in a limited process, and find its heading."""
    answer = _answer(content)
    if "refused" in answer:
        raise SheetRefused(_as_refusal(answer["refused"]))
    return named(answer["form"], [(int(number), cells) for number, cells in answer["rows"]])


def named(form: str, rows: Sequence[tuple[int, Sequence[str]]]) -> Sheet:
    """Name the columns by the heading, which stands in one of the first rows."""
    if not rows:
        raise SheetRefused(Refusal(None, "", "empty"))
    for place, (_number, cells) in enumerate(rows[:HEADING_WITHIN]):
        heading = [_column(cell) for cell in cells]
        known = [name for name in heading if name in NAMES.values()]
        if len(set(known)) >= FEWEST_COLUMNS:
            return _below(form, cells, heading, rows[place + 1 :])
    raise SheetRefused(Refusal(rows[0][0], "", "no_heading"))


def _below(
    form: str, written: Sequence[str], heading: Sequence[str], rows: Sequence[tuple[int, Sequence[str]]]
) -> Sheet:
    places: dict[str, int] = {}
    for place, name in enumerate(heading):
        if name in places and name in NAMES.values():
            raise SheetRefused(Refusal(None, name, "column_twice"))
        places.setdefault(name, place)
    columns = [name for name in heading if name in NAMES.values()]
    ignored = [
        cell.strip() for cell, name in zip(written, heading, strict=True) if cell.strip() and name not in columns
    ]
    body = []
    too_wide = {}
    for number, cells in rows:
        body.append((number, {name: cells[places[name]] if places[name] < len(cells) else "" for name in columns}))
        beyond = [cell.strip() for cell in cells[len(heading) :] if cell.strip()]
        if beyond:
            too_wide[number] = beyond[0]
    return Sheet(form, columns, ignored, body, too_wide)


def _column(cell: str) -> str:
    name = "".join(unicodedata.normalize("NFKC", cell).split())
    return NAMES.get(name, name)


def _answer(content: bytes) -> dict[str, Any]:
    try:
        done = subprocess.run(  # noqa: S603  # the project's own reader, on the same interpreter
            [sys.executable, "-I", str(Path(reader.__file__).resolve())],
            input=content,
            capture_output=True,
            timeout=LONGEST_WAIT_SECONDS,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return {"refused": {"code": "out_of_limits", "row": None, "column": None, "values": {}}}
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _as_refusal(answer: Mapping[str, Any]) -> Refusal:
    column = "" if answer["column"] is None else _letters(answer["column"])
    return Refusal(answer["row"], column, answer["code"], answer["values"])


def _letters(column: int) -> str:
    """Return the letters over a column in a spreadsheet: 1 is A, 27 is AA."""
    letters = ""
    while column:
        column, place = divmod(column - 1, 26)
        letters = chr(ord("A") + place) + letters
    return letters
