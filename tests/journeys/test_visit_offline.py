"""A coordinator on the way: a visit is written down where there is no connection, and becomes a need with partners."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import func, select

from models import ActOnBehalf, ConsentChannel, Need, Provenance, Suggestion, Visit
from seeds.town import DEMO_PASSWORD
from tests.journeys.conftest import Town
from web.database import read_scope

COORDINATOR = "coordinator@hiyori.example"
HEARD = "竹林が集会所に迫っているが、切る人がいない"
ELSEWHERE = "祭りのやぐらを組める人が足りない"
BODY = "上沢自治会"
NEED = "集会所の裏の竹を切りたい"


def press(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).click()


def heard_visits(served_town: Town) -> int:
    with read_scope(served_town.app) as session:
        return session.scalar(select(func.count()).where(Visit.heard == HEARD)) or 0


def sign_in(page: Page) -> None:
    page.goto("/sign-in")
    page.locator("main [name=email]").first.fill(COORDINATOR)
    page.locator("main [name=password]").fill(DEMO_PASSWORD)
    page.locator("main").get_by_role("button", name="ログイン", exact=True).click()
    page.wait_for_url("**/")


def lose_the_answer(route: Route) -> None:
    route.fetch()
    route.abort()


def open_again_without_a_connection(page: Page) -> None:
    """Open the form once, and once more where there is no connection: this phone knows it and the places by then."""
    page.goto("/visits/new")
    page.evaluate("navigator.serviceWorker.ready")
    page.context.set_offline(True)
    page.goto("/visits/new")
    expect(page.locator("main")).to_contain_text("電波がありません")
    page.locator("[name=heard]").fill(ELSEWHERE)
    page.locator("[name=area]").select_option(label="本町地区")
    press(page, "訪問を保存する")
    expect(page.locator("[data-visits]")).to_contain_text("この端末に残しました")
    page.context.set_offline(False)
    page.get_by_role("link", name="訪問の記録を見る").click()
    expect(page.locator("main")).to_contain_text(ELSEWHERE)


def write_a_visit(page: Page) -> None:
    """Open the form, lose the connection in the middle, and save all the same."""
    page.goto("/visits/new")
    page.locator("[name=support][value=watching]").check()
    page.context.set_offline(True)
    page.locator("[name=heard]").fill(HEARD)
    page.locator("[name=people_met]").fill("４")
    page.locator("[name=participant]").select_option(label=BODY)
    press(page, "訪問を保存する")
    expect(page.locator("[data-visits]")).to_contain_text("この端末に残しました")


@pytest.mark.timeout(120)
def test_a_visit_without_a_connection_becomes_a_need_with_a_suggestion(
    served_town: Town, enter: Callable[..., Page]
) -> None:
    page = enter(COORDINATOR)
    open_again_without_a_connection(page)
    write_a_visit(page)
    kept = page.locator("[data-visits]")

    # The session ended meanwhile: the visit stays on the phone, and the page says why.
    page.context.clear_cookies()
    page.context.set_offline(False)
    expect(kept).to_contain_text("ログインが切れています")
    assert heard_visits(served_town) == 0

    # The server takes it, and the answer is lost on the way.
    sign_in(page)
    page.route("**/visits/new", lose_the_answer, times=1)
    page.goto("/visits")
    expect(kept).to_contain_text("この端末に残しました")
    assert heard_visits(served_town) == 1

    page.reload()
    page.get_by_role("link", name="訪問の記録を見る").click()
    expect(page.locator("main")).to_contain_text(HEARD)
    page.goto("/visits")
    expect(kept).to_be_hidden()
    assert heard_visits(served_town) == 1

    page.get_by_role("link", name=BODY, exact=True).first.click()
    page.get_by_role("link", name="困りごとにする").click()
    page.locator("[name=title]").fill(NEED)
    page.locator("[name=said_by]").fill("上沢 会長")
    page.locator("[name=channel][value=face_to_face]").check()
    press(page, "下書きを保存して進む")
    expect(page).to_have_url(re.compile(r"/needs/[0-9a-f-]{36}/edit$"))
    page.locator("[name=slots-0-kind]").select_option("people")
    page.locator("[name=slots-0-what]").fill("竹の伐採と草刈り")
    page.locator("main button[name=action][value=open]").click()
    expect(page).to_have_url(re.compile(r"/needs/[0-9a-f-]{36}$"))

    page.goto("/desk")
    page.locator("form[action$='/desk/refresh'] button[type=submit]").first.click()
    expect(page.locator("[data-done]")).to_be_visible(timeout=60_000)
    with read_scope(served_town.app) as session:
        need = session.scalars(select(Need).where(Need.title == NEED)).one()
        act = session.scalars(select(ActOnBehalf).where(ActOnBehalf.need_id == need.id)).one()
        assert (act.said_by, act.channel) == ("上沢 会長", ConsentChannel.FACE_TO_FACE)
        assert session.scalar(select(Provenance.visit_id).where(Provenance.need_id == need.id)) is not None
        assert session.scalars(select(Suggestion.id).where(Suggestion.need_id == need.id)).first() is not None


@pytest.mark.timeout(60)
def test_whoever_signs_out_leaves_nothing_on_the_phone_that_others_can_read(enter: Callable[..., Page]) -> None:
    page = enter(COORDINATOR)
    page.goto("/visits/new")
    page.evaluate("navigator.serviceWorker.ready")
    page.route("**/visits/new", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.locator("[name=heard]").fill("内々に聞いた話")
    page.locator("[name=participant]").select_option(label=BODY)
    press(page, "訪問を保存する")
    expect(page.locator("[data-visits]")).to_contain_text("内々に聞いた話")
    page.locator("form[data-leaves]").first.evaluate("form => form.requestSubmit()")
    page.wait_for_url("**/")

    page.context.set_offline(True)
    page.goto("/visits/new")

    main = page.locator("main")
    expect(main).to_contain_text("別のアカウントで書いた訪問")
    expect(main).not_to_contain_text("内々に聞いた話")
    expect(main).not_to_contain_text(BODY)
