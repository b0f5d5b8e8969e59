"""Needs as a feed and as a calendar: the same that anybody reads on the pages, nothing of a person."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from icalendar import Calendar, Event

from models import Need
from web import atom
from web.atom import clean
from web.listings.queries import Seen

PRODUCT: Final = "-//Enishi//Needs//JA"
LONGEST_SUMMARY: Final = 400


def feed(needs: Sequence[Seen[Need]], *, title: str, language: str, site: str, page: str, own: str) -> bytes:
    """Return needs as an Atom feed; its ids stay the same for ever, whatever the needs become."""
    entries = [_entry(seen.row, language=language, site=site) for seen in needs]
    return atom.feed(entries, title=title, language=language, page=site + page, own=site + own)


def calendar(needs: Iterable[Need], *, title: str, language: str, site: str) -> bytes:
    """Return the days of needs as a calendar (RFC 5545), each a whole day or several."""
    found = Calendar()
    found.add("prodid", PRODUCT)
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    found.add("name", title)
    found.add("x-wr-calname", title)
    found.add("x-wr-timezone", "Asia/Tokyo")
    for need in needs:
        first = need.starts_on or need.ends_on
        if first is not None:
            found.add_component(_event(need, first, need.ends_on or first, language=language, site=site))
    return bytes(found.to_ical())


def _entry(need: Need, *, language: str, site: str) -> atom.Entry:
    return atom.Entry(
        id=need.id.urn,
        title=need.title,
        url=f"{site}/needs/{need.id}",
        published=_opened(need),
        updated=_opened(need),
        summary=_summary(need, language),
        categories=[(slot.kind.value, slot.what) for slot in need.slots],
    )


def _event(need: Need, first: date, last: date, *, language: str, site: str) -> Event:
    event = Event()
    event.add("uid", f"{need.id}@enishi")
    event.add("dtstamp", _opened(need))
    event.add("summary", clean(need.title))
    event.add("dtstart", first)
    event.add("dtend", last + timedelta(days=1))  # the day after the last, as the format has it
    event.add("location", need.area.name(language))
    event.add("description", clean(f"{_wanted(need)}\n{site}/needs/{need.id}"))
    event.add("url", f"{site}/needs/{need.id}")
    event.add("transp", "TRANSPARENT")
    return event


def _summary(need: Need, language: str) -> str:
    text = f"{need.area.name(language)} · {_wanted(need)}\n{need.body}"
    return text if len(text) <= LONGEST_SUMMARY else text[: LONGEST_SUMMARY - 1] + "…"


def _wanted(need: Need) -> str:
    return " / ".join(slot.what for slot in need.slots)


def _opened(need: Need) -> datetime:
    return (need.opened_at or need.created_at).replace(microsecond=0)
