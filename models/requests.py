"""What was asked under one key is done once, however often it arrives."""

from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class HandledRequest(Base, kw_only=True):
    """The answer given to a request that carried a key, kept to answer the same again."""

    __tablename__ = "handled_requests"
    __table_args__ = (UniqueConstraint("account_id", "key", name="a_key_is_handled_once"),)

    key: Mapped[str] = mapped_column(String(100))
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    location: Mapped[str | None] = mapped_column(String(500), default=None)
    content_type: Mapped[str] = mapped_column(String(100), default="")
    body: Mapped[str] = mapped_column(default="")
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
