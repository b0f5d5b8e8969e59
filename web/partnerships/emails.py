"""Wording of the mails around an enquiry; names and contact details come only through `seen_by`."""

from sqlalchemy.orm import Session

from models import Account, Enquiry, Partnership
from web.mailer import compose, page_url
from web.participants.queries import seen_by
from web.partnerships import queries


def enquiry(session: Session, asked: Enquiry, *, to: Account) -> None:
    """Ask one account of a party whether it takes part."""
    partnership = asked.party.partnership
    by_link = queries.may_answer_by_link(to)
    path = f"/answer/{queries.answer_token(session, asked, to)}" if by_link else f"/enquiries/{asked.id}"
    compose(
        session,
        "enquiry",
        to=to,
        title=partnership.title,
        asked_for=seen_by(to, asked.party.participant).name,
        requester=seen_by(to, partnership.need.participant, partnership=partnership).name,
        is_requester=asked.party.participant is partnership.need.participant,
        due_on=asked.due_on,
        by_link=by_link,
        url=page_url(session, path),
    )


def all_said_yes(session: Session, partnership: Partnership, *, to: Account) -> None:
    """Give one account the contact details of the other parties, now that all have said yes."""
    others = {party.participant.id: party.participant for party in partnership.parties}
    seen = [seen_by(to, other, partnership=partnership) for other in others.values() if not to.represents(other.id)]
    compose(
        session,
        "all-said-yes",
        to=to,
        title=partnership.title,
        others=[other for other in seen if other.contact is not None],
        url=page_url(session, f"/partnerships/{partnership.id}"),
    )
