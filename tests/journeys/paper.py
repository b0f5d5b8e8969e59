"""What a page is on paper."""

import re
from typing import Final

from playwright.sync_api import Page

_A_PAGE: Final = re.compile(rb"/Type\s*/Page\b")


def sheets(page: Page) -> int:
    """Return how many sheets of paper a page takes."""
    return len(_A_PAGE.findall(page.pdf(prefer_css_page_size=True)))
