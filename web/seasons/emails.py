"""Wording of the mails about seasons."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from models import Account, OutboxMail
from web.mailer import compose, page_url
from web.seasons.queries import Coming


def reminder(session: Session, coming: Sequence[Coming], *, to: Account) -> OutboxMail:
    """Remind one account of what comes up in the seasons that it entered."""
    return compose(
        session,
        "season-reminder",
        to=to,
        on=min(one.on for one in coming),
        dates=[
            {
                "on": one.on,
                "season": one.season.name,
                "step": one.step.value,
                "url": page_url(session, f"/seasons/{one.season.id}"),
            }
            for one in coming
        ],
    )
