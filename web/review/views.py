"""The year's review: a page that prints, and the same as PDF and as a workbook."""

from collections.abc import Callable
from datetime import date

from flask import Blueprint, Response, abort, request
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
    """Show what the promotion council reads about a year."""
    running = fiscal_year(town_day(utc_now()))
    return documents.page(
        _pack(area, year), years=range(running, running - queries.YEARS_SHOWN, -1), has_pdf=pdf_can_be_made()
    )


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
    """Return the pack as at the day that the address states, else as at the last day that has been."""
    today = town_day(utc_now())
    if not queries.is_possible(year, queries.last_day(year, today), today=today):
        abort(404)
    on = request.args.get("on", queries.last_day(year, today), type=date.fromisoformat)
    if not queries.is_possible(year, on, today=today):
        abort(404)
    return queries.pack(current_session(), area.tenant, year=year, on=on)


def _file(
    pack: queries.Pack, write: Callable[[queries.Pack], bytes], ending: str, content_type: str
) -> ResponseReturnValue:
    name = f"review-{pack.municipality.path.rpartition('.')[2]}-{pack.span.year}-{pack.span.last}.{ending}"
    return Response(
        write(pack), content_type=content_type, headers={"Content-Disposition": f"attachment; filename={name}"}
    )
