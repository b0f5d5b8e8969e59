"""Take a picture of each main page, on a phone and on a desk, of a demo town at a fixed hour."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bench.town import HOST, environment, run_flask, serving
from models import Need, NeedStatus, Partnership, Slot, Stage, Suggestion, SuggestionPartner
from seeds.town import DEMO_PASSWORD
from web.app import create_app
from web.config import Settings
from web.database import db, read_scope

NOW: Final = "2026-11-22T10:00:00+09:00"
WIDTHS: Final = {360: 780, 1280: 860}
VISITOR: Final = ""
COORDINATOR: Final = "coordinator@hiyori.example"
RESIDENT: Final = "resident@hiyori.example"
NPO: Final = "npo@hiyori.example"


def main(folder: Path) -> None:
    """Build the town, serve it and take the pictures."""
    with tempfile.TemporaryDirectory(prefix="enishi-pictures-") as name, sync_playwright() as playwright:
        instance = Path(name)
        os.environ["ENISHI_NOW"] = NOW
        run_flask(instance, "prepare", "--town", now=NOW)
        app = create_app(Settings.from_environment(environment(instance, now=NOW)))
        with read_scope(app) as session:
            wanted = list(_wanted(session))
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"] if os.geteuid() == 0 else []
        )
        with serving(instance, now=NOW) as port:
            for width, height in WIDTHS.items():
                for email in dict.fromkeys(email for _, _, email in wanted):
                    page = _enter(browser, f"http://{HOST}:{port}", email, width, height)
                    for picture, path, whose in wanted:
                        if whose == email:
                            page.goto(path)
                            page.screenshot(path=folder / f"{picture}-{width}.png", animations="disabled")
        browser.close()
        with app.app_context():
            db.engine.dispose()


def _wanted(session: Session) -> Iterator[tuple[str, str, str]]:
    """Yield the pictures: what each is called, where the page is, and who looks at it."""
    open_needs = select(Need).where(Need.status == NeedStatus.OPEN)
    most_wanting = session.scalars(
        open_needs.join(Slot).group_by(Need.id).order_by(func.count(Slot.id).desc(), Need.id).limit(1)
    ).one()
    largest_team = session.scalars(
        select(Suggestion)
        .join(SuggestionPartner)
        .group_by(Suggestion.id)
        .order_by(func.count(SuggestionPartner.id).desc(), Suggestion.score.desc(), Suggestion.id)
        .limit(1)
    ).one()
    running = session.scalars(
        select(Partnership).where(Partnership.stage == Stage.RUNNING).order_by(Partnership.id).limit(1)
    ).one()
    yield from (
        ("front", "/", VISITOR),
        ("can-do", "/can-do", VISITOR),
        ("can-do-needs", "/can-do/needs?can=cooking&area=jp.demo.hiyori.kawabe", VISITOR),
        ("begin", "/needs/begin", VISITOR),
        ("needs", "/needs", VISITOR),
        ("need", f"/needs/{most_wanting.id}", VISITOR),
        ("area", "/areas/jp.demo.hiyori", VISITOR),
        ("home-resident", "/", RESIDENT),
        ("home-npo", "/", NPO),
        ("desk", "/desk", COORDINATOR),
        ("suggestion", f"/suggestions/{largest_team.id}", COORDINATOR),
        ("partnership", f"/partnerships/{running.id}", COORDINATOR),
        ("visit", "/visits/new", COORDINATOR),
        ("profile", "/areas/jp.demo.hiyori/profile", COORDINATOR),
        ("indicators", "/indicators", COORDINATOR),
        ("board", "/board", "admin@hiyori.example"),
    )


def _enter(browser: Browser, url: str, email: str, width: int, height: int) -> Page:
    page = browser.new_context(base_url=url, locale="ja-JP", viewport={"width": width, "height": height}).new_page()
    if email:
        page.goto("/sign-in")
        page.get_by_label("メールアドレス").first.fill(email)
        page.get_by_label("パスワード").first.fill(DEMO_PASSWORD)
        page.get_by_label("パスワード").first.press("Enter")
        page.wait_for_url("**/")
    return page


if __name__ == "__main__":
    main(Path(sys.argv[1]))
