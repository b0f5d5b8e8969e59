"""Choosing the platform of a place, and taking over how old its people are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from models import Account, AgeGroup, Area, Pillar, Platform, PlatformKind
from web.area_profiles import queries


@dataclass(frozen=True, slots=True)
class AgeRow:
    """One age of one place on one day, and the line of the sheet that says so."""

    line: int
    area: Area
    counted_on: date
    youngest: int
    oldest: int | None
    people: int


def choose_platform(
    session: Session, area: Area, kind: PlatformKind, pillars: Iterable[Pillar], *, by: Account, on: date
) -> Platform:
    """End the standing platform and begin another; what belongs to the former stays, and choosing the same keeps it."""
    chosen = Platform(kind=kind, pillars=[pillar.value for pillar in pillars], since=on, area=area, chosen_by=by)
    standing = queries.standing_platform(session, area)
    if standing is not None:
        if (standing.kind, standing.pillars) == (chosen.kind, chosen.pillars):
            return standing
        standing.until = on
        session.flush()  # a place has one standing platform: the former ends before the next begins
    session.add(chosen)
    return chosen


def take_ages(session: Session, counted: Iterable[AgeRow], *, source: str) -> int:
    """Take a whole sheet over; what was counted before for the same place and day gives way to it."""
    rows = list(counted)
    days = {(row.area.id, row.counted_on) for row in rows}
    if days:
        same = or_(*(and_(AgeGroup.area_id == area, AgeGroup.counted_on == day) for area, day in sorted(days, key=str)))
        for former in session.scalars(select(AgeGroup).where(same)):
            session.delete(former)
        session.flush()
    session.add_all(
        AgeGroup(
            area=row.area,
            counted_on=row.counted_on,
            youngest=row.youngest,
            oldest=row.oldest,
            people=row.people,
            source=source,
        )
        for row in rows
    )
    return len(rows)
