"""Workbooks made by hand, honest and dishonest ones."""

import csv
import io
import struct
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook

DATA = Path(__file__).parents[2] / "data"
BOM = b"\xef\xbb\xbf"

_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="{type}" Target="{target}"/></Relationships>'
)
_SHEETS = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="{office}">'
    '<sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'
)
_HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
_TAIL = b"</sheetData></worksheet>"


def table(name: str) -> list[list[str]]:
    with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def as_csv(rows: list[list[str]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue()


def as_xlsx(rows: Sequence[Sequence[object]]) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def package(cells: bytes) -> bytes:
    """Return a workbook whose one sheet holds these rows of XML."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("[Content_Types].xml", _TYPES)
        parts.writestr("_rels/.rels", _RELATIONS.format(type=f"{_OFFICE}/officeDocument", target="xl/workbook.xml"))
        parts.writestr("xl/workbook.xml", _SHEETS.format(office=_OFFICE))
        sheet = _RELATIONS.format(type=f"{_OFFICE}/worksheet", target="worksheets/sheet1.xml")
        parts.writestr("xl/_rels/workbook.xml.rels", sheet)
        parts.writestr("xl/worksheets/sheet1.xml", _HEAD + cells + _TAIL)
    return out.getvalue()


def bomb(size: int = 200 * 1024 * 1024) -> bytes:
    """Return a small workbook that unpacks to `size` bytes."""
    return package(b" " * size)


def lying(content: bytes, claimed: int = 1000) -> bytes:
    """Let the directory claim that the sheet is small, with a checksum that fits the claim."""
    changed = bytearray(content)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        entry = parts.infolist()[-1]
        checksum = zlib.crc32(parts.read(entry)[:claimed])
    directory = content.rfind(b"PK\x01\x02")
    for place in (entry.header_offset + 14, directory + 16):
        struct.pack_into("<L", changed, place, checksum)
    for place in (entry.header_offset + 22, directory + 24):
        struct.pack_into("<L", changed, place, claimed)
    return bytes(changed)
