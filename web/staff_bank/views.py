"""Pages of the staff bank: offices and load, seats in councils, courses and what follows them."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf import FlaskForm

from models import Course, CourseCompletion, Participant, Permission, RoleHolding, is_granted, utc_now
from models.years import town_day
from web.acts.forms import TOLD, SaidForm
from web.acts.services import is_for_somebody_else, note_listing
from web.database import current_session
from web.i18n import locale
from web.pages import pagination
from web.participants.queries import seen_by
from web.security import account_at_work, requires
from web.staff_bank import queries, services
from web.staff_bank.forms import (
    CompletionForm,
    CourseFilter,
    CourseForm,
    EndForm,
    InviteForm,
    OfficeForm,
    SeatForm,
    said,
)

bp = Blueprint("staff_bank", __name__)

MOST_PAGES = 100_000


@bp.route("/participants/<uuid:id>/offices", methods=["GET", "POST"])
@requires(Permission.ROLE_HOLDING_ADD, on=Participant)
def offices(participant: Participant) -> ResponseReturnValue:
    """Show how full somebody is, with the offices that they hold, and write one down."""
    session, form, today = current_session(), OfficeForm(), town_day(utc_now())
    if form.validate_on_submit():
        services.add_office(session, participant, form.draft(), by=account_at_work())
        flash(_("The office is written down. It counts into the load from now on."), "success")
        return redirect(url_for("staff_bank.offices", id=participant.id), 303)
    holdings = queries.holdings_of(session, participant)
    return _page(
        "staff_bank/offices.html",
        form,
        participant=participant,
        seen=seen_by(account_at_work(), participant),
        load=queries.load_of(session, participant, today),
        running=queries.running_of(session, participant),
        past=[one for one in holdings if not one.is_held(today)],
    )


@bp.route("/role-holdings/<uuid:id>/end", methods=["GET", "POST"])
@requires(Permission.ROLE_HOLDING_END, on=RoleHolding)
def end_office(holding: RoleHolding) -> ResponseReturnValue:
    """Note the last day in office."""
    form = EndForm()
    form.not_before(holding.since)
    if not form.validate_on_submit():
        return _page("staff_bank/end_office.html", form, holding=holding)
    services.end_office(current_session(), holding, on=said(form.until.data), by=account_at_work())
    flash(_("The end of the office is written down."), "success")
    if is_granted(Permission.ROLE_HOLDING_ADD, account_at_work(), holding.participant):
        return redirect(url_for("staff_bank.offices", id=holding.participant_id), 303)
    return redirect(url_for("participants.participant", id=holding.participant_id), 303)


@bp.route("/council-seats/new", methods=["GET", "POST"])
@requires(Permission.COUNCIL_SEAT_POST)
def new_seat() -> ResponseReturnValue:
    """Look for members of a council."""
    session, account, form = current_session(), account_at_work(), SeatForm()
    told = SaidForm(request.form, prefix=TOLD)
    convenors, skills, fields = (
        queries.convenors_for(session, account),
        queries.skills(session),
        queries.fields(session),
    )
    form.offer(convenors, skills, fields, locale())
    others = {key for key, one in form.convenor.rows.items() if is_for_somebody_else(account, one)}
    if not form.validate_on_submit() or not told.validate_for(somebody_else=form.convenor.data in others):
        return _page("staff_bank/seat.html", form, told=told, asks_how=bool(others))
    convenor = form.convenor.one
    need = services.post_seats(session, convenor, form.draft(skills, fields), by=account)
    said = told.said(usually_by=convenor.contact_name or convenor.name)
    note_listing(session, need, said, by=account, at=utc_now())
    flash(_("The need is open. Only people are suggested who consented to being asked to join a council."), "success")
    return redirect(url_for("listings.need", id=need.id), 303)


@bp.get("/courses")
@requires(Permission.COURSE_LIST)
def courses() -> ResponseReturnValue:
    """Show the courses of the reader's places."""
    session, account, narrowed = current_session(), account_at_work(), CourseFilter(request.args)
    number = min(max(request.args.get("page", 1, type=int), 1), MOST_PAGES)
    words = narrowed.q.data or ""
    found, total = queries.courses(session, account, words=words, page=number)
    kept = {"q": words} if words else {}
    return render_template(
        "staff_bank/courses.html",
        courses=found,
        counts=queries.completed_counts(session, found),
        narrowed=narrowed,
        may_add=is_granted(Permission.COURSE_ADD, account),
        may_edit={one.id for one in found if is_granted(Permission.COURSE_EDIT, account, one)},
        page=pagination(number, max(1, -(-total // queries.PAGE_SIZE)), **kept),
    )


@bp.route("/courses/new", methods=["GET", "POST"])
@requires(Permission.COURSE_ADD)
def new_course() -> ResponseReturnValue:
    """Write a course down."""
    session, account, form = current_session(), account_at_work(), CourseForm()
    places, fields = queries.places_for(session, account), queries.fields(session)
    form.offer(places, fields, locale())
    if not form.validate_on_submit():
        return _page("staff_bank/course_form.html", form, course=None)
    course = services.add_course(session, form.draft(places, fields), by=account)
    session.flush()
    flash(_("The course is written down. Note who completed it, and invite them."), "success")
    return redirect(url_for("staff_bank.course", id=course.id), 303)


@bp.get("/courses/<uuid:id>")
@requires(Permission.COURSE_EDIT, on=Course)
def course(found: Course) -> ResponseReturnValue:
    """Show a course, who completed it, and what followed."""
    form = CompletionForm()
    form.offer(queries.people_of(current_session(), found), found)
    return _course_page(found, form)


@bp.route("/courses/<uuid:id>/edit", methods=["GET", "POST"])
@requires(Permission.COURSE_EDIT, on=Course)
def edit_course(found: Course) -> ResponseReturnValue:
    """Change what is written down of a course."""
    session, account = current_session(), account_at_work()
    form = CourseForm.about(queries.fields_of(session, found))
    places, fields = queries.places_for(session, account), queries.fields(session)
    form.offer(places, fields, locale())
    if not form.validate_on_submit():
        return _page("staff_bank/course_form.html", form, course=found)
    services.change_course(session, found, form.draft(places, fields), version=form.version.number, by=account)
    flash(_("The course is saved."), "success")
    return redirect(url_for("staff_bank.course", id=found.id), 303)


@bp.post("/courses/<uuid:id>/completions")
@requires(Permission.COURSE_EDIT, on=Course)
def complete(found: Course) -> ResponseReturnValue:
    """Note that somebody completed a course."""
    session, form = current_session(), CompletionForm()
    form.offer(queries.people_of(session, found), found)
    if not form.validate():
        return _course_page(found, form)
    person = form.participant.one
    services.note_completion(session, found, person, on=said(form.completed_on.data))
    flash(_("It is noted that %(name)s completed the course.", name=person.name), "success")
    return redirect(url_for("staff_bank.course", id=found.id), 303)


@bp.post("/courses/<uuid:id>/completions/<uuid:completion>/remove")
@requires(Permission.COURSE_EDIT, on=Course)
def remove_completion(found: Course, completion: UUID) -> ResponseReturnValue:
    """Take back that somebody completed a course, where it was noted by mistake."""
    completed = _completion_or_404(found, completion)
    name = completed.participant.name
    services.remove_completion(current_session(), completed)
    flash(_("It is taken back that %(name)s completed the course.", name=name), "success")
    return redirect(url_for("staff_bank.course", id=found.id), 303)


@bp.route("/courses/<uuid:id>/completions/<uuid:completion>/invite", methods=["GET", "POST"])
@requires(Permission.COURSE_EDIT, on=Course)
def invite(found: Course, completion: UUID) -> ResponseReturnValue:
    """Invite somebody who completed a course to at most three small roles, once."""
    session, form, at = current_session(), InviteForm(), utc_now()
    completed = _completion_or_404(found, completion)
    if completed.invited_at is not None and not form.is_submitted():
        return redirect(url_for("staff_bank.course", id=found.id))
    proposals = queries.small_roles_for(session, completed, at=at)
    form.offer(proposals)
    if not form.validate_on_submit():
        return _page("staff_bank/invite.html", form, course=found, completion=completed, proposals=proposals)
    sent = services.invite(session, completed, form.chosen(proposals), at=at)
    if sent:
        text = ngettext("The invitation is on its way.", "The invitation is on its way to %(num)s addresses.", sent)
        flash(text, "success")
        return redirect(url_for("staff_bank.course", id=found.id), 303)
    flash(_("They have no account. Print the letter and hand it over."), "info")
    return redirect(url_for("staff_bank.letter", id=found.id, completion=completed.id), 303)


@bp.get("/courses/<uuid:id>/completions/<uuid:completion>/letter")
@requires(Permission.COURSE_EDIT, on=Course)
def letter(found: Course, completion: UUID) -> ResponseReturnValue:
    """Show the invitation as a letter to be printed."""
    completed = _completion_or_404(found, completion)
    if completed.invited_at is None:
        abort(404)
    needs = queries.needs_to_print(current_session(), completed)
    return render_template(
        "staff_bank/letter.html",
        course=found,
        completion=completed,
        needs=needs,
        owners={need.id: seen_by(None, need.participant) for need in needs},
    )


def _course_page(found: Course, form: CompletionForm) -> ResponseReturnValue:
    session = current_session()
    return _page(
        "staff_bank/course.html",
        form,
        course=queries.fields_of(session, found),
        completions=queries.completions_of(session, found),
    )


def _completion_or_404(found: Course, identity: UUID) -> CourseCompletion:
    completed = queries.completion_of(current_session(), found, identity)
    if completed is None:
        abort(404)
    return completed


def _page(template: str, form: FlaskForm, **shown: object) -> ResponseReturnValue:
    """Answer with the page of a form: as it is opened, or with what was typed and what is wrong with it."""
    page = render_template(template, form=form, **shown)
    return page, 422 if form.is_submitted() else 200
