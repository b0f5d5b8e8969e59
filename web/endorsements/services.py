"""Changes to endorsements: writing one down, and taking it back."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from models import Account, Endorsement, EndorsementKind, Participant

CODE_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Credit:
    """What a public office says of a body."""

    kind: EndorsementKind
    subject: str
    basis: str
    issuer: str
    issued_on: date
    expires_on: date


def record(session: Session, participant: Participant, credit: Credit, *, by: Account) -> Endorsement:
    """Write down that a public office stands behind a body; nobody can guess the code that its paper leads to.

    Raises
    ------
    InvalidValue
        It would end before it begins, or the participant is a person.

    """
    endorsement = Endorsement(
        kind=credit.kind,
        subject=credit.subject,
        basis=credit.basis,
        issuer=credit.issuer,
        issued_on=credit.issued_on,
        expires_on=credit.expires_on,
        code=secrets.token_urlsafe(CODE_BYTES),
        participant=participant,
        recorded_by=by,
    )
    session.add(endorsement)
    return endorsement


def revoke(session: Session, endorsement: Endorsement, *, because: str, at: datetime) -> None:
    """Take an endorsement back; from now on no page shows it, and its own page says that it was taken back.

    Raises
    ------
    AlreadyDecided
        Somebody took it back before.

    """
    session.refresh(endorsement, ["revoked_at"], with_for_update=True)
    endorsement.revoke(because=because, at=at)
