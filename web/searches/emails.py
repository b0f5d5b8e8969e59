"""Mails about searches: the link that confirms, what is new, and a question to the coordinators."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from models import Account, SavedSearch
from web.mailer import compose, page_url
from web.searches.queries import News


def confirm(session: Session, search: SavedSearch, *, link: str) -> None:
    """Send the link without which no other mail is ever sent to the address."""
    compose(session, "search-confirm", address=search.address, locale=search.locale, name=search.name, link=link)


def digest(session: Session, news: Sequence[News], *, stop_path: str) -> None:
    """Tell one reader what is new for all of their searches, in one mail."""
    first = news[0].search
    compose(
        session,
        "search-digest",
        to=first.account,
        address=first.address,
        locale=first.account.locale if first.account else first.locale,
        stop_url=page_url(session, stop_path),
        total=sum(one.total for one in news),
        news=in_mail(session, news),
    )


def in_mail(session: Session, news: Sequence[News]) -> list[dict[str, Any]]:
    """Return what is new for searches as a mail tells it."""
    return [
        {
            "name": one.search.name,
            "url": page_url(session, f"/needs?{urlencode(one.filters.address())}"),
            "more": one.total - len(one.needs),
            "needs": [
                (seen.row.title, seen.row.area, page_url(session, f"/needs/{seen.row.id}")) for seen in one.needs
            ],
        }
        for one in news
    ]


def question(session: Session, to: Account, *, text: str, name: str, address: str, sought: str, path: str) -> None:
    """Hand a visitor's question to a coordinator, who answers the mail itself."""
    url = page_url(session, path)
    compose(session, "question", to=to, reply_to=address, text=text, name=name, asker=address, sought=sought, url=url)
