"""The credit of a public office: who writes it down, where it shows, and that it is gone on the day after its last."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account, Area, Endorsement, EndorsementKind, Need, Participant, Partnership, Role, Stage, utc_now
from tests.factories import (
    make_account,
    make_appointment,
    make_district,
    make_endorsement,
    make_membership,
    make_municipality,
    make_need,
    make_offer,
    make_participant,
    make_partnership,
    make_resident,
)
from web.participants.services import merge

Browse = Callable[[Account], FlaskClient]

FIRST_DAY = "2026-10-31T15:00:00+00:00"  # the first of November begins in the town
DAY_BEFORE = "2026-10-31T14:59:59+00:00"
LAST_MOMENT = "2026-11-30T14:59:59+00:00"
DAY_AFTER = "2026-11-30T15:00:00+00:00"
KIND, OFFICE = "後援", "日和市教育委員会"


@dataclass
class Town:
    """A body with a need, a public partnership and an endorsement for November."""

    place: Area
    body: Participant
    need: Need
    partnership: Partnership
    endorsement: Endorsement
    coordinator: Account
    chair: Account

    def pages(self) -> dict[str, str]:
        return {
            "participant": f"/participants/{self.body.id}",
            "need": f"/needs/{self.need.id}",
            "needs": "/needs",
            "notice": f"/needs/{self.need.id}/notice",
            "partnership": f"/partnerships/public/{self.partnership.id}",
        }


@pytest.fixture
def town(session: Session, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setenv("ENISHI_NOW", LAST_MOMENT)
    place = make_district()
    body = make_participant(name="北山町内会", area=place)
    need = make_need(participant=body)
    partnership = make_partnership(
        stage=Stage.RUNNING,
        need=make_need(participant=body, title="農道の草刈り"),
        offers=[make_offer(participant=make_participant(area=place))],
    )
    for party in partnership.parties:
        party.publish(at=utc_now())
    membership, appointment = make_membership(body), make_appointment(place)
    endorsement = make_endorsement(body)
    session.add_all([need, partnership, membership, appointment, endorsement])
    session.commit()
    return Town(place, body, need, partnership, endorsement, appointment.account, membership.account)


def typed(**changes: str) -> dict[str, str]:
    filled = {
        "kind": "patronage",
        "subject": "北山まつり",
        "basis": "要綱第三条",
        "issuer": "日和市",
        "issued_on": "令和8年11月1日",
        "expires_on": "２０２７／３／３１",
    }
    return filled | changes


def showing(town: Town, client: FlaskClient, chair: FlaskClient) -> set[str]:
    """Return the pages that show the endorsement; the notice is opened by the body itself."""
    reader = {"notice": chair}
    return {name for name, url in town.pages().items() if KIND in reader.get(name, client).get(url).text}


def test_it_shows_wherever_the_body_does_until_the_end_of_its_last_day(
    town: Town, client: FlaskClient, signed_in: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    chair = signed_in(town.chair)

    shown = {}
    for moment in (DAY_BEFORE, FIRST_DAY, LAST_MOMENT, DAY_AFTER):
        monkeypatch.setenv("ENISHI_NOW", moment)
        shown[moment] = showing(town, client, chair)

    everywhere = set(town.pages())
    assert shown == {DAY_BEFORE: set(), FIRST_DAY: everywhere, LAST_MOMENT: everywhere, DAY_AFTER: set()}


def test_what_is_taken_back_is_gone_from_every_page_at_once(town: Town, client: FlaskClient, signed_in: Browse) -> None:
    url = f"/endorsements/{town.endorsement.id}/revoke"
    coordinator = signed_in(town.coordinator)

    assert coordinator.get(url).status_code == 200
    assert coordinator.post(url, data={"because": "行事が取りやめになった"}).status_code == 303

    assert showing(town, client, signed_in(town.chair)) == set()
    checked = client.get(f"/endorsements/{town.endorsement.code}").text
    assert "令和8年11月30日（月）に取り消されました" in checked
    assert "取りやめ" not in checked
    assert "取りやめ" in signed_in(town.chair).get(f"/participants/{town.body.id}").text


def test_it_is_not_taken_back_without_a_reason_and_not_twice(town: Town, signed_in: Browse) -> None:
    url = f"/endorsements/{town.endorsement.id}/revoke"
    coordinator = signed_in(town.coordinator)

    assert coordinator.post(url, data={"because": "　"}).status_code == 422
    assert town.endorsement.revoked_at is None
    assert coordinator.post(url, data={"because": "誤り"}).status_code == 303
    assert coordinator.post(url, data={"because": "もう一度"}).status_code == 409
    assert town.endorsement.revoked_because == "誤り"


@pytest.mark.parametrize(
    ("moment", "sentence"),
    [
        (DAY_BEFORE, "令和8年11月1日（日）からです"),
        (LAST_MOMENT, "きょうは有効です"),
        (DAY_AFTER, "令和8年11月30日（月）で終わりました"),
    ],
)
def test_anybody_reads_whether_it_stands_today(
    town: Town, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, moment: str, sentence: str
) -> None:
    monkeypatch.setenv("ENISHI_NOW", moment)

    page = client.get(f"/endorsements/{town.endorsement.code}").text

    assert sentence in page
    for told in ("北山町内会", "後援", "北山まつり", "後援名義の使用に関する要綱第三条", OFFICE):
        assert told in page


def test_the_sentence_is_said_in_english_too(town: Town, client: FlaskClient) -> None:
    client.post("/language", data={"locale": "en", "back": "/"})

    page = client.get(f"/endorsements/{town.endorsement.code}").text

    assert re.search(
        "Yes. .Under patronage. of 北山町内会 by 日和市教育委員会 stands today, and until 30 November 2026", page
    )


def test_there_is_paper_only_while_it_stands(town: Town, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    code = town.endorsement.code

    standing = client.get(f"/endorsements/{code}/print", headers={"Host": "localhost"}).text
    monkeypatch.setenv("ENISHI_NOW", DAY_AFTER)
    ended = client.get(f"/endorsements/{code}/print").text

    assert f"http://127.0.0.1:8000/endorsements/{code}" in standing
    assert f"/endorsements/{code}/qr.svg" in standing
    assert "qr.svg" not in ended


def test_the_code_is_drawn_for_everybody(town: Town, client: FlaskClient) -> None:
    drawing = client.get(f"/endorsements/{town.endorsement.code}/qr.svg")

    assert (drawing.content_type, drawing.text[:4]) == ("image/svg+xml", "<svg")


@pytest.mark.parametrize("part", ["", "/print", "/qr.svg"])
def test_behind_an_unknown_code_there_is_nothing(client: FlaskClient, part: str) -> None:
    assert client.get(f"/endorsements/unknown{part}").status_code == 404


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ADMINISTRATOR])
def test_the_staff_of_the_place_write_it_down(session: Session, town: Town, signed_in: Browse, role: Role) -> None:
    appointment = make_appointment(town.place, role=role)
    session.add(appointment)
    browser, url = signed_in(appointment.account), f"/participants/{town.body.id}/endorsements/new"

    assert browser.get(url).status_code == 200
    assert browser.post(url, data=typed(kind="accord")).status_code == 303

    recorded = session.scalars(select(Endorsement).where(Endorsement.kind == EndorsementKind.ACCORD)).one()
    assert (recorded.participant_id, recorded.issuer, recorded.expires_on) == (
        town.body.id,
        "日和市",
        date(2027, 3, 31),
    )
    assert recorded.recorded_by is appointment.account
    assert len(recorded.code) >= 20


@pytest.mark.parametrize("who", ["chair", "stranger", "coordinator elsewhere"])
def test_nobody_else_writes_it_down_or_takes_it_back(session: Session, town: Town, signed_in: Browse, who: str) -> None:
    elsewhere = make_appointment(make_municipality())
    accounts = {"chair": town.chair, "stranger": make_account(), "coordinator elsewhere": elsewhere.account}
    session.add_all([elsewhere, *accounts.values()])
    browser = signed_in(accounts[who])

    assert browser.post(f"/participants/{town.body.id}/endorsements/new", data=typed()).status_code == 404
    assert browser.post(f"/endorsements/{town.endorsement.id}/revoke", data={"because": "x"}).status_code == 404
    assert len(session.scalars(select(Endorsement)).all()) == 1
    assert town.endorsement.revoked_at is None


def test_a_person_is_never_endorsed(session: Session, town: Town, signed_in: Browse) -> None:
    resident = make_resident(area=town.place)
    session.add(resident)
    browser = signed_in(town.coordinator)

    assert browser.post(f"/participants/{resident.id}/endorsements/new", data=typed()).status_code == 404
    assert "endorsements/new" not in browser.get(f"/participants/{resident.id}").text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"expires_on": "令和8年10月31日"}, "最後の日が、始まりの日より前です"),
        ({"issued_on": "令和6年4月1日", "expires_on": "令和7年3月31日"}, "最後の日は、もう過ぎています"),
        ({"expires_on": ""}, "日付を入力してください"),
        ({"expires_on": "いつか"}, "令和8年11月22日"),
        ({"basis": "  "}, "根拠を入力してください"),
        ({"issuer": ""}, "役所などの名前を入力してください"),
        ({"issuer": "長" * 201}, "200文字以内"),
        ({"kind": "crown"}, ""),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    session: Session, town: Town, signed_in: Browse, wrong: dict[str, str], sentence: str
) -> None:
    answer = signed_in(town.coordinator).post(
        f"/participants/{town.body.id}/endorsements/new", data=typed(subject="夏の夜店", **wrong)
    )

    assert answer.status_code == 422
    assert sentence in answer.text
    assert "夏の夜店" in answer.text
    assert len(session.scalars(select(Endorsement)).all()) == 1


def test_it_stays_with_the_record_that_is_kept_when_two_become_one(
    session: Session, town: Town, client: FlaskClient
) -> None:
    kept = make_participant(name="北山町内会", area=town.place)
    session.add(kept)
    session.flush()

    merge(session, kept, town.body, by=town.coordinator, at=utc_now())

    assert KIND in client.get(f"/participants/{kept.id}").text
    assert "きょうは有効です" in client.get(f"/endorsements/{town.endorsement.code}").text
