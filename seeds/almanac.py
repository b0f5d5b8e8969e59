"""The days of the town's sheets, moved so that the town is as fresh on every day as on the day it was written."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final

WRITTEN_ON: Final = date(2026, 11, 22)
JAPAN: Final = timezone(timedelta(hours=9))


@dataclass(frozen=True, slots=True)
class Almanac:
    """How far the days of the sheets are moved; whole weeks, so that a Sunday stays a Sunday."""

    moved_by: timedelta

    @classmethod
    def of(cls, at: datetime) -> "Almanac":
        """Return the almanac of a town that is built at this moment."""
        days = (at.astimezone(JAPAN).date() - WRITTEN_ON).days
        return cls(timedelta(weeks=days // 7))

    def day(self, written: date) -> date:
        """Return the day that a sheet means."""
        return written + self.moved_by

    def day_or_none(self, written: date | None) -> date | None:
        """Return the day that a sheet means, or None where it names none."""
        return None if written is None else self.day(written)

    def moment(self, written: date, clock: time) -> datetime:
        """Return the moment at which the clock of the town shows this on the day that a sheet means."""
        return datetime.combine(self.day(written), clock, tzinfo=JAPAN).astimezone(UTC)
