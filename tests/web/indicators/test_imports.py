import io
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account, IndicatorChoice, IndicatorValue
from tests.factories import make_appointment, make_municipality, make_pack
from tests.web.indicators.conftest import Town

Browse = Callable[[Account], FlaskClient]
GOOD = '指標,年度,値,出典\nimported,令和７年度,"7,033",アクセス記録\nimported,2024,5.5,アクセス記録'


def page_of(town: Town, rest: str = "") -> str:
    return f"/administration/areas/{town.place.id}/indicators{rest}"


def values(session: Session) -> list[tuple[int, float, str]]:
    found = session.scalars(select(IndicatorValue).order_by(IndicatorValue.fiscal_year))
    return [(value.fiscal_year, value.value, value.source) for value in found]


def test_a_sheet_is_shown_before_it_is_written(session: Session, signed_in: Browse, town: Town) -> None:
    browser = signed_in(town.administrator)

    shown = browser.post(page_of(town, "/import"), data={"text": GOOD})
    before = values(session)
    written = browser.post(page_of(town, "/import"), data={"text": GOOD, "confirmed": "yes"})

    assert shown.status_code == 200
    assert "7,033件" in shown.text
    assert before == []
    assert written.status_code == 303
    assert values(session) == [(2024, 5.5, "アクセス記録"), (2025, 7033, "アクセス記録")]


@pytest.mark.parametrize(
    "row",
    [
        "imported,2025,abc,記録",
        "imported,2031,5,記録",
        "imported,2025,5,",
        "imported,2025,-1,記録",
        "imported,2025",
        "nothing,2025,5,記録",
        "visits,2025,5,記録",
        "imported,2024,6,別の記録",
    ],
)
def test_one_bad_row_keeps_all_from_being_written(session: Session, signed_in: Browse, town: Town, row: str) -> None:
    answer = signed_in(town.administrator).post(
        page_of(town, "/import"), data={"text": f"{GOOD}\n{row}", "confirmed": "yes"}
    )

    assert answer.status_code == 422
    assert row.split(",", maxsplit=1)[0] in answer.text
    assert values(session) == []


def test_a_file_in_the_offices_encoding_is_read(signed_in: Browse, town: Town) -> None:
    file = (io.BytesIO(GOOD.encode("cp932")), "numbers.csv")

    shown = signed_in(town.administrator).post(page_of(town, "/import"), data={"file": file})

    assert shown.status_code == 200
    assert "アクセス記録" in shown.text


def test_what_is_no_sheet_is_refused(session: Session, signed_in: Browse, town: Town) -> None:
    file = (io.BytesIO(b"\x00\xff\xfe\x00"), "numbers.csv")

    assert signed_in(town.administrator).post(page_of(town, "/import"), data={"file": file}).status_code == 422
    assert values(session) == []


def test_a_number_of_the_same_year_is_replaced(session: Session, signed_in: Browse, town: Town) -> None:
    browser = signed_in(town.administrator)
    typed = {"indicator": "imported", "year": "令和7年度", "value": "３．７７", "source": "統計"}

    browser.post(page_of(town, "/number"), data=typed)
    answer = browser.post(page_of(town, "/number"), data={**typed, "value": "3.92"})

    assert answer.status_code == 303
    assert values(session) == [(2025, 3.92, "統計")]


def test_what_was_typed_stays_where_it_cannot_be_taken(signed_in: Browse, town: Town) -> None:
    typed = {"indicator": "imported", "year": "2025", "value": "多い", "source": ""}

    answer = signed_in(town.administrator).post(page_of(town, "/number"), data=typed)

    assert answer.status_code == 422
    assert 'value="多い"' in answer.text


def test_an_administrator_chooses_the_pack(session: Session, signed_in: Browse, town: Town) -> None:
    other = make_pack()
    session.add(other)

    answer = signed_in(town.administrator).post(page_of(town), data={"pack": other.code})

    assert answer.status_code == 303
    assert session.scalars(select(IndicatorChoice)).one().pack_id == other.id


def test_numbers_are_written_by_administrators_of_the_town_alone(
    session: Session, signed_in: Browse, town: Town
) -> None:
    stranger = make_appointment(make_municipality(), role=town.administrator.appointments[0].role)
    session.add(stranger)

    for account in (town.coordinator, stranger.account):
        assert signed_in(account).get(page_of(town, "/import")).status_code == 404


@pytest.mark.parametrize("text", ["imported\t2025\t7,033\t統計", "imported,2025,7033,統計\rimported,2024,6000,統計"])
def test_rows_as_spreadsheets_give_them_are_read(session: Session, signed_in: Browse, town: Town, text: str) -> None:
    signed_in(town.administrator).post(page_of(town, "/import"), data={"text": text, "confirmed": "yes"})

    assert (2025, 7033.0) in {(year, value) for year, value, _ in values(session)}


@pytest.mark.parametrize("text", ['"' + "a" * 140_000, "令和七年度,令和七年度,5,統計\nimported,2025,5,統計"])
def test_what_cannot_be_read_is_told_and_nothing_is_left_out(
    session: Session, signed_in: Browse, town: Town, text: str
) -> None:
    answer = signed_in(town.administrator).post(page_of(town, "/import"), data={"text": text, "confirmed": "yes"})

    assert answer.status_code == 422
    assert values(session) == []
