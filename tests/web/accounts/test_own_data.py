import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import CheckConstraint, select

from models import (
    Account,
    Activity,
    ActKind,
    ActOnBehalf,
    ApiToken,
    AuditedSession,
    AuditEntry,
    Base,
    ConsentChannel,
    HandledRequest,
    OfferItem,
    OutboxMail,
    Participant,
    Partnership,
    Reply,
    Slot,
    Stage,
    utc_now,
)
from models.audit import verify
from models.capacity import take
from models.privacy import BELONGS_BY, CATALOGUE, DELETED_ON_ERASURE, Privacy
from tests.factories import (
    make_account,
    make_consultation,
    make_intermediary,
    make_item,
    make_membership,
    make_need,
    make_offer,
    make_participant,
    make_partnership,
    make_reason,
    make_referral,
    make_resident,
    make_slot,
    make_visit,
)
from tests.factories.partnerships import NOON
from web.accounts.services.own_data import NEVER_EMPTY
from web.security import hash_password

MARKER = "ZQXMARKERZQX"
PASSWORD = "わすれてほしいときの言葉"
HASH = hash_password(PASSWORD)


def written_about(resident: Participant) -> list[Base]:
    """Return what others wrote down of the person out in the field, two of each."""
    found: list[Base] = []
    for number in range(2):
        asked = make_consultation(participant=resident, asked=MARKER, asker_name=MARKER, asker_contact=MARKER)
        found += [
            make_visit(participant=resident, heard=MARKER),
            asked,
            make_referral(asked, make_intermediary(), text=MARKER, participant=resident),
            ActOnBehalf(
                kind=ActKind.PROFILE,
                channel=ConsentChannel.TELEPHONE,
                said_by=MARKER,
                said_on=NOON.date(),
                entered_at=NOON,
                participant=resident,
            ),
            Activity(
                participant=resident, done_on=NOON.date(), what=MARKER, sent_key=f"{MARKER}{number}", written_at=NOON
            ),
        ]
    return found


@pytest.fixture
def person(session: AuditedSession) -> Account:
    """Return a resident whose every free word is a marker, in a partnership with somebody else."""
    resident = make_resident(name=f"{MARKER} name", contact_email=f"{MARKER}@hiyori.example")
    resident.summary, resident.reading = f"{MARKER} summary", MARKER
    resident.contact_name, resident.contact_phone = MARKER, MARKER
    account = make_account(email=f"{MARKER}@mail.example", name=f"{MARKER} sign-in", password_hash=HASH)
    make_membership(resident, account=account)
    offer = make_offer(
        participant=resident, title=f"{MARKER} offer", body=MARKER, items=[make_item(what=f"{MARKER} item")]
    )
    own_need = make_need(participant=resident, title=MARKER, body=MARKER, slots=[make_slot(what=MARKER)])
    partnership = make_partnership(need=make_need(title="みんなの祭り"), offers=[offer])
    partnership.suggestion.snapshot = {"offer": {"text": MARKER}}
    partnership.answer(
        partnership.parties[1], Reply.NO, by=account, at=NOON, reason=make_reason(), note=f"{MARKER} note"
    )
    session.add_all(
        [
            account,
            own_need,
            partnership,
            OutboxMail(
                to_account=account, to_address=account.email, locale="ja", template="t", subject=MARKER, body=MARKER
            ),
            ApiToken(account=account, name=MARKER, token_hash="1" * 64, expires_at=utc_now()),
        ]
    )
    session.add_all(written_about(resident))
    session.flush()
    session.add(HandledRequest(account_id=account.id, key="k", fingerprint="f", status=200, body=MARKER))
    session.commit()
    return account


def erase(browser: FlaskClient) -> int:
    return browser.post("/account/erase", data={"password": PASSWORD, "sure": "y"}).status_code


def values(session: AuditedSession) -> str:
    found = []
    for table in Base.metadata.sorted_tables:
        found += [str(tuple(row)) for row in session.execute(select(table))]
    return "\n".join(found)


def test_the_export_holds_everything_the_person_wrote(
    person: Account, signed_in: Callable[[Account], FlaskClient]
) -> None:
    export = json.loads(signed_in(person).post("/account/export").text)

    assert export["participants"][0]["contact_phone"] == MARKER
    assert export["offers"][0]["title"] == f"{MARKER} offer"
    assert export["offer_items"][0]["what"] == f"{MARKER} item"
    assert export["slots"][0]["what"] == MARKER
    assert export["enquiries"][0]["note"] == f"{MARKER} note"
    assert export["outbox_mails"][0]["body"] == MARKER


def test_the_export_holds_nothing_of_others(
    person: Account, session: AuditedSession, signed_in: Callable[[Account], FlaskClient]
) -> None:
    other = make_participant(name="OTHERZQX", contact_email="otherzqx@hiyori.example")
    session.add(make_offer(participant=other, title="OTHERZQX"))

    assert "otherzqx" not in signed_in(person).post("/account/export").text.lower()


def test_the_export_holds_no_secret(person: Account, signed_in: Callable[[Account], FlaskClient]) -> None:
    export = json.loads(signed_in(person).post("/account/export").text)

    secrets = {
        (table, column)
        for table, columns in CATALOGUE.items()
        for column, privacy in columns.items()
        if privacy in {Privacy.SECRET, Privacy.DERIVED}
    }
    assert not {(table, column) for table, rows in export.items() for row in rows for column in row} & secrets


def test_the_export_is_recorded(
    person: Account, session: AuditedSession, signed_in: Callable[[Account], FlaskClient]
) -> None:
    signed_in(person).post("/account/export")

    assert "export" in [entry.action.value for entry in session.scalars(select(AuditEntry))]


def test_erasure_leaves_no_word_in_any_table(
    person: Account, session: AuditedSession, signed_in: Callable[[Account], FlaskClient]
) -> None:
    assert erase(signed_in(person)) == 200
    assert MARKER.lower() not in values(session).lower()


def test_erasure_leaves_no_byte_in_the_database_files(
    app: Flask, person: Account, session: AuditedSession, signed_in: Callable[[Account], FlaskClient]
) -> None:
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("PostgreSQL frees its pages by itself; the other tests look into its tables")
    browser = signed_in(person)
    session.commit()
    session.close()

    erase(browser)

    files = list(Path(app.instance_path).glob("enishi.db*"))
    assert files
    assert [path.name for path in files if MARKER.lower().encode() in path.read_bytes().lower()] == []


def test_the_history_of_others_keeps_a_pseudonym(
    person: Account, session: AuditedSession, signed_in: Callable[[Account], FlaskClient]
) -> None:
    erase(signed_in(person))

    partnership = session.scalars(select(Partnership).where(Partnership.title == "みんなの祭り")).one()
    assert partnership.stage is Stage.DECLINED
    assert partnership.parties[1].participant.name == "erased"


def test_the_erased_account_is_signed_out_and_stays_out(
    person: Account, signed_in: Callable[[Account], FlaskClient]
) -> None:
    browser = signed_in(person)
    erase(browser)

    assert browser.get("/account").status_code == 302
    answer = browser.post("/sign-in", data={"email": f"{MARKER}@mail.example", "password": PASSWORD})
    assert answer.status_code == 422


def test_the_erased_person_is_not_listed_or_matched(
    person: Account, session: AuditedSession, signed_in: Callable[[Account], FlaskClient]
) -> None:
    erase(signed_in(person))

    participant = session.scalars(select(Participant).where(Participant.name == "erased")).one()
    assert not participant.may_be_matched


def test_erasure_keeps_the_record_whole(
    app: Flask, person: Account, session: AuditedSession, signed_in: Callable[[Account], FlaskClient]
) -> None:
    erase(signed_in(person))

    assert verify(session, app.extensions["audit_key"]) == []


def test_what_the_person_promised_is_free_again(
    session: AuditedSession, signed_in: Callable[[Account], FlaskClient]
) -> None:
    resident = make_resident(name=f"{MARKER} name")
    account = make_membership(resident, account=make_account(password_hash=HASH)).account
    company = make_offer(items=[make_item(quantity=2)], engagement_limit=1)
    need = make_need(slots=[make_slot(), make_slot()])
    partnership = make_partnership(need=need, offers=[make_offer(participant=resident), company])
    session.add_all([account, partnership])
    session.flush()
    take(session, partnership)
    session.commit()

    counters: list[Slot | OfferItem] = [*need.slots, *company.items]
    asked = [need.participant, company.participant]

    erase(signed_in(account))

    assert partnership.stage is Stage.WITHDRAWN
    assert [counter.promised for counter in counters] == [0, 0, 0]
    assert [one.open_enquiries for one in asked] == [0, 0]
    assert company.engagements == 0


def test_what_others_were_about_to_read_of_the_person_is_gone(
    person: Account, session: AuditedSession, signed_in: Callable[[Account], FlaskClient]
) -> None:
    body = make_participant(contact_email=person.email)
    make_membership(body, account=person)
    title = make_need(participant=person.memberships[0].participant, title=f"{MARKER} title")
    other = make_account()
    session.add_all(
        [
            body,
            own := make_partnership(need=title),
            OutboxMail(to_account=other, to_address=other.email, locale="ja", template="t", subject="s", body=MARKER),
            OutboxMail(
                to_account=other,
                to_address=other.email,
                locale="ja",
                template="all-said-yes",
                subject="s",
                body=f"… {person.memberships[0].participant.name} …",
            ),
        ]
    )
    session.flush()
    take(session, own)
    session.add(HandledRequest(account_id=other.id, key="k2", fingerprint="f", status=200, body=MARKER))

    erase(signed_in(person))

    assert MARKER.lower() not in values(session).lower()


def test_a_wrong_password_erases_nothing(
    person: Account, session: AuditedSession, signed_in: Callable[[Account], FlaskClient]
) -> None:
    answer = signed_in(person).post("/account/erase", data={"password": "not the password", "sure": "y"})

    assert answer.status_code == 422
    assert MARKER in values(session)


def test_a_token_is_shown_once_and_opens_the_api(
    client: FlaskClient, signed_in: Callable[[Account], FlaskClient]
) -> None:
    account = make_account()
    browser = signed_in(account)
    page = browser.post("/account/tokens", data={"name": "集計"}).text
    token = page.partition("<code>")[2].partition("</code>")[0]

    answer = client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})

    assert answer.get_json()["email"] == account.email
    assert token not in browser.get("/account").text


def test_a_token_is_not_kept_with_the_answer_to_its_form(
    session: AuditedSession, signed_in: Callable[[Account], FlaskClient]
) -> None:
    browser = signed_in(make_account())
    page = browser.post("/account/tokens", data={"name": "集計", "_once": "k"}).text
    token = page.partition("<code>")[2].partition("</code>")[0]

    again = browser.post("/account/tokens", data={"name": "集計", "_once": "k"})

    assert again.headers["Location"] == "/account"
    assert token not in values(session)
    assert len(session.scalars(select(ApiToken)).all()) == 1


def test_setting_a_password_closes_every_token(
    session: AuditedSession, signed_in: Callable[[Account], FlaskClient]
) -> None:
    account = make_account(password_hash=HASH)
    browser = signed_in(account)
    browser.post("/account/tokens", data={"name": "集計"})

    new = "あたらしい合言葉をひとつ"
    browser.post("/account/password", data={"current": PASSWORD, "password": new, "again": new})

    assert session.scalars(select(ApiToken)).one().revoked_at is not None


def test_a_revoked_token_opens_nothing(
    session: AuditedSession, client: FlaskClient, signed_in: Callable[[Account], FlaskClient]
) -> None:
    browser = signed_in(make_account())
    page = browser.post("/account/tokens", data={"name": "集計"}).text
    token = page.partition("<code>")[2].partition("</code>")[0]
    browser.post(f"/account/tokens/{session.scalars(select(ApiToken)).one().id}/revoke")

    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_a_signed_in_browser_alone_does_not_open_the_api(signed_in: Callable[[Account], FlaskClient]) -> None:
    assert signed_in(make_account()).get("/api/v1/me").status_code == 401


def test_what_must_not_be_empty_is_forgotten_by_putting_a_word_in_its_place() -> None:
    left_empty = []
    for name in set(BELONGS_BY) - set(DELETED_ON_ERASURE):
        table = Base.metadata.tables[name]
        for check in (one for one in table.constraints if isinstance(one, CheckConstraint)):
            rule = str(check.sqltext)
            forgotten = [
                column in NEVER_EMPTY
                for column in re.findall(r"(\w+) <> ''", rule)
                if CATALOGUE[name][column] is not Privacy.OPEN and not table.c[column].nullable
            ]
            if forgotten and not (any(forgotten) if " OR " in rule else all(forgotten)):
                left_empty.append((name, rule))

    assert left_empty == []
