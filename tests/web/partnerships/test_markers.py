"""Unmistakable strings of one person never reach anybody who may not see them, through any door of these features."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models import Account, ApiToken, AuditEntry, OutboxMail, Partnership, Reply, Role, utc_now
from tests.factories import (
    make_account,
    make_appointment,
    make_district,
    make_membership,
    make_municipality,
    make_participant,
)
from web.participants.services import reveal
from web.partnerships import services
from web.security import SESSION_LASTS, token_hash

SignedIn = Callable[[Account], FlaskClient]

NAME = "目印名前ZQX1"
CONTACTS = ("目印連絡先ZQX2", "zqx3@marker.example", "099-ZQX4")
NOTE = "目印覚書ZQX5"
SUMMARY = "目印紹介ZQX6"
READING = "めじるしZQX7"
ALL = {NAME, *CONTACTS, NOTE, SUMMARY, READING}
FEATURES = ("partnerships", "participants", "partnerships_api")
MAYS: dict[tuple[str, str], set[str]] = {
    # Parties see the name, and contact details once all have said yes; a coordinator has to ask for them.
    ("person", "proposed"): ALL - {NOTE},
    ("chair", "proposed"): {NAME},
    ("manager", "proposed"): {NAME},
    ("coordinator", "proposed"): {NAME, SUMMARY, READING},
    ("person", "accepted"): ALL - {NOTE},
    ("chair", "accepted"): {NAME, *CONTACTS},
    ("manager", "accepted"): {NAME, *CONTACTS},
    ("coordinator", "accepted"): {NAME, SUMMARY, READING},
    ("person", "declined"): ALL - {NOTE},
    ("chair", "declined"): {NAME},
    ("manager", "declined"): {NAME},
    ("coordinator", "declined"): {NAME, SUMMARY, READING, NOTE},
    ("coordinator", "revealed"): {NAME, SUMMARY, *CONTACTS, READING},
}
OUTSIDERS = ("visitor", "stranger", "colleague_elsewhere", "coordinator_elsewhere", "administrator")
STAGES = ("proposed", "accepted", "declined")
# Who is outside meets closed doors, which a table in Python keeps: one database is enough to knock at each of them.
ON_ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def marked(town: Any) -> Any:
    """Return the town with a person whose every text is a marker, and with outsiders of every role."""
    person = town.resident
    person.name, person.reading, person.summary = NAME, READING, SUMMARY
    person.contact_name, person.contact_email, person.contact_phone = CONTACTS
    elsewhere = make_municipality(name="隣市")
    town.stranger = make_account(name="無縁の人")
    town.colleague_elsewhere = make_account(name="別の調整役")
    town.coordinator_elsewhere = make_account(name="隣市の調整役")
    town.administrator = make_account(name="管理者")
    town.session.add_all(
        [
            town.stranger,
            make_appointment(
                make_district(municipality=town.district.parent, name="南浜"), account=town.colleague_elsewhere
            ),
            make_appointment(elsewhere, account=town.coordinator_elsewhere),
            make_appointment(town.district.parent, account=town.administrator, role=Role.ADMINISTRATOR),
        ]
    )
    town.session.commit()
    return town


def bring_to(town: Any, stage: str) -> Partnership:
    partnership: Partnership = town.propose()
    at = partnership.proposed_at
    if stage == "accepted":
        for party in partnership.parties:
            services.answer(town.session, party.enquiry, Reply.YES, by=town.chair, at=at)
    elif stage == "declined":
        services.answer(town.session, partnership.parties[0].enquiry, Reply.YES, by=town.chair, at=at)
        services.answer(
            town.session, partnership.parties[2].enquiry, Reply.NO, by=town.person, at=at, reason=town.reason, note=NOTE
        )
    elif stage == "revealed":
        reveal(town.session, town.resident, purpose="返事を聞く", by=town.coordinator, at=utc_now())
    town.session.commit()
    return partnership


def doors(app: Flask, town: Any, partnership: Partnership) -> Iterator[tuple[str, str]]:
    """Yield method and address of every route of these features, for every row in the story."""
    rows = {
        "participants": [town.resident.id, town.company.id, town.association.id],
        "partnerships": [partnership.id],
        "enquiries": [party.enquiry.id for party in partnership.parties],
    }
    for rule in app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] not in FEATURES:
            continue
        kind = next((part for part in rule.rule.split("/") if part in rows), "")
        for row in rows[kind] if "<uuid:id>" in rule.rule else [None]:
            for method in (rule.methods or set()) & {"GET", "POST"}:
                yield method, rule.rule.replace("<uuid:id>", str(row)).replace("<token>", "made-up")


def read(app: Flask, town: Any, partnership: Partnership, signed_in: SignedIn, who: str) -> str:
    """Return every byte that an account gets from every door, with malformed bodies so that nothing changes."""
    account = None if who == "visitor" else getattr(town, who)
    browser = app.test_client() if account is None else signed_in(account)
    headers = {}
    if account is not None:
        token = uuid4().hex
        town.session.add(
            ApiToken(account=account, name="試験", token_hash=token_hash(token), expires_at=utc_now() + SESSION_LASTS)
        )
        headers = {"Authorization": f"Bearer {token}"}
    received = []
    for method, url in doors(app, town, partnership):
        if method == "POST" and url.rpartition("/")[2] in {"withdraw", "pause", "resume"}:
            continue  # They change the story; what they answer is a redirect or a refusal.
        answer = browser.open(url, method=method, headers=headers if url.startswith("/api/") else {})
        assert answer.status_code < 500, (method, url)
        received.append(answer.get_data(as_text=True) + str(answer.headers))
        if url.startswith("/api/"):
            received.append(str(answer.get_json(silent=True)))
    return "".join(received)


def seen(text: str) -> set[str]:
    return {marker for marker in ALL if marker in text}


@pytest.mark.parametrize(("who", "stage"), list(MAYS))
def test_those_inside_see_what_they_may_and_nothing_else(
    app: Flask, marked: Any, signed_in: SignedIn, who: str, stage: str
) -> None:
    partnership = bring_to(marked, stage)

    assert seen(read(app, marked, partnership, signed_in, who)) - MAYS[who, stage] == set()


@pytest.mark.parametrize(("who", "stage"), [("chair", "accepted"), ("person", "proposed"), ("coordinator", "declined")])
def test_what_may_be_seen_is_seen(app: Flask, marked: Any, signed_in: SignedIn, who: str, stage: str) -> None:
    partnership = bring_to(marked, stage)

    assert MAYS[who, stage] <= seen(read(app, marked, partnership, signed_in, who))


@ON_ONE_DATABASE
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("who", OUTSIDERS)
def test_those_outside_see_nothing(app: Flask, marked: Any, signed_in: SignedIn, who: str, stage: str) -> None:
    partnership = bring_to(marked, stage)

    assert seen(read(app, marked, partnership, signed_in, who)) == set()


@pytest.mark.parametrize("stage", STAGES)
def test_mails_hold_no_more_than_their_reader_may_see(marked: Any, stage: str) -> None:
    bring_to(marked, stage)

    mails = marked.session.scalars(select(OutboxMail)).all()
    readers = {
        account.email: who
        for who in ("person", "chair", "manager", "coordinator")
        for account in [getattr(marked, who)]
    }
    found = {(readers[mail.to_address], marker) for mail in mails for marker in seen(mail.subject + mail.body)}

    assert {(who, marker) for who, marker in found if marker not in MAYS[who, stage]} == set()
    assert ("chair", CONTACTS[1]) in found or stage != "accepted"


def test_the_record_of_changes_holds_none_of_it(marked: Any) -> None:
    bring_to(marked, "declined")

    assert seen(str([entry.changes for entry in marked.session.scalars(select(AuditEntry))])) == set()


def test_speaking_for_another_body_of_the_town_shows_nothing(app: Flask, marked: Any, signed_in: SignedIn) -> None:
    partnership = bring_to(marked, "accepted")
    marked.session.add(make_membership(make_participant(area=marked.district), account=marked.stranger))

    assert seen(read(app, marked, partnership, signed_in, "stranger")) == set()
