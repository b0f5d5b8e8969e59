"""The list of seasons, one season as a reader may see it, and what comes up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.interfaces import ORMOption

from models import (
    Account,
    Area,
    CaseStudy,
    Need,
    Offer,
    OfferItem,
    Participant,
    Partnership,
    Party,
    Role,
    Season,
    SeasonProfessional,
    SeasonProject,
    SeasonStep,
    Slot,
    lies_under,
)
from web.participants.queries import SeenParticipant, seen_by

PAGE_SIZE: Final = 20
MOST_COMING: Final = 5
SOON: Final = timedelta(days=21)
FEWEST_PERSONS: Final = 5


Entry = TypeVar("Entry", SeasonProject, SeasonProfessional)


class Show(StrEnum):
    """Which seasons a list shows."""

    NOW = "now"
    PAST = "past"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list of seasons."""

    seasons: Sequence[Season]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """Return how many pages the list has, at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class Coming:
    """A date of a season that comes up."""

    season: Season
    step: SeasonStep
    on: date


@dataclass(frozen=True, slots=True)
class SeenProject:
    """A project as the reader may see it: whose it is, and its result where the partnership is public."""

    entry: SeasonProject
    organisation: SeenParticipant
    is_public: bool
    case: CaseStudy | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A season as the reader may see it.

    `persons` says how many professionals are residents; it is None where they are so few that they are not counted.
    """

    season: Season
    projects: Sequence[SeenProject]
    bodies: Sequence[SeenParticipant]
    persons: int | None
    is_coordinator: bool


def page_of(session: Session, show: Show, *, today: date, number: int) -> Page:
    """Return one page of the seasons that go on or come, the next first, or of the past ones, the last first."""
    if show is Show.NOW:
        found = select(Season).where(Season.looking_back_on >= today)
        order = (Season.kick_off_on, Season.id)
    else:
        found = select(Season).where(Season.looking_back_on < today)
        order = (Season.kick_off_on.desc(), Season.id)  # type: ignore[assignment]  # an expression as good as a column
    total = session.scalar(select(func.count()).select_from(found.with_only_columns(Season.id).subquery())) or 0
    number = min(max(number, 1), max(1, -(-total // PAGE_SIZE)))
    seasons = session.scalars(found.order_by(*order).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
    return Page(seasons, total, number)


def upcoming(session: Session, account: Account | None, today: date) -> Sequence[Coming]:
    """Return what comes up within three weeks in the seasons that the account entered or coordinates, the next first.

    Without an account, or where it has no part in any, these are the seasons that still take entries.
    """
    going_on = select(Season).where(Season.looking_back_on >= today)
    seasons: Sequence[Season] = []
    if account is not None:
        seasons = session.scalars(
            going_on.join(Area, Season.area_id == Area.id).where(
                or_(entered_by(account), lies_under(account.paths(Role.COORDINATOR)))
            )
        ).all()
    if not seasons:
        seasons = session.scalars(
            going_on.where(Season.entries_close_on >= today, Season.approved_at.is_(None))
            .order_by(Season.entries_close_on, Season.id)
            .limit(MOST_COMING)
        ).all()
    coming = [
        Coming(season, step, day)
        for season in seasons
        for step, day in season.dates.items()
        if today <= day <= today + SOON
    ]
    return sorted(coming, key=lambda one: (one.on, one.season.name, one.season.id))[:MOST_COMING]


def entered_by(account: Account) -> ColumnElement[bool]:
    """Return whether somebody for whom the account speaks entered a season."""
    own = [membership.participant_id for membership in account.memberships]
    with_project = (
        select(SeasonProject.id)
        .join(Need, SeasonProject.need_id == Need.id)
        .where(SeasonProject.season_id == Season.id, Need.participant_id.in_(own))
    )
    with_offer = (
        select(SeasonProfessional.id)
        .join(Offer, SeasonProfessional.offer_id == Offer.id)
        .where(SeasonProfessional.season_id == Season.id, Offer.participant_id.in_(own))
    )
    return or_(exists(with_project), exists(with_offer))


def areas_of(account: Account) -> Sequence[Area]:
    """Return the places that the account coordinates."""
    return [one.area for one in account.appointments if one.role is Role.COORDINATOR]


def whole(session: Session, season: Season) -> Season:
    """Load all who entered a season, with their teams and with all that the engine is told of them."""
    professionals = _entries(session, season, SeasonProfessional, _offers())
    projects = _entries(session, season, SeasonProject, _needs())
    set_committed_value(season, "professionals", professionals)
    set_committed_value(season, "projects", projects)
    for project in projects:
        set_committed_value(project, "team", [one for one in professionals if one.project_id == project.id])
    return season


def seen(session: Session, season: Season, account: Account | None) -> Seen:
    """Return a season as the reader may see it; nobody is named who is a resident."""
    whole(session, season)
    is_coordinator = account is not None and account.covers(Role.COORDINATOR, season.area.path)
    cases = _cases(session, [project.partnership_id for project in season.projects if project.partnership_id])
    projects = [_seen_project(project, account, cases) for project in season.projects]
    owners = [entry.offer.participant for entry in season.professionals]
    persons = len({owner.id for owner in owners if owner.is_resident})
    bodies = {owner.id: owner for owner in owners if not owner.is_resident}
    return Seen(
        season,
        projects,
        [seen_by(account, body) for body in bodies.values()],
        persons if is_coordinator or persons == 0 or persons >= FEWEST_PERSONS else None,
        is_coordinator,
    )


def project_of(session: Session, season: Season, identity: UUID) -> SeasonProject | None:
    """Return one project of a season, if it is one."""
    return next((one for one in whole(session, season).projects if one.id == identity), None)


def professional_of(session: Session, season: Season, identity: UUID) -> SeasonProfessional | None:
    """Return one professional of a season, if it is one."""
    return next((one for one in whole(session, season).professionals if one.id == identity), None)


def _entries(session: Session, season: Season, kind: type[Entry], options: Sequence[ORMOption]) -> Sequence[Entry]:
    return (
        session.scalars(
            select(kind)
            .where(kind.season_id == season.id)
            .order_by(kind.entered_at)
            .options(*options)
            .execution_options(populate_existing=True)
        )
        .unique()
        .all()
    )


def _needs() -> tuple[ORMOption, ...]:
    return (
        joinedload(SeasonProject.need).options(
            joinedload(Need.participant).joinedload(Participant.consents),
            joinedload(Need.area),
            joinedload(Need.council_seat),
            joinedload(Need.slots).joinedload(Slot.skill),
            joinedload(Need.fields),
            lazyload(Need.posted_by),
        ),
        joinedload(SeasonProject.partnership)
        .selectinload(Partnership.parties)
        .options(lazyload(Party.commitments), lazyload(Party.enquiry)),
    )


def _offers() -> tuple[ORMOption, ...]:
    return (
        joinedload(SeasonProfessional.offer).options(
            joinedload(Offer.participant).joinedload(Participant.consents),
            joinedload(Offer.area),
            joinedload(Offer.items).joinedload(OfferItem.skill),
            joinedload(Offer.fields),
        ),
    )


def _cases(session: Session, partnerships: Sequence[UUID]) -> dict[UUID, CaseStudy]:
    found = session.scalars(
        select(CaseStudy).where(CaseStudy.partnership_id.in_(partnerships)).options(lazyload(CaseStudy.partnership))
    )
    return {case.partnership_id: case for case in found}


def _seen_project(project: SeasonProject, account: Account | None, cases: dict[UUID, CaseStudy]) -> SeenProject:
    partnership = project.partnership
    is_public = partnership is not None and partnership.is_public
    return SeenProject(
        project,
        seen_by(account, project.need.participant),
        is_public,
        cases.get(partnership.id) if partnership is not None and is_public else None,
    )
