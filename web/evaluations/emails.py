"""Wording of the mail to those who have not looked back yet."""

from uuid import UUID

from sqlalchemy.orm import Session

from models import Account, Partnership
from web.mailer import compose, page_url


def evaluation_due(session: Session, partnership: Partnership, *, mail_id: UUID, is_own: bool, to: Account) -> None:
    """Remind of the last day; a coordinator, who writes down what others say, reads on the page who they are."""
    mail = compose(
        session,
        "evaluation-due",
        to=to,
        title=partnership.title,
        until=partnership.evaluated_until,
        is_own=is_own,
        url=page_url(session, f"/partnerships/{partnership.id}/{'evaluation' if is_own else 'results'}"),
    )
    mail.id = mail_id
