"""The platform of a place, now and before, and what the two kinds of platform show."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from models import Area, AreaPlan, Need, Network, NetworkMember, Participant, Partnership, Platform
from models.lifecycle import ALL_SAID_YES
from web.area_profiles.queries.counts import is_listed
from web.area_profiles.queries.places import Place

MOST_NAMED: Final = 6
MOST_HISTORY: Final = 20


@dataclass(frozen=True, slots=True)
class Council:
    """What holds a council together: the networks that have not ended with their members, and the plan in force."""

    networks: Sequence[tuple[Network, int]]
    plan: AreaPlan | None


@dataclass(frozen=True, slots=True)
class Project:
    """One thing that is sought, and how many partnerships carry it."""

    need: Need
    partnerships: int


def standing_platform(session: Session, area: Area) -> Platform | None:
    """Return the platform that the place has now."""
    return session.scalar(select(Platform).where(Platform.area_id == area.id, Platform.until.is_(None)))


def history_of(session: Session, area: Area) -> Sequence[Platform]:
    """Return the platforms of a place, the standing one first."""
    return session.scalars(
        select(Platform)
        .where(Platform.area_id == area.id)
        .options(joinedload(Platform.chosen_by))
        .order_by(Platform.until.is_not(None), Platform.until.desc(), Platform.created_at.desc(), Platform.id)
        .limit(MOST_HISTORY)
    ).all()


def council_of(session: Session, place: Place, *, year: int) -> Council:
    """Return the networks and the plan of a place."""
    members = (
        select(func.count(NetworkMember.id))
        .where(NetworkMember.network_id == Network.id, NetworkMember.left_on.is_(None))
        .scalar_subquery()
    )
    networks = session.execute(
        select(Network, members)
        .where(Network.area_id.in_(place.ids), Network.ended_at.is_(None))
        .order_by(Network.ends_on, Network.id)
        .limit(MOST_NAMED)
    ).all()
    plan = session.scalars(
        select(AreaPlan)
        .where(
            AreaPlan.area_id == place.area.id,
            AreaPlan.adopted_on.is_not(None),
            AreaPlan.first_year <= year,
            AreaPlan.last_year >= year,
        )
        .order_by(AreaPlan.adopted_on.desc(), AreaPlan.id)
        .limit(1)
    ).first()
    return Council([(row[0], row[1]) for row in networks], plan)


def projects_of(session: Session, place: Place) -> Sequence[Project]:
    """Return the newest open needs of a place, each with how many partnerships have come about for it."""
    carrying = (
        select(func.count(Partnership.id))
        .where(Partnership.need_id == Need.id, Partnership.stage.in_(ALL_SAID_YES))
        .scalar_subquery()
    )
    rows = session.execute(
        select(Need, carrying)
        .join(Participant, Need.participant_id == Participant.id)
        .where(*is_listed(place.ids))
        .order_by(Need.opened_at.desc(), Need.id)
        .limit(MOST_NAMED)
    ).all()
    return [Project(row[0], row[1]) for row in rows]
