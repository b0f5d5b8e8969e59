"""Wishes to meet similar needs together: told, and answered by the other side."""

from datetime import datetime

from sqlalchemy.orm import Session

from models import Account, JointWish, Need, Reply
from models.errors import AlreadyDecided
from web.listings import emails
from web.listings.queries import together
from web.participants.queries import accounts_of


def wish_together(session: Session, need: Need, other: Need, *, note: str, by: Account, at: datetime) -> JointWish:
    """Tell the other side that one would like to do it together, and ask what it thinks; told once."""
    if together.wish_between(session, need, other) is not None:
        raise AlreadyDecided("this was told before, from this side or from the other")
    wish = JointWish(need=need, other_need=other, note=note, wished_by=by, wished_at=at)
    session.add(wish)
    for account in accounts_of(session, [other.participant])[other.participant.id]:
        emails.joint_wish(session, wish, to=account)
    return wish


def answer_wish(session: Session, wish: JointWish, reply: Reply, *, by: Account, at: datetime) -> None:
    """Note what the other side says, and tell the side that asked."""
    wish.answer(reply, by=by, at=at)
    for account in accounts_of(session, [wish.need.participant])[wish.need.participant.id]:
        emails.joint_wish_answered(session, wish, to=account)
