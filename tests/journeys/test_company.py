"""A company changes the limit of a year, sees the effect before and after, and takes the record along."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from models import Need, NeedStatus, Offer, Participant
from tests.factories import make_suggestion
from tests.journeys.conftest import Keyboard, Town
from web.database import session_scope

OFFER = "社員によるＩＴの手助け"
COMPANY = "ひよりネットワークス株式会社"


def make_a_candidate(served_town: Town) -> None:
    """Let the offer be a candidate for one need, as after a run of the engine."""
    with session_scope(served_town.app, via="test") as session:
        offer = session.scalars(
            select(Offer)
            .join(Participant, Offer.participant_id == Participant.id)
            .where(Participant.name == COMPANY, Offer.title == OFFER)
            .options(selectinload(Offer.items))
        ).one()
        need = session.scalars(
            select(Need)
            .where(Need.status == NeedStatus.OPEN, Need.municipality_id == offer.municipality_id)
            .options(selectinload(Need.slots))
            .order_by(Need.id)
        ).first()
        session.add(make_suggestion(need=need, offers=[offer]))


def line_of(page: Page, title: str) -> Locator:
    return page.locator("main li.panel").filter(has=page.get_by_role("link", name=title, exact=True))


def preview(keys: Keyboard, limit: str) -> Locator:
    """Type another limit on the line of the offer, and return what is said of it before anything is saved."""
    line = line_of(keys.page, OFFER)
    keys.to(line.get_by_label("年度の上限（件）"))
    keys.page.keyboard.press("Control+A")
    keys.page.keyboard.type(limit)
    keys.to(line.get_by_role("button", name="変わることを確かめる"))
    keys.page.keyboard.press("Enter")
    said = line_of(keys.page, OFFER).locator(".notice")
    expect(said).to_be_visible()
    return said


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_a_company_changes_a_limit_sees_the_effect_and_prints_its_year_by_keyboard_alone(
    served_town: Town, enter: Callable[..., Page], keyboard: Callable[[Page], Keyboard], *, javascript: bool
) -> None:
    make_a_candidate(served_town)
    page = enter("company@hiyori.example", javascript=javascript)
    keys = keyboard(page)
    page.goto("/offers")
    expect(line_of(page, OFFER)).to_contain_text("今年度はあと3件")
    expect(line_of(page, OFFER)).to_contain_text("いま1件の困りごとの候補に入っています")

    said = preview(keys, "１")
    expect(said).to_contain_text("候補に入る困りごと：1件 → 0件")
    expect(said).to_contain_text("4月1日")
    keys.press("この上限にする")

    expect(line_of(page, OFFER)).to_contain_text("年度の上限に達しました")
    expect(line_of(page, OFFER)).to_contain_text("いま候補に入っている困りごとはありません")
    expect(page.get_by_text("上限を保存しました")).to_be_visible()

    said = preview(keys, "6")
    expect(said).to_contain_text("今年度の残り：0 → 5")
    keys.press("この上限にする")
    expect(line_of(page, OFFER)).to_contain_text("今年度はあと5件")

    keys.follow("1年間に提供したものの記録")
    expect(page.get_by_role("heading", level=1)).to_contain_text("年度に提供したもの")
    expect(page.get_by_role("heading", name="竹の器を売るホームページ")).to_be_visible()
    expect(page.get_by_role("button", name="印刷する")).to_be_visible(visible=javascript)
    page.emulate_media(media="print")
    expect(page.get_by_text("印刷：令和")).to_be_visible()
    expect(page.get_by_role("link", name="表で保存する（CSV）")).to_be_hidden()
