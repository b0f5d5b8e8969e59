"""What somebody typed and has not said yet, kept so that a phone that loses its page loses no word."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import Account
from models.base import Base


class DraftKind(StrEnum):
    """Which form a draft was typed into."""

    ABILITIES = "abilities"
    NEED = "need"
    OFFER = "offer"


class Draft(Base, kw_only=True):
    """The fields of one form, as they were typed; it belongs to a browser until an account claims it."""

    __tablename__ = "drafts"
    __table_args__ = (
        CheckConstraint("(token_hash IS NULL) <> (account_id IS NULL)", name="a_draft_belongs_to_one"),
        CheckConstraint("expires_at > saved_at", name="a_draft_is_kept_for_a_while"),
        UniqueConstraint("account_id", "kind", "about", name="an_account_has_one_draft_of_a_form"),
    )

    kind: Mapped[DraftKind]
    content: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    about: Mapped[str] = mapped_column(String(36), default="")  # the id of the row that is being changed, or nothing
    discarded_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    token_hash: Mapped[str | None] = mapped_column(String(64), default=None, unique=True)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), init=False)

    account: Mapped[Account | None] = relationship(default=None)

    def save(self, content: Mapping[str, Any], *, at: datetime, until: datetime) -> None:
        """Keep what stands in the form now in the place of what stood there before."""
        self.content = dict(content)
        self.saved_at = at
        self.expires_at = until
        self.discarded_at = None

    def discard(self, *, at: datetime) -> None:
        """Put the draft away; it is removed when this can no longer be undone."""
        self.discarded_at = at

    def take_out_again(self) -> None:
        """Take back that the draft was discarded."""
        self.discarded_at = None

    def claim(self, account: Account) -> None:
        """Let the draft belong to an account, and no longer to the browser that it was typed in."""
        self.account = account
        self.token_hash = None
