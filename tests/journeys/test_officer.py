"""An officer of a neighbourhood association writes a need from a ready-made kind, prints it, and needs no mouse."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Keyboard
from tests.journeys.paper import sheets

OFFICER = "association@hiyori.example"
PHONE = "０４２（１２３）４５６７"


def go_on(page: Page) -> None:
    page.locator("main").get_by_role("button", name="次へ", exact=True).click()


@pytest.mark.timeout(120)
def test_an_officer_posts_a_ready_made_need_without_scripts_and_prints_it(enter: Callable[..., Page]) -> None:
    page = enter(OFFICER, width=360, javascript=False)
    page.goto("/needs/begin")
    page.get_by_role("button", name="役員のなり手・会計事務").click()
    page.locator("[name=title]").fill("会計を手伝ってくださる方")
    go_on(page)
    page.get_by_role("button", name="二つに分ける").click()
    expect(page.locator("[name=slots-0-hours_per_month]")).to_have_value("5")
    go_on(page)
    page.locator("[name=starts_on]").fill("令和１９年４月１日（水）")
    go_on(page)
    go_on(page)
    page.locator("[name=notice_phone]").fill(PHONE)
    go_on(page)
    expect(page.locator("main")).to_contain_text("会計の帳簿づけ（後半）")
    page.get_by_role("button", name="この内容で出す").click()

    expect(page).to_have_url(re.compile("/posted$"))
    expect(page.locator("main")).to_contain_text("3営業日以内")
    page.get_by_role("link", name="掲示用の紙を印刷する").click()
    expect(page.locator("article")).to_contain_text("042-123-4567")
    expect(page.locator("article")).to_contain_text("令和19年4月1日")
    expect(page.locator("article img")).not_to_have_js_property("naturalWidth", 0)
    assert sheets(page) == 1
    page.goto("/needs/paper")
    assert sheets(page) == 1


@pytest.mark.timeout(120)
def test_the_keyboard_alone_writes_a_need_and_a_dead_phone_loses_nothing(
    enter: Callable[..., Page], keyboard: Callable[[Page], Keyboard]
) -> None:
    page = enter(OFFICER, width=1280)
    keys = keyboard(page)
    page.goto("/needs/begin")
    keys.press("雪かき", exact=False)
    page.wait_for_url("**/what")
    with page.expect_response("**/needs/begin/what/keep"):
        keys.write("題", "北通りの雪かき")
    expect(page.locator("[data-saved]")).to_contain_text("に保存しました")

    page.goto("/needs/begin")
    keys.follow("続きを書く")
    expect(page.locator("[name=title]")).to_have_value("北通りの雪かき")
    for question in ("things", "when", "where", "notice", "check"):
        keys.press("次へ")
        page.wait_for_url(f"**/{question}")
    keys.press("この内容で出す")

    expect(page).to_have_url(re.compile("/posted$"))
