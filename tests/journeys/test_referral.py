"""Somebody rings up, is passed on, and the other side gives the receipt from its mail without an account."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from models import Area, Consultation, ConsultationWay, HelpAsked, Intermediary, IntermediaryKind, utc_now
from tests.journeys.conftest import Town
from web.database import session_scope

COORDINATOR = "coordinator@hiyori.example"
CENTER = "center@receipt.example"
ASKED = "空き店舗で子どもの居場所を始めたい"
LINK = re.compile(r"https?://\S+/referrals/link/\S+")


def ring_up(town: Town) -> str:
    """Write down a call, and an intermediary that can do more; return the id of the consultation."""
    with session_scope(town.app, via="test") as session:
        place = session.scalars(select(Area).where(Area.path == "jp.demo.hiyori.kitayama")).one()
        asked = Consultation(
            consulted_on=date(2026, 11, 20),
            way=ConsultationWay.TELEPHONE,
            help_asked=HelpAsked.STARTING,
            asked=ASKED,
            sent_key="journey",
            written_at=utc_now(),
            area=place,
        )
        center = Intermediary(
            kind=IntermediaryKind.INTERMEDIARY, name="北山相談センター", email=CENTER, area=place, areas=[place]
        )
        session.add_all([asked, center])
        return str(asked.id)


@pytest.mark.timeout(120)
def test_a_call_is_passed_on_and_the_receipt_comes_back_without_an_account(
    enter: Callable[..., Page], visit: Callable[..., Page], served_town: Town
) -> None:
    consultation = ring_up(served_town)
    coordinator = enter(COORDINATOR, width=1280)
    coordinator.goto(f"/referrals/new?consultation={consultation}")
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
