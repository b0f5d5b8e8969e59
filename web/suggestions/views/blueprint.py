"""The blueprint on which the pages of the desk open their doors, and what they share."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from flask import Blueprint, request

from web.pages import Pagination, pagination
from web.security import account_at_work
from web.suggestions import documents
from web.suggestions.queries.cases import PAGE_SIZE

MOST_PAGES: Final = 100_000
KEPT_WHEN_PAGING: Final = frozenset({"area", "by", "state", "mine", "q", "offer"})

bp = Blueprint("suggestions", __name__)


@bp.app_template_filter("said_by_engine")
def said_by_engine(reason: Mapping[str, Any]) -> str:
    """Return what a stored reason of the engine says, for pages of other features too."""
    return documents.sentence(reason)


def naming() -> documents.Naming:
    """Return how participants are called to whoever reads."""
    return partial(documents.shown_name, account_at_work())


def number() -> int:
    """Return which page of a list is asked for."""
    return min(max(request.args.get("page", 1, type=int), 1), MOST_PAGES)


def page_of(total: int) -> Pagination:
    """Return where a list stands that has so many rows; the ways to its neighbours keep what was chosen."""
    chosen = {name: value for name, value in request.args.items() if name in KEPT_WHEN_PAGING}
    return pagination(number(), max(1, -(-total // PAGE_SIZE)), **chosen)
