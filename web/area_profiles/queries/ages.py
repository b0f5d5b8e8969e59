"""How old the people of a place are, as the municipality counted last."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from models import AgeGroup
from web.area_profiles.queries.counts import FEWEST_PEOPLE
from web.area_profiles.queries.places import Place

MOST_GROUPS: Final = 22
BAND: Final = 10
OLD: Final = 65
LAST_BAND: Final = 100


@dataclass(frozen=True, slots=True)
class AgeCount:
    """How many people are of an age; None where so few that the reader may not know."""

    youngest: int
    oldest: int | None
    people: int | None


@dataclass(frozen=True, slots=True)
class Ages:
    """The last count: of the place itself, or added up from those of its districts that were counted on that day."""

    counted_on: date
    groups: Sequence[AgeCount]
    districts: int
    source: str
    people: int
    old: int | None


def ages_of(session: Session, place: Place, *, on: date, whole: bool) -> Ages | None:
    """Return the last count until a day, or None where nobody counted."""
    same = aliased(AgeGroup)
    last = (
        select(func.max(same.counted_on))
        .where(same.area_id == AgeGroup.area_id, same.counted_on <= on)
        .correlate(AgeGroup)
        .scalar_subquery()
    )
    lines = session.execute(
        select(
            AgeGroup.area_id, AgeGroup.counted_on, AgeGroup.youngest, AgeGroup.oldest, AgeGroup.people, AgeGroup.source
        )
        .where(AgeGroup.area_id.in_(place.ids), AgeGroup.counted_on == last)
        .order_by(AgeGroup.counted_on, AgeGroup.area_id, AgeGroup.youngest)
    ).all()
    own = [line for line in lines if line.area_id == place.area.id]
    if own:
        lines = own
    if not lines:
        return None
    day = lines[-1].counted_on
    people: dict[tuple[int, int | None], int] = defaultdict(int)
    for line in lines:
        if line.counted_on == day:
            people[line.youngest, line.oldest] += line.people
    total = sum(people.values())
    old = None
    if not any(youngest < OLD and (oldest is None or oldest >= OLD) for youngest, oldest in people):
        old = sum(number for (youngest, _), number in people.items() if youngest >= OLD)
    groups = [
        AgeCount(youngest, oldest, number if whole or number == 0 or number >= FEWEST_PEOPLE else None)
        for (youngest, oldest), number in sorted(_banded(people).items(), key=lambda one: (one[0][0], one[0][1] or 999))
    ]
    districts = 0 if own else len({line.area_id for line in lines if line.counted_on == day})
    return Ages(day, groups, districts, lines[-1].source, total, old)


def _banded(people: dict[tuple[int, int | None], int]) -> dict[tuple[int, int | None], int]:
    """Return single years as bands of ten where there are too many to be looked at."""
    if len(people) <= MOST_GROUPS:
        return people
    bands: dict[tuple[int, int | None], int] = defaultdict(int)
    for (youngest, oldest), number in people.items():
        begins = min(youngest // BAND * BAND, LAST_BAND)
        if oldest is not None and oldest // BAND != youngest // BAND and begins < LAST_BAND:
            return people  # a group that lies over two bands belongs to neither
        bands[begins, None if begins == LAST_BAND else begins + BAND - 1] += number
    return bands
