"""The wish of one side to meet its need together with somebody who has a similar one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import Account
from models.base import Base
from models.errors import AlreadyDecided, InvalidValue
from models.listings import Need
from models.partnerships import Reply

LONGEST_NOTE = 300


class JointWish(Base, kw_only=True):
    """Somebody with a need would like to do it together with somebody who has a similar one."""

    __tablename__ = "joint_wishes"
    __table_args__ = (
        UniqueConstraint("need_id", "other_need_id", name="a_wish_is_told_once"),
        CheckConstraint("need_id <> other_need_id", name="a_need_is_joined_with_another"),
        CheckConstraint("(reply IS NULL) = (answered_at IS NULL)", name="answered_at_iff_answered"),
    )

    note: Mapped[str] = mapped_column(String(LONGEST_NOTE), default="")
    wished_at: Mapped[datetime]
    reply: Mapped[Reply | None] = mapped_column(default=None, init=False)
    answered_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    need_id: Mapped[UUID] = mapped_column(ForeignKey("needs.id", ondelete="CASCADE"), init=False)
    other_need_id: Mapped[UUID] = mapped_column(ForeignKey("needs.id", ondelete="CASCADE"), index=True, init=False)
    wished_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    need: Mapped[Need] = relationship(foreign_keys=[need_id])
    other_need: Mapped[Need] = relationship(foreign_keys=[other_need_id])
    wished_by: Mapped[Account | None] = relationship(foreign_keys=[wished_by_id])
    answered_by: Mapped[Account | None] = relationship(foreign_keys=[answered_by_id], init=False)

    def __post_init__(self) -> None:
        """Refuse to join a need with itself, or with what is no longer sought."""
        if self.need is self.other_need:
            raise InvalidValue("a need is joined with another one")
        if not (self.need.is_open and self.other_need.is_open):
            raise InvalidValue("both needs have to be open")

    @property
    def is_open(self) -> bool:
        """Tell whether the other side has not answered yet."""
        return self.reply is None

    def answer(self, reply: Reply, *, by: Account, at: datetime) -> None:
        """Note what the other side says; it is said once."""
        if not self.is_open:
            raise AlreadyDecided("this wish was answered already")
        self.reply, self.answered_by, self.answered_at = reply, by, at
