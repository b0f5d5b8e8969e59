"""Somebody rings up, is passed on, and the other side gives the receipt from its mail without an account."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from models import Area, Consultation, ConsultationWay, HelpAsked, Intermediary, IntermediaryKind
from tests.journeys.conftest import Town
from web.database import read_scope, session_scope

COORDINATOR = "coordinator@hiyori.example"
CENTER = "center@receipt.example"
ASKED = "空き店舗で子どもの居場所を始めたい"
LINK = re.compile(r"https?://\S+/referrals/link/\S+")


def write_into_the_directory(town: Town) -> None:
    with session_scope(town.app, via="test") as session:
        place = session.scalars(select(Area).where(Area.path == "jp.demo.hiyori.kitayama")).one()
        center = Intermediary(
            kind=IntermediaryKind.INTERMEDIARY, name="北山相談センター", email=CENTER, area=place, areas=[place]
        )
        session.add(center)


def write_the_call_down(page: Page) -> None:
    page.goto("/consultations/new")
    page.get_by_role("radio", name="電話").check()
    page.locator("[name=help_asked]").select_option(HelpAsked.STARTING.value)
    page.locator("[name=asked]").fill(ASKED)
    page.locator("[name=area]").select_option(label="北山地区")
    page.locator("main").get_by_role("button", name="保存する", exact=True).click()
    page.wait_for_url(re.compile("/consultations/[0-9a-f-]{36}$"))


def consultations_about_it(town: Town) -> list[tuple[ConsultationWay, bool]]:
    with read_scope(town.app) as session:
        found = session.scalars(select(Consultation).where(Consultation.asked == ASKED))
        return [(one.way, one.counts) for one in found]


@pytest.mark.timeout(120)
def test_a_call_is_passed_on_and_the_receipt_comes_back_without_an_account(
    enter: Callable[..., Page], visit: Callable[..., Page], served_town: Town
) -> None:
    write_into_the_directory(served_town)
    coordinator = enter(COORDINATOR, width=1280)
    write_the_call_down(coordinator)
    coordinator.get_by_role("link", name="ほかの窓口に引き継ぐ").click()
    expect(coordinator.locator("[name=text]")).to_have_value(ASKED)
    coordinator.locator("[name=to]").select_option(label="北山相談センター")
    coordinator.locator("main form button[type=submit]").click()
    expect(coordinator).to_have_url(re.compile("/referrals/[0-9a-f-]{36}$"))

    link = LINK.search(served_town.mail_to(CENTER).get_content())
    assert link is not None
    center = visit(width=360, javascript=False)
    center.goto(link[0])
    expect(center.locator("main")).to_contain_text(ASKED)
    center.locator("[name=name]").fill("窓口 桜")
    center.locator("button[value=receive]").click()
    expect(center.locator("article")).to_contain_text("窓口 桜")

    coordinator.reload()
    expect(coordinator.locator("main")).to_contain_text("窓口 桜")
    coordinator.locator("[name=outcome]").fill("説明会に来て、仲間が二人できた")
    coordinator.locator("form", has=coordinator.locator("[name=outcome]")).locator("button").click()
    expect(coordinator.locator("main")).to_contain_text("仲間が二人できた")
    assert consultations_about_it(served_town) == [(ConsultationWay.TELEPHONE, True)]
