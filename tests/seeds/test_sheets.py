"""Sheets are read into types, and errors point at the cell."""

from datetime import date
from pathlib import Path

import pytest

from models import Condition
from seeds.sheets import Row, UnreadableSheet, read


def make_row(cell: str) -> Row:
    return Row(sheet="needs.csv", line=7, cells={"cell": cell})


def written(folder: Path, text: str) -> Path:
    path = folder / "sheet.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_row_knows_its_line_in_the_file(tmp_path: Path) -> None:
    rows = read(written(tmp_path, 'key,body\none,"two\nlines"\ntwo,plain\n'))

    assert [(row.line, row.text("key")) for row in rows] == [(3, "one"), (4, "two")]


def test_an_empty_sheet_has_no_rows(tmp_path: Path) -> None:
    assert read(written(tmp_path, "")) == []


def test_a_row_with_a_cell_too_many_is_refused_by_its_line(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSheet, match=r"sheet\.csv, row 3: 3 cells stand under 2 columns"):
        read(written(tmp_path, "key,body\none,1\ntwo,2,3\n"))


def test_an_open_quotation_mark_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSheet, match=r"sheet\.csv, row 2"):
        read(written(tmp_path, 'key\n"one'))


def test_an_empty_cell_says_nothing() -> None:
    row = make_row(" ")

    assert row.text("cell") == ""
    assert row.words("cell") == []
    assert row.whole_or_none("cell") is None
    assert row.number_or_none("cell") is None
    assert row.day_or_none("cell") is None
    assert row.choices("cell", Condition) is None
    assert row.found_or_none("cell", {}) is None


def test_cells_are_read_as_what_their_column_promises() -> None:
    assert make_row("3").whole("cell") == 3
    assert make_row("3").whole_or_none("cell") == 3
    assert make_row("2.5").number_or_none("cell") == 2.5
    assert make_row("2026-11-22").day_or_none("cell") == date(2026, 11, 22)
    assert make_row("yes").truth("cell") is True
    assert make_row("no").truth_or_none("cell") is False
    assert make_row("unknown").truth_or_none("cell") is None
    assert make_row("free").choice("cell", Condition) is Condition.FREE
    assert make_row("free; loan").choices("cell", Condition) == [Condition.FREE, Condition.LOAN]
    assert make_row("one").found("cell", {"one": 1}) == 1
    assert make_row("one").found_or_none("cell", {"one": 1}) == 1
    assert make_row("one;two").all_found("cell", {"one": 1, "two": 2}) == [1, 2]


def test_errors_name_file_row_and_column() -> None:
    place = r"^needs\.csv, row 7, column cell: "

    with pytest.raises(UnreadableSheet, match=place + "'x' is not a whole number"):
        make_row("x").whole("cell")
    with pytest.raises(UnreadableSheet, match=place + "'x' is not a number"):
        make_row("x").number_or_none("cell")
    with pytest.raises(UnreadableSheet, match=place + "'x' is not a day"):
        make_row("x").day("cell")
    with pytest.raises(UnreadableSheet, match=place + "'x' is neither yes nor no"):
        make_row("x").truth("cell")
    with pytest.raises(UnreadableSheet, match=place + "'x' is no Condition"):
        make_row("x").choice("cell", Condition)
    with pytest.raises(UnreadableSheet, match=place + "nothing is known under 'x'"):
        make_row("x").found("cell", {})
    with pytest.raises(UnreadableSheet, match=place + "the cell is empty"):
        make_row("").required("cell")
    with pytest.raises(UnreadableSheet, match="column other: the sheet has no such column"):
        make_row("x").text("other")
