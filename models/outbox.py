"""Mail as rows: written with its cause, sent after it, never for what was rolled back."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import Account
from models.base import Base

MOST_ATTEMPTS: Final = 8


class OutboxMail(Base, kw_only=True):
    """One mail to one address, in the reader's language."""

    __tablename__ = "outbox_mails"
    __table_args__ = (
        CheckConstraint("attempts >= 0", name="attempts_are_not_negative"),
        Index("ix_outbox_mails_sent_at", "sent_at"),
    )

    to_address: Mapped[str] = mapped_column(String(254))
    locale: Mapped[str] = mapped_column(String(2))
    template: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    reply_to: Mapped[str | None] = mapped_column(String(254), default=None)
    stop_url: Mapped[str | None] = mapped_column(String(500), default=None)  # one click there ends mails of this sort
    attempts: Mapped[int] = mapped_column(default=0, init=False)
    last_error: Mapped[str] = mapped_column(String(300), default="", init=False)
    next_attempt_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    sent_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    given_up_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    to_account_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True, init=False
    )

    to_account: Mapped[Account | None] = relationship(default=None)

    def sent(self, *, at: datetime) -> None:
        """Note that the mail was handed over, and keep no word of it."""
        self.sent_at = at
        self._keep_no_word()

    def failed(self, error: str, *, retry_at: datetime, at: datetime) -> None:
        """Note a failed attempt and when to try again; after eight the mail is given up."""
        self.last_error = error
        self.next_attempt_at = retry_at
        if self.attempts >= MOST_ATTEMPTS:
            self.given_up_at = at
            self._keep_no_word()

    def _keep_no_word(self) -> None:
        """Blank what was written: a mail to one person can tell of another who asks to be forgotten."""
        self.subject = ""
        self.body = ""
        self.reply_to = None
        self.stop_url = None
