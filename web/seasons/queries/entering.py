"""What can be entered into a season, by whom, and who can take an entry back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, lazyload, selectinload

from models import (
    Account,
    Area,
    Need,
    NeedStatus,
    Offer,
    OfferStatus,
    Participant,
    Role,
    Season,
    SeasonProfessional,
    SeasonProject,
    lies_under,
)
from web.participants.queries import SeenParticipant, seen_by

MOST_CHOICES: Final = 200


Listing = TypeVar("Listing", Need, Offer)


@dataclass(frozen=True, slots=True)
class Choice(Generic[Listing]):
    """A need or an offer that can be entered, and whose it is."""

    id: UUID
    title: str
    owner: SeenParticipant
    row: Listing


def needs_to_enter(session: Session, account: Account, season: Season) -> Sequence[Choice[Need]]:
    """Return the open needs in the season's place that the account may enter, by title."""
    entered = select(SeasonProject.need_id).where(SeasonProject.season_id == season.id)
    rows = session.scalars(
        select(Need)
        .join(Area, Need.area_id == Area.id)
        .where(
            Need.status == NeedStatus.OPEN,
            Need.discarded_at.is_(None),
            lies_under([season.area.path]),
            or_(Need.participant_id.in_(_own(account)), lies_under(account.paths(Role.COORDINATOR))),
            Need.id.not_in(entered),
        )
        .options(
            joinedload(Need.participant).lazyload(Participant.consents),
            joinedload(Need.area),
            lazyload(Need.posted_by),
        )
        .order_by(Need.title, Need.id)
        .limit(MOST_CHOICES)
    )
    return [Choice(row.id, row.title, seen_by(account, row.participant), row) for row in rows]


def offers_to_enter(session: Session, account: Account, season: Season) -> Sequence[Choice[Offer]]:
    """Return the open offers that the account may enter, by title: one for each professional, with consent.

    A coordinator enters those who live or work in the season's place; everybody can enter for themselves.
    """
    entered = (
        select(Offer.participant_id)
        .join(SeasonProfessional, SeasonProfessional.offer_id == Offer.id)
        .where(SeasonProfessional.season_id == season.id)
    )
    looked_after = lies_under(account.paths(Role.COORDINATOR)) & lies_under([season.area.path])
    rows = session.scalars(
        select(Offer)
        .join(Participant, Offer.participant_id == Participant.id)
        .join(Area, Participant.area_id == Area.id)
        .where(
            Offer.status == OfferStatus.OPEN,
            or_(Offer.participant_id.in_(_own(account)), looked_after),
            Offer.participant_id.not_in(entered),
        )
        .options(
            joinedload(Offer.participant).options(selectinload(Participant.consents)),
            joinedload(Offer.area),
        )
        .order_by(Offer.title, Offer.id)
        .limit(MOST_CHOICES)
    )
    return [
        Choice(row.id, row.title, seen_by(account, row.participant), row)
        for row in rows
        if row.participant.may_be_matched
    ]


def may_withdraw(account: Account | None, entry: SeasonProject | SeasonProfessional) -> bool:
    """Tell whether the account may take an entry back: its own, or as a coordinator of the season's place."""
    if account is None:
        return False
    return speaks_for(account, entry) or account.covers(Role.COORDINATOR, entry.season.area.path)


def speaks_for(account: Account, entry: SeasonProject | SeasonProfessional) -> bool:
    """Tell whether the account speaks for whoever entered."""
    row = entry.need if isinstance(entry, SeasonProject) else entry.offer
    return account.represents(row.participant_id)


def has_interest(account: Account, season: Season) -> bool:
    """Tell whether the account speaks for somebody in one of the teams of a season that was loaded as a whole."""
    return any(
        speaks_for(account, project) or any(speaks_for(account, one) for one in project.team)
        for project in season.projects
        if project.team
    )


def _own(account: Account) -> list[UUID]:
    return [membership.participant_id for membership in account.memberships]
