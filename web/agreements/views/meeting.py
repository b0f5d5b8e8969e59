"""The matching table: dates are proposed and answered, one is fixed, what was settled is written down."""

from uuid import UUID

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import MatchingTable, MeetingDate, Partnership, Party, Permission, utc_now
from models.agreements import DRAFTED_IN
from models.years import town_day
from web.agreements import documents, queries, services
from web.agreements.forms import DatesForm, MeetingForm, SettledForm
from web.agreements.views.blueprint import bp
from web.database import current_session
from web.security import account_at_work, requires

PROPOSED: int = 3


@bp.get("/partnerships/<uuid:id>/meeting")
@requires(Permission.PARTNERSHIP_CARRY, on=Partnership)
def meeting(found: Partnership) -> ResponseReturnValue:
    """Show the matching table: the dates, whom they suit, and what was settled."""
    return _meeting_page(found)


@bp.route("/partnerships/<uuid:id>/meeting/dates", methods=["GET", "POST"])
@requires(Permission.PARTNERSHIP_CARRY, on=Partnership)
def call_meeting(found: Partnership) -> ResponseReturnValue:
    """Propose dates; those that suit everybody's times are filled in already."""
    session, form, at = current_session(), MeetingForm(), utc_now()
    if not form.is_submitted():
        slots = queries.times_that_suit(found, after=town_day(at), count=PROPOSED)
        table = queries.table_of(session, found)
        form.propose([] if table else slots, table)
        return render_template("agreements/call.html", partnership=found, form=form, slots=slots)
    if form.validate() and any(begins <= at for begins, _ends in form.times):
        form.dates.errors = [_("A date that is proposed lies ahead.")]
    if form.errors:
        return render_template("agreements/call.html", partnership=found, form=form, slots=[]), 422
    services.call_meeting(
        session, found, form.times, place=form.place.data or "", note=form.note.data or "", by=account_at_work(), at=at
    )
    flash(_("The dates have been proposed. Everybody is told."), "success")
    return redirect(url_for("agreements.meeting", id=found.id), 303)


@bp.post("/partnerships/<uuid:id>/meeting/answers")
@requires(Permission.PARTNERSHIP_CARRY, on=Partnership)
def answer_dates(found: Partnership) -> ResponseReturnValue:
    """Note which dates suit one party."""
    session, table = current_session(), _table(found)
    party = _party(found, request.form.get("party", ""))
    known = {str(proposed.id): proposed.id for proposed in table.dates}
    suiting = {known[typed] for typed in request.form.getlist("suiting") if typed in known}
    services.answer_dates(session, table, party, suiting, by=account_at_work())
    flash(_("It has been noted which dates suit."), "success")
    return redirect(url_for("agreements.meeting", id=found.id), 303)


@bp.post("/partnerships/<uuid:id>/meeting/fix")
@requires(Permission.PARTNERSHIP_CARRY, on=Partnership)
def fix_date(found: Partnership) -> ResponseReturnValue:
    """Settle on one of the dates."""
    table = _table(found)
    chosen = next((one for one in table.dates if str(one.id) == request.form.get("date")), None)
    if chosen is None:
        abort(422)
    services.fix_date(current_session(), table, chosen, by=account_at_work(), at=utc_now())
    flash(_("The date is fixed. Everybody is told."), "success")
    return redirect(url_for("agreements.meeting", id=found.id), 303)


@bp.route("/partnerships/<uuid:id>/meeting/settled", methods=["GET", "POST"])
@requires(Permission.PARTNERSHIP_CARRY, on=Partnership)
def settle(found: Partnership) -> ResponseReturnValue:
    """Write down what the parties settled when they met."""
    session, form, at = current_session(), SettledForm(), utc_now()
    if not form.is_submitted():
        table = queries.table_of(session, found)
        if table is not None:
            form.on.data = table.held_on or (None if table.starts_at is None else town_day(table.starts_at))
            form.what.data, form.how_long.data = table.settled_what, table.settled_how_long
            form.cost.data = table.settled_cost
        return render_template("agreements/settle.html", partnership=found, form=form)
    held_on = form.on.data if form.validate() else None
    if held_on is not None and held_on > town_day(at):
        form.on.errors = [_("That day has not come yet.")]
    if form.errors or held_on is None:
        return render_template("agreements/settle.html", partnership=found, form=form), 422
    services.settle(
        session,
        found,
        what=form.what.data,
        how_long=form.how_long.data or "",
        cost=form.cost.data or "",
        on=held_on,
        by=account_at_work(),
        at=at,
    )
    flash(_("What you settled has been written down. Next is the sheet of mutual benefit."), "success")
    return redirect(url_for("agreements.sheet", id=found.id), 303)


@bp.get("/partnerships/<uuid:id>/meeting.ics")
@requires(Permission.PARTNERSHIP_CARRY, on=Partnership)
def calendar(found: Partnership) -> ResponseReturnValue:
    """Hand out the meeting as a calendar file."""
    table = _table(found)
    if table.starts_at is None:
        abort(404)
    page = url_for("agreements.meeting", id=found.id, _external=True)
    return Response(
        documents.meeting(table, title=_("First meeting: %(title)s", title=found.title), url=page),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": "attachment; filename=meeting.ics"},
    )


def _meeting_page(found: Partnership) -> str:
    session, account = current_session(), account_at_work()
    table, seen = queries.table_of(session, found), queries.seats_of(session, found, account)
    forms = []
    if table is not None and table.starts_at is None:
        for shown in seen.parties:
            notes = shown.is_own or (seen.is_coordinators and not shown.has_account)
            if shown.party.left_at is None and notes:
                form = DatesForm(formdata=None)
                form.offer(shown.party, table)
                forms.append((shown, form))
    return render_template(
        "agreements/meeting.html",
        seen=seen,
        table=table,
        forms=forms,
        suiting=_suiting(table, found),
        may_draft=found.stage in DRAFTED_IN,
        today=town_day(utc_now()),
    )


def _suiting(table: MatchingTable | None, found: Partnership) -> list[tuple[MeetingDate, set[UUID], bool]]:
    """Return each date with the parties that it suits, and whether that is all of them."""
    if table is None:
        return []
    return [
        (proposed, {given.party_id for given in proposed.answers if given.suits}, proposed.suits_all(found.present))
        for proposed in table.dates
    ]


def _table(found: Partnership) -> MatchingTable:
    table = queries.table_of(current_session(), found)
    if table is None:
        abort(404)
    return table


def _party(found: Partnership, typed: str) -> Party:
    party = next((one for one in found.present if str(one.id) == typed), None)
    if party is None:
        abort(422)
    return party
