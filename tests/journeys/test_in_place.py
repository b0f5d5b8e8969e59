"""Answers that replace one region of a page, and what happens where they cannot."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

REGION = "#sample-pages"


def turn(page: Page) -> None:
    page.goto("/components")
    page.evaluate("window.stays = true")
    page.locator(REGION).get_by_role("link", name="次のページ").click()


def stayed(page: Page) -> bool:
    return bool(page.evaluate("window.stays === true"))


def test_a_region_is_shown_anew_and_the_page_stays(visit: Callable[..., Page]) -> None:
    page = visit()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)

    turn(page)

    expect(page.locator(REGION)).to_contain_text("3ページ中2ページ目")
    expect(page).to_have_url(re.compile(r"\?page=2$"))
    assert stayed(page)
    assert complaints == []
    page.go_back()
    expect(page.locator(REGION)).to_contain_text("3ページ中1ページ目")


@pytest.mark.parametrize("javascript", [False], ids=["without scripts"])
def test_without_scripts_the_whole_page_comes(visit: Callable[..., Page], *, javascript: bool) -> None:
    page = visit(javascript=javascript)
    page.goto("/components")

    page.locator(REGION).get_by_role("link", name="次のページ").click()

    expect(page.locator(REGION)).to_contain_text("3ページ中2ページ目")


def test_an_answer_without_the_region_is_shown_as_a_page(visit: Callable[..., Page]) -> None:
    page = visit()
    page.route(re.compile(r"page=2$"), _elsewhere)

    turn(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("Enishiについて")
    assert not stayed(page)


def _elsewhere(route: Route) -> None:
    route.fulfill(response=route.fetch(url=route.request.url.split("/components")[0] + "/about"))


def test_where_the_line_breaks_the_browser_asks_by_itself(visit: Callable[..., Page]) -> None:
    page = visit()
    broken = iter([True])
    page.route(re.compile(r"page=2$"), lambda route: route.abort() if next(broken, False) else route.continue_())

    turn(page)

    expect(page.locator(REGION)).to_contain_text("3ページ中2ページ目")
    assert not stayed(page)
