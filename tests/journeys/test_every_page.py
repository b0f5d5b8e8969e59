"""Every page of every role keeps what pages promise; a new route is walked without being named here.

Each page is fetched for each role; a browser looks only at pages that hold an element in surroundings that it has not
seen before, so that a hundred needs of one make are one look.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models import Account
from tests.conftest import make_settings
from tests.factories import make_account
from tests.journeys import pages
from tests.journeys.mails import take_accounts_from_those_asked, write_every_mail
from tests.journeys.pages import Address, Outline
from web.app import create_app
from web.database import db, session_scope

AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FINDINGS = """async rules =>
  (await axe.run({ runOnly: rules, resultTypes: ["violations"], preload: false })).violations.map(found =>
   `${found.id}: ${found.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(" | ")}`)"""
# What is pressed has 48 px both ways; links in a sentence are as high as the sentence.
SMALL_TARGETS = """() => [...document.querySelectorAll(
  "button, .button, summary, select, textarea, nav a, input:not([type=hidden])")]
  .filter(one => one.checkVisibility() && !one.closest(".visually-hidden, .skip-link"))
  .map(one => [one, (one.closest("label") || one).getBoundingClientRect()])
  .filter(([one, box]) => box.height < 47.5 || box.width < 47.5)
  .map(([one, box]) => `${Math.round(box.width)}×${Math.round(box.height)}: ${one.outerHTML.slice(0, 120)}`)"""
TOO_WIDE = """width => document.documentElement.scrollWidth <= width ? [] : [...document.querySelectorAll("body *")]
  .filter(one => one.getBoundingClientRect().right > width + 1 && !one.closest(".table-frame, .visually-hidden"))
  .slice(0, 3).map(one => one.outerHTML.slice(0, 120))"""
PHONE, DESKTOP = 360, 1280
# Where axe looks. A page has the same elements in both languages; longer words are first short of room on a phone.
WIDTHS = {"ja": (PHONE, DESKTOP), "en": (PHONE,)}
# The narrowest screen that WCAG names, and what is left of 1280 px at 200 %.
REFLOW = (320, 640)
ORIGIN = "http://localhost"
UNPROCESSABLE, INTERNAL_SERVER_ERROR = 422, 500
NEWCOMER = "newcomer@hiyori.example"
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


@pytest.fixture
def app(matched_town: Path, tmp_path: Path, compiled_templates: BytecodeCache) -> Iterator[Flask]:
    path = tmp_path / "enishi.db"
    shutil.copyfile(matched_town, path)
    app = create_app(make_settings(tmp_path, f"sqlite:///{path}"))
    app.config["WTF_CSRF_ENABLED"] = False
    app.jinja_env.bytecode_cache = compiled_templates
    with session_scope(app, via="test") as session:
        session.add(make_account(email=NEWCOMER))
    write_every_mail(app)
    yield app
    with app.app_context():
        db.engine.dispose()


class Eyes:
    """A real browser before the pages of one reader, which come from the application without a server."""

    def __init__(self, browser: Browser, client: FlaskClient, widths: Sequence[int]) -> None:
        self.context: BrowserContext = browser.new_context(base_url=ORIGIN, locale="ja-JP")
        self.context.route("**/*", self._answer)
        self.context.add_init_script(AXE)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._listen)
        self.client = client
        self.widths = widths
        self.files: dict[str, TestResponse] = {}
        self.given: TestResponse | None = None
        self.complaints: list[str] = []

    def look(self, path: str, given: TestResponse | None = None) -> list[str]:
        """Open a page, or what was given for it, and return what is wrong with how it looks and what it says."""
        self.complaints, self.given = [], given
        self.page.set_viewport_size({"width": PHONE, "height": 800})
        self.page.goto(path)
        found = [f"at {PHONE} px, {one}" for one in self.page.evaluate(FINDINGS, RULES)]
        found += [f"a small target, {one}" for one in self.page.evaluate(SMALL_TARGETS)]
        for width in (*REFLOW, DESKTOP):
            self.page.set_viewport_size({"width": width, "height": 800})
            found += [f"wider than {width} px: {one}" for one in self.page.evaluate(TOO_WIDE, width)]
        if DESKTOP in self.widths:
            found += [f"at {DESKTOP} px, {one}" for one in self.page.evaluate(FINDINGS, RULES)]
        return found + self.complaints

    def _answer(self, route: Route) -> None:
        if not route.request.url.startswith(f"{ORIGIN}/"):
            self.complaints.append(f"asks elsewhere: {route.request.url}")
            route.abort()
            return
        answer = self.given or self._fetch(route.request.url.removeprefix(ORIGIN))
        self.given = None  # the style sheet and the script come after the page
        route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.data)

    def _fetch(self, path: str) -> TestResponse:
        """Return what is at an address; a file that any page asks for is fetched once."""
        if path not in self.files:
            answer = self.client.get(path, buffered=True)
            if not path.startswith("/static/"):
                return answer
            self.files[path] = answer
        return self.files[path]

    def _listen(self, message: ConsoleMessage) -> None:
        is_about_the_page = message.location["url"] == self.page.url and "Failed to load" in message.text
        if message.type in {"error", "warning"} and not is_about_the_page:
            self.complaints.append(f"the browser complains: {message.text}")


@pytest.fixture
def eyes(browser: Browser) -> Iterator[Callable[[FlaskClient, Sequence[int]], Eyes]]:
    opened: list[Eyes] = []

    def open_eyes(client: FlaskClient, widths: Sequence[int]) -> Eyes:
        opened.append(Eyes(browser, client, widths))
        return opened[-1]

    yield open_eyes
    for one in opened:
        one.context.close()


@pytest.fixture(scope="session")
def seen() -> set[tuple[str, ...]]:
    """Return the elements in their surroundings that a browser has looked at, by whatever role."""
    return set()


def test_the_walk_knows_what_stands_in_the_address_of_every_page(app: Flask) -> None:
    assert not pages.routes_without_arguments(app)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("role", ROLES)
def test_every_page_keeps_what_pages_promise(
    app: Flask, eyes: Callable[[FlaskClient, Sequence[int]], Eyes], seen: set[tuple[str, ...]], role: str
) -> None:
    if role == "coordinator":
        take_accounts_from_those_asked(app)
    with session_scope(app, via="test") as session:
        account = account_of(session, role)
        reached = list(pages.addresses(app, session, account))
        readers = {language: pages.client_of(app, session, account, language) for language in ("ja", "en")}
    for reader in readers.values():
        pages.begin_a_need(reader)
    walk = Walk(app, readers, {language: eyes(client, WIDTHS[language]) for language, client in readers.items()}, seen)
    for address in reached:
        walk.go(address)
    for address in walk.comes_back:
        walk.send_empty(address)
    walk.look_at_what_is_new()

    assert not walk.wrong, "\n".join(walk.wrong)


@dataclass(frozen=True, slots=True)
class Sight:
    """A page as it can be looked at, or the page that came back for a form with nothing in it."""

    address: Address
    surroundings: set[tuple[str, ...]]
    is_sent_empty: bool = False


class Walk:
    """One role's way over its pages, with what was found wrong on them."""

    def __init__(
        self, app: Flask, readers: dict[str, FlaskClient], eyes: dict[str, Eyes], seen: set[tuple[str, ...]]
    ) -> None:
        self.count = pages.QueryCount(app)
        self.readers, self.eyes, self.seen = readers, eyes, seen
        self.wrong: list[str] = []
        self.comes_back: list[Address] = []
        self.sights: list[Sight] = []

    def go(self, address: Address) -> None:
        """Fetch a page, and note whether it holds what its source promises."""
        answer, queries = self.count(partial(self.readers["ja"].get, address.path, buffered=True))
        is_file = answer.headers.get("Content-Disposition", "").startswith("attachment")
        if answer.mimetype != "text/html" or is_file or answer.status_code in {302, 303}:
            return
        outline = Outline(answer.text)
        broken = pages.broken_promises(answer, outline, "ja")
        if queries > pages.MOST_QUERIES:
            broken.append(f"asks the database {queries} times")
        self._note(address, broken)
        self.sights.append(Sight(address, outline.surroundings))
        if pages.sent_to_itself(outline, address.path):
            self.comes_back.append(address)

    def send_empty(self, address: Address) -> None:
        """Send the form of a page with nothing in it, and note whether the page that comes back holds its promises."""
        answer = self._answer_to_nothing("ja", address)
        if answer.status_code >= INTERNAL_SERVER_ERROR:
            self._note(address, [f"sent empty, answers {answer.status_code}"])
        if answer.status_code == UNPROCESSABLE:
            outline = Outline(answer.text)
            self._note(address, [f"sent empty, {fact}" for fact in pages.broken_promises(answer, outline, "ja")])
            self.sights.append(Sight(address, outline.surroundings, is_sent_empty=True))

    def look_at_what_is_new(self) -> None:
        """Look at pages in both languages until every element was seen; those with most that is new come first."""
        while self.sights:
            fullest = max(self.sights, key=lambda sight: len(sight.surroundings - self.seen))
            if fullest.surroundings <= self.seen:
                return
            self.seen |= fullest.surroundings
            self._look(fullest)

    def _look(self, sight: Sight) -> None:
        for language, eyes in self.eyes.items():
            given = self._answer_to_nothing(language, sight.address) if sight.is_sent_empty else None
            where = f"{language}, sent empty" if sight.is_sent_empty else language
            self._note(sight.address, [f"{where}: {fact}" for fact in eyes.look(sight.address.path, given)])

    def _answer_to_nothing(self, language: str, address: Address) -> TestResponse:
        return self.readers[language].post(address.path, buffered=True)

    def _note(self, address: Address, broken: list[str]) -> None:
        self.wrong += [f"{address.path} ({address.endpoint}): {fact}" for fact in broken]


def account_of(session: Session, role: str) -> Account | None:
    address = ROLES[role]
    if address is None:
        return None
    return session.scalars(select(Account).where(Account.email == (address or NEWCOMER))).one()
