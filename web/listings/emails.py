"""Wording of the mails about doing it together and about what ends; names come only through `seen_by`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from models import Account, JointWish, Need, Offer, Participant, Reply
from web.listings.queries.renewal import renewal_token
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


@dataclass(frozen=True, slots=True)
class Ending:
    """One need or offer in a mail about what ends."""

    title: str
    is_need: bool
    ends_on: date
    has_ended: bool
    url: str


def renewal(
    session: Session, participant: Participant, rows: Sequence[Need | Offer], *, today: date, to: Account
) -> None:
    """Ask one account whether what ends is still needed or offered, with a way to say so for each."""
    by_link = to.may_act_by_link and to.represents(participant.id)
    compose(
        session,
        "renewal",
        to=to,
        of=seen_by(to, participant).name,
        by_link=by_link,
        endings=[
            Ending(
                title=row.title,
                is_need=isinstance(row, Need),
                ends_on=row.expires_on,
                has_ended=row.expires_on < today,
                url=page_url(
                    session,
                    f"/renew/{renewal_token(session, row, to)}"
                    if by_link
                    else f"/{'needs' if isinstance(row, Need) else 'offers'}/{row.id}",
                ),
            )
            for row in rows
            if row.expires_on is not None
        ],
    )
