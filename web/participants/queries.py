"""Reads of participants; `seen_by` is the one serializer that decides how much of them a reader gets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from models import Account, Area, Participant, ParticipantKind, Partnership, Reveal, Role, lies_under, utc_now

REVEAL_LASTS: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach somebody."""

    name: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class SeenParticipant:
    """As much of a participant as the reader may see; a hidden name is None."""

    id: UUID
    kind: ParticipantKind
    name: str | None
    area: Area
    summary: str
    contact: Contact | None


def seen_by(
    account: Account | None,
    participant: Participant,
    *,
    partnership: Partnership | None = None,
    revealed: bool = False,
) -> SeenParticipant:
    """Return what this reader may see of the participant, for pages, API, sheets and mail alike.

    A body's name is public. A person's name is for those who represent or coordinate them, and for
    the parties of a common partnership. Contact details are for the participant itself, for the
    other parties while all have said yes, and for whom they were `revealed` to.
    """
    is_own = account is not None and account.represents(participant.id)
    coordinates = account is not None and account.covers(Role.COORDINATOR, participant.area.path)
    shares_partnership = (
        account is not None
        and partnership is not None
        and any(party.participant_id == participant.id for party in partnership.parties)
        and any(account.represents(party.participant_id) for party in partnership.parties)
    )
    shows_name = not participant.is_resident or is_own or coordinates or shares_partnership
    shows_contact = (
        is_own or revealed or (shares_partnership and partnership is not None and partnership.shows_contacts)
    )
    return SeenParticipant(
        id=participant.id,
        kind=participant.kind,
        name=participant.name if shows_name else None,
        area=participant.area,
        summary=participant.summary if shows_name else "",
        contact=Contact(participant.contact_name, participant.contact_email, participant.contact_phone)
        if shows_contact
        else None,
    )


def visible_to(account: Account | None) -> Select[Participant]:
    """Return the participants whose page the account may open: active bodies, own ones, those it coordinates."""
    conditions = [(Participant.kind != ParticipantKind.RESIDENT) & Participant.left_at.is_(None)]
    if account is not None:
        conditions.append(Participant.id.in_([membership.participant_id for membership in account.memberships]))
        conditions.append(lies_under(account.paths(Role.COORDINATOR)))
    return select(Participant).join(Area, Participant.area_id == Area.id).where(or_(*conditions))


def reveals_of(session: Session, participant: Participant, *, limit: int = 50) -> Sequence[Reveal]:
    """Return to whom the participant's contact details became visible, newest first."""
    return session.scalars(
        select(Reveal).where(Reveal.subject_id == participant.id).order_by(Reveal.at.desc(), Reveal.id).limit(limit)
    ).all()


def is_revealed_to(session: Session, participant: Participant, account: Account) -> bool:
    """Tell whether this coordinator asked for the contact details within the past hour."""
    return (
        session.scalar(
            select(Reveal.id)
            .where(
                Reveal.subject_id == participant.id,
                Reveal.to_account_id == account.id,
                Reveal.at > utc_now() - REVEAL_LASTS,
            )
            .limit(1)
        )
        is not None
    )
