"""Reads of news that nobody was told of yet, and of who stops them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Final
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models import Account, Need, Notice, OutboxMail, Partnership, Party
from models.years import TOWN_TIME
from web.searches import queries as searches

STOP_SALT: Final = "stop-news"
# A mail of either sort is the mail of its day.
DAILY_MAILS: Final = ("news-digest", "search-digest")


def accounts_due(session: Session, *, on: date) -> Sequence[UUID]:
    """Return the accounts that have news or saved searches to be told of, and got no mail of the day yet."""
    with_notices = (
        select(Notice.account_id)
        .join(Account, Notice.account_id == Account.id)
        .where(
            Notice.mailed_at.is_(None),
            Account.confirmed_at.is_not(None),
            Account.suspended_at.is_(None),
            Account.news_stopped_at.is_(None),
            ~exists(select(OutboxMail.id).where(OutboxMail.to_account_id == Notice.account_id, *_is_mail_of(on))),
        )
    )
    return sorted({*session.scalars(with_notices.distinct()), *searches.accounts_due(session, on=on)})


def lock_account(session: Session, account_id: UUID) -> Account | None:
    """Return an account, and make others wait who want to write its mail of the day."""
    return session.scalar(
        select(Account)
        .where(Account.id == account_id)
        .with_for_update(key_share=True, of=Account)
        .execution_options(populate_existing=True)
    )


def was_written_to(session: Session, account: Account, *, on: date) -> bool:
    """Tell whether the account got its mail of the day."""
    statement = select(exists().where(OutboxMail.to_account_id == account.id, *_is_mail_of(on)))
    return bool(session.scalar(statement))


def unmailed(session: Session, account: Account) -> Sequence[Notice]:
    """Return the news that an account was not told of, the oldest first."""
    return session.scalars(
        select(Notice)
        .where(Notice.account_id == account.id, Notice.mailed_at.is_(None))
        .options(
            joinedload(Notice.partnership).options(
                joinedload(Partnership.need).joinedload(Need.area),
                selectinload(Partnership.parties).lazyload(Party.commitments),
            )
        )
        .order_by(Notice.at, Notice.id)
    ).all()


def stop_token(session: Session, account: Account) -> str:
    """Return what the link in the mail carries; it works as long as there is something to stop."""
    return str(_serializer(session).dumps(account.id.hex))


def account_of_token(session: Session, token: str) -> Account | None:
    """Return the account whose news a link stops, or None where the link is wrong."""
    try:
        return session.get(Account, UUID(_serializer(session).loads(token)))
    except (BadSignature, ValueError, TypeError, AttributeError):
        return None


def _is_mail_of(day: date) -> tuple[ColumnElement[bool], ...]:
    begins = datetime.combine(day, time(), TOWN_TIME).astimezone(UTC)
    return OutboxMail.template.in_(DAILY_MAILS), OutboxMail.created_at >= begins


def _serializer(session: Session) -> URLSafeSerializer:
    return URLSafeSerializer(session.info["link_key"], salt=STOP_SALT)
