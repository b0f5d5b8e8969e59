"""Mails about roles: the invitation, and who took it."""

from sqlalchemy.orm import Session

from models import Invitation
from web.mailer import compose, page_url


def invitation(session: Session, invited: Invitation, *, token: str, locale: str) -> None:
    """Send the link with which a role is accepted."""
    compose(
        session,
        "invitation",
        address=invited.email,
        locale=locale,
        inviter=invited.invited_by.name,
        body_name=invited.participant.name if invited.participant else None,
        place=invited.area.name(locale),
        role=invited.role,
        hands_over=invited.hands_over,
        url=page_url(session, f"/invitations/{token}"),
    )


def accepted(session: Session, invited: Invitation, *, name: str) -> None:
    """Tell whoever invited that the role was taken."""
    inviter = invited.invited_by
    compose(
        session,
        "invitation-accepted",
        to=inviter,
        name=name,
        what=invited.participant.name if invited.participant else invited.area.name(inviter.locale),
        hands_over=invited.hands_over,
        stays=invited.predecessor_stays,
    )
