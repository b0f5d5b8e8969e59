"""Changes to who speaks for a body and who looks after a place."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy.orm import Session

from models import Account, Appointment, Area, Invitation, Membership, Participant, Role
from models.errors import NobodyLeft
from web.charges.services import look_after_what_nobody_keeps, look_after_what_was_kept_by
from web.people import emails, queries

INVITATION_LASTS: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Contact:
    """How a body is reached."""

    name: str
    email: str
    phone: str


def invite(
    session: Session, to: Participant | Area, role: Role, *, email: str, by: Account, at: datetime
) -> Invitation:
    """Ask somebody by mail to speak for a body, or to look after a place."""
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        email=email,
        role=role,
        token_hash=hashed(token),
        expires_at=at + INVITATION_LASTS,
        participant=to if isinstance(to, Participant) else None,
        area=to.area if isinstance(to, Participant) else to,
        invited_by=by,
    )
    _send(session, invitation, token, at=at)
    return invitation


def hand_over(  # one argument for each thing that the form asks
    session: Session, body: Participant, contact: Contact, *, email: str, stays: bool, by: Account, at: datetime
) -> Invitation:
    """Ask the next officer by mail to take over; until they do, nothing changes."""
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        email=email,
        role=Role.MANAGER,
        token_hash=hashed(token),
        expires_at=at + INVITATION_LASTS,
        hands_over=True,
        predecessor_stays=stays,
        contact_name=contact.name,
        contact_email=contact.email,
        contact_phone=contact.phone,
        participant=body,
        area=body.area,
        invited_by=by,
    )
    _send(session, invitation, token, at=at)
    return invitation


def hashed(token: str) -> str:
    """Return what the database keeps of the token in a link."""
    return sha256(token.encode()).hexdigest()


def accept(session: Session, invitation: Invitation, *, by: Account, at: datetime, contact: Contact | None) -> None:
    """Give the role to the account, and with an office the contact details that it confirmed."""
    invitation.accept(by=by, at=at)
    body = invitation.participant
    if body is None:
        _appoint(session, by, invitation.area, invitation.role)
        look_after_what_nobody_keeps(session, invitation.area, at=at)
    else:
        _join(session, by, body, invitation.role)
        if invitation.hands_over and contact is not None:
            body.contact_name, body.contact_email, body.contact_phone = contact.name, contact.email, contact.phone
            _step_down(session, invitation.invited_by, body, stays=invitation.predecessor_stays)
    emails.accepted(session, invitation, name=by.name)


def end_membership(session: Session, membership: Membership) -> None:
    """End that somebody speaks for a body.

    Raises
    ------
    NobodyLeft
        They are its last manager.

    """
    if membership.role is Role.MANAGER and not queries.other_managers(session, membership):
        raise NobodyLeft("the last manager stays until somebody takes over")
    session.delete(membership)


def end_appointment(session: Session, appointment: Appointment, *, at: datetime) -> None:
    """End that somebody looks after a place; what they were in charge of goes to others at once.

    Raises
    ------
    NobodyLeft
        Nobody else administers the place.

    """
    if appointment.role is Role.ADMINISTRATOR and not queries.other_administrators(session, appointment):
        raise NobodyLeft("the last administrator stays until somebody else is appointed")
    account = appointment.account
    session.delete(appointment)
    look_after_what_was_kept_by(session, account, at=at)


def _send(session: Session, invitation: Invitation, token: str, *, at: datetime) -> None:
    """Write the invitation and its mail; what the same address was asked before is taken back."""
    for earlier in queries.earlier(session, invitation):
        if earlier is not invitation:
            earlier.withdraw(at=at)
    session.add(invitation)
    emails.invitation(session, invitation, token=token, locale=invitation.invited_by.locale)


def _join(session: Session, account: Account, body: Participant, role: Role) -> None:
    own = next((one for one in account.memberships if one.participant_id == body.id), None)
    if own is None:
        session.add(Membership(account=account, participant=body, role=role))
    elif role is Role.MANAGER:
        own.role = role


def _step_down(session: Session, account: Account, body: Participant, *, stays: bool) -> None:
    own = next((one for one in account.memberships if one.participant_id == body.id), None)
    if own is None:
        return
    if stays:
        own.role = Role.MEMBER
    else:
        session.delete(own)


def _appoint(session: Session, account: Account, area: Area, role: Role) -> None:
    if not any(one.area_id == area.id and one.role is role for one in account.appointments):
        session.add(Appointment(account=account, area=area, role=role))
