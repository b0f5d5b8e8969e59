"""A coordinator with a full desk: a team is changed by somebody who knows more than the engine, and approved."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from models import EditKind, Partnership, SuggestionEdit
from tests.journeys.conftest import Town
from web.database import read_scope

NEED = "集会所の段差とすきま風"
MOST_TABS = 150


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus; a page on which that never happens has a trap or a hole."""
    expect(target).to_be_visible()
    for _ in range(MOST_TABS):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {target}")


def press(page: Page, target: Locator) -> None:
    tab_to(page, target)
    page.keyboard.press("Enter")


def button(page: Page, name: str) -> Locator:
    return page.locator("main").get_by_role("button", name=re.compile(name)).first


def look_for_partners(page: Page) -> None:
    """Ask for partners and wait until they are found."""
    page.goto("/desk")
    button(page, "いま相手を探す").click()
    expect(page.locator("[data-done]")).to_be_visible(timeout=60_000)


def give_reasons(page: Page) -> None:
    """Choose the first reason of each change with the arrow keys."""
    for select_ in page.locator("#save select").all():
        tab_to(page, select_)
        page.keyboard.press("ArrowDown")


def edits(served_town: Town) -> list[EditKind]:
    with read_scope(served_town.app) as session:
        return sorted(session.scalars(select(SuggestionEdit.kind)))


@pytest.mark.timeout(180)
def test_a_coordinator_changes_a_team_and_approves_it_by_keyboard_alone(
    served_town: Town, enter: Callable[..., Page]
) -> None:
    page = enter("coordinator@hiyori.example", width=1280)
    look_for_partners(page)

    page.goto("/desk?q=集会所の段差")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name=NEED, exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    team = page.locator("section.panel", has=page.get_by_role("heading", name=re.compile("土岐 昌平、瀬戸口 進")))
    press(page, team.get_by_role("link", name=re.compile("この組み合わせを直す")))

    # Somebody else instead of one partner: the score follows before anything is saved.
    press(page, page.locator("#partners summary", has_text="土岐 昌平"))
    press(page, button(page, "この相手に替える.*木暮 栄治"))
    expect(page.locator("#result")).to_contain_text("もとの組")
    assert edits(served_town) == []

    # Another goes, and somebody whom the engine missed comes for what stays open.
    press(page, button(page, "外す.*瀬戸口 進"))
    expect(page.locator("#result")).to_contain_text("未定")
    tab_to(page, page.get_by_label("提供・技能・名前"))
    page.keyboard.type("竹細工")
    page.keyboard.press("Enter")
    press(page, button(page, "加える.*ひより里山の手"))
    expect(page.locator("#result .slot", has_text="ひより里山の手")).to_be_visible()
    expect(page.locator("#result")).not_to_contain_text("未定")

    give_reasons(page)
    press(page, button(page, "候補として保存する"))
    expect(page.locator("main")).to_contain_text("コーディネーターが手直し")
    assert edits(served_town) == [EditKind.ADDED, EditKind.EXCHANGED, EditKind.REMOVED]

    # It comes first on the desk now, and one key leads to the decision about it.
    page.goto("/desk?q=集会所の段差")
    page.keyboard.press("j")
    page.keyboard.press("a")
    press(page, button(page, "承認して全員に打診する"))
    expect(page.get_by_role("status").first).to_contain_text("承認しました")
    with read_scope(served_town.app) as session:
        assert session.scalar(select(Partnership.title).where(Partnership.title == NEED)) == NEED


@pytest.mark.timeout(180)
def test_a_team_is_changed_without_javascript(served_town: Town, enter: Callable[..., Page]) -> None:
    look_for_partners(enter("coordinator@hiyori.example"))
    page = enter("coordinator@hiyori.example", javascript=False)

    page.goto("/desk?q=集会所の段差")
    page.get_by_role("link", name="判断する").first.click()
    page.get_by_role("link", name="組み合わせを直す").click()
    page.locator("#partners").get_by_role("button", name="外す").first.click()
    expect(page.locator("#result")).to_contain_text("未定")
    page.locator("[name=changes-0-note]").fill("今年は別の人に頼みます")
    button(page, "候補として保存する").click()

    expect(page.locator("main")).to_contain_text("今年は別の人に頼みます")
    assert edits(served_town) == [EditKind.REMOVED]
