"""The year's review as an administrator takes it to the council: the board, one number down to its rows, the files."""

import io
import re
import zlib
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect
from python_calamine import load_workbook

from web.agreements.documents import pdf_can_be_made

ADMINISTRATOR = "admin@hiyori.example"
WAY = 10_000


def test_the_administrator_takes_the_pack_to_the_council(enter: Callable[..., Page]) -> None:
    page = enter(ADMINISTRATOR, width=1280)
    page.goto("/indicators")
    expect(page.get_by_role("heading", level=1)).to_contain_text("日和市の成果指標")
    count = _open_latest_number(page, "地域協働体の活動件数")
    expect(page.get_by_role("status").filter(has_text=count)).to_be_visible()
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(min(int(count), 50))
    page.get_by_role("link", name="成果指標", exact=True).first.click()

    page.get_by_role("link", name="年次報告（推進会議資料）").click()
    expect(page.get_by_role("heading", level=2).first).to_have_text("達成したことと、むずかしいこと")
    workbook = load_workbook(io.BytesIO(_downloaded(page, "表計算ファイル（XLSX）で受け取る")))

    assert workbook.sheet_names[:3] == ["表紙", "要点", "成果指標"]
    measured = workbook.get_sheet_by_name("成果指標").to_python()
    assert any(row[0] == "地域協働体の活動件数" and int(count) in row for row in measured)
    if pdf_can_be_made():
        pdf = _downloaded(page, "PDFで保存")
        assert pdf.startswith(b"%PDF-")
        assert _pages(pdf) >= 2


def _pages(pdf: bytes) -> int:
    """Count the pages of a PDF, whose objects lie in packed streams."""
    packed = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    unpacked = [zlib.decompressobj().decompress(one) for one in packed if one.startswith(b"x")]
    return sum(len(re.findall(rb"/Type\s*/Page\b", one)) for one in [pdf, *unpacked])


def _open_latest_number(page: Page, name: str) -> str:
    """Open the last number of an indicator that is known, and return it."""
    row = page.locator("tbody tr").filter(has=page.get_by_role("link", name=name))
    number = row.locator("td a").last
    text = number.inner_text()
    number.click()
    page.wait_for_url("**/indicators/rmo-activities/**")
    return text


def _downloaded(page: Page, name: str) -> bytes:
    with page.expect_download(timeout=WAY) as waiting:
        page.get_by_role("link", name=name).click()
    return Path(waiting.value.path()).read_bytes()
