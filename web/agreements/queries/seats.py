"""Who sits at the table: the parties with what the reader may know of them, in one question to the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload
from sqlalchemy.orm.attributes import set_committed_value

from models import Account, Participant, Partnership, Party, Role
from web.participants.queries import SeenParticipant, has_account, seen_by


@dataclass(frozen=True, slots=True)
class Seat:
    """One party at the table."""

    party: Party
    participant: SeenParticipant
    is_own: bool
    has_account: bool

    @property
    def id(self) -> UUID:
        """Return the id of the party."""
        return self.party.id


@dataclass(frozen=True, slots=True)
class Seats:
    """Everybody at the table of a partnership."""

    partnership: Partnership
    parties: Sequence[Seat]
    is_coordinators: bool


def seats_of(session: Session, partnership: Partnership, account: Account) -> Seats:
    """Return who takes part, as far as the reader may see who they are."""
    rows = session.execute(
        select(Participant, has_account())
        .where(Participant.id.in_([party.participant_id for party in partnership.parties]))
        .options(lazyload(Participant.consents))
    )
    known = {row[0].id: (row[0], row[1]) for row in rows}
    for party in partnership.parties:
        set_committed_value(party, "participant", known[party.participant_id][0])
    return Seats(
        partnership=partnership,
        parties=[
            Seat(
                party=party,
                participant=seen_by(account, party.participant, partnership=partnership),
                is_own=account.represents(party.participant_id),
                has_account=known[party.participant_id][1],
            )
            for party in partnership.parties
        ],
        is_coordinators=account.covers(Role.COORDINATOR, partnership.need.area.path),
    )
