"""A meeting as an entry for calendars."""

from typing import Final

from icalendar import Calendar, Event

from models import Roundtable
from models.years import TOWN_TIME

PRODUCT: Final = "-//Enishi//Roundtables//JA"


def calendar(roundtable: Roundtable, *, url: str) -> bytes:
    """Return a meeting as a calendar file; a later version replaces an earlier one."""
    found, event = Calendar(), Event()
    found.add("prodid", PRODUCT)
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    event.add("uid", f"{roundtable.id.hex}@enishi.invalid")
    event.add("dtstamp", roundtable.created_at)
    event.add("sequence", roundtable.version)
    event.add("summary", roundtable.title)
    event.add("dtstart", roundtable.starts_at.astimezone(TOWN_TIME))
    if roundtable.ends_at is not None:
        event.add("dtend", roundtable.ends_at.astimezone(TOWN_TIME))
    if roundtable.called_off_at is not None:
        event.add("status", "CANCELLED")
    event.add("location", roundtable.place)
    event.add("description", roundtable.agenda)
    event.add("url", url)
    found.add_component(event)
    found.add_missing_timezones()
    return bytes(found.to_ical())
