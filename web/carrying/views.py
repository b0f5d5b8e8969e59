"""Pages of what runs in a partnership, and of what is written down there."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from models import (
    ChangeRequest,
    LedgerLine,
    LedgerMove,
    Milestone,
    Partnership,
    Party,
    Permission,
    RequestKind,
    ResourceKind,
    Stage,
    utc_now,
)
from models.years import town_day
from web.carrying import queries, services
from web.carrying.forms import (
    LENT,
    DecisionForm,
    EntryForm,
    HappenedForm,
    HoursForm,
    LineForm,
    MilestoneForm,
    RequestForm,
    SaidForm,
)
from web.database import current_session
from web.i18n import locale
from web.participants.queries import SeenParticipant
from web.security import account_at_work, requires

bp = Blueprint("carrying", __name__)

Row = TypeVar("Row", Milestone, LedgerLine)


@bp.get("/partnerships/<uuid:id>/work")
@requires(Permission.PARTNERSHIP_CARRY, on=Partnership)
def work(found: Partnership) -> ResponseReturnValue:
    """Show what runs: milestones, the ledger, hours, and requests."""
    seen = queries.work_of(current_session(), found, account_at_work(), on=town_day(utc_now()))
    return render_template("carrying/work.html", seen=seen, partnership=found)


@bp.route("/partnerships/<uuid:id>/milestones/new", methods=["GET", "POST"])
@requires(Permission.PARTNERSHIP_CARRY, on=Partnership)
def new_milestone(found: Partnership) -> ResponseReturnValue:
    """Add a milestone."""
    form = MilestoneForm()
    if _is_too_late(form, found, queries.WRITES_LEDGER):
        return _back(found, "milestones")
    form.lies_between(queries.began_on(found), found.ends_on)
    if not form.validate_on_submit():
        return _page("carrying/milestone.html", form, found)
    services.add_milestone(current_session(), found, title=form.title.data or "", due_on=_day(form.due_on.data))
    flash(_("The milestone has been added."), "success")
    return _back(found, "milestones")


@bp.post("/partnerships/<uuid:id>/milestones/<uuid:milestone>/reached")
@requires(Permission.PARTNERSHIP_CARRY, on=Partnership)
def reach_milestone(found: Partnership, milestone: UUID) -> ResponseReturnValue:
    """Note that a milestone was reached."""
    reached = _or_404(queries.milestone_of(current_session(), found, milestone))
    services.reach(current_session(), reached, by=account_at_work(), at=utc_now())
    flash(_("Reached: “%(title)s”.", title=reached.title), "success")
    return _back(found, "milestones")


@bp.post("/partnerships/<uuid:id>/milestones/<uuid:milestone>/not-reached")
@requires(Permission.PARTNERSHIP_CARRY, on=Partnership)
def reopen_milestone(found: Partnership, milestone: UUID) -> ResponseReturnValue:
    """Note that a milestone was not reached after all."""
    reopened = _or_404(queries.milestone_of(current_session(), found, milestone))
    services.reopen(current_session(), reopened)
    flash(_("Not reached yet: “%(title)s”.", title=reopened.title), "success")
    return _back(found, "milestones")


@bp.route("/partnerships/<uuid:id>/ledger/new", methods=["GET", "POST"])
@requires(Permission.PARTNERSHIP_CARRY, on=Partnership)
def new_line(found: Partnership) -> ResponseReturnValue:
    """Write down something that one party gives or lends to another."""
    session, form, parties = current_session(), LineForm(), queries.parties_in(found)
    if _is_too_late(form, found, queries.WRITES_LEDGER):
        return _back(found, "ledger")
    seen = queries.participants_in(session, found, account_at_work())
    form.offer_parties({str(party.id): _name(seen[party.participant_id]) for party in parties})
    _keep_to_its_time(form, found)
    if not form.validate_on_submit():
        return _page("carrying/line.html", form, found)
    by_id = {str(party.id): party for party in parties}
    services.begin_line(
        session,
        found,
        services.Given(
            kind=ResourceKind(form.kind.data),
            what=form.what.data or "",
            unit=form.unit.data or "",
            giver=by_id[form.giver.data],
            receiver=by_id[form.receiver.data],
            is_lent=form.terms.data == LENT,
            due_back_on=form.due_back_on.data,
        ),
        services.Moved(quantity=form.quantity.data or 0, on=_day(form.on.data), note=form.note.data or ""),
        by=account_at_work(),
        at=utc_now(),
    )
    flash(_("It has been written into the ledger."), "success")
    return _back(found, "ledger")


@bp.route("/partnerships/<uuid:id>/ledger/<uuid:line>", methods=["GET", "POST"])
@requires(Permission.PARTNERSHIP_CARRY, on=Partnership)
def new_entry(found: Partnership, line: UUID) -> ResponseReturnValue:
    """Write down what happened to things of a line."""
    session, form = current_session(), EntryForm()
    written = _or_404(queries.line_of(session, found, line))
    if _is_too_late(form, found, queries.WRITES_LEDGER):
        return _back(found, "ledger")
    form.about(written)
    _keep_to_its_time(form, found)
    if not form.validate_on_submit():
        seen = queries.participants_in(session, found, account_at_work())
        return _page("carrying/entry.html", form, found, line=written, seen=seen)
    services.note_entry(
        session,
        written,
        LedgerMove(form.move.data),
        services.Moved(quantity=form.quantity.data or 0, on=_day(form.on.data), note=form.note.data or ""),
        by=account_at_work(),
        at=utc_now(),
    )
    flash(_("It has been written into the ledger."), "success")
    return _back(found, "ledger")


@bp.route("/partnerships/<uuid:id>/hours/new", methods=["GET", "POST"])
@requires(Permission.PARTNERSHIP_CARRY, on=Partnership)
def new_hours(found: Partnership) -> ResponseReturnValue:
    """Note hours that people of a party worked."""
    session, form = current_session(), HoursForm()
    if _is_too_late(form, found, queries.NOTES_HOURS):
        return _back(found, "hours")
    parties = _offer_voices(form, queries.voices_of(session, found, account_at_work()))
    _keep_to_its_time(form, found)
    if not parties and not form.is_submitted():
        flash(_("The parties note their hours themselves."), "info")
        return _back(found, "hours")
    if not form.validate_on_submit():
        return _page("carrying/hours.html", form, found)
    services.note_hours(
        session,
        parties[form.party.data],
        on=_day(form.on.data),
        hours=form.hours.data or 0,
        people=form.people.data or 0,
        what=form.as_told(form.what.data or ""),
        by=account_at_work(),
        at=utc_now(),
    )
    flash(_("The hours have been noted."), "success")
    return _back(found, "hours")


@bp.route("/partnerships/<uuid:id>/requests/new", methods=["GET", "POST"])
@requires(Permission.PARTNERSHIP_CARRY, on=Partnership)
def new_request(found: Partnership) -> ResponseReturnValue:
    """Ask to change the agreement or to leave."""
    session, form = current_session(), RequestForm()
    if _is_too_late(form, found, queries.TAKES_REQUESTS):
        return _back(found, "requests")
    parties = _offer_voices(form, queries.voices_of(session, found, account_at_work()))
    form.wait_for(str(one.party_id) for one in queries.waiting_requests(session, found))
    if not form.is_submitted() and form.waiting.issuperset(parties):
        flash(
            _("Your request waits for a decision already. You can write the next one after it.")
            if parties
            else _("The parties ask for this themselves."),
            "info",
        )
        return _back(found, "requests")
    if not form.validate_on_submit():
        return _page("carrying/request.html", form, found)
    services.ask(
        session,
        parties[form.party.data],
        RequestKind(form.kind.data),
        form.as_told(form.text.data or ""),
        by=account_at_work(),
        at=utc_now(),
    )
    flash(_("The request has been noted. A coordinator decides about it."), "success")
    return _back(found, "requests")


@bp.route("/requests/<uuid:id>/decide", methods=["GET", "POST"])
@requires(Permission.REQUEST_DECIDE, on=ChangeRequest)
def decide(asked: ChangeRequest) -> ResponseReturnValue:
    """Grant or refuse a request."""
    session, form, partnership = current_session(), DecisionForm(), asked.party.partnership
    leaves = asked.kind is RequestKind.LEAVE
    if asked.decided_at is not None and not form.is_submitted():
        return _back(partnership, "requests")
    form.held_back_by(queries.holding_back(session, asked.party) if leaves else ())
    if not form.validate_on_submit():
        seen = queries.participants_in(session, partnership, account_at_work())
        return _page(
            "carrying/decide.html",
            form,
            partnership,
            asked=asked,
            participant=seen[asked.party.participant_id],
            is_the_end=leaves and not partnership.goes_on_without(asked.party),
        )
    granted = form.is_granted
    services.decide(session, asked, granted=granted, answer=form.answer.data or "", by=account_at_work(), at=utc_now())
    flash(_("Your decision has been noted."), "success")
    if granted and not leaves:
        return redirect(url_for("agreements.agreement", id=partnership.id), 303)
    return _back(partnership, "requests")


def _page(template: str, form: FlaskForm, partnership: Partnership, **shown: object) -> ResponseReturnValue:
    """Answer with the page of a form: as it is opened, or with what was typed and what is wrong with it."""
    page = render_template(template, form=form, partnership=partnership, **shown)
    return page, 422 if form.is_submitted() else 200


def _back(partnership: Partnership, anchor: str) -> ResponseReturnValue:
    return redirect(url_for("carrying.work", id=partnership.id, _anchor=anchor), 303)


def _offer_voices(form: SaidForm, voices: Sequence[queries.Voice]) -> dict[str, Party]:
    own = {str(voice.party.id): _name(voice.participant) for voice in voices if voice.is_own}
    others = {str(voice.party.id): _name(voice.participant) for voice in voices if not voice.is_own}
    form.offer_parties(own, others)
    return {str(voice.party.id): voice.party for voice in voices}


def _keep_to_its_time(form: HappenedForm, partnership: Partnership) -> None:
    form.happened_between(queries.began_on(partnership), town_day(utc_now()))


def _is_too_late(form: FlaskForm, partnership: Partnership, stages: Collection[Stage]) -> bool:
    """Tell, before a form is opened, that it could not be sent now; what is sent all the same the service refuses."""
    if form.is_submitted() or partnership.stage in stages:
        return False
    flash(_("This cannot be written down as things stand now."), "info")
    return True


def _day(typed: date | None) -> date:
    if typed is None:
        abort(422)
    return typed


def _name(participant: SeenParticipant) -> str:
    return participant.name or _("A resident of %(place)s", place=participant.area.name(locale()))


def _or_404(row: Row | None) -> Row:
    if row is None:
        abort(404)
    return row
