"""The matching table, and dates in the parts of the week that suit every party."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from types import MappingProxyType
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from models import MatchingTable, MeetingDate, Partnership, Party, Window
from models.business_days import PUBLIC_HOLIDAYS, SATURDAY
from models.years import TOWN_TIME

SUNDAY: Final = 6
LOOKED_AHEAD: Final = timedelta(weeks=4)
FIRST_AFTER: Final = timedelta(days=3)
LASTS: Final = timedelta(minutes=90)
BEGINS: Final = MappingProxyType({"am": time(10), "pm": time(14), "evening": time(18, 30)})
PARTS: Final = tuple(BEGINS)


@dataclass(frozen=True, slots=True)
class FreeTime:
    """A time for a meeting, and the parties whose own times it does not suit, as far as they are known."""

    starts_at: datetime
    ends_at: datetime
    against: Sequence[Party]


def table_of(session: Session, partnership: Partnership) -> MatchingTable | None:
    """Return the matching table of a partnership with its dates and who can come."""
    return session.scalars(
        select(MatchingTable)
        .where(MatchingTable.partnership_id == partnership.id)
        .options(selectinload(MatchingTable.dates).selectinload(MeetingDate.answers))
    ).one_or_none()


def times_that_suit(partnership: Partnership, *, after: date, count: int) -> Sequence[FreeTime]:
    """Return the next times in parts of the week that suit every party, else those that suit the most.

    What a party said of its times stands in its need or offer; who said nothing is left out of the reckoning.
    """
    said = [(party, _windows(party)) for party in partnership.present]
    known = [(party, windows) for party, windows in said if windows]
    slots = [
        FreeTime(at, at + LASTS, [party for party, windows in known if window not in windows])
        for at, window in _times(after)
    ]
    fewest = min(len(slot.against) for slot in slots)
    return list(islice(_apart(slot for slot in slots if len(slot.against) == fewest), count))


def _windows(party: Party) -> Collection[str]:
    """Return the parts of the week that a party named, in its offer or in the need."""
    source = party.partnership.need if party.offer is None else party.offer
    return frozenset(source.windows or ())


def _times(after: date) -> Iterator[tuple[datetime, Window]]:
    """Yield every part of every day of the next weeks, with the part of the week that it lies in."""
    first = after + FIRST_AFTER
    for passed in range(LOOKED_AHEAD.days):
        day = first + timedelta(days=passed)
        kind = "sun" if day.weekday() == SUNDAY or day in PUBLIC_HOLIDAYS else "weekday"
        kind = "sat" if day.weekday() == SATURDAY and kind == "weekday" else kind
        for part in PARTS:
            yield datetime.combine(day, BEGINS[part], TOWN_TIME), Window(f"{kind}_{part}")


def _apart(slots: Iterator[FreeTime]) -> Iterator[FreeTime]:
    """Yield at most one time a day, so that the proposals are a choice."""
    last: date | None = None
    for slot in slots:
        if slot.starts_at.date() != last:
            last = slot.starts_at.date()
            yield slot
