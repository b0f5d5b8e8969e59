"""The main pages as somebody with a slow phone and a slow line sees them for the first time."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Final

from playwright.sync_api import sync_playwright

from bench.table import Row, ms
from bench.town import HOST, environment, run_flask, serving
from tests.journeys.pages import MOST_BYTES, MOST_REQUESTS
from tests.journeys.speed import MOST_CLS, MOST_LCP_SECONDS, MainPage, Visit, browse, main_pages
from web.app import create_app
from web.config import Settings
from web.database import db

VISITS: Final = 3
# What the frame alone takes: a page that says that there is no such page.
BARE: Final = MainPage("A page without content", "/no-such-page", "")


def rows(*, full: bool) -> Iterator[Row]:
    """Visit the main pages of the demo town with a browser; nothing, where there is no browser."""
    del full  # pages do not grow
    chromium = shutil.which("chromium")
    if chromium is None:
        return
    with tempfile.TemporaryDirectory(prefix="enishi-bench-") as name, sync_playwright() as playwright:
        instance = Path(name)
        run_flask(instance, "prepare", "--town")
        app = create_app(Settings.from_environment(environment(instance)))
        shown = main_pages(app)
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"] if os.geteuid() == 0 else []
        )
        with serving(instance) as port:

            def look(page: MainPage) -> list[Visit]:
                return [browse(browser, app, f"http://{HOST}:{port}", page, is_slow=True) for _ in range(VISITS)]

            yield from _rows(look, shown)
        browser.close()
        with app.app_context():
            db.engine.dispose()


def _rows(look: Callable[[MainPage], list[Visit]], shown: list[MainPage]) -> Iterator[Row]:
    bare = ms(_lcp(look(BARE)))
    for page in shown:
        visits = look(page)
        what = f"{page.what}, 360 px, slow 4G, processor 4 times slower"
        size = f"{max(visit.received for visit in visits) / 1000:.1f} KB, {len(visits[0].requests)}"
        budget = f"at most {ms(MOST_LCP_SECONDS)}; a page without content"
        yield Row(f"{what}: largest part seen after", ms(_lcp(visits)), budget, bare)
        yield Row(f"{what}: shifted by", f"{max(visit.cls for visit in visits):.3f}", "at most", str(MOST_CLS))
        yield Row(f"{what}: received, requests", size, "at most", f"{MOST_BYTES // 1000} KB, {MOST_REQUESTS}")


def _lcp(visits: list[Visit]) -> float:
    return median(visit.lcp_seconds for visit in visits)
