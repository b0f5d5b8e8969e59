from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models import Account, AuditedSession, SignIn, utc_now
from tests.factories import make_account
from web.security import hash_password, password_matches

SignedIn = Callable[[Account], FlaskClient]
PASSWORD = "みんなでつくる合言葉"


@pytest.fixture
def account(session: AuditedSession) -> Account:
    account = make_account(email="hanako@hiyori.example")
    session.add(account)
    session.commit()
    return account


def let_time_pass(session: AuditedSession) -> None:
    session.scalars(select(SignIn)).one().created_at = utc_now() - timedelta(minutes=16)
    session.commit()


@pytest.mark.usefixtures("session")
def test_who_has_just_signed_in_sets_a_first_password(
    account: Account,
    signed_in: SignedIn,
) -> None:
    answer = signed_in(account).post("/account/password", data={"password": PASSWORD, "again": PASSWORD})

    assert answer.status_code == 303
    assert password_matches(account.password_hash, PASSWORD)


def test_an_open_browser_sets_no_password_later(account: Account, signed_in: SignedIn, session: AuditedSession) -> None:
    browser = signed_in(account)
    let_time_pass(session)

    answer = browser.post("/account/password", data={"password": PASSWORD, "again": PASSWORD})

    assert "/sign-in/link" in answer.text
    assert account.password_hash is None


def test_an_open_browser_erases_nothing_later(account: Account, signed_in: SignedIn, session: AuditedSession) -> None:
    browser = signed_in(account)
    let_time_pass(session)

    browser.post("/account/erase", data={"sure": "y"})

    assert account.email == "hanako@hiyori.example"


def test_a_fresh_link_leads_back_to_the_erasure(
    account: Account, signed_in: SignedIn, session: AuditedSession, newest_link: Callable[[], str]
) -> None:
    browser = signed_in(account)
    let_time_pass(session)
    browser.get("/account/erase")
    browser.post("/sign-in/link", data={"email": account.email})

    back = browser.post(newest_link()).location

    assert back == "/account/erase"
    assert browser.post(back, data={"sure": "y"}).status_code == 200
    assert account.suspended_at is not None


@pytest.mark.usefixtures("session")
def test_a_password_is_removed_with_itself_alone(
    account: Account,
    signed_in: SignedIn,
) -> None:
    account.password_hash = hash_password(PASSWORD)
    browser, elsewhere = signed_in(account), signed_in(account)

    wrong = browser.post("/account/password/remove", data={"current": "not this one"})
    kept = account.password_hash is not None
    right = browser.post("/account/password/remove", data={"current": PASSWORD})

    assert (wrong.status_code, right.status_code) == (422, 303)
    assert kept
    assert account.password_hash is None
    assert browser.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302
