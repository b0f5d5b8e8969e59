"""Needs as a feed and as a calendar: the same that anybody reads on the pages, nothing of a person."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final
from xml.etree import ElementTree as ET

from icalendar import Calendar, Event

from models import Need
from web.listings.queries import Seen

ATOM: Final = "http://www.w3.org/2005/Atom"
XML_NAMESPACE: Final = "http://www.w3.org/XML/1998/namespace"
PRODUCT: Final = "-//Enishi//Needs//JA"
LONGEST_SUMMARY: Final = 400
# Where nothing was ever opened, the feed has not changed since before there was one.
NEVER: Final = datetime(2026, 1, 1, tzinfo=UTC)


def feed(needs: Sequence[Seen[Need]], *, title: str, language: str, site: str, page: str, own: str) -> bytes:
    """Return needs as an Atom feed (RFC 4287); its ids stay the same for ever, whatever the needs become."""
    ET.register_namespace("", ATOM)
    root = ET.Element(_atom("feed"), {f"{{{XML_NAMESPACE}}}lang": language})
    _add(root, "id", site + own)
    _add(root, "title", title)
    _add(root, "updated", max((_opened(seen.row) for seen in needs), default=NEVER).isoformat())
    author = ET.SubElement(root, _atom("author"))
    _add(author, "name", "Enishi 縁")
    ET.SubElement(root, _atom("link"), {"rel": "self", "href": site + own, "type": "application/atom+xml"})
    ET.SubElement(root, _atom("link"), {"rel": "alternate", "href": site + page, "type": "text/html"})
    for seen in needs:
        _entry(root, seen, language=language, site=site)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


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


def _entry(root: ET.Element, seen: Seen[Need], *, language: str, site: str) -> None:
    need = seen.row
    entry = ET.SubElement(root, _atom("entry"))
    _add(entry, "id", need.id.urn)
    _add(entry, "title", need.title)
    _add(entry, "updated", _opened(need).isoformat())
    _add(entry, "published", _opened(need).isoformat())
    ET.SubElement(entry, _atom("link"), {"rel": "alternate", "href": f"{site}/needs/{need.id}", "type": "text/html"})
    _add(entry, "summary", _summary(need, language))
    for slot in need.slots:
        ET.SubElement(entry, _atom("category"), {"term": slot.kind.value, "label": _clean(slot.what)})


def _event(need: Need, first: date, last: date, *, language: str, site: str) -> Event:
    event = Event()
    event.add("uid", f"{need.id}@enishi")
    event.add("dtstamp", _opened(need))
    event.add("summary", _clean(need.title))
    event.add("dtstart", first)
    event.add("dtend", last + timedelta(days=1))  # the day after the last, as the format has it
    event.add("location", need.area.name(language))
    event.add("description", _clean(f"{_wanted(need)}\n{site}/needs/{need.id}"))
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


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, _atom(name)).text = _clean(text)


def _atom(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _clean(text: str) -> str:
    """Take out the characters that XML and calendars cannot hold at all."""
    return "".join(character for character in text if character in "\n\t" or character.isprintable())
