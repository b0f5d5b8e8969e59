"""Wording of the mails about doing it together; names come only through `seen_by`."""

from sqlalchemy.orm import Session

from models import Account, JointWish, Reply
from web.mailer import compose, page_url
from web.participants.queries import seen_by


def joint_wish(session: Session, wish: JointWish, *, to: Account) -> None:
    """Ask one account of the other side whether it would do it together."""
    compose(
        session,
        "joint-wish",
        to=to,
        title=wish.other_need.title,
        their_title=wish.need.title,
        who=seen_by(to, wish.need.participant).name,
        note=wish.note,
        url=page_url(session, f"/needs/{wish.other_need.id}"),
    )


def joint_wish_answered(session: Session, wish: JointWish, *, to: Account) -> None:
    """Tell one account of the side that asked what the other side said."""
    compose(
        session,
        "joint-wish-answered",
        to=to,
        title=wish.need.title,
        their_title=wish.other_need.title,
        is_yes=wish.reply is Reply.YES,
        url=page_url(session, f"/needs/{wish.need.id}"),
    )
