"""The year's review: a page that prints, and the same as PDF and as a workbook."""

from collections.abc import Callable
from datetime import date

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from models import Area, Permission, utc_now
from models.years import fiscal_year, town_day
from web.agreements.documents import pdf_can_be_made
from web.database import current_session
from web.review import documents, queries
from web.security import requires

bp = Blueprint("review", __name__)

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/areas/<uuid:id>/review/<int:year>")
@requires(Permission.REVIEW_PACK, on=Area)
def page(area: Area, year: int) -> ResponseReturnValue:
    """Show how far a year has come, and hand out what the promotion council reads about it."""
    running, on = fiscal_year(town_day(utc_now())), _stated(year)
    found = queries.numbers(current_session(), area.tenant, year=year, on=on)
    return render_template(
        "review/page.html",
        title=documents.title_of(found),
        as_at=documents.as_at(found),
        sections=documents.sections_of(found),
        place=found.municipality,
        year=year,
        stated=on.isoformat(),
        years=range(running, running - queries.YEARS_SHOWN, -1),
        has_pdf=pdf_can_be_made(),
    )


@bp.get("/areas/<uuid:id>/review/<int:year>/document")
@requires(Permission.REVIEW_PACK, on=Area)
def document(area: Area, year: int) -> ResponseReturnValue:
    """Hand the pack out as a page that stands by itself and prints."""
    return _file(_pack(area, year), lambda pack: documents.as_html(pack).encode(), "html", "text/html; charset=utf-8")


@bp.get("/areas/<uuid:id>/review/<int:year>/pdf")
@requires(Permission.REVIEW_PACK, on=Area)
def pdf(area: Area, year: int) -> ResponseReturnValue:
    """Hand the pack out as PDF, where that can be made."""
    if not pdf_can_be_made():
        abort(404)
    return _file(_pack(area, year), documents.as_pdf, "pdf", "application/pdf")


@bp.get("/areas/<uuid:id>/review/<int:year>/workbook")
@requires(Permission.REVIEW_PACK, on=Area)
def workbook(area: Area, year: int) -> ResponseReturnValue:
    """Hand the pack out as a workbook (XLSX)."""
    return _file(_pack(area, year), documents.as_workbook, "xlsx", WORKBOOK)


def _pack(area: Area, year: int) -> queries.Pack:
    return queries.pack(current_session(), area.tenant, year=year, on=_stated(year))


def _stated(year: int) -> date:
    """Return the day that the address states, else the last that has been; 404 outside of the year."""
    today = town_day(utc_now())
    if not queries.is_possible(year, queries.last_day(year, today), today=today):
        abort(404)
    on = request.args.get("on", queries.last_day(year, today), type=date.fromisoformat)
    if not queries.is_possible(year, on, today=today):
        abort(404)
    return on


def _file(
    pack: queries.Pack, write: Callable[[queries.Pack], bytes], ending: str, content_type: str
) -> ResponseReturnValue:
    found = pack.numbers
    name = f"review-{found.municipality.path.rpartition('.')[2]}-{found.span.year}-{found.span.last}.{ending}"
    return Response(
        write(pack), content_type=content_type, headers={"Content-Disposition": f"attachment; filename={name}"}
    )
