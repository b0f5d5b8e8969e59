"""What every answer carries, and what no request may smuggle in."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from argon2 import PasswordHasher, Type
from flask import Flask
from flask.testing import FlaskClient

from models import Account
from tests.conftest import make_settings
from tests.factories import make_account
from web.config import Settings, UnsafeSettingsError


def test_scripts_and_styles_need_this_pages_nonce(client: FlaskClient) -> None:
    answer = client.get("/sign-in")

    policy = answer.headers["Content-Security-Policy"]
    nonces = set(re.findall(r"'nonce-([^']+)'", policy))
    assert "unsafe" not in policy
    assert set(re.findall(r'nonce="([^"]+)"', answer.text)) == nonces


def test_every_answer_has_its_own_nonce(client: FlaskClient) -> None:
    first, second = (client.get("/sign-in").headers["Content-Security-Policy"] for _ in range(2))

    assert first != second


def test_answers_tell_nothing_about_the_server(client: FlaskClient) -> None:
    headers = client.get("/").headers

    assert "Server" not in headers
    assert "X-Powered-By" not in headers
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_form_without_its_token_has_no_effect(app: Flask, signed_in: Callable[[Account], FlaskClient]) -> None:
    browser = signed_in(make_account())
    app.config["WTF_CSRF_ENABLED"] = True

    assert browser.post("/account/tokens", data={"name": "x"}).status_code == 400


def test_an_unknown_host_is_refused(client: FlaskClient) -> None:
    assert client.get("/", headers={"Host": "elsewhere.example"}).status_code == 400


@pytest.mark.parametrize("path", ["/needs/not-an-id", "/needs/00000000-0000-0000-0000-000000000000", "/%00", "/%ff%fe"])
def test_an_odd_address_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code in {302, 404}


def test_a_page_that_is_too_large_is_refused(client: FlaskClient) -> None:
    assert client.post("/sign-in", data={"email": "x" * 3_000_000}).status_code == 413


@pytest.mark.parametrize("body", [b"\xff\xfe", b"[" * 100_000, b'{"a": 1e999999}', b"\x00"])
def test_a_malformed_body_is_never_our_fault(client: FlaskClient, body: bytes) -> None:
    answer = client.post(
        "/api/v1/needs", data=body, headers={"Authorization": "Bearer x"}, content_type="application/json"
    )

    assert answer.status_code < 500


def test_html_that_somebody_typed_stays_text(signed_in: Callable[[Account], FlaskClient]) -> None:
    account = make_account(name="<script>alert(1)</script>")

    assert "<script>alert" not in signed_in(account).get("/account").text


def test_production_needs_a_key_and_named_hosts(tmp_path: Path) -> None:
    with pytest.raises(UnsafeSettingsError):
        make_settings(tmp_path, "sqlite://", production=True, rate_limits=True, second_factor=True)


def test_the_environment_decides(tmp_path: Path) -> None:
    settings = Settings.from_environment(
        {"ENISHI_INSTANCE": str(tmp_path), "ENISHI_RATE_LIMITS": "off", "ENISHI_HOSTS": "a.example, b.example"}
    )

    assert (settings.rate_limits, settings.hosts) == (False, ("a.example", "b.example"))


def test_a_secret_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    first, second = (Settings.from_environment({"ENISHI_INSTANCE": str(tmp_path)}) for _ in range(2))

    assert first.secret_key == second.secret_key
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0


def test_an_unknown_mode_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsafeSettingsError):
        Settings.from_environment({"ENISHI_INSTANCE": str(tmp_path), "ENISHI_ENV": "producton"})


def test_passwords_are_hashed_as_strongly_as_rfc_9106_asks_where_memory_is_scarce(
    strong_hasher: PasswordHasher,
) -> None:
    assert strong_hasher.type is Type.ID
    assert strong_hasher.time_cost >= 3
    assert strong_hasher.memory_cost >= 64 * 1024
