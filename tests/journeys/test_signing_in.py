"""Without a password: signing up by a link, adding a passkey, coming back with it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from models import Account, Passkey
from tests.journeys.conftest import Town
from web.database import read_scope

ADDRESS = "sakura@hiyori.example"
LINK = re.compile(r"https?://[^\s/]+(/\S+)")


def press(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).click()


def plug_in_authenticator(page: Page) -> None:
    """Give the browser a device that makes passkeys and always sees its owner's face."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def link_to(served_town: Town, page: str) -> str:
    found = LINK.search(served_town.mail_to(ADDRESS, containing=page).get_content())
    assert found is not None
    return found.group(1)


@pytest.mark.timeout(120)
def test_a_phone_comes_in_without_a_password(served_town: Town, visit: Callable[..., Page]) -> None:
    site = served_town.url.replace("127.0.0.1", "localhost")  # browsers tie no passkey to a bare network address
    page = visit()
    plug_in_authenticator(page)
    page.goto(f"{site}/sign-up")
    page.locator("[name=name]").fill("新田 さくら")
    page.locator("[name=email]").fill(ADDRESS)
    press(page, "リンクを送る")
    page.goto(site + link_to(served_town, "/welcome/"))
    press(page, "進んでパスキーを追加する")
    press(page, "パスキーを追加する")
    page.wait_for_url(f"{site}/")

    page.goto(f"{site}/account")
    page.get_by_role("button", name="メニュー").or_(page.locator(".site-menu summary")).first.click()
    page.get_by_role("button", name="ログアウト").last.click()
    page.goto(f"{site}/account")
    expect(page).to_have_url(f"{site}/sign-in")
    press(page, "パスキーを使う")
    page.wait_for_url(f"{site}/account")

    expect(page.locator("main")).to_contain_text(ADDRESS)
    with read_scope(served_town.app) as session:
        passkey = session.scalars(select(Passkey)).one()
        assert passkey.last_used_at is not None
        assert session.scalars(select(Account.password_hash).where(Account.email == ADDRESS)).one() is None


@pytest.mark.timeout(120)
def test_a_link_is_enough_where_no_script_runs(served_town: Town, visit: Callable[..., Page]) -> None:
    page = visit(javascript=False)
    page.goto("/sign-up")
    page.locator("[name=name]").fill("新田 さくら")
    page.locator("[name=email]").fill(ADDRESS)
    press(page, "リンクを送る")
    page.goto(link_to(served_town, "/welcome/"))
    expect(page.get_by_role("button", name="パスキー")).to_have_count(0)
    press(page, "次へ進む")
    page.context.clear_cookies()

    page.goto("/sign-in")
    page.locator("[name=email]").fill(ADDRESS)
    expect(page.get_by_role("button", name="パスキー")).to_have_count(0)
    press(page, "メールでリンクを受け取る")
    page.goto(link_to(served_town, "/sign-in/link/"))
    press(page, "次へ進む")
    page.goto("/account")

    expect(page.locator("main")).to_contain_text(ADDRESS)
