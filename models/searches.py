"""Searches that somebody asked to be told about, with an account or by a mail address alone."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import Account
from models.base import Base


class SavedSearch(Base, kw_only=True):
    """What somebody looks for, and until when they were told what is new.

    `reader_id` is one for all searches of an account, and one for all of an address: the link that stops mails names
    it, and so no address stands in a link.
    """

    __tablename__ = "saved_searches"
    __table_args__ = (
        CheckConstraint("(address IS NULL) <> (account_id IS NULL)", name="a_search_is_told_to_one"),
        CheckConstraint("account_id IS NULL OR confirmed_at IS NOT NULL", name="accounts_are_confirmed"),
        CheckConstraint("locale IN ('ja', 'en')", name="locale_is_ja_or_en"),
        CheckConstraint("name <> ''", name="name_is_not_empty"),
    )

    name: Mapped[str] = mapped_column(String(120))
    parameters: Mapped[dict[str, Any]]
    locale: Mapped[str] = mapped_column(String(2), default="ja")
    told_until: Mapped[datetime]
    address: Mapped[str | None] = mapped_column(String(254), default=None, index=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(default=None)
    told_on: Mapped[date | None] = mapped_column(default=None, init=False)
    reader_id: Mapped[UUID] = mapped_column(default_factory=uuid4, index=True)
    account_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True, init=False
    )

    account: Mapped[Account | None] = relationship(default=None)

    def confirm(self, *, at: datetime) -> None:
        """Note that who reads the mails of this address asked for them; what is new counts from now on."""
        if self.confirmed_at is None:
            self.confirmed_at = at
            self.told_until = at

    def rename(self, name: str) -> None:
        """Give the search another name; an empty one changes nothing."""
        self.name = name.strip()[:120] or self.name
