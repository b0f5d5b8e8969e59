"""Changes to news: noted for those whom they concern, told in one mail a day, stopped and begun again."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.orm import Session

from models import Account, NewsKind, Notice, Partnership, Permission, is_granted
from models.years import town_day
from web.news import emails, queries
from web.participants.queries import accounts_of
from web.searches import emails as search_emails
from web.searches import services as searches

KEPT_FOR: Final = timedelta(days=60)


def tell(session: Session, partnership: Partnership, kind: NewsKind, *, by: Account | None, at: datetime) -> None:
    """Note a piece of news for everybody who speaks for a party, and for who proposed it; not for who made it."""
    accounts = accounts_of(session, [party.participant for party in partnership.present])
    concerned = {account.id: account for of_one in accounts.values() for account in of_one}
    proposer = partnership.proposed_by
    if proposer is not None and proposer.may_sign_in:
        concerned[proposer.id] = proposer
    if by is not None:
        concerned.pop(by.id, None)
    session.add_all(
        Notice(kind=kind, at=at, account=account, partnership=partnership)
        for account in concerned.values()
        if account.news_stopped_at is None
    )


def write_digest(session: Session, account_id: UUID, *, at: datetime, secret: str) -> None:
    """Write an account its one mail of the day: the news of its partnerships, and what is new for its searches."""
    account = queries.lock_account(session, account_id)
    if account is None or queries.was_written_to(session, account, on=town_day(at)):
        return
    notices = _take(session, account, at=at)
    news = searches.take_news(session, account.id, at=at)
    if notices:
        emails.digest(
            session,
            account,
            notices,
            news,
            stop_path=f"/news/stop/{queries.stop_token(session, account)}",
            searches_stop_path=searches.stop_path(account.id, secret),
        )
    elif news:
        search_emails.digest(session, news, stop_path=searches.stop_path(account.id, secret))


def stop(session: Session, account: Account, *, at: datetime) -> None:
    """Mail an account no news any longer; doing so twice is no error."""
    account.news_stopped_at = account.news_stopped_at or at
    _forget(session, Notice.account_id == account.id, Notice.mailed_at.is_(None))


def resume(account: Account) -> None:
    """Mail an account the news from now on."""
    account.news_stopped_at = None


def forget_old(session: Session, *, at: datetime) -> None:
    """Remove news that were told long ago, that nobody could be told for as long, and those of who wants none."""
    stopped = select(Account.id).where(Account.news_stopped_at.is_not(None))
    before = at - KEPT_FOR
    is_old = or_(Notice.mailed_at < before, and_(Notice.mailed_at.is_(None), Notice.at < before))
    _forget(session, or_(is_old, Notice.account_id.in_(stopped)))


def _take(session: Session, account: Account, *, at: datetime) -> list[Notice]:
    """Return the news that an account is told of now; what it may not see any longer it is not told of at all."""
    if not account.may_sign_in or account.news_stopped_at is not None:
        return []
    told = []
    for notice in queries.unmailed(session, account):
        notice.mailed_at = at
        if is_granted(Permission.PARTNERSHIP_SEE, account, notice.partnership):
            told.append(notice)
    return told


def _forget(session: Session, *which: ColumnElement[bool]) -> None:
    session.execute(delete(Notice).where(*which).execution_options(synchronize_session=False))
