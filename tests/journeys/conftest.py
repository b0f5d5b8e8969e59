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
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
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


@pytest.fixture
def served_town(town_template: Path, tmp_path: Path) -> Iterator[Town]:
    """Yield the demo town, served with its worker on a free port."""
    path = tmp_path / "enishi.db"
    shutil.copyfile(town_template, path)
    mail_dir = tmp_path / "mail"
    app = create_app(make_settings(tmp_path, f"sqlite:///{path}", mail_dir=mail_dir))
    server = create_server(app, host="127.0.0.1", port=0, threads=4, ident=None)
    url = f"http://127.0.0.1:{server.effective_port}"
    object.__setattr__(app.extensions["settings"], "base_url", url)
    app.extensions["worker"].start()
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Town(url, app, mail_dir)
    app.extensions["worker"].stop()
    server.close()
    thread.join(timeout=5)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Point Playwright at the system's Chromium, without its sandbox as root."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    return browser_type_launch_args | {"executable_path": shutil.which("chromium"), "args": arguments}


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
        page.get_by_label("メールアドレス").fill(address)
        page.get_by_label("パスワード").fill(town.DEMO_PASSWORD)
        page.locator("main").get_by_role("button", name="ログイン").click()
        page.wait_for_url("**/")
        return page

    return sign_in


def _read_mail(path: Path) -> EmailMessage:
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    return mail
