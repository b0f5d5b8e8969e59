"""What was entered for somebody without an account: who said it, in which way, who typed it, and the paper."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import Account
from models.base import Base
from models.errors import InvalidValue
from models.listings import Need, Offer
from models.participants import ConsentChannel, Participant


class ActKind(StrEnum):
    """What was entered for somebody."""

    REGISTRATION = "registration"
    PROFILE = "profile"
    CONSENT = "consent"
    NEED = "need"
    OFFER = "offer"


class ActOnBehalf(Base, kw_only=True):
    """Somebody said something, and a coordinator entered it for them.

    Replies, signatures, evaluations and petitions hold their way themselves; this is for what does not.
    """

    __tablename__ = "acts_on_behalf"
    __table_args__ = (
        CheckConstraint("channel <> 'web'", name="what_is_entered_for_somebody_came_another_way"),
        CheckConstraint("said_by <> ''", name="somebody_said_it"),
        CheckConstraint("kind <> 'need' OR need_id IS NOT NULL", name="a_need_that_was_entered_is_named"),
        CheckConstraint("kind <> 'offer' OR offer_id IS NOT NULL", name="an_offer_that_was_entered_is_named"),
    )

    kind: Mapped[ActKind]
    channel: Mapped[ConsentChannel]
    said_by: Mapped[str] = mapped_column(String(100))
    said_on: Mapped[date]
    entered_at: Mapped[datetime]
    participant_id: Mapped[UUID] = mapped_column(ForeignKey("participants.id"), index=True, init=False)
    need_id: Mapped[UUID | None] = mapped_column(ForeignKey("needs.id"), index=True, init=False)
    offer_id: Mapped[UUID | None] = mapped_column(ForeignKey("offers.id"), index=True, init=False)
    entered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    participant: Mapped[Participant] = relationship()
    need: Mapped[Need | None] = relationship(default=None)
    offer: Mapped[Offer | None] = relationship(default=None)
    entered_by: Mapped[Account | None] = relationship(default=None)
    paper: Mapped["IntakePaper | None"] = relationship(
        back_populates="act", cascade="all, delete-orphan", uselist=False, init=False
    )

    def __post_init__(self) -> None:
        """Refuse an entry that nobody said, or that came by the web, where people act for themselves."""
        if self.channel is ConsentChannel.WEB:
            raise InvalidValue("what comes by the web is entered by the person")
        if not self.said_by:
            raise InvalidValue("somebody said it")


class IntakePaper(Base, kw_only=True):
    """The paper that somebody filled in, as a picture or PDF."""

    __tablename__ = "intake_papers"
    __table_args__ = (CheckConstraint("size >= 1", name="a_paper_is_not_empty"),)

    media_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    act_id: Mapped[UUID] = mapped_column(ForeignKey("acts_on_behalf.id"), unique=True, init=False)

    act: Mapped[ActOnBehalf] = relationship(back_populates="paper")
