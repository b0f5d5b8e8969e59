"""A real server on the demo town, a real browser, and the mails that went out."""

import email
import email.policy
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Literal

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from playwright.sync_api import Browser, Locator, Page, expect
from waitress.server import create_server

from models import utc_now
from seeds import reference, town
from tests.conftest import make_settings
from web.app import create_app
from web.database import db, migrations, session_scope
from web.security import hash_password

PATIENCE_SECONDS = 20.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True, slots=True)
class Town:
    """A served demo town."""

    url: str
    app: Flask
    mail_dir: Path

    def mail_to(self, address: str, *, containing: str = "") -> EmailMessage:
        """Wait for a mail to the address and return the newest."""
        ends = monotonic() + PATIENCE_SECONDS
        while monotonic() < ends:
            found = [mail for mail in self.mails() if mail["To"] == address and containing in mail.get_content()]
            if found:
                return found[-1]
            sleep(0.1)
        raise AssertionError(f"no mail to {address} arrived")

    def mails(self) -> list[EmailMessage]:
        """Return the mails that went out, oldest first."""
        paths = sorted(self.mail_dir.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        return [_read_mail(path) for path in paths]


@pytest.fixture(scope="session")
def town_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database file that holds the demo town."""
    folder = tmp_path_factory.mktemp("town")
    path = folder / "enishi.db"
    _build_town(folder, path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def _build_town(folder: Path, path: Path) -> None:
    app = create_app(make_settings(folder, f"sqlite:///{path}"))
    with app.app_context():
        migrations.upgrade()
    with session_scope(app, via="test") as session:
        reference.load(session)
        town.build(session, at=utc_now(), password_hash=hash_password(town.DEMO_PASSWORD))
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def matched_town(town_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database file with the demo town after a run of the engine."""
    folder = tmp_path_factory.mktemp("matched-town")
    path = folder / "enishi.db"
    shutil.copyfile(town_template, path)
    app = create_app(make_settings(folder, f"sqlite:///{path}"))
    assert app.test_cli_runner().invoke(args=["suggestions", "refresh"], catch_exceptions=False).exit_code == 0
    with app.app_context():
        db.engine.dispose()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def served_town(town_template: Path, tmp_path: Path, compiled_templates: BytecodeCache) -> Iterator[Town]:
    """Yield the demo town, served with its worker on a free port."""
    yield from _serve(town_template, tmp_path, compiled_templates)


@pytest.fixture
def served_matched_town(matched_town: Path, tmp_path: Path, compiled_templates: BytecodeCache) -> Iterator[Town]:
    """Yield the demo town after a run of the engine, served as the other."""
    yield from _serve(matched_town, tmp_path, compiled_templates)


def _serve(template: Path, tmp_path: Path, compiled_templates: BytecodeCache) -> Iterator[Town]:
    path = tmp_path / "enishi.db"
    shutil.copyfile(template, path)
    mail_dir = tmp_path / "mail"
    app = create_app(make_settings(tmp_path, f"sqlite:///{path}", mail_dir=mail_dir))
    app.jinja_env.bytecode_cache = compiled_templates
    server = create_server(app, host="127.0.0.1", port=0, threads=4, ident=None)
    url = f"http://127.0.0.1:{server.effective_port}"
    object.__setattr__(app.extensions["settings"], "base_url", url)
    app.extensions["worker"].start()
    is_over = threading.Event()

    def run() -> None:
        try:
            server.run()
        except OSError:
            # The loop may wait for a socket at the very moment in which it is closed.
            if not is_over.is_set():
                raise

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield Town(url, app, mail_dir)
    app.extensions["worker"].stop()
    is_over.set()
    server.close()
    thread.join(timeout=5)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Point Playwright at the system's Chromium, without its sandbox as root; the one without windows is lighter."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    return browser_type_launch_args | {"executable_path": path, "args": arguments}


@pytest.fixture
def visit(browser: Browser, served_town: Town) -> Iterator[Callable[..., Page]]:
    """Yield a function that opens a browser of its own, on a phone if nothing else is said."""
    contexts = []

    def open_page(*, width: int = 360, javascript: bool = True) -> Page:
        context = browser.new_context(
            base_url=served_town.url,
            locale="ja-JP",
            java_script_enabled=javascript,
            viewport={"width": width, "height": 800},
        )
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def enter(visit: Callable[..., Page]) -> Callable[..., Page]:
    """Return a function that signs somebody in."""

    def sign_in(address: str, *, width: int = 360, javascript: bool = True) -> Page:
        page = visit(width=width, javascript=javascript)
        page.goto("/sign-in")
        page.locator("main [name=email]").first.fill(address)
        page.locator("main [name=password]").fill(town.DEMO_PASSWORD)
        page.locator("main").get_by_role("button", name="ログイン", exact=True).click()
        page.wait_for_url("**/")
        return page

    return sign_in


def _read_mail(path: Path) -> EmailMessage:
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


MOST_STEPS = 150
Role = Literal["button", "link", "checkbox", "radio"]
# What has the focus: its role and name as a screen reader tells them, and whether an eye sees that it has it.
FOCUS_IS_SEEN = """element => {
  const box = element.getBoundingClientRect(), style = getComputedStyle(element);
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const around = element.closest("label, .choice, .chip");
  const frame = around && getComputedStyle(around);
  const outer = frame && frame.outlineStyle !== "none" && parseFloat(frame.outlineWidth) >= 2;
  return (ring || outer) && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth
    && style.visibility === "visible";
}"""
IS_IN_THE_SAME_GROUP = """element => {
  const focused = document.activeElement;
  return element.type === "radio" && focused.type === "radio" && element.name === focused.name
    && element.form === focused.form;
}"""
HAS_FOCUS = "element => element === document.activeElement"


class Keyboard:
    """Hands that have nothing but a keyboard: Tab to what is sought, then Enter, Space, arrows or text."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, sought: Locator) -> None:
        """Press Tab until what is sought has the focus; fail where the focus is lost from sight or never comes."""
        expect(sought).to_have_count(1)
        for _ in range(MOST_STEPS):
            self.page.keyboard.press("Tab")
            focused = self.page.locator(":focus")
            if not focused.count():
                continue  # the browser's own bar, between the end of the page and its beginning
            if not focused.evaluate(FOCUS_IS_SEEN):
                raise AssertionError(f"the focus is not seen on {focused.evaluate('e => e.outerHTML.slice(0, 200)')}")
            if sought.evaluate(HAS_FOCUS):
                return
            # A group of radio buttons is one stop: arrows lead through it.
            if sought.evaluate(IS_IN_THE_SAME_GROUP):
                self._along_the_group(sought)
                return
        raise AssertionError(f"no {MOST_STEPS} steps of Tab lead to {sought}")

    def press(self, name: str, *, role: Role = "button", exact: bool = True) -> None:
        """Go to the button (or link: role="link") with this name in the main part, and press Enter."""
        self.to(self._named(role, name, exact=exact))
        self.page.keyboard.press("Enter")

    def follow(self, name: str, *, exact: bool = False) -> None:
        """Go to the link with this name in the main part, and press Enter."""
        self.press(name, role="link", exact=exact)

    def write(self, label: str, text: str) -> None:
        """Go to the field with this label and replace what it holds."""
        self.to(self.page.get_by_label(label).first)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(text)

    def tick(self, label: str, *, role: Role = "checkbox") -> None:
        """Go to the checkbox (or radio button: role="radio") with this label and choose it with Space."""
        sought = self._named(role, label, exact=False)
        self.to(sought)
        if not sought.is_checked():
            self.page.keyboard.press("Space")
        expect(sought).to_be_checked()

    def _named(self, role: Role, name: str, *, exact: bool) -> Locator:
        return self.page.locator("main").get_by_role(role, name=name, exact=exact).first

    def _along_the_group(self, sought: Locator) -> None:
        for _ in range(MOST_STEPS):
            if sought.evaluate(HAS_FOCUS):
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no arrow leads to {sought}")


@pytest.fixture
def keyboard() -> Callable[[Page], Keyboard]:
    """Return a function that lays a keyboard before a page: `keys = keyboard(page); keys.press("送る")`.

    `keys.to(locator)` goes there with Tab alone and fails where the focus is not seen on the way; `press`, `follow`,
    `write` and `tick` go to a button, a link, a field or a choice by its name, and use it. `select` boxes take letters
    and arrows: `keys.to(page.get_by_label("地域"))`, then `page.keyboard.press("ArrowDown")`.
    """
    return Keyboard
