"""Every page of every role keeps what pages promise; a new route is walked without being named here.

Each page is fetched for each role; a browser looks only at pages that hold an element in surroundings that it has not
seen before, so that a hundred needs of one make are one look.
"""

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account
from tests.conftest import make_settings
from tests.factories import make_account
from tests.journeys import pages
from tests.journeys.pages import Outline
from web.app import create_app
from web.database import db, session_scope

AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FINDINGS = """async rules => (await axe.run({ runOnly: rules, resultTypes: ["violations"] })).violations.map(
  found => `${found.id}: ${found.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(" | ")}`)"""
# What is pressed has 48 px both ways; links in a sentence are as high as the sentence.
SMALL_TARGETS = """() => [...document.querySelectorAll(
  "button, .button, summary, select, textarea, nav a, input:not([type=hidden])")]
  .filter(one => one.checkVisibility() && !one.closest(".visually-hidden, .skip-link"))
  .map(one => [one, one.getBoundingClientRect()])
  .filter(([one, box]) => box.height < 47.5 || box.width < 47.5)
  .map(([one, box]) => `${Math.round(box.width)}×${Math.round(box.height)}: ${one.outerHTML.slice(0, 120)}`)"""
TOO_WIDE = """width => document.documentElement.scrollWidth <= width ? [] : [...document.querySelectorAll("body *")]
  .filter(one => one.getBoundingClientRect().right > width + 1 && !one.closest(".table-frame, .visually-hidden"))
  .slice(0, 3).map(one => one.outerHTML.slice(0, 120))"""
PHONE, DESKTOP = 360, 1280
# The narrowest screen that WCAG names, and what is left of 1280 px at 200 %.
REFLOW = (320, 640)
ORIGIN = "http://localhost"
ROLES = {
    "visitor": None,
    "account": "",
    "resident": "resident@hiyori.example",
    "association": "association@hiyori.example",
    "npo": "npo@hiyori.example",
    "member": "npo-member@hiyori.example",
    "company": "company@hiyori.example",
    "university": "university@hiyori.example",
    "coordinator": "coordinator@hiyori.example",
    "administrator": "admin@hiyori.example",
}


@pytest.fixture(scope="session")
def matched_town(town_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database file with the demo town after a run of the engine."""
    folder = tmp_path_factory.mktemp("matched-town")
    path = folder / "enishi.db"
    shutil.copyfile(town_template, path)
    app = create_app(make_settings(folder, f"sqlite:///{path}"))
    assert app.test_cli_runner().invoke(args=["suggestions", "refresh"], catch_exceptions=False).exit_code == 0
    with session_scope(app, via="test") as session:
        session.add(make_account(email="newcomer@hiyori.example"))
    with app.app_context():
        db.engine.dispose()
    return path


@pytest.fixture
def app(matched_town: Path, tmp_path: Path) -> Iterator[Flask]:
    path = tmp_path / "enishi.db"
    shutil.copyfile(matched_town, path)
    app = create_app(make_settings(tmp_path, f"sqlite:///{path}"))
    yield app
    with app.app_context():
        db.engine.dispose()


class Eyes:
    """A real browser before the pages of one reader, which come from the application without a server."""

    def __init__(self, browser: Browser, client: FlaskClient) -> None:
        self.context: BrowserContext = browser.new_context(base_url=ORIGIN, locale="ja-JP")
        self.context.route("**/*", self._answer)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._listen)
        self.client = client
        self.complaints: list[str] = []

    def look(self, path: str) -> list[str]:
        """Open a page and return what is wrong with how it looks and what it says."""
        self.complaints = []
        self.page.set_viewport_size({"width": PHONE, "height": 800})
        self.page.goto(path)
        self.page.evaluate(AXE)
        found = [f"at {PHONE} px, {one}" for one in self.page.evaluate(FINDINGS, RULES)]
        found += [f"a small target, {one}" for one in self.page.evaluate(SMALL_TARGETS)]
        for width in (*REFLOW, DESKTOP):
            self.page.set_viewport_size({"width": width, "height": 800})
            found += [f"wider than {width} px: {one}" for one in self.page.evaluate(TOO_WIDE, width)]
        found += [f"at {DESKTOP} px, {one}" for one in self.page.evaluate(FINDINGS, RULES)]
        return found + self.complaints

    def _answer(self, route: Route) -> None:
        if not route.request.url.startswith(f"{ORIGIN}/"):
            self.complaints.append(f"asks elsewhere: {route.request.url}")
            route.abort()
            return
        answer = self.client.get(route.request.url.removeprefix(ORIGIN), buffered=True)
        route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.data)

    def _listen(self, message: ConsoleMessage) -> None:
        is_about_the_page = message.location["url"] == self.page.url and "Failed to load" in message.text
        if message.type in {"error", "warning"} and not is_about_the_page:
            self.complaints.append(f"the browser complains: {message.text}")


@pytest.fixture
def eyes(browser: Browser) -> Iterator[Callable[[FlaskClient], Eyes]]:
    opened: list[Eyes] = []

    def open_eyes(client: FlaskClient) -> Eyes:
        opened.append(Eyes(browser, client))
        return opened[-1]

    yield open_eyes
    for one in opened:
        one.context.close()


@pytest.fixture(scope="session")
def seen() -> set[tuple[str, ...]]:
    """Return the elements in their surroundings that a browser has looked at, by whatever role."""
    return set()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("role", ROLES)
def test_every_page_keeps_what_pages_promise(
    app: Flask, eyes: Callable[[FlaskClient], Eyes], seen: set[tuple[str, ...]], role: str
) -> None:
    with session_scope(app, via="test") as session:
        account = account_of(session, role)
        reached = list(pages.addresses(app, session, account))
        readers = {language: pages.client_of(app, session, account, language) for language in ("ja", "en")}
    looks = {language: eyes(client) for language, client in readers.items()}
    count = pages.QueryCount(app)
    wrong = []
    for address in reached:
        answer, queries = count(partial(readers["ja"].get, address.path, buffered=True))
        if answer.mimetype != "text/html" or answer.status_code in {302, 303}:
            continue
        outline = Outline(answer.text)
        broken = pages.broken_promises(answer, outline, "ja")
        if queries > pages.MOST_QUERIES:
            broken.append(f"asks the database {queries} times")
        if not outline.surroundings <= seen:
            seen |= outline.surroundings
            broken += [f"{language}: {fact}" for language, look in looks.items() for fact in look.look(address.path)]
        wrong += [f"{address.path} ({address.endpoint}): {fact}" for fact in broken]

    assert not wrong, "\n".join(wrong)


def account_of(session: Session, role: str) -> Account | None:
    address = ROLES[role]
    if address is None:
        return None
    return session.scalars(select(Account).where(Account.email == (address or "newcomer@hiyori.example"))).one()
