"""The main story: from a skill and a need to a partnership that every side said yes to."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from models import AuditEntry, OutboxMail, Partnership, Stage
from models.audit import verify
from tests.journeys.conftest import Town
from web.database import last_anchor, read_scope

NEED = "紙芝居バスで団地をまわりたい"
SKILL = "紙芝居の読み聞かせ"
LINK = re.compile(r"https?://[^\s/]+(/\S+)")
PARTNERS = ("新田 さくら", "株式会社日和バス", "東丘精機株式会社")
PARTIES = ["npo@hiyori.example", "seiki@hiyori.example", "bus@hiyori.example"]


def press(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).click()


def link_in(text: str) -> str:
    found = LINK.search(text)
    assert found is not None
    return found.group(1)


def register_resident(page: Page, served_town: Town, address: str) -> None:
    """Sign up with a mail link, register with consent to projects, and say what one can do."""
    page.goto("/sign-up")
    page.locator("[name=name]").fill("新田 さくら")
    page.locator("[name=email]").fill(address)
    page.locator("main button[type=submit]").click()
    page.goto(link_in(served_town.mail_to(address).get_content()))
    press(page, "次へ進む")
    page.wait_for_url("**/")
    page.goto("/account/register")
    page.locator("[name=kind][value=resident]").check()
    page.locator("[name=name]").fill("新田 さくら")
    page.locator("[name=area]").select_option(label="日和市 本町地区")
    page.locator("[name=is_adult]").check()
    page.locator("[name=projects]").check()
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**/offers/new")
    page.locator("[name=title]").fill("紙芝居を読みます")
    page.locator("[name=items-0-kind]").select_option("people")
    page.locator("[name=items-0-what]").fill(SKILL)
    page.locator("[name=items-0-quantity]").fill("１")
    page.locator("main button[name=action][value=open]").click()
    expect(page).to_have_url(re.compile(r"/offers/[0-9a-f-]{36}$"))


def post_need(page: Page) -> None:
    """Post a need with three slots."""
    page.goto("/needs/new")
    page.locator("[name=title]").fill(NEED)
    page.locator("[name=body]").fill("団地の子どもと紙芝居を楽しみ、いっしょにごはんをつくりたい。")
    page.locator("details", has=page.locator("[name=slots-2-what]")).locator("summary").first.click()
    for number, (kind, what) in enumerate([("people", SKILL), ("goods", "マイクロバス"), ("place", "社員食堂の厨房")]):
        page.locator(f"[name=slots-{number}-kind]").select_option(kind)
        page.locator(f"[name=slots-{number}-what]").fill(what)
    page.locator("main button[name=action][value=open]").click()
    expect(page).to_have_url(re.compile(r"/needs/[0-9a-f-]{36}$"))


def run_engine(page: Page) -> None:
    """Look for partners and watch until it is done."""
    page.goto("/desk")
    page.locator("form[action$='/desk/refresh'] button[type=submit]").first.click()
    expect(page).to_have_url(re.compile(r"/jobs/[0-9a-f-]{36}$"))
    expect(page.locator("[data-done]")).to_be_visible(timeout=60_000)


def approve_the_team(page: Page) -> None:
    """Open the need on the desk, look at the team of these three (teams about as good take turns), and approve it."""
    page.goto("/desk")
    for _ in range(5):
        link = page.get_by_role("link", name=NEED)
        if link.count():
            break
        page.get_by_role("link", name="次のページ").click()
    link.first.click()
    names = page.get_by_role("heading", name=re.compile("".join(f"(?=.*{partner})" for partner in PARTNERS)))
    page.locator("section.panel", has=names).locator("a[href^='/suggestions/']").first.click()
    team = page.locator("section", has=page.locator("#team"))
    for partner in PARTNERS:
        expect(team).to_contain_text(partner)
    page.locator("form[action$='/approve'] button").click()


def say_yes(page: Page) -> None:
    """Answer the enquiry that waits on the first page."""
    page.goto("/")
    page.locator("a[href^='/enquiries/']").first.click()
    page.locator("button[name=reply][value=yes]").click()


@pytest.mark.timeout(240)
def test_from_a_skill_and_a_need_to_a_partnership(
    served_town: Town, visit: Callable[..., Page], enter: Callable[..., Page]
) -> None:
    resident = visit()
    register_resident(resident, served_town, "sakura@hiyori.example")
    npo = enter(PARTIES[0])
    post_need(npo)
    coordinator = enter("coordinator@hiyori.example", width=1280)
    run_engine(coordinator)
    approve_the_team(coordinator)

    say_yes(resident)
    for address in PARTIES[:2]:
        say_yes(npo if address == PARTIES[0] else enter(address))
    npo.goto("/partnerships")
    npo.get_by_role("link", name=NEED).first.click()
    assert "sakura@hiyori.example" not in npo.content()
    say_yes(enter(PARTIES[2]))

    npo.reload()
    expect(npo.locator("main")).to_contain_text("sakura@hiyori.example")
    assert "sakura@hiyori.example" in served_town.mail_to(PARTIES[0], containing="sakura@").get_content()
    check_what_is_written(served_town)


def check_what_is_written(served_town: Town) -> None:
    with read_scope(served_town.app) as session:
        partnership = session.scalars(select(Partnership).where(Partnership.title == NEED)).one()
        assert partnership.stage is Stage.ACCEPTED
        assert len(partnership.parties) == 4
        templates = set(session.scalars(select(OutboxMail.template)))
        assert {"welcome", "enquiry", "all-said-yes"} <= templates
        recorded = set(session.scalars(select(AuditEntry.subject_table)))
        assert {"accounts", "consents", "offers", "needs", "slots", "matching_runs", "suggestions"} <= recorded
        assert {"suggestion_approvals", "partnerships", "parties", "enquiries", "stage_changes", "reveals"} <= recorded
        anchor = last_anchor(served_town.app.extensions["audit_anchor"])
        assert verify(session, served_town.app.extensions["audit_key"], anchor) == []


@pytest.mark.timeout(120)
def test_the_way_works_without_javascript(enter: Callable[..., Page]) -> None:
    npo = enter(PARTIES[0], javascript=False)
    post_need(npo)
    coordinator = enter("coordinator@hiyori.example", javascript=False)
    coordinator.goto("/desk")
    coordinator.locator("form[action$='/desk/refresh'] button[type=submit]").first.click()
    for _ in range(40):
        if coordinator.locator("[data-done]").count():
            break
        coordinator.wait_for_timeout(500)
        coordinator.reload()

    coordinator.goto("/desk")

    expect(coordinator.locator("main")).to_contain_text(NEED)
