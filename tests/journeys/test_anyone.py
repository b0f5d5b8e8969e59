"""Anybody, without an account: finds a need by a word of two characters, and hears of the next one by mail."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from models import Need, ParticipantKind, ResourceKind, SavedSearch, Slot, utc_now
from models.participants import Participant
from tests.journeys.conftest import Keyboard, Town
from web.database import session_scope
from web.searches import jobs

READER = "anyone@hiyori.example"
LATER = "食堂の会計を手伝ってほしい"
LINK = re.compile(r"https?://[^\s/]+(/searches/\S+)")


def link_in(text: str) -> str:
    found = LINK.search(text)
    assert found is not None
    return found.group(1)


def open_another_need(town: Town) -> None:
    """Let a body ask for something new, an hour after the search was confirmed."""
    with session_scope(town.app, via="test") as session:
        bodies = select(Participant).where(Participant.kind == ParticipantKind.NPO, Participant.is_adult)
        owner = session.scalars(bodies.order_by(Participant.name, Participant.id)).first()
        assert owner is not None
        need = Need(participant=owner, title=LATER)
        need.set_slots([Slot(kind=ResourceKind.PEOPLE, what="会計")])
        need.open(at=utc_now() + timedelta(hours=1))
        session.add(need)


@pytest.mark.parametrize("browser_is", ["with scripts", "without scripts"])
def test_anybody_finds_a_need_saves_the_search_and_hears_of_the_next_one_by_keyboard_alone(
    visit: Callable[..., Page],
    keyboard: Callable[[Page], Keyboard],
    served_town: Town,
    monkeypatch: pytest.MonkeyPatch,
    browser_is: str,
) -> None:
    page = visit(javascript=browser_is == "with scripts")
    keys = keyboard(page)
    page.goto("/needs")
    keys.write("ことば", "ｼｮｸﾄﾞｳ")
    keys.press("探す")
    keys.follow("食堂", exact=True)
    expect(page.get_by_role("link", name="本町の食堂")).to_be_visible()

    keys.follow("メールで受け取る", exact=True)
    keys.write("メールアドレス", READER)
    keys.press("リンクを送る")
    page.goto(link_in(served_town.mail_to(READER).get_content()))
    keys.press("はい、受け取ります")
    expect(page.get_by_role("heading", name="検索を保存しました")).to_be_visible()

    open_another_need(served_town)
    tomorrow = (utc_now() + timedelta(days=1)).replace(hour=0, minute=30)
    monkeypatch.setenv("ENISHI_NOW", tomorrow.isoformat())
    jobs.tidy(served_town.app)
    monkeypatch.delenv("ENISHI_NOW")

    digest = served_town.mail_to(READER, containing=LATER)
    assert digest["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    page.goto(link_in(digest["List-Unsubscribe"]).rstrip(">"))
    keys.press("すべて止める")
    expect(page.get_by_role("heading", name="お知らせメールを止めました")).to_be_visible()
    with session_scope(served_town.app, via="test") as session:
        assert session.scalars(select(SavedSearch)).all() == []
