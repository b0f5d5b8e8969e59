import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models import Account, AuditedSession, Draft, DraftKind, Need, OutboxMail, SignIn, utc_now
from tests.factories import (
    make_account,
    make_appointment,
    make_district,
    make_membership,
    make_municipality,
    make_participant,
)
from web.accounts.services.entering import LASTS, LinkKind, link_of_token
from web.drafts.services import save_for_browser
from web.security import hash_password, token_hash

NewestLink = Callable[[], str]


@pytest.fixture
def account(session: AuditedSession) -> Account:
    account = make_account(email="hanako@hiyori.example")
    session.add(account)
    session.commit()
    return account


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def ask(client: FlaskClient, email: str = "hanako@hiyori.example") -> str:
    return client.post("/sign-in/link", data={"email": email}).text


def keep_draft(session: AuditedSession, client: FlaskClient) -> None:
    token = uuid4().hex
    save_for_browser(session, token_hash(token), DraftKind.ABILITIES, {"what": ["送迎"]}, at=utc_now())
    session.commit()
    with client.session_transaction() as cookie:
        cookie["draft"] = token


def test_a_link_signs_in_without_a_password(client: FlaskClient, account: Account, newest_link: NewestLink) -> None:
    ask(client)

    answer = client.post(newest_link())

    assert (answer.status_code, answer.location) == (303, "/")
    assert is_signed_in(client)
    assert account.password_hash is None


def test_looking_at_a_link_changes_nothing(
    client: FlaskClient, account: Account, session: AuditedSession, newest_link: NewestLink
) -> None:
    ask(client)

    page = client.get(newest_link())

    assert (page.status_code, account.link_used_at) == (200, None)
    assert session.scalars(select(SignIn)).all() == []
    assert client.post(newest_link()).status_code == 303


@pytest.mark.usefixtures("account")
def test_a_link_signs_in_once(client: FlaskClient, app: Flask, newest_link: NewestLink) -> None:
    ask(client)
    client.post(newest_link())

    assert app.test_client().post(newest_link()).status_code == 410


@pytest.mark.usefixtures("account")
def test_an_older_link_dies_with_the_one_that_was_used(client: FlaskClient, newest_link: NewestLink) -> None:
    ask(client)
    older = newest_link()
    ask(client)
    client.post(newest_link())

    assert client.get(older).status_code == 410


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(("minutes", "works"), [(29, True), (31, False)])
def test_a_link_to_sign_in_lasts_half_an_hour(
    app: Flask,
    client: FlaskClient,
    session: AuditedSession,
    newest_link: NewestLink,
    minutes: int,
    *,
    works: bool,
) -> None:
    ask(client)
    token = newest_link().rsplit("/", 1)[1]

    later = utc_now() + timedelta(minutes=minutes)
    link = link_of_token(session, token, LinkKind.SIGN_IN, secret=app.config["SECRET_KEY"], at=later)

    assert (link is not None) is works
    assert LASTS[LinkKind.WELCOME] > LASTS[LinkKind.SIGN_IN]


def test_a_link_of_another_kind_does_not_sign_in(
    client: FlaskClient, account: Account, newest_link: NewestLink
) -> None:
    client.post("/password", data={"email": account.email})
    token = newest_link().rsplit("/", 1)[1]

    assert client.post(f"/sign-in/link/{token}").status_code == 410
    assert client.post(f"/welcome/{token}").status_code == 410


@pytest.mark.usefixtures("account")
def test_a_changed_link_does_nothing(client: FlaskClient, newest_link: NewestLink) -> None:
    ask(client)

    assert client.post(newest_link()[:-3] + "abc").status_code == 410


def test_a_suspended_account_gets_in_by_no_link(client: FlaskClient, account: Account, newest_link: NewestLink) -> None:
    ask(client)
    account.suspend(at=utc_now())

    assert client.post(newest_link()).status_code == 410


@pytest.mark.usefixtures("account")
def test_known_and_unknown_addresses_see_the_same_page(client: FlaskClient) -> None:
    def plain(page: str) -> str:
        return re.sub(r'nonce="[^"]*"|name="(_once|csrf_token)"[^>]*', "", page).replace("nobody@", "hanako@")

    assert plain(ask(client)) == plain(ask(client, "nobody@hiyori.example"))


def test_an_unknown_address_is_told_by_mail(client: FlaskClient, session: AuditedSession) -> None:
    ask(client, "nobody@hiyori.example")

    assert session.scalars(select(OutboxMail.template)).all() == ["no-account"]


@pytest.mark.usefixtures("session")
def test_an_address_is_not_flooded_with_mail(
    make_app: Callable[..., Flask],
    account: Account,
) -> None:
    client = make_app(rate_limits=True).test_client()

    answers = [client.post("/sign-in/link", data={"email": account.email}).status_code for _ in range(7)]

    assert answers == [200] * 6 + [429]


def test_a_link_does_not_replace_the_second_factor(
    make_app: Callable[..., Flask], account: Account, session: AuditedSession, newest_link: NewestLink
) -> None:
    session.add(make_appointment(make_municipality(), account=account))
    account.second_factor_secret, account.second_factor_since = pyotp.random_base32(), utc_now()
    session.commit()
    client = make_app(second_factor=True).test_client()
    ask(client)

    assert client.post(newest_link()).location == "/sign-in/code"
    assert client.get("/desk").location == "/sign-in/code"


@pytest.mark.usefixtures("account")
def test_the_reader_comes_to_the_page_that_was_wanted_also_in_another_browser(
    app: Flask, client: FlaskClient, newest_link: NewestLink
) -> None:
    client.get("/partnerships?page=1")
    ask(client)

    assert app.test_client().post(newest_link()).location == "/partnerships?page=1"


def test_signing_up_needs_no_password(client: FlaskClient, session: AuditedSession, newest_link: NewestLink) -> None:
    client.post("/sign-up", data={"name": "新田 さくら", "email": "new@hiyori.example"})
    looked = client.get(newest_link())

    answer = client.post(newest_link())

    account = session.scalars(select(Account)).one()
    assert (looked.status_code, answer.status_code, account.password_hash) == (200, 303, None)
    assert account.confirmed_at is not None
    assert is_signed_in(client)


@pytest.mark.usefixtures("session")
def test_who_wants_a_passkey_is_led_to_it_first(client: FlaskClient, newest_link: NewestLink) -> None:
    client.post("/sign-up", data={"name": "新田 さくら", "email": "new@hiyori.example"})

    assert client.post(newest_link(), data={"next": "passkey"}).location == "/account/passkeys/new"


def test_signing_up_again_before_the_first_link_was_opened_sends_another_welcome(
    client: FlaskClient, session: AuditedSession
) -> None:
    for _ in range(2):
        client.post("/sign-up", data={"name": "新田 さくら", "email": "new@hiyori.example"})

    assert session.scalars(select(OutboxMail.template)).all() == ["welcome", "welcome"]


def test_answers_from_before_the_sign_up_reach_the_account_in_another_browser(
    app: Flask, client: FlaskClient, session: AuditedSession, newest_link: NewestLink
) -> None:
    keep_draft(session, client)
    client.post("/sign-up", data={"name": "新田 さくら", "email": "new@hiyori.example"})

    answer = app.test_client().post(newest_link())

    draft = session.scalars(select(Draft)).one()
    assert draft.account is not None
    assert (draft.account.email, draft.token_hash) == ("new@hiyori.example", None)
    assert answer.location in {"/account/register", "/can-do/register"}


def test_answers_reach_an_account_that_signs_in_with_its_password(
    client: FlaskClient, account: Account, session: AuditedSession
) -> None:
    account.password_hash = hash_password("縁をむすぶ合言葉")
    keep_draft(session, client)

    client.post("/sign-in", data={"email": account.email, "password": "縁をむすぶ合言葉"})

    assert session.scalars(select(Draft.account_id)).all() == [account.id]
    with client.session_transaction() as cookie:
        assert "draft" not in cookie


def test_signing_up_with_the_address_of_another_gives_them_no_answers(
    client: FlaskClient, account: Account, session: AuditedSession
) -> None:
    keep_draft(session, client)

    client.post("/sign-up", data={"name": "だれか", "email": account.email})

    assert session.scalars(select(Draft.account_id)).all() == [None]


def test_who_registered_long_ago_is_not_led_away_by_an_old_draft(
    client: FlaskClient, account: Account, session: AuditedSession, newest_link: NewestLink
) -> None:
    session.add(make_membership(make_participant(), account=account))
    session.add(
        Draft(
            kind=DraftKind.ABILITIES,
            content={},
            saved_at=utc_now(),
            expires_at=utc_now() + timedelta(days=1),
            account=account,
        )
    )
    ask(client)

    assert client.post(newest_link()).location == "/"


def test_who_began_a_need_before_the_sign_up_comes_back_to_it_and_posts_it(
    app: Flask, client: FlaskClient, session: AuditedSession, newest_link: NewestLink
) -> None:
    place = make_district()
    session.add(place)
    session.commit()
    client.post("/needs/begin", data={"kind": "snow"})
    client.post("/needs/begin/check", data={"go": "sign-up"})
    client.post("/sign-up", data={"name": "新田 さくら", "email": "new@hiyori.example"})
    browser = app.test_client()

    entered = browser.post(newest_link())
    asked = browser.get(entered.location).text
    association = {"kind": "neighborhood_association", "name": "北山町内会", "area": str(place.id), "is_adult": "y"}
    registered = browser.post("/account/register", data=association)
    browser.post("/needs/begin/post")

    need = session.scalars(select(Need)).one()
    assert (entered.location, registered.location) == ("/needs/begin/check", "/needs/begin/check")
    assert "団体を登録してください" in asked
    assert (need.participant.name, need.is_open) == ("北山町内会", True)
