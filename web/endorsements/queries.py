"""Reads of endorsements: those that stand on a day, all of one body, and the one behind a code."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, lazyload

from models import Account, Endorsement, Participant


def standing(session: Session, participants: Collection[UUID], *, on: date) -> Mapping[UUID, Sequence[Endorsement]]:
    """Return what stands on a day for each of these participants that has any, the one that lasts longest first.

    One query, however many they are; pages show of endorsements what this returns and nothing else.
    """
    found: dict[UUID, list[Endorsement]] = {}
    if participants:
        rows = session.scalars(
            select(Endorsement)
            .where(
                Endorsement.participant_id.in_(sorted(participants)),
                Endorsement.revoked_at.is_(None),
                Endorsement.issued_on <= on,
                Endorsement.expires_on >= on,
            )
            .order_by(Endorsement.expires_on.desc(), Endorsement.id)
        )
        for row in rows:
            found.setdefault(row.participant_id, []).append(row)
    return found


def all_of(session: Session, participant: Participant) -> Sequence[Endorsement]:
    """Return every endorsement of a body, also past ones, the newest first, with who wrote it down."""
    return session.scalars(
        select(Endorsement)
        .where(Endorsement.participant_id == participant.id)
        .options(
            joinedload(Endorsement.recorded_by).options(lazyload(Account.memberships), lazyload(Account.appointments))
        )
        .order_by(Endorsement.issued_on.desc(), Endorsement.created_at.desc(), Endorsement.id)
    ).all()


def by_code(session: Session, code: str) -> Endorsement | None:
    """Return the endorsement that a paper or a page leads to."""
    return session.scalar(
        select(Endorsement)
        .where(Endorsement.code == code)
        .options(joinedload(Endorsement.participant).lazyload(Participant.consents))
    )
