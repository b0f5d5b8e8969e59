import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models import Account, AuditedSession, Consent, ConsentPurpose, Membership, OutboxMail, Participant, Role
from tests.factories import make_account, make_municipality
from web.security import hash_password

PASSWORD = "なかよく暮らすまちへ"
TOKEN = re.compile(r"https?://[^/]+/welcome/(\S+)")


def sign_up(client: FlaskClient, email: str = "new@hiyori.example") -> str:
    return client.post("/sign-up", data={"name": "新田 さくら", "email": email}).text


def link_in(session: AuditedSession) -> str:
    body = session.scalars(select(OutboxMail.body).order_by(OutboxMail.created_at.desc()).limit(1)).one()
    found = TOKEN.search(body)
    assert found is not None
    return f"/password/{found.group(1)}"


def set_password(client: FlaskClient, link: str, password: str = PASSWORD) -> int:
    return client.post(link, data={"password": password, "again": password}).status_code


def test_a_new_account_waits_for_its_link(client: FlaskClient, session: AuditedSession) -> None:
    sign_up(client)

    account = session.scalars(select(Account)).one()
    assert (account.email, account.confirmed_at) == ("new@hiyori.example", None)


def test_the_link_sets_the_password_and_opens_a_session(client: FlaskClient, session: AuditedSession) -> None:
    sign_up(client)

    assert set_password(client, link_in(session)) == 303
    assert client.get("/account").status_code == 200


def test_the_link_works_once(client: FlaskClient, session: AuditedSession) -> None:
    sign_up(client)
    link = link_in(session)
    set_password(client, link)

    assert set_password(client, link, "もうひとつの合言葉") == 410


def test_a_made_up_link_does_nothing(client: FlaskClient) -> None:
    assert set_password(client, "/password/made-up") == 410


def test_a_known_and_a_new_address_see_the_same_page(client: FlaskClient, session: AuditedSession) -> None:
    session.add(make_account(email="known@hiyori.example", password_hash=hash_password(PASSWORD)))
    session.commit()

    def plain(page: str) -> str:
        return re.sub(r'nonce="[^"]*"|name="(_once|csrf_token)"[^>]*', "", page).replace("known@", "new@")

    assert plain(sign_up(client, "known@hiyori.example")) == plain(sign_up(client))


def test_signing_up_with_a_known_address_changes_nothing_of_it(client: FlaskClient, session: AuditedSession) -> None:
    account = make_account(email="known@hiyori.example", name="日和 花子")
    session.add(account)
    session.commit()

    sign_up(client, "known@hiyori.example")

    assert session.scalars(select(Account.name)).all() == ["日和 花子"]


def test_an_unknown_address_that_forgot_its_password_is_told_by_mail(
    client: FlaskClient, session: AuditedSession
) -> None:
    client.post("/password", data={"email": "nobody@hiyori.example"})

    assert session.scalars(select(OutboxMail.template)).all() == ["no-account"]


def test_a_short_password_is_refused(client: FlaskClient, session: AuditedSession) -> None:
    sign_up(client)

    assert set_password(client, link_in(session), "短い") == 422


def test_two_different_passwords_are_refused(client: FlaskClient, session: AuditedSession) -> None:
    sign_up(client)

    answer = client.post(link_in(session), data={"password": PASSWORD, "again": PASSWORD + "x"})

    assert answer.status_code == 422


def test_a_bad_address_is_refused_and_the_name_is_kept(client: FlaskClient) -> None:
    answer = client.post("/sign-up", data={"name": "新田 さくら", "email": "not an address"})

    assert answer.status_code == 422
    assert "新田 さくら" in answer.text


def test_unknown_fields_have_no_effect(client: FlaskClient, session: AuditedSession) -> None:
    client.post(
        "/sign-up",
        data={"name": "x", "email": "new@hiyori.example", "is_demo": "1", "role": "administrator", "confirmed_at": "1"},
    )

    account = session.scalars(select(Account)).one()
    assert (account.is_demo, account.confirmed_at, account.is_staff) == (False, None, False)


def register(client: FlaskClient, session: AuditedSession, **changes: str) -> int:
    area = make_municipality()
    session.add(area)
    session.commit()
    values = {"kind": "resident", "name": "新田 さくら", "area": str(area.id), "is_adult": "y", "projects": "y"}
    return client.post("/account/register", data=values | changes).status_code


def test_a_resident_registers_with_each_consent_by_itself(client: FlaskClient, session: AuditedSession) -> None:
    sign_up(client)
    set_password(client, link_in(session))

    assert register(client, session) == 303
    assert session.scalars(select(Consent.purpose)).all() == [ConsentPurpose.PROJECTS]
    assert session.scalars(select(Membership.role)).all() == [Role.RESIDENT]


def test_somebody_under_18_is_sent_to_the_counter(client: FlaskClient, session: AuditedSession) -> None:
    sign_up(client)
    set_password(client, link_in(session))

    assert register(client, session, is_adult="") == 422
    assert session.scalars(select(Participant)).all() == []


def test_an_account_belongs_to_one_person(client: FlaskClient, session: AuditedSession) -> None:
    sign_up(client)
    set_password(client, link_in(session))
    register(client, session)

    assert register(client, session, name="別の人") == 400


def test_an_organisation_gets_the_account_as_its_manager(client: FlaskClient, session: AuditedSession) -> None:
    sign_up(client)
    set_password(client, link_in(session))

    assert register(client, session, kind="npo", name="ひより食堂") == 303
    assert session.scalars(select(Membership.role)).all() == [Role.MANAGER]


@pytest.mark.parametrize("kind", ["government", "intermediary"])
def test_nobody_registers_as_a_public_office_at_their_own_word(
    client: FlaskClient, session: AuditedSession, kind: str
) -> None:
    sign_up(client)
    set_password(client, link_in(session))

    assert register(client, session, kind=kind, name="日和市役所") == 422


def test_a_place_that_is_not_offered_is_refused(client: FlaskClient, session: AuditedSession) -> None:
    sign_up(client)
    set_password(client, link_in(session))

    assert register(client, session, area="elsewhere") == 422


def test_an_address_typed_in_full_width_letters_is_the_one_that_mail_reaches(
    client: FlaskClient, session: AuditedSession
) -> None:
    sign_up(client, "ｎｅｗ＠ｈｉｙｏｒｉ．ｅｘａｍｐｌｅ ")

    assert session.scalars(select(Account.email)).all() == ["new@hiyori.example"]
