"""A pro-bono season: planned from its kick-off, entered, matched as one cohort, presented, and looked back on."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from models import Account, Area, Participant, Partnership, Reply, Season, Stage, utc_now
from models.business_days import is_business_day
from models.years import town_day
from tests.factories import (
    enter_professional,
    enter_project,
    make_item,
    make_need,
    make_offer,
    make_participant,
    make_resident,
    make_slot,
)
from tests.journeys.conftest import Town
from web.database import read_scope, session_scope
from web.partnerships.services import answer

NAME = "プロボノチャレンジ"
COORDINATOR = "coordinator@hiyori.example"
NEWSLETTER, BOOKS = "会報を読みやすくしたい", "帳簿をととのえたい"
PROFESSIONALS = (("紙面デザイン", "広報紙のデザイン"), ("取材と執筆", "記事の取材と執筆"), ("帳簿をみます", "会計帳簿"))
RESULT = "会報の型ができ、町の三割が手に取った。"
LEARNT = "次は説明会を二回ひらく。"


def first_day_to_kick_off() -> date:
    """Return a day in time for entries that is still to come."""
    day = town_day(utc_now()) + timedelta(days=90)
    while not is_business_day(day):
        day += timedelta(days=1)
    return day


def enter_everybody(town: Town) -> None:
    """Let two organisations and three professionals enter, as coordinators do for those who asked them."""
    with session_scope(town.app, via="test") as session:
        season = session.scalars(select(Season).where(Season.name == NAME)).one()
        area: Area = season.area
        owners: list[Participant] = [make_resident(area=area), make_resident(area=area), make_participant(area=area)]
        newsletter = make_need(
            participant=make_participant(name="ひよりの丘自治会", area=area),
            title=NEWSLETTER,
            slots=[make_slot(what="広報紙のデザイン"), make_slot(what="記事の取材と執筆")],
        )
        books = make_need(participant=make_participant(area=area), title=BOOKS, slots=[make_slot(what="会計帳簿")])
        session.add_all(enter_project(season, need) for need in (newsletter, books))
        session.add_all(
            enter_professional(season, make_offer(participant=owner, title=title, items=[make_item(what=what)]))
            for owner, (title, what) in zip(owners, PROFESSIONALS, strict=True)
        )


def all_say_yes(town: Town) -> None:
    """Let every party answer as a coordinator hears it."""
    with session_scope(town.app, via="test") as session:
        coordinator = session.scalars(select(Account).where(Account.email == COORDINATOR)).one()
        season = session.scalars(select(Season).where(Season.name == NAME)).one()
        for project in season.projects:
            assert project.partnership is not None
            for party in project.partnership.parties:
                answer(session, party.enquiry, Reply.YES, by=coordinator, at=utc_now())
                party.publish(at=utc_now())


def press(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name).first.click()


def plan(page: Page) -> None:
    page.goto("/seasons/new")
    page.locator("[name=kick_off_on]").fill(first_day_to_kick_off().isoformat())
    page.locator("main button[type=submit]").click()
    expect(page.locator("[name=looking_back_on]")).not_to_have_value("")
    page.locator("[name=name]").fill(NAME)
    page.locator("main form[method=post] button[type=submit]").last.click()
    expect(page.locator("h1")).to_have_text(NAME)


@pytest.fixture
def coordinator(enter: Callable[..., Page]) -> Page:
    return enter(COORDINATOR, width=1280)


def test_a_season_goes_from_its_plan_to_the_looking_back(coordinator: Page, served_town: Town) -> None:
    page = coordinator
    plan(page)
    address = page.url
    enter_everybody(served_town)
    page.goto(address)
    expect(page.locator("main")).to_contain_text("ひよりの丘自治会")

    page.goto(f"{address}/cohort")
    page.locator("form[action$='/cohort/match'] button").click()
    for title, _ in PROFESSIONALS:
        expect(page.locator("main")).to_contain_text(title)
    page.locator("form[action$='/cohort/approve'] button").click()
    with read_scope(served_town.app) as session:
        made = session.scalars(select(Partnership).where(Partnership.title.in_([NEWSLETTER, BOOKS]))).all()
        assert sorted(len(one.parties) for one in made) == [2, 3]
        assert {one.stage for one in made} == {Stage.PROPOSED}

    all_say_yes(served_town)
    page.goto(address)
    page.locator("a[href$='/presented']").first.click()
    page.locator("[name=text]").fill(RESULT)
    page.locator("main form[method=post] button[type=submit]").last.click()
    expect(page.locator("main")).to_contain_text(RESULT)

    page.goto(f"{address}/looking-back")
    page.locator("[name=text]").fill(LEARNT)
    page.locator("main form[method=post] button[type=submit]").last.click()
    expect(page.locator("main")).to_contain_text(LEARNT)
