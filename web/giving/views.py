"""The yearly record of what a participant gave: a page that prints on A4, and the same as a sheet."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from models import Participant, Permission, utc_now
from web.database import current_session
from web.giving import documents, queries
from web.participants.queries import seen_by
from web.security import account_at_work, requires

bp = Blueprint("giving", __name__)


@bp.get("/participants/<uuid:id>/giving")
@requires(Permission.PARTICIPANT_GIVING, on=Participant)
def record(found: Participant) -> ResponseReturnValue:
    """Show what a participant gave in a fiscal year."""
    session, account, now = current_session(), account_at_work(), utc_now()
    years = queries.years_of(session, found, at=now)
    year = _year(years)
    gifts = queries.gifts_of(session, found, account, year=year, at=now)
    return render_template(
        "giving/record.html",
        participant=seen_by(account, found),
        year=year,
        years=years,
        gifts=gifts,
        totals=documents.totals(gifts),
        name_of=documents.name_of,
        amount_of=documents.amount_of,
        printed_at=now,
    )


@bp.get("/participants/<uuid:id>/giving/sheet")
@requires(Permission.PARTICIPANT_GIVING, on=Participant)
def sheet(found: Participant) -> ResponseReturnValue:
    """Hand out the record of a fiscal year as a sheet."""
    session, account, now = current_session(), account_at_work(), utc_now()
    year = _year(queries.years_of(session, found, at=now))
    gifts = queries.gifts_of(session, found, account, year=year, at=now)
    return Response(
        documents.sheet(gifts),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f"attachment; filename=given-{year}.csv"},
    )


def _year(years: range) -> int:
    """Return the year that is asked for, or the present one where there can be no record of it."""
    asked = request.args.get("year", type=int)
    return years[0] if asked is None or asked not in years else asked
