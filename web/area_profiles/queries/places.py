"""A municipality with its districts, or one district: what a profile is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, lazyload

from models import Area, AreaLevel

PROFILED: Final = frozenset({AreaLevel.MUNICIPALITY, AreaLevel.DISTRICT})


@dataclass(frozen=True, slots=True)
class Place:
    """A place and the districts that lie in it."""

    area: Area
    districts: Sequence[Area]

    @property
    def ids(self) -> list[UUID]:
        """Return the ids of the place and of all that lies in it: everything is looked up by these few."""
        return [self.area.id, *(one.id for one in self.districts)]


def place_by_path(session: Session, path: str) -> Place | None:
    """Return a municipality or district with what lies in it; larger places have no profile."""
    above = select(Area.id).where(Area.path == path).scalar_subquery()
    found = session.scalars(
        select(Area).where(or_(Area.path == path, Area.parent_id == above)).order_by(Area.path, Area.id)
    ).all()
    if not found or found[0].level not in PROFILED:
        return None
    return Place(found[0], found[1:])


def place_of(session: Session, area: Area) -> Place | None:
    """Return the place of a row that is at hand already."""
    if area.level not in PROFILED:
        return None
    return Place(area, places_below(session, area))


def places_below(session: Session, area: Area) -> Sequence[Area]:
    """Return the districts of a municipality."""
    statement = select(Area).where(Area.parent_id == area.id).options(lazyload(Area.parent))
    return session.scalars(statement.order_by(Area.path, Area.id)).all()
