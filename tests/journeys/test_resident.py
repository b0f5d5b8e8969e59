"""A resident with a phone and three minutes: from 「私にできること」 to the first yes."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from models import Account, Enquiry, Membership, Need, Participant, Party, Reply, ResourceKind
from tests.journeys.conftest import Town
from web.database import read_scope, session_scope
from web.listings.services.needs import NeedDraft, post_need
from web.listings.services.pieces import Piece

NEED = "紙芝居で団地の午後をたのしく"
ABLE = "紙芝居の読み聞かせ"
ADDRESS = "sakura@hiyori.example"
LINK = re.compile(r"https?://[^\s/]+(/\S+)")
MOST_TABS = 120


def post_a_need(served_town: Town) -> str:
    """Let an NPO of the town look for somebody, and return the id of its need."""
    with session_scope(served_town.app, via="test") as session:
        npo = session.scalars(select(Account).where(Account.email == "npo@hiyori.example")).one()
        body = session.scalars(
            select(Participant).join(Membership).where(Membership.account_id == npo.id).order_by(Participant.name)
        ).first()
        assert body is not None
        piece = Piece(position=1, kind=ResourceKind.PEOPLE, what=ABLE, unit="人")
        need = post_need(session, NeedDraft(title=NEED, slots=[piece]), participant=body, by=npo, opened=True)
        session.flush()
        return str(need.id)


def tab_to(page: Page, selector: str) -> None:
    """Reach what the selector names by the Tab key alone."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached by the keyboard")


def answer_by_keyboard(page: Page) -> None:
    """Answer the three questions without touching the screen."""
    page.goto("/")
    tab_to(page, "main a[href^='/can-do']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/can-do")
    tab_to(page, "[name=also]")
    page.keyboard.type(ABLE)
    page.keyboard.press("Enter")
    page.wait_for_url("**/can-do/when?**")
    tab_to(page, "[name=when][value=weekend_day]")
    page.keyboard.press("Space")
    tab_to(page, "main button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/can-do/where?**")
    tab_to(page, "button[name=area][value$='.honmachi']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/can-do/needs?**")


def register(page: Page, served_town: Town) -> None:
    """Sign up by the link in the mail, and say who one is and what one agrees to."""
    page.get_by_role("button", name="登録して、手伝えると伝える").click()
    page.wait_for_url("**/sign-up")
    page.locator("[name=name]").fill("新田 さくら")
    page.locator("[name=email]").fill(ADDRESS)
    page.locator("main button[type=submit]").click()
    page.goto(link_in(served_town, containing="/welcome/"))
    page.get_by_role("button", name="次へ進む", exact=True).click()
    page.wait_for_url("**/can-do/register")
    expect(page.locator("[name=name]")).to_have_value("新田 さくら")
    page.locator("[name=is_adult]").check()
    page.locator("[name=projects][value=yes]").check()
    page.locator("[name=lecturer][value=no]").check()
    page.locator("[name=council_seat][value=no]").check()
    page.get_by_role("button", name="登録する", exact=True).click()
    expect(page).to_have_url(re.compile(r"/can-do/offers/[0-9a-f-]{36}$"))


def link_in(served_town: Town, *, containing: str) -> str:
    mail: str = served_town.mail_to(ADDRESS, containing=containing).get_content()
    return next(found[1] for found in LINK.finditer(mail) if found[1].startswith(containing))


def approve(page: Page, need: str) -> None:
    """Wait until the engine has found the resident, and let the coordinator approve."""
    for _ in range(60):
        page.goto(f"/desk/needs/{need}")
        if "新田 さくら" in page.locator("main").inner_text():
            break
        page.wait_for_timeout(500)
    page.locator("section.panel", has_text="新田 さくら").first.locator("a[href^='/suggestions/']").first.click()
    expect(page.locator("main")).to_contain_text("新田 さくら")
    page.locator("form[action$='/approve'] button").click()


@pytest.mark.timeout(240)
def test_a_resident_says_what_they_can_do_and_gives_a_first_yes(
    served_town: Town, visit: Callable[..., Page], enter: Callable[..., Page]
) -> None:
    need = post_a_need(served_town)
    resident = visit()
    answer_by_keyboard(resident)
    expect(resident.locator("main")).to_contain_text(NEED)
    register(resident, served_town)
    expect(resident.locator("main")).to_contain_text(NEED)

    approve(enter("coordinator@hiyori.example", width=1280), need)
    resident.goto(link_in(served_town, containing="/answer/"))
    resident.locator("button[name=reply][value=yes]").click()
    expect(resident.locator("main")).not_to_contain_text("はい、よろこんで")

    with read_scope(served_town.app) as session:
        replies = session.scalars(
            select(Enquiry.reply)
            .join(Party, Enquiry.party_id == Party.id)
            .join(Participant, Party.participant_id == Participant.id)
            .where(Participant.name == "新田 さくら")
        ).all()
        assert replies == [Reply.YES]
        assert session.scalars(select(Need.title).where(Need.title == NEED)).one() == NEED


@pytest.mark.timeout(120)
def test_the_three_taps_need_no_script(visit: Callable[..., Page]) -> None:
    resident = visit(width=320, javascript=False)
    resident.goto("/can-do")
    resident.locator("label", has_text="調理").first.click()
    resident.get_by_role("button", name="次へ（いつ）").click()
    resident.get_by_label("土日の昼").check()
    resident.get_by_role("button", name="次へ（どこで）").click()
    resident.get_by_role("button", name="本町地区").click()

    expect(resident.locator("main")).to_contain_text("本町の食堂を月二回に増やしたい")
    expect(resident.locator("main")).to_contain_text("お住まいの地区です。")
    resident.get_by_role("button", name="登録して、手伝えると伝える").click()
    expect(resident).to_have_url(re.compile("/sign-up$"))
    resident.go_back()
    expect(resident.locator("main")).to_contain_text("できること：調理")
