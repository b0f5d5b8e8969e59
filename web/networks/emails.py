"""Wording of the mails about networks."""

from sqlalchemy.orm import Session

from models import Account, Network, NetworkMember, OutboxMail
from web.mailer import compose, page_url


def joined(session: Session, member: NetworkMember, *, to: Account) -> OutboxMail:
    """Tell one of those who speak for a participant that it was entered as a member, and how to leave."""
    return _about_a_member(session, "network-joined", member, to=to)


def left(session: Session, member: NetworkMember, *, to: Account) -> OutboxMail:
    """Tell one of those who speak for a participant that it was taken out of a network."""
    return _about_a_member(session, "network-left", member, to=to)


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


def _about_a_member(session: Session, template: str, member: NetworkMember, *, to: Account) -> OutboxMail:
    network = member.network
    return compose(
        session,
        template,
        to=to,
        name=network.name,
        mission=network.mission,
        member=member.participant.name,
        ends_on=network.ends_on,
        url=page_url(session, f"/networks/{network.id}"),
    )
