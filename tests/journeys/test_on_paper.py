"""What is meant for paper fits on as many sheets as it is meant for."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.journeys.paper import sheets

COORDINATOR = "coordinator@hiyori.example"


@pytest.mark.parametrize("place", ["jp.demo.hiyori", "jp.demo.hiyori.kitayama"])
def test_the_profile_of_an_area_takes_two_sheets_at_most(enter: Callable[..., Page], place: str) -> None:
    page = enter(COORDINATOR, width=1280)
    page.goto(f"/areas/{place}/profile")

    assert sheets(page) <= 2


def test_a_notice_made_of_a_gap_takes_one_sheet(enter: Callable[..., Page]) -> None:
    page = enter(COORDINATOR, width=1280)
    page.goto("/areas/jp.demo.hiyori/profile")
    page.locator("main td a[href*='/recruiting']").first.click()
    page.wait_for_url("**/recruiting?**")

    assert sheets(page) == 1
