"""Removing what was kept only for a while.

Answers are kept to be repeated, failed sign-ins to be counted, drafts to be gone on with, questions to passkeys
to be answered; none of them is part of the record of changes, so they are removed by one statement each.
Ended sessions, old invitations and the needs that were discarded as drafts are part of it, and go one by one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import CursorResult, Delete, delete, or_, select
from sqlalchemy.orm import Session, selectinload

from models import Draft, HandledRequest, Invitation, Need, PasskeyChallenge, SignIn, SignInAttempt

KEEP_ANSWERS: Final = timedelta(hours=24)
KEEP_ATTEMPTS: Final = timedelta(hours=1)
KEEP_ENDED_SIGN_INS: Final = timedelta(days=30)
KEEP_DISCARDED: Final = timedelta(minutes=5)  # longer than it can be undone
KEEP_OLD_INVITATIONS: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Tidied:
    """How many rows of each kind were removed."""

    answers: int
    attempts: int
    drafts: int
    needs: int
    challenges: int
    sign_ins: int
    invitations: int


def tidy(session: Session, *, at: datetime) -> Tidied:
    """Remove answers, failed sign-ins, drafts, questions, ended sessions and invitations that are past their time."""
    ended_before = at - KEEP_ENDED_SIGN_INS
    sign_ins = session.scalars(
        select(SignIn).where(or_(SignIn.ended_at < ended_before, SignIn.expires_at < ended_before))
    ).all()
    needs = session.scalars(
        select(Need)
        .where(Need.discarded_at < at - KEEP_DISCARDED)
        .options(selectinload(Need.slots), selectinload(Need.fields))
    ).all()
    invitations = session.scalars(select(Invitation).where(Invitation.expires_at < at - KEEP_OLD_INVITATIONS)).all()
    for row in (*sign_ins, *needs, *invitations):
        session.delete(row)
    return Tidied(
        answers=_removed(session, delete(HandledRequest).where(HandledRequest.created_at < at - KEEP_ANSWERS)),
        attempts=_removed(session, delete(SignInAttempt).where(SignInAttempt.created_at < at - KEEP_ATTEMPTS)),
        drafts=_removed(
            session, delete(Draft).where(or_(Draft.expires_at < at, Draft.discarded_at < at - KEEP_DISCARDED))
        ),
        needs=len(needs),
        challenges=_removed(session, delete(PasskeyChallenge).where(PasskeyChallenge.expires_at < at)),
        sign_ins=len(sign_ins),
        invitations=len(invitations),
    )


def _removed(session: Session, statement: Delete) -> int:
    result = session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount
