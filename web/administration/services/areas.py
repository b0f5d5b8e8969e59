"""Places: added, named, bordered, removed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models import Account, Area, AreaNeighbour, Job, JobKind
from models.errors import IllegalMove, NotAllowed
from web.administration.queries import areas as queries


@dataclass(frozen=True, slots=True)
class Names:
    """What a place is called, and how that is read."""

    name_ja: str
    name_en: str
    reading: str


def add_district(session: Session, municipality: Area, code: str, names: Names) -> Area:
    """Add a district to a municipality."""
    district = Area.district(municipality, code, name_ja=names.name_ja, name_en=names.name_en, reading=names.reading)
    session.add(district)
    return district


def rename(area: Area, names: Names, *, version: int, at: datetime) -> None:
    """Give a place other names, unless somebody did so meanwhile."""
    area.check_version(version)
    area.rename(name_ja=names.name_ja, name_en=names.name_en, reading=names.reading, at=at)


def set_borders(
    session: Session, area: Area, *, added: Collection[Area], removed: Collection[Area], by: Account
) -> None:
    """Note which places border this one and which do not; what others noted meanwhile stays."""
    allowed = {place.id for place in queries.beside(session, by, area)}
    if any(place.id not in allowed for place in (*added, *removed)):
        raise NotAllowed("only places that the account administers are said to border each other")
    known = {(border.area_id, border.neighbour_id) for border in queries.borders_between(session, area, added)}
    for place in added:
        session.add_all(
            border
            for border in AreaNeighbour.between(area, place)
            if (border.area.id, border.neighbour.id) not in known
        )
    for border in queries.borders_between(session, area, removed):
        session.delete(border)
    if added or removed:
        Job.request(session, JobKind.REFRESH_SUGGESTIONS, municipality=area.tenant, by=by)


def remove(session: Session, area: Area, *, version: int) -> None:
    """Remove a place in which nothing lies, with its borders.

    Raises
    ------
    IllegalMove
        Something lies in it; `queries.contents` says what. The database refuses, too, what comes meanwhile.

    """
    area.check_version(version)
    held = queries.contents(session, [area.id]).get(area.id)
    if held is not None:
        raise IllegalMove(f"{area.path} is not empty: {held}")
    for border in queries.borders_of(session, area):
        session.delete(border)
    session.flush()
    session.delete(area)
