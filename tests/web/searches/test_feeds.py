"""A search as a feed and as a calendar: valid, stable, the same for everybody, and nothing of a person."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID
from xml.etree import ElementTree as ET

from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy.orm import Session

from models import Account, NeedStatus
from tests.factories import make_membership, make_need, make_participant, make_resident

ATOM = "{http://www.w3.org/2005/Atom}"


def feed(client: FlaskClient, address: str = "/needs.atom") -> ET.Element:
    return ET.fromstring(client.get(address).data)  # noqa: S314  # our own feed


def entries(client: FlaskClient) -> list[ET.Element]:
    return feed(client).findall(f"{ATOM}entry")


def test_a_feed_has_all_that_the_format_asks_for(client: FlaskClient, session: Session) -> None:
    session.add(make_need(title="夏まつり"))

    root = feed(client, "/needs.atom?q=まつり")

    for part in (root, *root.findall(f"{ATOM}entry")):
        assert {f"{ATOM}id", f"{ATOM}title", f"{ATOM}updated"} <= {child.tag for child in part}
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    (own,) = root.findall(f"{ATOM}link[@rel='self']")
    assert "q=%E3%81%BE%E3%81%A4%E3%82%8A" in own.attrib["href"]


def test_an_empty_feed_is_a_feed(client: FlaskClient) -> None:
    assert entries(client) == []


def test_signs_of_the_format_stand_as_they_were_typed(client: FlaskClient, session: Session) -> None:
    session.add(make_need(title="<b>まつり</b> & \x0b夜店", body="]]>"))

    assert entries(client)[0].findtext(f"{ATOM}title") == "<b>まつり</b> & 夜店"


def test_an_entry_keeps_its_id_when_its_need_changes(client: FlaskClient, session: Session) -> None:
    need = make_need(title="まつり")
    session.add(need)
    before = entries(client)[0].findtext(f"{ATOM}id")

    need.title = "秋まつり"

    assert entries(client)[0].findtext(f"{ATOM}id") == before == UUID(str(need.id)).urn


def test_a_feed_is_the_same_for_those_who_are_signed_in(
    client: FlaskClient, session: Session, signed_in: Callable[[Account], FlaskClient]
) -> None:
    resident = make_resident(name="日和 太郎")
    membership = make_membership(resident)
    session.add_all([membership, make_need(participant=resident), make_need(status=NeedStatus.DRAFT)])

    answer = signed_in(membership.account).get("/needs.atom?show=own")

    assert answer.data == client.get("/needs.atom?show=own").data
    assert "日和 太郎" not in client.get("/needs.atom").text


def test_no_cache_keeps_the_session_of_who_is_signed_in(
    session: Session, signed_in: Callable[[Account], FlaskClient]
) -> None:
    membership = make_membership(make_participant())
    session.add(membership)
    browser = signed_in(membership.account)
    with browser.session_transaction() as cookie:
        cookie.permanent = True

    answer = browser.get("/needs.atom")

    assert answer.headers.getlist("Set-Cookie") != []
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_nobody_may_see_is_in_no_feed_and_no_calendar(client: FlaskClient, session: Session) -> None:
    paused = make_participant()
    paused.pause(at=make_need().opened_at)  # type: ignore[arg-type]  # an open need was opened
    hidden = [
        make_need(title="かくれた下書き", status=NeedStatus.DRAFT),
        make_need(title="かくれた未成年", participant=make_resident(is_adult=False)),
        make_need(title="かくれた休み", participant=paused),
    ]
    for need in hidden:
        need.starts_on = date(2026, 12, 1)
    session.add_all(hidden)

    assert "かくれた" not in client.get("/needs.atom?show=all").text + client.get("/needs.ics?show=all").text


def test_a_program_that_asks_again_is_told_that_nothing_changed(client: FlaskClient, session: Session) -> None:
    session.add(make_need())
    first = client.get("/needs.atom")

    again = client.get("/needs.atom", headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
    assert first.headers["Cache-Control"] == "public, max-age=900"


def test_a_day_stands_in_the_calendar_as_a_whole_day(client: FlaskClient, session: Session) -> None:
    need = make_need(title="夏まつり")
    need.starts_on, need.ends_on = date(2026, 12, 5), date(2026, 12, 6)
    session.add_all([need, make_need(title="いつでも")])

    (event,) = Calendar.from_ical(client.get("/needs.ics").data).walk("VEVENT")

    assert (event["SUMMARY"], event.decoded("DTSTART")) == ("夏まつり", need.starts_on)
    assert event.decoded("DTEND") == need.ends_on + timedelta(days=1)


def test_one_need_is_put_into_a_calendar(client: FlaskClient, session: Session) -> None:
    dated, undated = make_need(), make_need()
    dated.ends_on = date(2026, 12, 6)
    session.add_all([dated, undated])

    assert client.get(f"/needs/{dated.id}.ics").content_type.startswith("text/calendar")
    assert client.get(f"/needs/{undated.id}.ics").status_code == 404


def test_a_messenger_finds_title_and_address_of_a_need(client: FlaskClient, session: Session) -> None:
    need = make_need(title="夏まつり & 夜店")
    session.add(need)

    page = client.get(f"/needs/{need.id}").text

    assert '<meta property="og:title" content="夏まつり &amp; 夜店">' in page
    assert f'<link rel="canonical" href="http://127.0.0.1:8000/needs/{need.id}">' in page
