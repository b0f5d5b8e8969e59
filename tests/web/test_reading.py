"""What people type is read kindly, and never as something that they did not mean."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web import reading

TODAY = date(2026, 7, 1)
FULL_WIDTH = str.maketrans("0123456789-/.,+()R", "０１２３４５６７８９－／．，＋（）Ｒ")
days = st.dates(date(2019, 5, 1), date(2117, 12, 31))
hyphens = st.sampled_from("-‐‑–—−ー－ｰ─")


@pytest.mark.parametrize(
    "typed",
    [
        "2026-11-22",
        "2026/11/22",
        "２０２６．１１．２２",
        "20261122",
        "2026年11月22日",
        "令和8年11月22日",
        "令和８年１１月２２日（日）",
        "令和 8年 11月 22日(日曜日)",
        "R8.11.22",
        "r8-11-22",
        "11/22",
        "１１月２２日",
    ],
)
def test_one_day_is_written_in_many_ways(typed: str) -> None:
    assert reading.day(typed, today=TODAY) == date(2026, 11, 22)


def test_a_day_without_a_year_is_the_last_one_of_what_has_been() -> None:
    assert reading.day("6/30", today=TODAY, has_been=True) == date(2026, 6, 30)
    assert reading.day("7/1", today=TODAY, has_been=True) == TODAY
    assert reading.day("12/31", today=TODAY, has_been=True) == date(2025, 12, 31)


def test_a_day_without_a_year_is_the_next_one() -> None:
    assert reading.day("6/30", today=TODAY) == date(2027, 6, 30)
    assert reading.day("7/1", today=TODAY) == TODAY


def test_the_first_year_of_the_era_has_a_name() -> None:
    assert reading.day("令和元年5月1日", today=TODAY) == date(2019, 5, 1)


@pytest.mark.parametrize(
    "typed", ["", "11月", "2026-13-01", "2026-2-30", "平成31年4月1日", "9999-01-01", "22", "1/2/3"]
)
def test_what_is_no_day_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        reading.day(typed, today=TODAY)


@given(day=days, hyphen=hyphens, is_wide=st.booleans())
def test_every_day_is_read_back_with_any_hyphen_and_width(day: date, hyphen: str, *, is_wide: bool) -> None:
    typed = day.isoformat().replace("-", hyphen)

    assert reading.day(typed.translate(FULL_WIDTH) if is_wide else typed, today=TODAY) == day


@given(day=days)
def test_every_day_of_the_era_is_read_back(day: date) -> None:
    assert reading.day(f"令和{day.year - 2018}年{day.month}月{day.day}日", today=TODAY) == day


@given(number=st.integers(-(10**12), 10**12), is_wide=st.booleans())
def test_every_whole_number_is_read_back(number: int, *, is_wide: bool) -> None:
    typed = f"{number:,}"

    assert reading.whole_number(f" {typed.translate(FULL_WIDTH) if is_wide else typed} ") == number


@pytest.mark.parametrize("typed", ["", "三", "2.5", "1e3", "0x10", "1_000", "9" * 30])
def test_what_is_no_whole_number_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"not a whole number"):
        reading.whole_number(typed)


@given(tenths=st.integers(-(10**9), 10**9), is_wide=st.booleans())
def test_every_number_is_read_back(tenths: int, *, is_wide: bool) -> None:
    typed = f"{tenths / 10:.1f}"

    assert reading.number(typed.translate(FULL_WIDTH) if is_wide else typed) == tenths / 10


@pytest.mark.parametrize("typed", ["", ".", "nan", "inf", "1e9", "2時間"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"not a number"):
        reading.number(typed)


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("042-123-4567", "042-123-4567"),
        ("０４２（１２３）４５６７", "042-123-4567"),
        ("(042) 123-4567", "042-123-4567"),
        ("042ー123ー4567", "042-123-4567"),
        ("042 123 4567", "042-123-4567"),
        ("09012345678", "09012345678"),
        ("+81 42 123 4567", "+81-42-123-4567"),
    ],
)
def test_one_telephone_number_is_written_in_many_ways(typed: str, printed: str) -> None:
    assert reading.phone(typed) == printed


@given(digits=st.from_regex(r"0[0-9]{9,10}", fullmatch=True), cut=st.integers(2, 5), hyphen=hyphens)
def test_every_telephone_number_keeps_its_digits_and_reads_back(digits: str, cut: int, hyphen: str) -> None:
    printed = reading.phone(f"{digits[:cut]}{hyphen}{digits[cut:]}".translate(FULL_WIDTH))

    assert printed.replace("-", "") == digits
    assert reading.phone(printed) == printed


@pytest.mark.parametrize("typed", ["", "110", "1234567890", "042-123-456", "電話042-123-4567", "+0"])
def test_what_is_no_telephone_number_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"not a telephone number"):
        reading.phone(typed)


@given(typed=st.text(max_size=30))
def test_whatever_is_typed_is_read_or_refused(typed: str) -> None:
    for read in (reading.whole_number, reading.number, reading.phone, lambda text: reading.day(text, today=TODAY)):
        try:
            read(typed)
        except ValueError:
            continue
