"""An agreement written out: as HTML and PDF from one template, and as a file that an office can edit.

What is written out hangs on the rows of the version and on the language alone, so the same version gives the same bytes
every time.
"""

import io
import zipfile
from collections.abc import Sequence
from ctypes.util import find_library
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Any, Final

from docx import Document
from docx.oxml.ns import qn
from docx.shared import Pt
from flask import render_template
from flask_babel import gettext as _
from icalendar import Calendar, Event
from markupsafe import Markup

from models import AgreementVersion, MatchingTable, PartyTerms, Signature
from models.years import TOWN_TIME
from web.i18n import day, locale, moment
from web.labels import label

FONT: Final = "Yu Gothic"
# A ZIP file knows no earlier moment; every part carries it, so that the time of writing leaves no trace.
NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
PRODUCT: Final = "-//Enishi//Meetings//JA"
LEADS, TAKES_PART = "◎", "○"


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: its title and its paragraphs."""

    title: str
    paragraphs: Sequence[str]


@dataclass(frozen=True, slots=True)
class Part:
    """What one party takes on, as rows of a table."""

    mark: str
    name: str
    rows: Sequence[tuple[str, str]]
    bears_more: bool


@dataclass(frozen=True, slots=True)
class Signed:
    """One line to sign on, filled where the party has signed."""

    party: str
    name: str
    capacity: str
    at: str
    way: str


@dataclass(frozen=True, slots=True)
class Written:
    """A version as it is written out."""

    title: str
    number: int
    parties: Sequence[str]
    parts: Sequence[Part]
    clauses: Sequence[Clause]
    signatures: Sequence[Signed]


def written(version: AgreementVersion) -> Written:
    """Return a version as headings and sentences in the reader's language."""
    return Written(
        title=version.title,
        number=version.number,
        parties=[terms.name for terms in version.terms],
        parts=[part(terms) for terms in version.terms],
        clauses=_clauses(version),
        signatures=[_signed(terms, version.signature_of(terms.party)) for terms in version.terms],
    )


def as_html(version: AgreementVersion) -> str:
    """Return a version as a page that stands by itself."""
    style = Markup("<style>{}</style>").format(Markup(render_template("agreements/document.css")))  # noqa: S704  # our own
    return render_template("agreements/document.html", written=written(version), language=locale(), style=style)


@cache
def pdf_can_be_made() -> bool:
    """Tell whether the extra `pdf` is installed, and the library of the system that it draws with."""
    return find_spec("weasyprint") is not None and find_library("pango-1.0") is not None


def as_pdf(version: AgreementVersion) -> bytes:
    """Return a version as PDF, from the page that stands by itself."""
    from weasyprint import HTML

    page = HTML(string=as_html(version), url_fetcher=_fetch_nothing)
    return bytes(page.write_pdf(pdf_identifier=f"{version.id.hex}-{locale()}".encode()))


def as_docx(version: AgreementVersion) -> bytes:
    """Return a version as a file that word processors edit."""
    text, document = written(version), Document()
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(10.5)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONT)
    properties = document.core_properties
    properties.author, properties.title, properties.language = "Enishi", text.title, locale()
    properties.created = properties.modified = version.written_at.replace(tzinfo=None)
    document.add_heading(_("Agreement: %(title)s", title=text.title), 0)
    document.add_paragraph(_("Version %(number)s", number=text.number))
    document.add_paragraph(_("Parties: %(names)s", names=_(", ").join(text.parties)))
    for number, clause in enumerate(text.clauses, start=1):
        document.add_heading(_("%(number)s. %(title)s", number=number, title=clause.title), 1)
        for paragraph in clause.paragraphs:
            document.add_paragraph(paragraph)
    for one in text.parts:
        document.add_heading(f"{one.mark} {one.name}", 2)
        _table(document, one.rows)
    document.add_heading(_("Signatures"), 1)
    for signed in text.signatures:
        _table(document, [(_("Party"), signed.party), (_("Name"), signed.name), (_("As"), signed.capacity),
                          (_("When"), signed.at), (_("How"), signed.way)])  # fmt: skip
    return _without_time(document)


def meeting(table: MatchingTable, *, title: str, url: str) -> bytes:
    """Return the first meeting as a calendar file (RFC 5545)."""
    found, event = Calendar(), Event()
    found.add("prodid", PRODUCT)
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    event.add("uid", f"{table.id.hex}@enishi.invalid")
    event.add("dtstamp", table.created_at)
    event.add("sequence", table.version)
    event.add("summary", title)
    if table.starts_at is not None and table.ends_at is not None:
        event.add("dtstart", table.starts_at.astimezone(TOWN_TIME))
        event.add("dtend", table.ends_at.astimezone(TOWN_TIME))
    event.add("location", table.place)
    event.add("description", table.note)
    event.add("url", url)
    found.add_component(event)
    found.add_missing_timezones()
    return bytes(found.to_ical())


def part(terms: PartyTerms) -> Part:
    """Return what one party takes on."""
    weighed = _("(weighed %(weight)s of 5)")
    rows = [
        (_("Part"), terms.role),
        (_("What it promises"), terms.duty),
        (_("Gains"), _with_weight(terms.benefit, terms.benefit_weight, weighed)),
        (_("Bears"), _with_weight(terms.burden, terms.burden_weight, weighed)),
        (_("May be done differently"), terms.may_change),
        (_("Is to be kept"), terms.to_keep),
    ]
    return Part(LEADS if terms.leads else TAKES_PART, terms.name, rows, terms.bears_more_than_it_gains)


def _with_weight(text: str, weight: int | None, weighed: str) -> str:
    return text if weight is None else f"{text} {weighed % {'weight': weight}}".strip()


def _clauses(version: AgreementVersion) -> Sequence[Clause]:
    leading = [terms.name for terms in version.terms if terms.leads]
    joining = [terms.name for terms in version.terms if not terms.leads]
    return [
        _clause(_("Purpose"), version.problem, version.purpose, version.activity),
        _clause(_("Goal"), version.goal, version.goal_measure, _until(version)),
        _clause(_("Term"), _term(version)),
        _clause(_("Form of collaboration"), "" if version.form is None else label(version.form)),
        _clause(
            _("Roles"),
            _("Leads (◎): %(names)s", names=_(", ").join(leading)) if leading else "",
            _("Takes part (○): %(names)s", names=_(", ").join(joining)) if joining else "",
        ),
        _clause(_("Cost"), version.cost),
        _clause(_("Information shared"), version.information),
        _clause(_("Publicity"), version.public_summary, version.private_reason),
        _clause(_("How the partners were found"), version.opportunity),
        _clause(_("Changing and leaving"), version.change_terms),
        _clause(_("Results"), version.results),
        _clause(_("Personal data"), version.personal_data),
        _clause(_("Evaluation"), day(version.evaluation_on), version.evaluation_measure),
    ]


def _clause(title: str, *paragraphs: str) -> Clause:
    return Clause(title, [line for text in paragraphs for line in text.splitlines() if line.strip()])


def _until(version: AgreementVersion) -> str:
    return str(_("Until %(day)s", day=day(version.goal_due_on))) if version.goal_due_on else ""


def _term(version: AgreementVersion) -> str:
    if version.starts_on is None or version.ends_on is None:
        return ""
    first, last = day(version.starts_on), day(version.ends_on)
    return str(_("From %(first)s to %(last)s, both days counted.", first=first, last=last))


def _signed(terms: PartyTerms, signature: Signature | None) -> Signed:
    if signature is None:
        return Signed(terms.name, "", "", "", "")
    return Signed(terms.name, signature.name, signature.capacity, moment(signature.signed_at), label(signature.channel))


def _table(document: Any, rows: Sequence[tuple[str, str]]) -> None:
    table = document.add_table(rows=0, cols=2)
    table.style = "Table Grid"
    for term, text in rows:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = term, text


def _without_time(document: Any) -> bytes:
    """Return the file with every part at the same moment, so that only its content makes its bytes."""
    saved, timeless = io.BytesIO(), io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as parts, zipfile.ZipFile(timeless, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in sorted(parts.namelist()):
            kept.writestr(zipfile.ZipInfo(name, NO_TIME), parts.read(name), zipfile.ZIP_DEFLATED)
    return timeless.getvalue()


def _fetch_nothing(url: str, *_args: Any, **_kwargs: Any) -> Any:
    """Refuse to load anything: an agreement needs nothing from anywhere."""
    raise ValueError(f"an agreement loads nothing, not even {url}")
