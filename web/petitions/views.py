"""Pages of petitions: the list, handing one in, and the answer."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import Permission, Petition, is_granted, utc_now
from models.years import town_day
from web.database import current_session
from web.i18n import day
from web.pages import pagination
from web.petitions import queries, services
from web.petitions.forms import AnswerForm, PetitionFilter, PetitionForm, WordingForm
from web.security import account_at_work, current_account, requires

bp = Blueprint("petitions", __name__)


@bp.get("/petitions")
@requires(Permission.PETITION_LIST)
def index() -> ResponseReturnValue:
    """List the petitions that the reader may know of, those that wait for an answer first."""
    account, search = current_account(), PetitionFilter(request.args)
    search.offer()
    state = search.chosen
    active = {"state": state.value} if state else {}
    page = queries.page_of(current_session(), account, state, number=request.args.get("page", 1, type=int))
    return render_template(
        "petitions/index.html",
        search=search,
        page=page,
        active=active,
        today=town_day(utc_now()),
        may_make=is_granted(Permission.PETITION_MAKE, account),
        pagination=pagination(page.number, page.pages, **active),
    )


@bp.route("/petitions/new", methods=["GET", "POST"])
@requires(Permission.PETITION_MAKE)
def new() -> ResponseReturnValue:
    """Hand a petition in."""
    session, account, form = current_session(), account_at_work(), PetitionForm()
    form.offer(queries.bodies_of(session, account), account)
    if not form.validate_on_submit():
        return render_template("petitions/new.html", form=form), 422 if form.is_submitted() else 200
    made = services.make(session, form.asked, by=account, at=utc_now())
    flash(_("The request has been handed in. It is answered by %(day)s.", day=day(made.answer_due_on)), "success")
    return redirect(url_for("petitions.petition", id=made.id), 303)


@bp.get("/petitions/<uuid:id>")
@requires(Permission.PETITION_SEE, on=Petition)
def petition(found: Petition) -> ResponseReturnValue:
    """Show one petition and its answer."""
    account = current_account()
    return render_template(
        "petitions/petition.html",
        petition=queries.whole(current_session(), found),
        may_answer=is_granted(Permission.PETITION_ANSWER, account, found),
        may_edit=found.is_open and is_granted(Permission.PETITION_EDIT, account, found),
        is_inside=account is not None and (account.represents(found.participant_id) or account.is_staff),
        today=town_day(utc_now()),
    )


@bp.route("/petitions/<uuid:id>/edit", methods=["GET", "POST"])
@requires(Permission.PETITION_EDIT, on=Petition)
def edit(found: Petition) -> ResponseReturnValue:
    """Change the words of a petition that is not answered yet."""
    found.check_open()
    form = WordingForm(obj=found)
    if not form.validate_on_submit():
        return render_template("petitions/edit.html", form=form, petition=found), 422 if form.is_submitted() else 200
    services.reword(found, form.wording, version=form.version.number)
    flash(_("The request is saved."), "success")
    return redirect(url_for("petitions.petition", id=found.id), 303)


@bp.post("/petitions/<uuid:id>/withdraw")
@requires(Permission.PETITION_EDIT, on=Petition)
def withdraw(found: Petition) -> ResponseReturnValue:
    """Take a petition back."""
    services.withdraw(current_session(), found, by=account_at_work(), on=town_day(utc_now()))
    flash(_("The request is taken back. No answer is owed any longer."), "success")
    return redirect(url_for("petitions.petition", id=found.id), 303)


@bp.post("/petitions/<uuid:id>/publication")
@requires(Permission.PETITION_ANSWER, on=Petition)
def publication(found: Petition) -> ResponseReturnValue:
    """Show petition and answer to everybody, or no longer."""
    public = request.form.get("public") == "y"
    version = request.form.get("version", 0, type=int)
    services.publish(current_session(), found, public=public, version=version)
    flash(
        _("Everybody can read it now.") if public else _("Only the body and those who look after the place read it."),
        "success",
    )
    return redirect(url_for("petitions.petition", id=found.id), 303)


@bp.route("/petitions/<uuid:id>/answer", methods=["GET", "POST"])
@requires(Permission.PETITION_ANSWER, on=Petition)
def answer(found: Petition) -> ResponseReturnValue:
    """Answer a petition."""
    session, form = current_session(), AnswerForm()
    form.offer(found, queries.goals_around(session, found))
    if not form.validate_on_submit():
        page = render_template("petitions/answer.html", form=form, petition=queries.whole(session, found))
        return page, 422 if form.is_submitted() else 200
    version = request.form.get("version", 0, type=int)
    services.answer(session, found, form.answered, by=account_at_work(), on=town_day(utc_now()), version=version)
    flash(_("The answer is given."), "success")
    return redirect(url_for("petitions.petition", id=found.id), 303)
