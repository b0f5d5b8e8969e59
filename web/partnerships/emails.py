"""Wording of the mails around an enquiry; names and contact details come only through `seen_by`."""

from sqlalchemy.orm import Session

from models import Account, Enquiry
from web.mailer import compose
from web.participants.queries import seen_by


def enquiry(session: Session, asked: Enquiry, *, to: Account) -> None:
    """Ask one account of a party whether it takes part."""
    partnership = asked.party.partnership
    compose(
        session,
        "enquiry",
        to=to,
        title=partnership.title,
        asked_for=seen_by(to, asked.party.participant).name,
        requester=seen_by(to, partnership.need.participant, partnership=partnership).name,
        is_requester=asked.party.participant is partnership.need.participant,
        due_on=asked.due_on,
        url=address(session, f"/enquiries/{asked.id}"),
    )


def address(session: Session, path: str) -> str:
    """Return where a page of this installation is found; the session carries the beginning."""
    return f"{session.info.get('base_url', '')}{path}"
