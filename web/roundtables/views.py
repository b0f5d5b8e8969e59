"""Pages of meetings: the list, calling one, its minutes, and what came of its decisions."""

from typing import TypeVar
from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import AreaPlan, Decision, Permission, Roundtable, is_granted, utc_now
from web.consultations.forms import HeardForm
from web.consultations.queries import bodies_of, places_of, speakers_in
from web.database import current_session
from web.pages import pagination
from web.roundtables import documents, queries, services
from web.roundtables.forms import MinutesForm, ResultForm, RoundtableFilter, RoundtableForm
from web.security import account_at_work, current_account, requires

Row = TypeVar("Row")

bp = Blueprint("roundtables", __name__)


@bp.get("/meetings")
@requires(Permission.ROUNDTABLE_LIST)
def index() -> ResponseReturnValue:
    """List the meetings that the reader may know of."""
    session, account, search = current_session(), current_account(), RoundtableFilter(request.args)
    search.offer([] if account is None else places_of(session, account))
    narrowing = search.narrowing
    number = request.args.get("page", 1, type=int)
    page = queries.page_of(session, account, narrowing, at=utc_now(), number=number)
    return render_template(
        "roundtables/index.html",
        search=search,
        page=page,
        active=narrowing.active(),
        may_call=is_granted(Permission.ROUNDTABLE_CALL, account),
        now=utc_now(),
        pagination=pagination(page.number, page.pages, **narrowing.active()),
    )


@bp.route("/meetings/new", methods=["GET", "POST"])
@requires(Permission.ROUNDTABLE_CALL)
def new() -> ResponseReturnValue:
    """Call a meeting."""
    form = _invitation_form()
    if not form.validate_on_submit():
        return render_template("roundtables/form.html", form=form, roundtable=None), _status(form)
    called = services.call(current_session(), form.invitation, by=account_at_work())
    flash(_("The meeting has been called."), "success")
    return redirect(url_for("roundtables.roundtable", id=called.id), 303)


@bp.get("/meetings/<uuid:id>")
@requires(Permission.ROUNDTABLE_SEE, on=Roundtable)
def roundtable(found: Roundtable) -> ResponseReturnValue:
    """Show one meeting: what it is about, who came, what was said and decided."""
    return render_template(
        "roundtables/roundtable.html",
        roundtable=queries.whole(current_session(), found),
        may_edit=is_granted(Permission.ROUNDTABLE_EDIT, current_account(), found),
        now=utc_now(),
    )


@bp.get("/meetings/<uuid:id>/calendar.ics")
@requires(Permission.ROUNDTABLE_SEE, on=Roundtable)
def calendar(found: Roundtable) -> ResponseReturnValue:
    """Give the meeting as an entry for a calendar."""
    content = documents.calendar(found, url=url_for("roundtables.roundtable", id=found.id, _external=True))
    answer = Response(content, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = "attachment; filename=meeting.ics"
    return answer


@bp.get("/meetings/<uuid:id>/sheet")
@requires(Permission.ROUNDTABLE_EDIT, on=Roundtable)
def sheet(found: Roundtable) -> ResponseReturnValue:
    """Show the agenda with a list to sign in, for paper."""
    return render_template("roundtables/sheet.html", roundtable=queries.whole(current_session(), found))


@bp.route("/meetings/<uuid:id>/edit", methods=["GET", "POST"])
@requires(Permission.ROUNDTABLE_EDIT, on=Roundtable)
def edit(found: Roundtable) -> ResponseReturnValue:
    """Write the invitation anew."""
    form = _invitation_form(found)
    form.show(found)
    if not form.validate_on_submit():
        return render_template("roundtables/form.html", form=form, roundtable=found), _status(form)
    version = request.form.get("version", 0, type=int)
    services.change(found, form.invitation, version=version, by=account_at_work())
    flash(_("The meeting is saved."), "success")
    return redirect(url_for("roundtables.roundtable", id=found.id), 303)


@bp.route("/meetings/<uuid:id>/minutes", methods=["GET", "POST"])
@requires(Permission.ROUNDTABLE_EDIT, on=Roundtable)
def minutes(found: Roundtable) -> ResponseReturnValue:
    """Write down who came, what was said, and what was decided."""
    session, form = current_session(), MinutesForm()
    whole = queries.whole(session, found)
    form.show(whole)
    came = [one.participant for one in whole.attendances if one.participant is not None]
    form.offer(bodies_of(session, account_at_work()), came=came)
    if not form.validate_on_submit():
        return render_template("roundtables/minutes.html", form=form, roundtable=whole), _status(form)
    services.hold(session, whole, form.written, version=request.form.get("version", 0, type=int))
    flash(_("The minutes are saved."), "success")
    return redirect(url_for("roundtables.roundtable", id=found.id), 303)


@bp.post("/meetings/<uuid:id>/call-off")
@requires(Permission.ROUNDTABLE_EDIT, on=Roundtable)
def call_off(found: Roundtable) -> ResponseReturnValue:
    """Note that the meeting does not take place."""
    found.call_off(at=utc_now())
    flash(_("The meeting has been called off."), "success")
    return redirect(url_for("roundtables.roundtable", id=found.id), 303)


@bp.route("/meetings/<uuid:id>/decisions/<uuid:decision>/need", methods=["GET", "POST"])
@requires(Permission.ROUNDTABLE_EDIT, on=Roundtable)
def need(found: Roundtable, decision: UUID) -> ResponseReturnValue:
    """Make the draft of a need of a decision."""
    session, account, form = current_session(), account_at_work(), HeardForm()
    decided = _decision(found, decision)
    form.offer(speakers_in(session, account, found.area), first=found.convenor)
    if not form.is_submitted():
        form.title.data, form.body.data, form.said_on.data = decided.text[:120], decided.text, found.held_on
    if not form.validate_on_submit():
        return render_template("roundtables/need.html", form=form, roundtable=found), _status(form)
    drafted = services.make_need(session, decided, form.heard, by=account, at=utc_now())
    flash(_("The draft is saved. Name what is lacking, and open it."), "success")
    return redirect(url_for("listings.edit_need", id=drafted.id), 303)


@bp.route("/meetings/<uuid:id>/decisions/<uuid:decision>/result", methods=["GET", "POST"])
@requires(Permission.ROUNDTABLE_EDIT, on=Roundtable)
def result(found: Roundtable, decision: UUID) -> ResponseReturnValue:
    """Note which goal or partnership came of a decision."""
    session, form, decided = current_session(), ResultForm(), _decision(found, decision)
    form.offer(
        queries.plans_around(session, found),
        queries.goals_around(session, found),
        queries.partnerships_around(session, found),
    )
    if not form.validate_on_submit():
        page = render_template("roundtables/result.html", form=form, roundtable=found, decision=decided)
        return page, _status(form)
    chosen = form.chosen
    if isinstance(chosen, AreaPlan):
        services.make_goal(decided, chosen)
    else:
        services.link(decided, chosen)
    flash(_("It is noted what came of the decision."), "success")
    return redirect(url_for("roundtables.roundtable", id=found.id), 303)


def _invitation_form(written: Roundtable | None = None) -> RoundtableForm:
    session, account, form = current_session(), account_at_work(), RoundtableForm()
    networks, convenor = list(queries.networks_in(session, account)), None
    if written is not None:
        convenor = written.convenor
        # What was written down before may be over by now.
        networks += [written.network] if written.network is not None and written.network not in networks else []
    form.offer(places_of(session, account), bodies_of(session, account), networks, convenor=convenor)
    return form


def _decision(found: Roundtable, identity: UUID) -> Decision:
    decision = queries.decision_of(current_session(), found, identity)
    if decision is None:
        abort(404)
    return decision


def _status(form: RoundtableForm | MinutesForm | HeardForm | ResultForm) -> int:
    return 422 if form.is_submitted() else 200
