from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models import Account, AuditedSession, OutboxMail, Passkey, PasskeyChallenge, SignIn, utc_now
from tests.factories import make_account, make_appointment, make_municipality
from tests.factories.passkeys import Device
from web.config import Settings

SITE = "http://localhost"


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """Return the application under a name, because browsers tie no passkey to a bare network address."""
    return make_app(base_url=SITE)


@pytest.fixture
def account(session: AuditedSession) -> Account:
    account = make_account(email="hanako@hiyori.example")
    session.add(account)
    session.commit()
    return account


@pytest.fixture
def device(account: Account, signed_in: Callable[[Account], FlaskClient]) -> Device:
    """Return a device whose passkey the account has added."""
    device = Device()
    assert add(signed_in(account), device) == 303
    return device


def question(browser: FlaskClient, path: str = "/sign-in/passkey/options") -> dict[str, Any]:
    options = browser.post(path).json
    assert options is not None
    return cast("dict[str, Any]", options)


def add(browser: FlaskClient, device: Device) -> int:
    options = question(browser, "/account/passkeys/options")
    data = {"credential": device.create(options), "name": "スマホ"}
    return browser.post("/account/passkeys/new", data=data).status_code


def sign_in(browser: FlaskClient, device: Device) -> int:
    options = question(browser)
    return browser.post("/sign-in/passkey", data={"credential": device.get(options)}).status_code


def is_signed_in(browser: FlaskClient) -> bool:
    return browser.get("/account").status_code == 200


def test_a_passkey_signs_in_by_itself(client: FlaskClient, device: Device, session: AuditedSession) -> None:
    assert sign_in(client, device) == 303
    assert is_signed_in(client)
    passkey = session.scalars(select(Passkey)).one()
    assert (passkey.name, passkey.sign_count, passkey.transports) == ("スマホ", 1, ["internal"])
    assert passkey.last_used_at is not None


def test_the_owner_is_told_of_a_new_passkey(device: Device, session: AuditedSession) -> None:
    del device
    assert session.scalars(select(OutboxMail.template)).all() == ["passkey-added"]


def test_an_answer_counts_once(app: Flask, client: FlaskClient, device: Device) -> None:
    options = question(client)
    cookie = client.get_cookie("enishi")
    assert cookie is not None
    answer = device.get(options)
    client.post("/sign-in/passkey", data={"credential": answer})
    thief = app.test_client()
    thief.set_cookie("enishi", cookie.value)

    again = thief.post("/sign-in/passkey", data={"credential": answer})

    assert again.status_code == 422
    assert not is_signed_in(thief)


def test_a_refused_answer_uses_up_its_question(client: FlaskClient, device: Device, session: AuditedSession) -> None:
    options = question(client)
    client.post("/sign-in/passkey", data={"credential": "not an answer"})

    assert client.post("/sign-in/passkey", data={"credential": device.get(options)}).status_code == 422
    assert session.scalars(select(PasskeyChallenge)).all() == []


def test_a_question_is_good_for_minutes(client: FlaskClient, device: Device, session: AuditedSession) -> None:
    options = question(client)
    session.scalars(select(PasskeyChallenge)).one().expires_at = utc_now() - timedelta(seconds=1)

    assert client.post("/sign-in/passkey", data={"credential": device.get(options)}).status_code == 422


def test_the_answer_to_the_question_of_another_browser_is_refused(
    app: Flask, client: FlaskClient, device: Device
) -> None:
    other = app.test_client()
    options = question(client)
    other.post("/sign-in/passkey/options")

    assert other.post("/sign-in/passkey", data={"credential": device.get(options)}).status_code == 422


@pytest.mark.parametrize(
    "changes",
    [{"origin": "http://elsewhere.example"}, {"verifies_person": False}, {"owner": "AAAA"}, {"credential_id": b"x"}],
    ids=["another site", "nobody showed a face", "another account", "an unknown key"],
)
def test_what_does_not_prove_enough_is_refused(client: FlaskClient, device: Device, changes: dict[str, object]) -> None:
    assert sign_in(client, replace(device, **changes)) == 422  # type: ignore[arg-type]  # the fields of a device
    assert not is_signed_in(client)


def test_another_key_under_a_known_name_is_refused(client: FlaskClient, device: Device) -> None:
    forged = Device(credential_id=device.credential_id, owner=device.owner)

    assert sign_in(client, forged) == 422


def test_a_copied_key_is_noticed_by_its_count(client: FlaskClient, app: Flask, device: Device) -> None:
    copy = replace(device)
    for _ in range(2):
        sign_in(client, device)

    assert sign_in(app.test_client(), copy) == 422


@pytest.mark.parametrize("nonsense", ["", "null", "[]", '{"id": 1}', '{"id": "x", "response": 1}', "[" * 9999])
def test_nonsense_is_only_wrong(client: FlaskClient, nonsense: str) -> None:
    client.post("/sign-in/passkey/options")

    assert client.post("/sign-in/passkey", data={"credential": nonsense}).status_code == 422


def test_a_suspended_account_gets_in_by_no_passkey(client: FlaskClient, account: Account, device: Device) -> None:
    account.suspend(at=utc_now())

    assert sign_in(client, device) == 422


def test_failures_are_counted(make_app: Callable[..., Flask]) -> None:
    client = make_app(base_url=SITE, rate_limits=True).test_client()

    answers = [sign_in(client, Device()) for _ in range(11)]

    assert answers == [422] * 10 + [429]


def test_a_passkey_is_both_factors_of_staff(
    make_app: Callable[..., Flask], account: Account, device: Device, session: AuditedSession
) -> None:
    session.add(make_appointment(make_municipality(), account=account))
    session.commit()
    client = make_app(base_url=SITE, second_factor=True).test_client()

    sign_in(client, device)

    assert client.get("/desk").status_code == 200


@pytest.mark.usefixtures("device")
def test_a_link_alone_sets_up_no_authenticator_beside_a_passkey(
    make_app: Callable[..., Flask], account: Account, session: AuditedSession
) -> None:
    session.add(make_appointment(make_municipality(), account=account))
    session.commit()
    client = make_app(base_url=SITE, second_factor=True).test_client()
    client.post("/sign-in/link", data={"email": account.email})
    session.expire_all()
    body = session.scalars(select(OutboxMail.body).where(OutboxMail.template == "sign-in-link")).one()
    client.post(next(word for word in body.split() if word.startswith(SITE)).removeprefix(SITE))

    page = client.get("/sign-in/code")

    assert (page.status_code, "data-passkey" in page.text, 'name="code"' in page.text) == (200, True, False)
    assert client.get("/account/second-factor").location == "/sign-in/code"
    assert client.post("/account/second-factor", data={"code": pyotp.TOTP("A" * 32).now()}).status_code == 302
    session.expire_all()
    assert account.second_factor_since is None


def test_an_open_browser_adds_no_passkey_later(
    account: Account, signed_in: Callable[[Account], FlaskClient], session: AuditedSession
) -> None:
    browser = signed_in(account)
    session.scalars(select(SignIn)).one().created_at = utc_now() - timedelta(minutes=16)

    page = browser.get("/account/passkeys/new").text
    add(browser, Device())

    assert "/sign-in/link" in page
    assert session.scalars(select(Passkey)).all() == []


def test_a_device_is_added_once(account: Account, device: Device, signed_in: Callable[[Account], FlaskClient]) -> None:
    browser = signed_in(account)
    options = question(browser, "/account/passkeys/options")

    assert [one["id"] for one in options["excludeCredentials"]] != []
    assert add(browser, device) == 422


def test_a_removed_passkey_opens_nothing(
    app: Flask, account: Account, device: Device, signed_in: Callable[[Account], FlaskClient], session: AuditedSession
) -> None:
    passkey = session.scalars(select(Passkey)).one()
    browser = signed_in(account)
    assert passkey.name in browser.get("/account").text

    browser.post(f"/account/passkeys/{passkey.id}/remove")

    assert sign_in(app.test_client(), device) == 422


def test_nobody_removes_the_passkey_of_another(
    device: Device, signed_in: Callable[[Account], FlaskClient], session: AuditedSession
) -> None:
    del device
    other = make_account()
    session.add(other)
    passkey = session.scalars(select(Passkey)).one()

    assert signed_in(other).post(f"/account/passkeys/{passkey.id}/remove").status_code == 404


def test_passkeys_work_under_a_name_only() -> None:
    assert Settings(base_url="https://enishi.example").passkey_origins == ("https://enishi.example",)
    assert Settings(base_url="http://127.0.0.1:8000").passkey_origins == ("http://localhost:8000",)


def test_under_a_network_address_no_passkey_is_offered(make_app: Callable[..., Flask]) -> None:
    client = make_app(base_url="http://127.0.0.1:8000").test_client()

    assert "data-passkey" not in client.get("/sign-in").text
    assert client.post("/sign-in/passkey/options").status_code == 404


def test_a_device_without_a_name_gets_one(
    account: Account, signed_in: Callable[[Account], FlaskClient], session: AuditedSession
) -> None:
    browser, device = signed_in(account), Device()
    options = question(browser, "/account/passkeys/options")

    browser.post("/account/passkeys/new", data={"credential": device.create(options), "name": " "})

    assert session.scalars(select(Passkey.name)).all() == ["自分の端末"]
