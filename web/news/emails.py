"""Wording of the one mail of the day: what happened in partnerships, and what is new for saved searches."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from sqlalchemy.orm import Session

from models import Account, Notice
from web.mailer import compose, page_url
from web.searches import emails as searches
from web.searches.queries import News


def digest(
    session: Session,
    account: Account,
    notices: Sequence[Notice],
    news: Sequence[News],
    *,
    stop_path: str,
    searches_stop_path: str,
) -> None:
    """Tell one account what happened, partnership by partnership; nobody is named."""
    order = {notice.partnership_id: position for position, notice in reversed(list(enumerate(notices)))}
    of_one = groupby(sorted(notices, key=lambda one: order[one.partnership_id]), key=lambda one: one.partnership)
    compose(
        session,
        "news-digest",
        to=account,
        stop_url=page_url(session, stop_path),
        searches_stop_url=page_url(session, searches_stop_path),
        partnerships=[
            {
                "title": partnership.title,
                "url": page_url(session, f"/partnerships/{partnership.id}"),
                "happened": list(Counter(one.kind.value for one in its).items()),
            }
            for partnership, its in of_one
        ],
        news=searches.in_mail(session, news),
    )
