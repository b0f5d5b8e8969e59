from datetime import timedelta
from itertools import count

from models import Account, Area, Invitation, Participant, Role, utc_now
from web.people.services import hashed

_numbers = count(1)


def make_invitation(
    to: Participant | Area, *, by: Account, role: Role | None = None, email: str = "next@hiyori.example", days: int = 14
) -> tuple[Invitation, str]:
    """Return an invitation and the path of its link."""
    token = f"invitation-{next(_numbers)}"
    is_body = isinstance(to, Participant)
    invitation = Invitation(
        email=email,
        role=role or (Role.MEMBER if is_body else Role.COORDINATOR),
        token_hash=hashed(token),
        expires_at=utc_now() + timedelta(days=days),
        participant=to if isinstance(to, Participant) else None,
        area=to.area if isinstance(to, Participant) else to,
        invited_by=by,
    )
    return invitation, f"/invitations/{token}"
