"""Wording of the mails about petitions."""

from sqlalchemy.orm import Session

from models import Account, OutboxMail, Petition
from web.mailer import compose, page_url


def received(session: Session, petition: Petition, *, to: Account) -> OutboxMail:
    """Tell one of those who look after the place that an answer is owed."""
    return _about(session, "petition-received", petition, to=to)


def due(session: Session, petition: Petition, *, to: Account) -> OutboxMail:
    """Remind one of those who look after the place that an answer is owed."""
    return _about(session, "petition-due", petition, to=to)


def answered(session: Session, petition: Petition, *, to: Account) -> OutboxMail:
    """Tell one of those who speak for the body that the administration answered."""
    return _about(session, "petition-answered", petition, to=to)


def withdrawn(session: Session, petition: Petition, *, to: Account) -> OutboxMail:
    """Tell one of those who look after the place that no answer is owed any longer."""
    return _about(session, "petition-withdrawn", petition, to=to)


def published(session: Session, petition: Petition, *, to: Account) -> OutboxMail:
    """Tell one of those who speak for the body whether everybody can read the petition and its answer."""
    return _about(session, "petition-published", petition, to=to)


def _about(session: Session, template: str, petition: Petition, *, to: Account) -> OutboxMail:
    return compose(
        session,
        template,
        to=to,
        title=petition.title,
        body=petition.participant.name,
        due_on=petition.answer_due_on,
        is_public=petition.is_public,
        url=page_url(session, f"/petitions/{petition.id}"),
    )
