"""The yearly record: what was promised in a fiscal year and all said yes to, for the giver and its coordinators."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models import Account, Area, Offer, Partnership, ResourceKind, Stage
from tests.factories import (
    make_account,
    make_item,
    make_membership,
    make_municipality,
    make_need,
    make_offer,
    make_participant,
    make_partnership,
    make_resident,
    make_slot,
)
from web.sheets import harmless

Browse = Callable[[Account], FlaskClient]
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
LAST_WINTER = datetime(2026, 1, 20, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENISHI_NOW", NOW.isoformat())


@pytest.fixture
def town() -> Area:
    return make_municipality()


@pytest.fixture
def offer(town: Area) -> Offer:
    giver = make_participant(area=town, name="草野造園")
    items = [make_item(ResourceKind.PEOPLE, "草を刈る社員", quantity=9)]
    return make_offer(participant=giver, title="社員で草を刈ります", items=items)


@pytest.fixture
def company(session: Session, offer: Offer, signed_in: Browse) -> FlaskClient:
    membership = make_membership(offer.participant)
    session.add(membership)
    return signed_in(membership.account)


def give(
    session: Session, offer: Offer, title: str, *, at: datetime = NOW, stage: Stage = Stage.RUNNING, hours: float = 4.0
) -> Partnership:
    slot = make_slot(what="草を刈る人", unit="人")
    slot.hours_per_month = hours
    need = make_need(participant=make_participant(area=offer.area, name="中里自治会"), title=title, slots=[slot])
    partnership = make_partnership(stage=stage, need=need, offers=[offer])
    partnership.proposed_at = at
    session.add(partnership)
    return partnership


def page(reader: FlaskClient, offer: Offer, year: str = "") -> str:
    return reader.get(f"/participants/{offer.participant.id}/giving", query_string={"year": year}).text


def test_a_record_names_what_was_given_to_whom(session: Session, offer: Offer, company: FlaskClient) -> None:
    give(session, offer, "農道の草刈り")

    text = page(company, offer)

    assert "令和8年度" in text
    for told in ("農道の草刈り", "提供先：中里自治会", "草を刈る社員", "約4時間"):
        assert told in text


def test_each_fiscal_year_has_its_own_record(session: Session, offer: Offer, company: FlaskClient) -> None:
    give(session, offer, "農道の草刈り")
    give(session, offer, "冬の落ち葉かき", at=LAST_WINTER)

    this, last = page(company, offer), page(company, offer, "2025")

    assert ("農道の草刈り" in this, "冬の落ち葉かき" in this) == (True, False)
    assert ("農道の草刈り" in last, "冬の落ち葉かき" in last) == (False, True)


@pytest.mark.parametrize("year", ["1850", "9999", "いつか"])
def test_a_year_without_a_record_shows_the_present_one(offer: Offer, company: FlaskClient, year: str) -> None:
    assert "令和8年度" in page(company, offer, year)


@pytest.mark.parametrize("stage", [Stage.PROPOSED, Stage.DECLINED, Stage.LAPSED])
def test_what_did_not_come_about_was_not_given(
    session: Session, offer: Offer, company: FlaskClient, stage: Stage
) -> None:
    give(session, offer, "農道の草刈り", stage=stage)

    assert "農道の草刈り" not in page(company, offer)


def test_amounts_of_one_unit_are_added_up(session: Session, offer: Offer, company: FlaskClient) -> None:
    give(session, offer, "農道の草刈り")
    give(session, offer, "参道の草刈り", hours=2.0)

    text = " ".join(page(company, offer).split())

    assert ">2人</td>" in text
    assert ">6</td>" in text


def test_a_person_who_was_helped_is_named_only_to_the_giver(
    session: Session, offer: Offer, company: FlaskClient
) -> None:
    need = make_need(participant=make_resident(area=offer.area, name="若草 一郎"), title="庭の草刈り")
    session.add(make_partnership(stage=Stage.RUNNING, need=need, offers=[offer]))

    assert "若草 一郎" in page(company, offer)


def test_a_record_is_for_the_giver_and_its_coordinators_alone(
    session: Session, offer: Offer, signed_in: Browse, client: FlaskClient
) -> None:
    url = f"/participants/{offer.participant.id}/giving"
    session.add(offer)
    other = make_account()
    session.add(other)

    assert client.get(url).status_code in {302, 404}
    assert signed_in(other).get(url).status_code == 404
    assert signed_in(other).get(f"{url}/sheet").status_code == 404


def test_a_sheet_holds_one_row_a_thing_and_no_formula(session: Session, offer: Offer, company: FlaskClient) -> None:
    give(session, offer, '=HYPERLINK("x")の草刈り')

    answer = company.get(f"/participants/{offer.participant.id}/giving/sheet")

    assert answer.data.startswith(b"\xef\xbb\xbf")
    _heading, row = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert row[0] == '\'=HYPERLINK("x")の草刈り'
    assert "草を刈る社員" in row


@pytest.mark.parametrize("cell", ["=1+1", "+81", "-1", "@x", "\tx", "＝1+1", "＠x"])
def test_a_cell_that_begins_like_a_formula_is_made_harmless(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


def test_other_cells_stay_as_they_are() -> None:
    assert harmless("1+1は2") == "1+1は2"


def test_a_sign_that_no_workbook_can_hold_is_left_out() -> None:
    assert harmless("会場\x0bの\x00設営") == "会場の設営"
    assert harmless("\x00=1+1") == "'=1+1"
