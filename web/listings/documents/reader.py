"""A program of its own that turns the bytes of one sheet into rows of text, within limits of memory and time.

It runs apart from the application (`python reader.py < sheet`), imports nothing of it, and answers on
standard output in JSON: the rows, or why and where the sheet is refused. What a file is, its bytes decide,
not its name. Formulas are never computed: a cell is the text or number that was stored.
"""

import codecs
import csv
import io
import json
import re
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any, Final

MEBIBYTE: Final = 1024 * 1024
LARGEST_FILE: Final = 20 * MEBIBYTE
LARGEST_UNPACKED: Final = 50 * MEBIBYTE
LARGEST_DIRECTORY: Final = MEBIBYTE
MOST_ENTRIES: Final = 1000
MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 100
LONGEST_CELL: Final = 32_767
MOST_CHARACTERS: Final = 25_000_000
LARGEST_MEMORY: Final = 400 * MEBIBYTE
LONGEST_WORK_SECONDS: Final = 10

BOM: Final = b"\xef\xbb\xbf"
ZIP: Final = b"PK"
OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0"
END_OF_DIRECTORY: Final = struct.Struct("<4s4H2LH")
END_SIGNATURE: Final = b"PK\x05\x06"
LONGEST_ZIP_COMMENT: Final = 65_535
IS_ENCRYPTED: Final = 0x1
CHUNK: Final = 64 * 1024
WORKBOOK: Final = "xl/workbook.xml"

# Control characters, and what Python's cp932 makes of bytes that mean nothing in it.
UNREADABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\uf8f0-\uf8f3\ufffe\uffff]")
JAPANESE: Final = re.compile("[\u3040-\u30ff\u4e00-\u9fff\uff00-\uff60]")
HALF_WIDTH_KATAKANA: Final = re.compile("[\uff61-\uff9f]")
MISREAD_SHARE: Final = 3


class Refused(Exception):
    """The sheet cannot be taken; says why, and where in it."""

    def __init__(self, code: str, *, row: int | None = None, column: int | None = None, **values: Any) -> None:
        super().__init__(code)
        self.answer = {"code": code, "row": row, "column": column, "values": values}


def read(content: bytes) -> dict[str, Any]:
    """Return the rows of a sheet with their numbers as a spreadsheet shows them, or why it is refused."""
    try:
        form, rows = _rows(content)
        return {"form": form, "rows": list(_limited(rows))}
    except Refused as refusal:
        return {"refused": refusal.answer}
    except MemoryError:
        return {"refused": Refused("out_of_limits").answer}


def _rows(content: bytes) -> tuple[str, Iterator[tuple[int, list[str]]]]:
    if len(content) > LARGEST_FILE:
        raise Refused("file_too_large", limit=LARGEST_FILE // MEBIBYTE)
    if content[:4] == OLD_OFFICE:
        raise Refused("old_workbook")
    if content[:2] == ZIP:
        return "XLSX", _workbook_rows(content)
    form, text = _decoded(content)
    return form, _text_rows(text)


def _limited(rows: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    """Pass on rows that hold something, as long as there are not too many, too wide or too long."""
    held = characters = 0
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        held += 1
        if held > MOST_ROWS + 1:
            raise Refused("too_many_rows", row=number, limit=MOST_ROWS)
        if len(cells) > MOST_COLUMNS and any(cell.strip() for cell in cells[MOST_COLUMNS:]):
            raise Refused("too_many_columns", row=number, column=MOST_COLUMNS + 1, limit=MOST_COLUMNS)
        for column, cell in enumerate(cells, start=1):
            characters += len(cell)
            if len(cell) > LONGEST_CELL:
                raise Refused("cell_too_long", row=number, column=column, limit=LONGEST_CELL, length=len(cell))
        if characters > MOST_CHARACTERS:
            raise Refused("out_of_limits", row=number)
        yield number, cells[:MOST_COLUMNS]


def _decoded(content: bytes) -> tuple[str, str]:
    """Return the text of a sheet in UTF-8, with or without BOM, or CP932; never a guess beyond these."""
    with_bom = content.startswith(BOM)
    body = content[len(BOM) :] if with_bom else content
    offset = len(BOM) if with_bom else 0
    codec, name = "utf-8", "UTF-8 (BOM)" if with_bom else "UTF-8"
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        # A file that spoke Japanese in UTF-8 up to here is a damaged one, not one in CP932.
        if with_bom or JAPANESE.search(body[: error.start].decode("utf-8")):
            raise _misplaced(body, error, "utf-8", offset) from None
        codec, name = "cp932", "CP932"
        text = _decoded_cp932(body, error)
    found = UNREADABLE.search(text)
    if found:
        before = text[: found.start()]
        position = offset + len(before.encode(codec))
        row, column = _place_after(before)
        raise Refused("unreadable_byte", row=row, column=column, byte=position, value=f"0x{content[position]:02X}")
    return name, text


def _decoded_cp932(body: bytes, utf8_error: UnicodeDecodeError) -> str:
    if body[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        raise _misplaced(body, utf8_error, "utf-8", 0)
    try:
        text = body.decode("cp932")
    except UnicodeDecodeError as error:
        if _is_euc(body):
            raise _misplaced(body, utf8_error, "utf-8", 0) from None
        raise _misplaced(body, error, "cp932", 0) from None
    # EUC-JP, read as CP932, turns into half-width katakana.
    misread = len(HALF_WIDTH_KATAKANA.findall(text))
    if misread * MISREAD_SHARE > sum(not character.isascii() for character in text) and _is_euc(body):
        raise _misplaced(body, utf8_error, "utf-8", 0)
    return text


def _is_euc(body: bytes) -> bool:
    try:
        body.decode("euc-jp")
    except UnicodeDecodeError:
        return False
    return True


def _misplaced(body: bytes, error: UnicodeDecodeError, codec: str, offset: int) -> Refused:
    row, column = _place_after(body[: error.start].decode(codec))
    value = f"0x{body[error.start]:02X}"
    return Refused("unreadable_byte", row=row, column=column, byte=offset + error.start, value=value)


def _place_after(before: str) -> tuple[int, int]:
    """Return the row and column, as a spreadsheet counts them, of what follows the text."""
    csv.field_size_limit(LARGEST_FILE)
    row = column = 1
    for number, cells in enumerate(csv.reader(io.StringIO(before + "x", newline="")), start=1):
        row, column = number, max(1, len(cells))
    return row, column


def _text_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(LARGEST_FILE)
    heading = text.split("\n", 1)[0]
    delimiter = "\t" if "\t" in heading and "," not in heading else ","
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error:
            raise Refused("broken_quotes", row=number + 1) from None
        number += 1
        yield number, cells


def _workbook_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    _check_directory(content)
    from python_calamine import CalamineError, SheetTypeEnum, SheetVisibleEnum, load_workbook

    try:
        workbook = load_workbook(io.BytesIO(content))
        visible = [
            sheet.name
            for sheet in workbook.sheets_metadata
            if sheet.typ is SheetTypeEnum.WorkSheet and sheet.visible is SheetVisibleEnum.Visible
        ]
        if not visible:
            raise Refused("empty")
        sheet = workbook.get_sheet_by_name(visible[0])
    except (CalamineError, OSError, ValueError):
        raise Refused("damaged_workbook") from None
    if sheet.start is None:
        raise Refused("empty")
    if sheet.total_width > MOST_COLUMNS:
        raise Refused("too_many_columns", column=MOST_COLUMNS + 1, limit=MOST_COLUMNS)
    first_row, first_column = sheet.start
    before = [""] * first_column
    for number, cells in enumerate(sheet.iter_rows(), start=first_row + 1):
        row = before + [_as_text(cell) for cell in cells]
        for column, cell in enumerate(row, start=1):
            if UNREADABLE.search(cell):
                raise Refused("unreadable_character", row=number, column=column)
        yield number, row


def _as_text(cell: Any) -> str:
    """Return a cell as text: whole numbers without a point, days as they are written in ISO 8601."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime) and cell.time() == time.min:
        return cell.date().isoformat()
    if isinstance(cell, (date, datetime, time)):
        return cell.isoformat()
    return str(cell).replace("\r\n", "\n").replace("\r", "\n")


def _check_directory(content: bytes) -> None:
    """Refuse a package by its directory alone, before anything in it is unpacked."""
    end = content.rfind(END_SIGNATURE, max(0, len(content) - END_OF_DIRECTORY.size - LONGEST_ZIP_COMMENT))
    if end < 0 or end + END_OF_DIRECTORY.size > len(content):
        raise Refused("damaged_workbook")
    _, _, _, _, entries, size, _, _ = END_OF_DIRECTORY.unpack_from(content, end)
    if entries > MOST_ENTRIES or size > LARGEST_DIRECTORY:
        raise Refused("too_many_entries", limit=MOST_ENTRIES)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            _check_entries(package)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, struct.error):
        raise Refused("damaged_workbook") from None


def _check_entries(package: zipfile.ZipFile) -> None:
    entries = package.infolist()
    if len(entries) > MOST_ENTRIES:
        raise Refused("too_many_entries", limit=MOST_ENTRIES)
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > LARGEST_UNPACKED:
        raise Refused("unpacked_too_large", limit=LARGEST_UNPACKED // MEBIBYTE, size=unpacked // MEBIBYTE)
    if any(entry.flag_bits & IS_ENCRYPTED for entry in entries):
        raise Refused("encrypted")
    if any(entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for entry in entries):
        raise Refused("damaged_workbook")
    if WORKBOOK not in {entry.filename for entry in entries}:
        raise Refused("no_workbook")
    # Unpacked once in small pieces: an entry that holds more than the directory says fails its checksum.
    for entry in entries:
        with package.open(entry) as file:
            while file.read(CHUNK):
                pass


def _limit_resources() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (LARGEST_MEMORY, LARGEST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (LONGEST_WORK_SECONDS, LONGEST_WORK_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Read one sheet from standard input and answer on standard output."""
    _limit_resources()
    answer = read(sys.stdin.buffer.read(LARGEST_FILE + 1))
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode())


if __name__ == "__main__":
    main()
