"""The bytes of a sheet become rows of text, or are refused with their place; nothing that arrives breaks the reader."""

import io
import sys
import time
import zipfile
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.listings import workbooks
from web.listings.documents import reader
from web.listings.documents.sheets import SheetRefused, read

ROWS = [["主体", "件名"], ["自治会", "夏まつり"], ["町内会", "一行目\n二行目"]]
TEXT = workbooks.as_csv(ROWS)


def refusal(content: bytes) -> dict[str, Any]:
    answer: dict[str, Any] = reader.read(content)["refused"]
    return answer


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (TEXT.encode(), "UTF-8"),
        (workbooks.BOM + TEXT.encode(), "UTF-8 (BOM)"),
        (TEXT.encode("cp932"), "CP932"),
        (workbooks.as_xlsx(ROWS), "XLSX"),
    ],
    ids=["utf-8", "utf-8-bom", "cp932", "xlsx"],
)
def test_every_form_gives_the_same_rows(content: bytes, form: str) -> None:
    answer = reader.read(content)

    assert answer["form"] == form
    assert [(number, list(cells)) for number, cells in answer["rows"]] == list(enumerate(ROWS, start=1))


def test_the_limited_process_reads_the_same() -> None:
    sheet = read(TEXT.encode("cp932"))

    assert sheet.form == "CP932"
    assert [number for number, _ in sheet.rows] == [2, 3]


@pytest.mark.parametrize(
    ("content", "row", "column", "byte"),
    [
        (TEXT.encode("utf-16"), 1, 1, 0),
        (TEXT.encode("euc-jp"), 1, 1, 0),
        (TEXT.encode("iso2022_jp"), 1, 1, 0),
        ("主体,件名\n自治会,".encode() + b"\xff\n", 2, 2, 24),
        (workbooks.BOM + b'a,b\n"x\ny",\x80', 2, 2, 13),
        ("主体,件名\n自治会,".encode("cp932") + b"\xfc\xff", 2, 2, 17),
        ("主体,件名\n自治会,\0".encode(), 2, 2, 24),
        ("主体,件名\n自治会,\x1b".encode("cp932"), 2, 2, 17),
    ],
    ids=["utf-16", "euc-jp", "iso-2022-jp", "damaged utf-8", "damaged bom", "damaged cp932", "nul", "escape"],
)
def test_what_cannot_be_read_is_named_by_row_column_and_byte(content: bytes, row: int, column: int, byte: int) -> None:
    refused = refusal(content)

    assert (refused["code"], refused["row"], refused["column"]) == ("unreadable_byte", row, column)
    assert refused["values"]["byte"] == byte


def test_an_open_quotation_mark_is_named_by_its_row() -> None:
    assert refusal('主体,件名\n"自治会,夏\n'.encode())["row"] == 2


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([["a", "b"]] * 20_002, "too_many_rows"),
        ([["a"] * 101], "too_many_columns"),
        ([["a", "x" * 32_768]], "cell_too_long"),
    ],
)
def test_limits_hold_for_text_and_workbooks(rows: list[list[str]], code: str) -> None:
    assert refusal(workbooks.as_csv(rows).encode())["code"] == code
    if code != "cell_too_long":
        assert refusal(workbooks.as_xlsx(rows))["code"] == code


def test_a_file_beyond_the_limit_is_refused_before_it_is_read() -> None:
    assert refusal(b"a" * (reader.LARGEST_FILE + 1))["code"] == "file_too_large"


def test_an_old_workbook_is_named() -> None:
    assert refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)["code"] == "old_workbook"


def test_a_package_without_a_workbook_is_named() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parts:
        parts.writestr("word/document.xml", "<w/>")

    assert refusal(out.getvalue())["code"] == "no_workbook"


def test_a_package_of_many_parts_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parts:
        for number in range(1001):
            parts.writestr(f"part{number}", "")

    assert refusal(out.getvalue())["code"] == "too_many_entries"


def test_a_workbook_that_unpacks_to_200_megabytes_is_refused_at_once() -> None:
    content = workbooks.bomb()
    assert len(content) < 250_000

    begun = time.monotonic()
    with Popen([sys.executable, "-I", reader.__file__], stdin=PIPE, stdout=PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(content)
        process.stdin.flush()
        process.stdin.close()
        answer = process.stdout.read()
        peak = _peak_of(process.pid)
        process.wait()

    assert b"unpacked_too_large" in answer
    assert time.monotonic() - begun < 2
    assert peak < 100 * 1024


def _peak_of(pid: int) -> int:
    """Return the most memory in KiB that a process held, as far as it can still be asked."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


def test_a_directory_that_lies_about_sizes_is_found_out() -> None:
    with pytest.raises(SheetRefused) as refused:
        read(workbooks.lying(workbooks.bomb(60 * 1024 * 1024)))

    assert refused.value.refusal.code in {"damaged_workbook", "out_of_limits"}


def test_two_cells_at_the_far_ends_of_a_sheet_do_not_take_all_memory() -> None:
    far = (
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>'
        b'<row r="1048576"><c r="CV1048576" t="inlineStr"><is><t>b</t></is></c></row>'
    )

    with pytest.raises(SheetRefused) as refused:
        read(workbooks.package(far))

    assert refused.value.refusal.code in {"out_of_limits", "too_many_columns"}


def test_formulas_are_text_that_was_stored_and_nothing_is_computed() -> None:
    rows = [["主体", "件名"], ["自治会", "=1+1"], ["自治会", '=HYPERLINK("x")']]

    answer = reader.read(workbooks.as_csv(rows).encode())

    assert answer["rows"][1][1][1] == "=1+1"
    assert [cells for _, cells in reader.read(workbooks.as_xlsx(rows))["rows"]][1][1] in {"", "=1+1"}


def test_numbers_and_days_in_workbooks_read_as_people_write_them() -> None:
    from datetime import UTC, datetime

    rows: list[list[object]] = [
        ["a", "b", "c", "d"],
        [10, 2.5, datetime(2026, 11, 22, tzinfo=UTC).replace(tzinfo=None), True],
    ]

    assert reader.read(workbooks.as_xlsx(rows))["rows"][1][1] == ["10", "2.5", "2026-11-22", "TRUE"]


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    assert set(reader.read(content)) in ({"form", "rows"}, {"refused"})


@given(st.binary(max_size=200))
def test_no_broken_package_breaks_the_reader(content: bytes) -> None:
    assert set(reader.read(b"PK\x03\x04" + content)) in ({"form", "rows"}, {"refused"})


@given(st.lists(st.lists(st.text(max_size=30), min_size=1, max_size=5), min_size=1, max_size=5))
def test_what_is_written_as_text_is_read_as_it_was_or_refused(rows: list[list[str]]) -> None:
    answer = reader.read(workbooks.as_csv(rows).encode("utf-8", "replace"))

    if "refused" not in answer:
        read_cells = [cell for _, cells in answer["rows"] for cell in cells]
        written = [cell for row in rows if any(cell.strip() for cell in row) for cell in row]
        assert read_cells == [cell.encode("utf-8", "replace").decode() for cell in written]
