"""The places that somebody administers, what borders them, and what lies in them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.orm import Session, joinedload

from models import (
    Account,
    Appointment,
    Area,
    AreaLevel,
    AreaNeighbour,
    Need,
    Offer,
    Participant,
    Role,
    lies_under,
)

HOLDERS: Final[Mapping[str, Any]] = {
    "participants": Participant.area_id,
    "needs": Need.area_id,
    "offers": Offer.area_id,
    "appointments": Appointment.area_id,
    "places": Area.parent_id,
}
"""What can lie in a place, by the column that says so."""


@dataclass(frozen=True, slots=True)
class Contents:
    """How much lies in a place, also what is past."""

    participants: int = 0
    needs: int = 0
    offers: int = 0
    appointments: int = 0
    places: int = 0

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing would be lost with the place."""
        return not (self.participants or self.needs or self.offers or self.appointments or self.places)


@dataclass(frozen=True, slots=True)
class Line:
    """One district of a municipality as the list shows it."""

    area: Area
    neighbours: Sequence[Area]
    contents: Contents


def visible_to(account: Account) -> Select[Area]:
    """Return the places that the account administers, the wider ones first."""
    return select(Area).where(lies_under(account.paths(Role.ADMINISTRATOR))).order_by(Area.path)


def administered_by_others(session: Session, account: Account) -> list[str]:
    """Return the places that others administer and this account does not, those above its own among them."""
    administered = select(Appointment.area_id).where(Appointment.role == Role.ADMINISTRATOR)
    paths = session.scalars(select(Area.path).where(Area.id.in_(administered)).order_by(Area.path))
    return [path for path in paths if not account.covers(Role.ADMINISTRATOR, path)]


def municipalities(session: Session, account: Account) -> Sequence[Area]:
    """Return the municipalities that the account administers, whole or in part."""
    administered = visible_to(account).order_by(None).subquery()
    of_districts = select(administered.c.parent_id).where(administered.c.level == AreaLevel.DISTRICT)
    whole = select(administered.c.id)
    return session.scalars(
        select(Area)
        .where(Area.level == AreaLevel.MUNICIPALITY, Area.id.in_(whole) | Area.id.in_(of_districts))
        .order_by(Area.path)
    ).all()


def lines(session: Session, account: Account, municipality: Area) -> Sequence[Line]:
    """Return the districts of a municipality that the account administers, with what each borders and holds."""
    districts = session.scalars(visible_to(account).where(Area.parent_id == municipality.id)).all()
    ids = [district.id for district in districts]
    borders = neighbours(session, ids)
    held = contents(session, ids)
    return [Line(district, borders.get(district.id, ()), held.get(district.id, Contents())) for district in districts]


def neighbours(session: Session, ids: Collection[UUID]) -> dict[UUID, Sequence[Area]]:
    """Return which places border each of these."""
    found: dict[UUID, list[Area]] = {}
    rows = session.scalars(
        select(AreaNeighbour)
        .join(Area, AreaNeighbour.neighbour_id == Area.id)
        .where(AreaNeighbour.area_id.in_(ids))
        .options(joinedload(AreaNeighbour.neighbour).joinedload(Area.parent))
        .order_by(Area.path)
    )
    for border in rows:
        found.setdefault(border.area_id, []).append(border.neighbour)
    return {area: tuple(some) for area, some in found.items()}


def beside(session: Session, account: Account, area: Area) -> Sequence[Area]:
    """Return the places that could border this one: those of its size in the same place, and whatever does already."""
    same = visible_to(account).where(Area.parent_id == area.parent_id, Area.level == area.level, Area.id != area.id)
    return session.scalars(same).all()


def borders_between(session: Session, area: Area, others: Collection[Area]) -> Sequence[AreaNeighbour]:
    """Return both sides of the borders of a place with others."""
    ids = [other.id for other in others]
    return session.scalars(
        select(AreaNeighbour).where(
            ((AreaNeighbour.area_id == area.id) & AreaNeighbour.neighbour_id.in_(ids))
            | ((AreaNeighbour.neighbour_id == area.id) & AreaNeighbour.area_id.in_(ids))
        )
    ).all()


def borders_of(session: Session, area: Area) -> Sequence[AreaNeighbour]:
    """Return every border of a place, seen from either side."""
    return session.scalars(
        select(AreaNeighbour).where((AreaNeighbour.area_id == area.id) | (AreaNeighbour.neighbour_id == area.id))
    ).all()


def contents(session: Session, ids: Collection[UUID]) -> dict[UUID, Contents]:
    """Count what lies directly in each of these places, in one question."""
    counts: dict[UUID, dict[str, int]] = {}
    of_each = [
        select(literal(what).label("what"), column.label("area"), func.count().label("how_many"))
        .where(column.in_(ids))
        .group_by(column)
        for what, column in HOLDERS.items()
    ]
    for what, area, how_many in session.execute(union_all(*of_each)):
        counts.setdefault(area, {})[what] = how_many
    return {area: Contents(**of_area) for area, of_area in counts.items()}


def taken(session: Session, path: str) -> Area | None:
    """Return the place that has this path already."""
    return session.scalar(select(Area).where(Area.path == path))


def namesake(session: Session, municipality: Area, name: str, *, except_for: Area | None = None) -> Area | None:
    """Return the district of the municipality that has this name already."""
    statement = select(Area).where(Area.parent_id == municipality.id, Area.name_ja == name).order_by(Area.path).limit(1)
    return session.scalar(statement if except_for is None else statement.where(Area.id != except_for.id))
