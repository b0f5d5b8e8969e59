"""The profile of a place at its doors: who sees what, the platform, the ages and the notices."""

import io
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account, AgeGroup, Area, PlatformKind, ResourceKind, Role
from models import Platform as ChosenPlatform
from tests.factories import (
    make_account,
    make_appointment,
    make_district,
    make_field,
    make_item,
    make_municipality,
    make_need,
    make_offer,
    make_participant,
    make_resident,
    make_slot,
)

SignedIn = Callable[[Account], FlaskClient]
HEAD = "地域,基準日,年齢から,年齢まで,人数\n"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENISHI_NOW", "2026-12-01T03:00:00+00:00")


@pytest.fixture
def town(session: Session) -> Area:
    town = make_municipality(name="日和市")
    session.add(town)
    return town


@pytest.fixture
def administrator(session: Session, town: Area, signed_in: SignedIn) -> FlaskClient:
    return _staff(session, town, signed_in, Role.ADMINISTRATOR)


def _staff(session: Session, area: Area, signed_in: SignedIn, role: Role) -> FlaskClient:
    account = make_account()
    session.add_all([account, make_appointment(area, account=account, role=role)])
    return signed_in(account)


def _sheet(content: str | bytes) -> dict[str, object]:
    raw = content if isinstance(content, bytes) else content.encode()
    return {"file": (io.BytesIO(raw), "ages.csv"), "step": "look"}


def test_a_lack_without_any_offer_is_said_in_words(client: FlaskClient, session: Session, town: Area) -> None:
    session.add(make_need(participant=make_participant(area=town), slots=[make_slot(ResourceKind.GOODS, "机")]))

    page = client.get(f"/areas/{town.path}/profile?lang=en").text

    assert "1 / 0" in page
    assert "no offers" in page or "提供なし" in page


def test_few_persons_are_shown_to_those_who_look_after_the_place_alone(
    client: FlaskClient, session: Session, town: Area, signed_in: SignedIn
) -> None:
    item = make_item(ResourceKind.SERVICE, "自転車の修理")
    session.add(make_offer(participant=make_resident(area=town), items=[item]))

    assert "0 / 1" not in client.get(f"/areas/{town.path}/profile").text
    assert "0 / 1" in _staff(session, town, signed_in, Role.COORDINATOR).get(f"/areas/{town.path}/profile").text


def test_a_place_that_is_larger_than_a_town_has_no_profile(client: FlaskClient, session: Session, town: Area) -> None:
    session.flush()
    assert town.parent is not None

    assert client.get(f"/areas/{town.parent.path}/profile").status_code == 404
    assert client.get("/areas/jp.nowhere/profile").status_code == 404


def test_a_coordinator_of_another_town_makes_no_notice_here(session: Session, town: Area, signed_in: SignedIn) -> None:
    session.flush()
    stranger = _staff(session, make_municipality(name="月見市"), signed_in, Role.COORDINATOR)

    assert stranger.get(f"/areas/{town.id}/recruiting").status_code == 404
    assert stranger.get(f"/areas/{town.id}/platform").status_code == 404
    assert stranger.get(f"/areas/{town.id}/ages").status_code == 404


def test_a_gap_leads_to_a_notice_that_names_what_is_lacking(session: Session, town: Area, signed_in: SignedIn) -> None:
    field = make_field(name="災害救援")
    need = make_need(participant=make_participant(area=town), slots=[make_slot(what="炊き出しの手", quantity=3)])
    need.fields = [field]
    other = make_need(participant=make_participant(area=town), slots=[make_slot(what="別の手")])
    session.add_all([need, other])
    browser = _staff(session, town, signed_in, Role.COORDINATOR)
    address = f"/areas/{town.id}/recruiting?field={field.code}&kind=people"

    assert address.replace("&", "&amp;") in browser.get(f"/areas/{town.path}/profile").text
    notice = browser.get(address + "&phone=０４２（１２３）４５６７").text
    assert "炊き出しの手" in notice
    assert "別の手" not in notice
    assert "042-123-4567" in notice
    assert f"/needs?area={town.path}&amp;field={field.code}&amp;kind=people" in notice
    assert browser.get(address.replace("recruiting?", "recruiting/qr.svg?")).mimetype == "image/svg+xml"


def test_a_notice_for_what_does_not_exist_says_so(session: Session, town: Area, signed_in: SignedIn) -> None:
    browser = _staff(session, town, signed_in, Role.COORDINATOR)

    assert browser.get(f"/areas/{town.id}/recruiting?kind=wishes").status_code == 422
    assert browser.get(f"/areas/{town.id}/recruiting?phone=abc").status_code == 422


def test_another_platform_ends_the_former_and_keeps_it(
    session: Session, town: Area, administrator: FlaskClient
) -> None:
    address = f"/areas/{town.id}/platform"

    council, matching = ("council", ["connect"]), ("multi_activity", ["support", "unearth"])
    for kind, pillars in (council, matching, council):
        assert administrator.post(address, data={"kind": kind, "pillars": pillars}).status_code == 303

    found = session.scalars(select(ChosenPlatform).where(ChosenPlatform.area_id == town.id)).all()
    assert len(found) == 3
    assert [one.kind for one in found if one.until is None] == [PlatformKind.COUNCIL]


def test_the_same_platform_again_changes_nothing(session: Session, town: Area, administrator: FlaskClient) -> None:
    for _ in range(2):
        administrator.post(f"/areas/{town.id}/platform", data={"kind": "council", "pillars": ["connect"]})

    assert len(session.scalars(select(ChosenPlatform)).all()) == 1


def test_a_platform_without_a_pillar_is_refused(session: Session, town: Area, administrator: FlaskClient) -> None:
    assert administrator.post(f"/areas/{town.id}/platform", data={"kind": "council"}).status_code == 422
    assert session.scalar(select(ChosenPlatform)) is None


def test_pillars_that_were_not_chosen_are_folded_not_lost(
    client: FlaskClient, town: Area, administrator: FlaskClient
) -> None:
    administrator.post(f"/areas/{town.id}/platform", data={"kind": "multi_activity", "pillars": ["support"]})

    page = client.get(f"/areas/{town.path}/profile").text

    assert page.count('<details class="details">') == 2


def test_a_sheet_of_ages_is_looked_at_before_it_is_taken(
    session: Session, town: Area, administrator: FlaskClient
) -> None:
    sheet = f"{HEAD}日和市,令和8年4月1日,０,１４,１２０\n日和市,2026-04-01,15,,３４０\n"

    page = administrator.post(f"/areas/{town.id}/ages", data=_sheet(sheet.encode("cp932")))

    assert page.status_code == 200
    assert session.scalar(select(AgeGroup)) is None
    assert administrator.post(f"/areas/{town.id}/ages", data={"text": sheet, "step": "take"}).status_code == 303
    found = session.scalars(select(AgeGroup).order_by(AgeGroup.youngest)).all()
    assert [(one.youngest, one.oldest, one.people, one.counted_on) for one in found] == [
        (0, 14, 120, date(2026, 4, 1)),
        (15, None, 340, date(2026, 4, 1)),
    ]


@pytest.mark.parametrize(
    "row",
    [
        "よその町,2026-04-01,0,4,1",
        "日和市,いつか,0,4,1",
        "日和市,2027-04-01,0,4,1",
        "日和市,2026-04-01,5,4,1",
        "日和市,2026-04-01,0,4,-1",
        "日和市,2026-04-01,0,4,多い",
        "日和市,2026-04-01,10,20,1",
        "日和市,2026-04-01,0,130,1",
    ],
)
def test_one_bad_row_keeps_the_whole_sheet_out(
    session: Session, town: Area, administrator: FlaskClient, row: str
) -> None:
    sheet = f"{HEAD}日和市,2026-04-01,10,14,7\n{row}\n"

    page = administrator.post(f"/areas/{town.id}/ages", data={"text": sheet, "step": "take"})

    assert page.status_code == 422
    assert row.rsplit(",", maxsplit=1)[-1] in page.text
    assert session.scalar(select(AgeGroup)) is None


def test_a_file_that_is_no_table_of_ages_is_refused_in_words(town: Area, administrator: FlaskClient) -> None:
    address = f"/areas/{town.id}/ages"

    assert administrator.post(address, data=_sheet(b"\xff\xfe\x00\x81")).status_code == 422
    assert administrator.post(address, data=_sheet("名前,年\n花,3\n")).status_code == 422
    assert administrator.post(address, data=_sheet("x" * 300_000)).status_code == 422
    assert administrator.post(address, data={"step": "look"}).status_code == 422


def test_a_later_sheet_of_the_same_day_replaces_the_earlier(
    session: Session, town: Area, administrator: FlaskClient
) -> None:
    for people in (7, 9):
        sheet = f"{HEAD}日和市,2026-04-01,0,14,{people}\n"
        administrator.post(f"/areas/{town.id}/ages", data={"text": sheet, "step": "take"})

    assert [one.people for one in session.scalars(select(AgeGroup))] == [9]


def test_ages_of_districts_are_added_up_and_few_people_stay_unsaid(
    client: FlaskClient, session: Session, town: Area, administrator: FlaskClient
) -> None:
    session.add_all([make_district(municipality=town, name="北山"), make_district(municipality=town, name="南原")])
    rows = "北山,2026-04-01,0,64,30\n南原,2026-04-01,0,64,41\n北山,2026-04-01,65,,3\n"
    administrator.post(f"/areas/{town.id}/ages", data={"text": HEAD + rows, "step": "take"})

    page = client.get(f"/areas/{town.path}/profile").text

    assert ">71<" in page
    assert ">3<" not in page.split('id="ages"')[1].split("</section>")[0]
