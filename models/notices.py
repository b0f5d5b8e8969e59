"""Small news for an account, gathered into one mail a day."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import Account
from models.base import Base
from models.partnerships import Partnership


class NewsKind(StrEnum):
    """What there is news of; nothing that has a last day, which is mailed at once."""

    DATES_PROPOSED = "dates_proposed"
    MEETING_FIXED = "meeting_fixed"
    VERSION_WRITTEN = "version_written"
    SIGNED = "signed"
    STARTED = "started"
    LEDGER_WRITTEN = "ledger_written"
    MILESTONE_REACHED = "milestone_reached"
    REQUEST_MADE = "request_made"
    REQUEST_DECIDED = "request_decided"
    EVALUATIONS_OPENED = "evaluations_opened"
    ENDED = "ended"


class Notice(Base, kw_only=True):
    """One piece of news of a partnership for one account; mailed with the others of its day."""

    __tablename__ = "notices"
    __table_args__ = (
        Index(
            "ix_notices_unmailed",
            "account_id",
            sqlite_where=text("mailed_at IS NULL"),
            postgresql_where=text("mailed_at IS NULL"),
        ),
    )

    kind: Mapped[NewsKind]
    at: Mapped[datetime]
    mailed_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), init=False)
    partnership_id: Mapped[UUID] = mapped_column(ForeignKey("partnerships.id"), index=True, init=False)

    account: Mapped[Account] = relationship()
    partnership: Mapped[Partnership] = relationship()
