"""Wording of the mails about networks."""

from sqlalchemy.orm import Session

from models import Account, Network, NetworkMember, OutboxMail
from web.mailer import compose, page_url


def joined(session: Session, member: NetworkMember, *, to: Account) -> OutboxMail:
    """Tell one of those who speak for a participant that it was entered as a member, and how to leave."""
    network = member.network
    return compose(
        session,
        "network-joined",
        to=to,
        name=network.name,
        mission=network.mission,
        member=member.participant.name,
        ends_on=network.ends_on,
        url=page_url(session, f"/networks/{network.id}"),
    )


def ended(session: Session, network: Network, *, to: Account) -> OutboxMail:
    """Tell one of those who speak for a member that the network has ended, and why."""
    return compose(
        session,
        "network-ended",
        to=to,
        name=network.name,
        mission=network.mission,
        because=network.ended_because,
        is_fulfilled=network.mission_fulfilled,
        url=page_url(session, f"/networks/{network.id}"),
    )
