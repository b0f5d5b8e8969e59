"""Reads of what a participant gave: the promises of partnerships to which all said yes, year by year."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, lazyload, selectinload

from models import Account, Commitment, Need, Participant, Partnership, Party, ResourceKind, Side, Stage
from models.years import begins_at, fiscal_year, town_day
from web.participants.queries import SeenParticipant, seen_by

DAYS_OF_A_MONTH: Final = 30.4


@dataclass(frozen=True, slots=True)
class Given:
    """One thing that was given towards one lack."""

    kind: ResourceKind
    what: str
    quantity: int
    unit: str
    towards: str
    hours: float | None


@dataclass(frozen=True, slots=True)
class Gift:
    """What a participant gave to one partnership, through one offer."""

    partnership: Partnership
    offer: str
    to: SeenParticipant
    things: Sequence[Given]

    @property
    def stage(self) -> Stage:
        """Return where the partnership stands."""
        return self.partnership.stage

    @property
    def began_on(self) -> date | None:
        """Return the day on which all had said yes."""
        return None if self.partnership.accepted_at is None else town_day(self.partnership.accepted_at)

    @property
    def ended_on(self) -> date | None:
        """Return the day on which it was over, None where it goes on."""
        return None if self.partnership.over_at is None else town_day(self.partnership.over_at)


def gifts_of(
    session: Session, participant: Participant, account: Account, *, year: int, at: datetime
) -> Sequence[Gift]:
    """Return what a participant promised in a fiscal year and all said yes to, in the order of the promises."""
    parties = session.scalars(
        select(Party)
        .join(Partnership, Party.partnership_id == Partnership.id)
        .where(
            Party.participant_id == participant.id,
            Party.side == Side.PROVIDER,
            Partnership.accepted_at.is_not(None),
            Partnership.proposed_at >= begins_at(year),
            Partnership.proposed_at < begins_at(year + 1),
        )
        .options(
            joinedload(Party.offer),
            lazyload(Party.enquiry),
            joinedload(Party.partnership).options(
                selectinload(Partnership.parties).options(lazyload(Party.enquiry), lazyload(Party.commitments)),
                joinedload(Partnership.need).options(
                    joinedload(Need.participant).options(lazyload(Participant.consents), joinedload(Participant.area))
                ),
            ),
        )
        .order_by(Partnership.proposed_at, Partnership.id, Party.position)
    ).all()
    return [_gift(party, account, at=at) for party in parties]


def years_of(session: Session, participant: Participant, *, at: datetime) -> range:
    """Return the fiscal years for which there can be a record, the present one first."""
    first = session.scalar(
        select(Partnership.proposed_at)
        .join(Party, Party.partnership_id == Partnership.id)
        .where(
            Party.participant_id == participant.id, Party.side == Side.PROVIDER, Partnership.accepted_at.is_not(None)
        )
        .order_by(Partnership.proposed_at)
        .limit(1)
    )
    present = fiscal_year(town_day(at))
    earliest = present if first is None else min(present, fiscal_year(town_day(first)))
    return range(present, earliest - 1, -1)


def _gift(party: Party, account: Account, *, at: datetime) -> Gift:
    partnership = party.partnership
    months = _months(partnership, at)
    things = [_given(commitment, months) for commitment in party.commitments]
    return Gift(
        partnership=partnership,
        offer="" if party.offer is None else party.offer.title,
        to=seen_by(account, partnership.need.participant, partnership=partnership),
        things=sorted(things, key=lambda thing: (thing.kind, thing.what, thing.towards)),
    )


def _given(commitment: Commitment, months: int) -> Given:
    hours = commitment.slot.hours_per_month
    return Given(
        kind=commitment.item.kind,
        what=commitment.item.what,
        quantity=commitment.quantity,
        unit=commitment.item.unit or commitment.slot.unit,
        towards=commitment.slot.what,
        hours=None if hours is None else hours * months,
    )


def _months(partnership: Partnership, at: datetime) -> int:
    """Return for how many months a partnership has been going, begun ones counted."""
    begun = partnership.accepted_at or at
    return max(1, ceil(((partnership.over_at or at) - begun).days / DAYS_OF_A_MONTH))
