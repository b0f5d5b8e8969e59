"""Tables that leave as CSV or XLSX: read by every spreadsheet, and no cell of them taken for a formula."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final, TypeAlias

Cell: TypeAlias = str | int | float

# A spreadsheet takes a cell that begins with one of these for a formula.
BEGINS_A_FORMULA: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r")  # full-width ones, too
UNHOLDABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # ISO/IEC 29500 writes workbooks in XML 1.0
LONGEST_SHEET_NAME: Final = 31
FIRST_WIDTH: Final = 40
OTHER_WIDTH: Final = 18
# A ZIP file knows no earlier moment; every part carries it, so that the time of writing leaves no trace.
NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
PROPERTIES: Final = "docProps/core.xml"
CHANGED_AT: Final = re.compile(rb">[^<]*</dcterms:modified>")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook: its name, and its rows."""

    name: str
    rows: Sequence[Sequence[Cell]]


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula, without the signs that no workbook can hold."""
    kept = UNHOLDABLE.sub("", cell)
    return f"'{kept}" if kept.startswith(BEGINS_A_FORMULA) else kept


def as_csv(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a table with a byte order mark, by which spreadsheets know that it is UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(heads)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(sheets: Sequence[Sheet], *, title: str, on: date) -> bytes:
    """Return a workbook whose bytes hang on its content and the stated day alone."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.worksheet import Worksheet

    workbook = Workbook()
    workbook.properties.creator, workbook.properties.title = "Enishi", title
    workbook.properties.created = datetime.combine(on, time())
    while workbook.worksheets:
        workbook.remove(workbook.worksheets[0])
    for sheet in sheets:
        page: Worksheet = workbook.create_sheet(sheet.name[:LONGEST_SHEET_NAME])
        for row in sheet.rows:
            page.append([harmless(cell) if isinstance(cell, str) else cell for cell in row])
        for column, cells in enumerate(page.iter_cols(), start=1):
            page.column_dimensions[get_column_letter(column)].width = FIRST_WIDTH if column == 1 else OTHER_WIDTH
            for cell in cells:
                cell.alignment = Alignment(vertical="top", wrap_text=column > 1)
    saved = io.BytesIO()
    workbook.save(saved)
    return without_time(saved.getvalue(), written_on=on)


def without_time(content: bytes, *, written_on: date) -> bytes:
    """Return a package of office files with every part at one moment, and as changed on the stated day."""
    timeless = io.BytesIO()
    stated = f">{written_on:%Y-%m-%d}T00:00:00Z</dcterms:modified>".encode()
    with zipfile.ZipFile(io.BytesIO(content)) as parts, zipfile.ZipFile(timeless, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in sorted(parts.namelist()):
            part = CHANGED_AT.sub(stated, parts.read(name)) if name == PROPERTIES else parts.read(name)
            kept.writestr(zipfile.ZipInfo(name, NO_TIME), part, zipfile.ZIP_DEFLATED)
    return timeless.getvalue()
