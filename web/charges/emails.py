"""Wording of the mails about who is in charge where somebody is gone."""

from sqlalchemy.orm import Session

from models import Account, HandOver
from web.mailer import compose, page_url


def lapsed(session: Session, question: HandOver, *, to: Account) -> None:
    """Tell who asked somebody to take a need over that they cannot any longer."""
    compose(
        session,
        "hand-over-lapsed",
        to=to,
        title=question.charge.need.title,
        url=page_url(session, f"/needs/{question.charge.need_id}"),
    )
