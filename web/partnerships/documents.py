"""Public partnerships as data, as a table and as a feed: the same that anybody reads on the pages."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from models import Area
from models.years import town_day
from web import atom
from web.labels import label
from web.partnerships.queries.published import PublicPage, PublicPartnership, PublicSlot
from web.sheets import as_csv

LONGEST_SUMMARY = 400
BETWEEN = " / "


def register(page: PublicPage, *, site: str, following: str | None) -> bytes:
    """Return one page of the register as data; docs/public-partnerships.schema.json says its shape."""
    return json.dumps(
        {
            "total": page.total,
            "page": page.number,
            "pages": page.pages,
            "next": following,
            "partnerships": [_entry(seen, site=site) for seen in page.partnerships],
        },
        ensure_ascii=False,
    ).encode()


def sheet(page: PublicPage, *, site: str, language: str) -> bytes:
    """Return one page of the register as CSV; days as 2026-11-22, so that a spreadsheet can sort them."""
    return as_csv(
        [
            _("Number"), _("Address"), _("Partnership"), _("In a few sentences"), _("Place"), _("Fields of activity"),
            _("Where it stands"), _("How it ended"), _("Form of collaboration"), _("All said yes on"), _("Begins on"),
            _("Ends on"), _("Ended on"), _("Bodies"), _("Leads"), _("Number of residents"), _("What was lacking"),
            _("What was given"),
        ],
        (_cells(seen, site=site, language=language) for seen in page.partnerships),
    )  # fmt: skip


def feed(found: Sequence[PublicPartnership], *, title: str, language: str, site: str, page: str, own: str) -> bytes:
    """Return what changed last as an Atom feed."""
    entries = [
        atom.Entry(
            id=seen.partnership.id.urn,
            title=seen.partnership.title,
            url=address(seen, site=site),
            published=_public_since(seen),
            updated=seen.changed_at or _public_since(seen),
            summary=_summary(seen, language),
            categories=[(field.code, field.name(language)) for field in seen.partnership.need.fields],
        )
        for seen in found
    ]
    return atom.feed(entries, title=title, language=language, page=page, own=own)


def address(seen: PublicPartnership, *, site: str) -> str:
    """Return where anybody reads of a partnership."""
    return f"{site}/partnerships/public/{seen.partnership.id}"


def _entry(seen: PublicPartnership, *, site: str) -> dict[str, Any]:
    partnership = seen.partnership
    return {
        "id": str(partnership.id),
        "url": address(seen, site=site),
        "title": partnership.title,
        "summary": seen.agreed.summary or None,
        "area": _area(partnership.need.area),
        "fields": [
            {"code": one.code, "name_ja": one.name_ja, "name_en": one.name_en} for one in partnership.need.fields
        ],
        "stage": partnership.stage.value,
        "ending": partnership.ending and partnership.ending.value,
        "form": seen.agreed.form and seen.agreed.form.value,
        "accepted_on": _iso(seen.began_on),
        "starts_on": _iso(partnership.starts_on),
        "ends_on": _iso(partnership.ends_on),
        "over_on": _iso(_over_on(seen)),
        "bodies": [
            {"name": party.participant.name, "kind": party.participant.kind.value, "leads": party.leads}
            for party in seen.parties
            if party.participant in seen.bodies
        ],
        "residents": seen.residents,
        "lacking": [_lack(one) for one in seen.slots],
        "updated_at": None if seen.changed_at is None else seen.changed_at.replace(microsecond=0).isoformat(),
    }


def _lack(one: PublicSlot) -> dict[str, Any]:
    return {
        "kind": one.slot.kind.value,
        "what": one.slot.what,
        "given": [kind.value for kind in one.kinds],
        "given_by": [body.name for body in one.bodies],
        "given_by_residents": one.residents,
    }


def _area(area: Area) -> dict[str, Any]:
    return {"path": area.path, "name_ja": area.name_ja, "name_en": area.name_en}


def _cells(seen: PublicPartnership, *, site: str, language: str) -> Sequence[str]:
    partnership = seen.partnership
    leading = [party.participant.name or _residents(1) for party in seen.parties if party.leads]
    lacking = [f"{label(one.slot.kind)}: {one.slot.what}" for one in seen.slots]
    given = sorted({label(kind) for one in seen.slots for kind in one.kinds})
    return [
        str(partnership.id),
        address(seen, site=site),
        partnership.title,
        seen.agreed.summary,
        partnership.need.area.name(language),
        BETWEEN.join(field.name(language) for field in partnership.need.fields),
        label(partnership.stage),
        "" if partnership.ending is None else label(partnership.ending),
        "" if seen.agreed.form is None else label(seen.agreed.form),
        *(_iso(day) or "" for day in (seen.began_on, partnership.starts_on, partnership.ends_on, _over_on(seen))),
        BETWEEN.join(body.name or "" for body in seen.bodies),
        BETWEEN.join(leading),
        str(seen.residents),
        BETWEEN.join(lacking),
        BETWEEN.join(given),
    ]


def _summary(seen: PublicPartnership, language: str) -> str:
    partnership = seen.partnership
    taking_part = [body.name or "" for body in seen.bodies] + ([_residents(seen.residents)] if seen.residents else [])
    about = [partnership.need.area.name(language), label(partnership.stage), BETWEEN.join(taking_part)]
    text = " · ".join(about) + (f"\n{seen.agreed.summary}" if seen.agreed.summary else "")
    return text if len(text) <= LONGEST_SUMMARY else text[: LONGEST_SUMMARY - 1] + "…"


def _public_since(seen: PublicPartnership) -> datetime:
    """Return when the last party agreed, or all had said yes where that was later."""
    moments = [party.publishes_at for party in seen.partnership.parties] + [seen.partnership.accepted_at]
    return max(moment for moment in moments if moment is not None)


def _residents(number: int) -> str:
    return str(ngettext("%(num)s resident", "%(num)s residents", number))


def _over_on(seen: PublicPartnership) -> date | None:
    return None if seen.partnership.over_at is None else town_day(seen.partnership.over_at)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
