"""The main pages stay within what a slow phone can bear: bytes, requests, and nothing that jumps.

The time until the largest part is seen is left to `make bench`. It depends on what else the machine does meanwhile:
beside other tests, the same page took between one and three times as long.
"""

from urllib.parse import urlsplit

from playwright.sync_api import Browser

from tests.journeys.conftest import Town
from tests.journeys.pages import MOST_BYTES, MOST_REQUESTS, MOST_SCRIPT_BYTES
from tests.journeys.speed import MOST_CLS, Visit, browse, main_pages


def test_the_main_pages_stay_within_their_budgets(served_matched_town: Town, browser: Browser) -> None:
    town = served_matched_town
    seen = {page.what: browse(browser, town.app, town.url, page, is_slow=False) for page in main_pages(town.app)}

    assert {what: beyond for what, visit in seen.items() if (beyond := beyond_budget(visit, town.url))} == {}


def beyond_budget(visit: Visit, url: str) -> list[str]:
    facts = {
        f"{visit.received} bytes": visit.received <= MOST_BYTES,
        f"{visit.script} bytes of script": 0 < visit.script <= MOST_SCRIPT_BYTES,
        f"{len(visit.requests)} requests": 2 < len(visit.requests) <= MOST_REQUESTS,
        f"asked elsewhere: {visit.requests}": {urlsplit(one).netloc for one in visit.requests}
        == {urlsplit(url).netloc},
        f"shifted by {visit.cls:.3f}": visit.cls <= MOST_CLS,
        "showed nothing": visit.lcp_seconds > 0,
    }
    return [fact for fact, holds in facts.items() if not holds]
