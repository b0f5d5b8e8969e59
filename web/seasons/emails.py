"""Wording of the mails about seasons."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from models import Account, OutboxMail, Season
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


def in_no_team(session: Session, season: Season, *, to: Account) -> OutboxMail:
    """Tell one account that the teams stand and that it is in none."""
    return compose(
        session,
        "season-no-team",
        to=to,
        season=season.name,
        url=page_url(session, f"/seasons/{season.id}"),
    )
