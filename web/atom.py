"""Lists as Atom feeds (RFC 4287): valid, and each entry under an id that stays the same for ever."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from xml.etree import ElementTree as ET

ATOM: Final = "http://www.w3.org/2005/Atom"
XML_NAMESPACE: Final = "http://www.w3.org/XML/1998/namespace"
# Where there never was an entry, the feed has not changed since before there was one.
NEVER: Final = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed; categories are codes with their labels."""

    id: str
    title: str
    url: str
    published: datetime
    updated: datetime
    summary: str
    categories: Sequence[tuple[str, str]] = ()


def feed(entries: Sequence[Entry], *, title: str, language: str, page: str, own: str) -> bytes:
    """Return entries as a feed that is found at `own` and tells the same as `page`."""
    ET.register_namespace("", ATOM)
    root = ET.Element(_atom("feed"), {f"{{{XML_NAMESPACE}}}lang": language})
    _add(root, "id", own)
    _add(root, "title", title)
    _add(root, "updated", _moment(max((entry.updated for entry in entries), default=NEVER)))
    author = ET.SubElement(root, _atom("author"))
    _add(author, "name", "Enishi 縁")
    ET.SubElement(root, _atom("link"), {"rel": "self", "href": own, "type": "application/atom+xml"})
    ET.SubElement(root, _atom("link"), {"rel": "alternate", "href": page, "type": "text/html"})
    for entry in entries:
        _entry(root, entry)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def clean(text: str) -> str:
    """Take out the characters that XML and calendars cannot hold at all."""
    return "".join(character for character in text if character in "\n\t" or character.isprintable())


def _entry(root: ET.Element, entry: Entry) -> None:
    element = ET.SubElement(root, _atom("entry"))
    _add(element, "id", entry.id)
    _add(element, "title", entry.title)
    _add(element, "updated", _moment(entry.updated))
    _add(element, "published", _moment(entry.published))
    ET.SubElement(element, _atom("link"), {"rel": "alternate", "href": entry.url, "type": "text/html"})
    _add(element, "summary", entry.summary)
    for term, label in entry.categories:
        ET.SubElement(element, _atom("category"), {"term": term, "label": clean(label)})


def _moment(at: datetime) -> str:
    return at.replace(microsecond=0).isoformat()


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, _atom(name)).text = clean(text)


def _atom(name: str) -> str:
    return f"{{{ATOM}}}{name}"
