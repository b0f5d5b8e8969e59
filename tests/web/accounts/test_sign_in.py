import re
from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models import Account, ApiToken, AuditedSession, Role, SignIn, SignInAttempt, utc_now
from tests.factories import make_account, make_appointment, make_municipality
from web.security import hash_password, token_hash

PASSWORD = "縁をむすぶ合言葉"
HASH = hash_password(PASSWORD)


@pytest.fixture
def account(session: AuditedSession) -> Account:
    account = make_account(email="hanako@hiyori.example", password_hash=HASH)
    session.add(account)
    session.commit()
    return account


def sign_in(client: FlaskClient, email: str, password: str = PASSWORD) -> int:
    return client.post("/sign-in", data={"email": email, "password": password}).status_code


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def test_address_and_password_open_a_session(client: FlaskClient, account: Account) -> None:
    assert sign_in(client, account.email) == 303
    assert is_signed_in(client)


def test_the_address_may_be_typed_in_capitals(client: FlaskClient, account: Account) -> None:
    assert sign_in(client, f"  {account.email.upper()} ") == 303


def test_the_address_may_be_typed_in_full_width_letters(client: FlaskClient, account: Account) -> None:
    full_width = account.email.translate({ord(sign): ord(sign) + 0xFEE0 for sign in account.email})

    assert sign_in(client, full_width) == 303


def test_known_and_unknown_addresses_get_the_same_bytes(client: FlaskClient, account: Account) -> None:
    known = client.post("/sign-in", data={"email": account.email, "password": "wrong password"})
    unknown = client.post("/sign-in", data={"email": "nobody@hiyori.example", "password": "wrong password"})

    def plain(page: str) -> str:
        page = re.sub(r'nonce="[^"]*"|name="(_once|csrf_token)"[^>]*', "", page)
        return page.replace(account.email, "").replace("nobody@hiyori.example", "")

    assert (known.status_code, plain(known.text)) == (unknown.status_code, plain(unknown.text))


def test_an_unknown_address_is_checked_against_a_password_too(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    from web import security

    verify = security._hasher.verify

    class Watched:
        def verify(self, stored: str, password: str) -> bool:
            checked.append(stored)
            return verify(stored, password)

    monkeypatch.setattr(security, "_hasher", Watched())

    sign_in(client, "nobody@hiyori.example")

    assert checked == [security._NOBODY]


def test_signing_in_begins_a_new_session(client: FlaskClient, account: Account, session: AuditedSession) -> None:
    sign_in(client, account.email)
    sign_in(client, account.email)

    first, second = session.scalars(select(SignIn).order_by(SignIn.created_at)).all()
    assert first.ended_at is not None
    assert second.ended_at is None


def test_signing_out_ends_the_session_on_the_server(client: FlaskClient, account: Account) -> None:
    sign_in(client, account.email)
    cookie = client.get_cookie("enishi")
    assert cookie is not None
    client.post("/sign-out")

    client.set_cookie("enishi", cookie.value)

    assert not is_signed_in(client)


def test_a_suspended_account_is_out_with_the_next_request(
    client: FlaskClient, account: Account, session: AuditedSession
) -> None:
    sign_in(client, account.email)

    account.suspend(at=utc_now())
    session.commit()

    assert not is_signed_in(client)


def test_an_old_session_has_ended(client: FlaskClient, account: Account, session: AuditedSession) -> None:
    sign_in(client, account.email)
    session.scalars(select(SignIn)).one().expires_at = utc_now() - timedelta(seconds=1)
    session.commit()

    assert not is_signed_in(client)


def test_changing_the_password_ends_other_sessions(app: Flask, client: FlaskClient, account: Account) -> None:
    elsewhere = app.test_client()
    sign_in(client, account.email)
    sign_in(elsewhere, account.email)

    changed = client.post(
        "/account/password",
        data={"current": PASSWORD, "password": "新しい合言葉でひらく", "again": "新しい合言葉でひらく"},
    )

    assert changed.status_code == 303
    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)


def test_a_changed_role_counts_from_the_next_request(
    client: FlaskClient, account: Account, session: AuditedSession
) -> None:
    sign_in(client, account.email)
    before = client.get("/desk").status_code

    session.add(make_appointment(make_municipality(), account=account))
    session.commit()

    assert (before, client.get("/desk").status_code) == (403, 200)


def test_the_reader_returns_to_the_page_that_was_wanted(client: FlaskClient, account: Account) -> None:
    client.get("/partnerships?page=1")

    answer = client.post("/sign-in", data={"email": account.email, "password": PASSWORD})

    assert answer.headers["Location"] == "/partnerships?page=1"


def test_a_failed_sign_in_keeps_the_address_that_was_typed(client: FlaskClient, account: Account) -> None:
    answer = client.post("/sign-in", data={"email": account.email, "password": "wrong password"})

    assert answer.status_code == 422
    assert account.email in answer.text


@pytest.fixture
def guarded(make_app: Callable[..., Flask]) -> Flask:
    """Return an application that counts failed sign-ins."""
    return make_app(rate_limits=True)


def test_the_eleventh_attempt_is_too_many(guarded: Flask, account: Account) -> None:
    client = guarded.test_client()
    answers = [sign_in(client, account.email, "wrong password") for _ in range(10)]

    assert answers == [422] * 10
    assert sign_in(client, account.email) == 429


def test_failures_are_forgotten_after_five_minutes(guarded: Flask, account: Account, session: AuditedSession) -> None:
    client = guarded.test_client()
    for _ in range(10):
        sign_in(client, account.email, "wrong password")
    for attempt in session.scalars(select(SignInAttempt)):
        attempt.created_at = utc_now() - timedelta(minutes=6)
    session.commit()

    assert sign_in(client, account.email) == 303


def test_failures_are_counted_without_the_address_itself(guarded: Flask, session: AuditedSession) -> None:
    sign_in(guarded.test_client(), "somebody@hiyori.example", "wrong password")

    assert "somebody" not in " ".join(session.scalars(select(SignInAttempt.subject_hash)))


@pytest.fixture
def strict(make_app: Callable[..., Flask]) -> Flask:
    """Return an application in which staff need a second factor."""
    return make_app(second_factor=True)


def test_staff_set_up_an_authenticator_and_are_in(strict: Flask, account: Account, session: AuditedSession) -> None:
    session.add(make_appointment(make_municipality(), account=account))
    session.commit()
    client = strict.test_client()
    sign_in(client, account.email)
    closed = client.get("/desk")
    page = client.get("/account/second-factor")
    secret = re.findall(r"[A-Z2-7]{32}", page.text)[0]

    client.post("/account/second-factor", data={"code": pyotp.TOTP(secret).now()})

    assert closed.headers["Location"] == "/sign-in/code"
    assert client.get("/desk").status_code == 200


def test_staff_without_the_code_stay_outside(strict: Flask, account: Account, session: AuditedSession) -> None:
    session.add(make_appointment(make_municipality(), account=account, role=Role.ADMINISTRATOR))
    account.second_factor_secret = pyotp.random_base32()
    account.second_factor_since = utc_now()
    session.commit()
    client = strict.test_client()
    sign_in(client, account.email)

    client.post("/sign-in/code", data={"code": "000000"})

    assert client.get("/board").headers["Location"] == "/sign-in/code"


def test_codes_cannot_be_guessed_without_end(
    make_app: Callable[..., Flask], account: Account, session: AuditedSession
) -> None:
    account.second_factor_secret = pyotp.random_base32()
    account.second_factor_since = utc_now()
    session.commit()
    client = make_app(rate_limits=True).test_client()
    sign_in(client, account.email)

    answers = [client.post("/sign-in/code", data={"code": "000000"}).status_code for _ in range(11)]

    assert answers == [422] * 10 + [429]


@pytest.mark.parametrize("code", ["²²²²²²", "①②③④⑤⑥", "", "x", "\x00", "１２３４５６"])
def test_an_odd_code_is_only_wrong(strict: Flask, account: Account, session: AuditedSession, code: str) -> None:
    account.second_factor_secret = pyotp.random_base32()
    account.second_factor_since = utc_now()
    session.commit()
    client = strict.test_client()
    sign_in(client, account.email)

    assert client.post("/sign-in/code", data={"code": code}).status_code == 422


def test_a_token_is_no_way_around_the_second_factor(strict: Flask, account: Account, session: AuditedSession) -> None:
    session.add(ApiToken(account=account, name="t", token_hash=token_hash("t"), expires_at=utc_now() + timedelta(1)))
    session.commit()
    client = strict.test_client()
    before = client.get("/api/v1/me", headers={"Authorization": "Bearer t"}).status_code

    session.add(make_appointment(make_municipality(), account=account))
    session.commit()

    assert (before, client.get("/api/v1/me", headers={"Authorization": "Bearer t"}).status_code) == (200, 401)


def test_a_code_counts_once(strict: Flask, account: Account, session: AuditedSession) -> None:
    account.second_factor_secret = pyotp.random_base32()
    account.second_factor_since = utc_now()
    session.commit()
    code = pyotp.TOTP(account.second_factor_secret).now()
    first, second = strict.test_client(), strict.test_client()
    for client in (first, second):
        sign_in(client, account.email)

    answers = [client.post("/sign-in/code", data={"code": code}).status_code for client in (first, second)]

    assert answers == [303, 422]


def test_an_open_browser_changes_no_authenticator_later(
    account: Account, signed_in: Callable[[Account], FlaskClient], session: AuditedSession
) -> None:
    browser = signed_in(account)
    browser.get("/account/second-factor")
    with browser.session_transaction() as cookie:
        secret = cookie["second_factor_secret"]
    session.scalars(select(SignIn)).one().created_at = utc_now() - timedelta(minutes=16)

    browser.post("/account/second-factor", data={"code": pyotp.TOTP(secret).now()})

    assert account.second_factor_since is None


def test_someone_else_cannot_enrol_for_an_account_that_has_an_authenticator(
    strict: Flask, account: Account, session: AuditedSession
) -> None:
    account.second_factor_secret = pyotp.random_base32()
    account.second_factor_since = utc_now()
    session.commit()
    client = strict.test_client()
    sign_in(client, account.email)

    assert client.get("/account/second-factor").status_code == 302


def test_language_is_chosen_and_the_reader_stays_on_the_page(
    client: FlaskClient, account: Account, session: AuditedSession
) -> None:
    sign_in(client, account.email)

    answer = client.post("/language", data={"locale": "en", "back": "/account?x=1"})

    assert answer.headers["Location"] == "/account?x=1"
    assert 'lang="en"' in client.get("/account").text
    session.refresh(account)
    assert account.locale == "en"


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "/nowhere", "", "javascript:x"])
def test_language_never_leads_elsewhere(client: FlaskClient, back: str) -> None:
    assert client.post("/language", data={"locale": "ja", "back": back}).headers["Location"] == "/"


def test_line_breaks_in_an_address_stay_out_of_headers(client: FlaskClient) -> None:
    answer = client.post("/language", data={"locale": "ja", "back": "/needs?q=a\r\nSet-Cookie: x=1"})

    assert answer.status_code == 303
    assert "Set-Cookie: x" not in answer.headers["Location"]


def test_an_unknown_language_is_refused(client: FlaskClient) -> None:
    assert client.post("/language", data={"locale": "xx"}).status_code == 422


def test_pages_behind_the_sign_in_are_not_stored(account: Account, signed_in: Callable[[Account], FlaskClient]) -> None:
    assert signed_in(account).get("/account").headers["Cache-Control"] == "no-store"
