"""Pages of consultations: the list with its counts, one consultation, and what becomes of it."""

from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import Consultation, Permission, utc_now
from models.years import town_day
from web.consultations import queries, services
from web.consultations.forms import (
    ConsultationFilter,
    ConsultationForm,
    HeardForm,
    SameAsForm,
    identity_in,
)
from web.database import current_session
from web.i18n import day
from web.labels import label
from web.pages import pagination
from web.security import account_at_work, requires

bp = Blueprint("consultations", __name__)


@bp.get("/consultations")
@requires(Permission.CONSULTATION_LIST)
def index() -> ResponseReturnValue:
    """List the consultations of the reader's places, with the counts."""
    session, account, search = current_session(), account_at_work(), ConsultationFilter(request.args)
    search.offer(queries.places_of(session, account))
    narrowing = search.narrowing
    number = request.args.get("page", 1, type=int)
    page = queries.page_of(session, account, narrowing, today=town_day(utc_now()), number=number)
    active = narrowing.active()
    return render_template(
        "consultations/index.html",
        search=search,
        page=page,
        active=active,
        pagination=pagination(page.number, page.pages, **active),
    )


@bp.route("/consultations/new", methods=["GET", "POST"])
@requires(Permission.CONSULTATION_RECORD)
def new() -> ResponseReturnValue:
    """Write a consultation down."""
    session, account = current_session(), account_at_work()
    asker = queries.participant_of(session, account, identity_in(request.args.get("participant")))
    form = ConsultationForm.to_record(queries.places_of(session, account), asker)
    form.look_up(partial(queries.askers, session, account))
    if not form.validate_on_submit():
        return render_template("consultations/form.html", form=form, consultation=None), _status(form)
    consultation = services.record(session, form.told, sent_key=form.sent_key.data or "", by=account, at=utc_now())
    flash(_("The consultation is written down."), "success")
    return redirect(url_for("consultations.consultation", id=consultation.id), 303)


@bp.get("/consultations/<uuid:id>")
@requires(Permission.CONSULTATION_EDIT, on=Consultation)
def consultation(found: Consultation) -> ResponseReturnValue:
    """Show one consultation and what became of it."""
    session = current_session()
    return render_template(
        "consultations/consultation.html",
        consultation=queries.whole_consultation(session, found),
        outcome=queries.outcome_of(session, found),
        doubles=queries.doubles_of(session, found),
    )


@bp.route("/consultations/<uuid:id>/edit", methods=["GET", "POST"])
@requires(Permission.CONSULTATION_EDIT, on=Consultation)
def edit(found: Consultation) -> ResponseReturnValue:
    """Write a consultation anew, such as with the answer that was given later."""
    session, account = current_session(), account_at_work()
    form = ConsultationForm.to_edit(found, queries.places_of(session, account))
    form.look_up(partial(queries.askers, session, account))
    if not form.validate_on_submit():
        return render_template("consultations/form.html", form=form, consultation=found), _status(form)
    version = request.form.get("version", 0, type=int)
    services.change(found, form.told, version=version, by=account, at=utc_now())
    flash(_("The consultation is saved."), "success")
    return redirect(url_for("consultations.consultation", id=found.id), 303)


@bp.post("/consultations/<uuid:id>/close")
@requires(Permission.CONSULTATION_EDIT, on=Consultation)
def close(found: Consultation) -> ResponseReturnValue:
    """Note that nothing more has to be done."""
    found.close(at=utc_now())
    flash(_("The consultation is closed. You can open it again at any time."), "success")
    return redirect(url_for("consultations.consultation", id=found.id), 303)


@bp.post("/consultations/<uuid:id>/reopen")
@requires(Permission.CONSULTATION_EDIT, on=Consultation)
def reopen(found: Consultation) -> ResponseReturnValue:
    """Note that something has to be done after all."""
    found.reopen()
    flash(_("The consultation is open again."), "success")
    return redirect(url_for("consultations.consultation", id=found.id), 303)


@bp.route("/consultations/<uuid:id>/same-as", methods=["GET", "POST"])
@requires(Permission.CONSULTATION_EDIT, on=Consultation)
def same_as(found: Consultation) -> ResponseReturnValue:
    """Say which other consultation this one is, so that it is counted once."""
    session, account, form = current_session(), account_at_work(), SameAsForm()
    others = queries.perhaps_the_same(session, account, found)
    form.offer([(other, _in_words(other)) for other in others])
    if not form.validate_on_submit():
        return render_template("consultations/same_as.html", form=form, consultation=found), _status(form)
    services.mark_same_as(session, found, form.chosen, at=utc_now())
    flash(_("They are one now, and counted once."), "success")
    return redirect(url_for("consultations.consultation", id=found.id), 303)


@bp.post("/consultations/<uuid:id>/tell-apart")
@requires(Permission.CONSULTATION_EDIT, on=Consultation)
def tell_apart(found: Consultation) -> ResponseReturnValue:
    """Take back that this is another one, written down twice."""
    found.tell_apart()
    flash(_("They are two again, and this one is open."), "success")
    return redirect(url_for("consultations.consultation", id=found.id), 303)


@bp.route("/consultations/<uuid:id>/need", methods=["GET", "POST"])
@requires(Permission.CONSULTATION_EDIT, on=Consultation)
def need(found: Consultation) -> ResponseReturnValue:
    """Write down what was asked as the draft of a need."""
    session, account, form = current_session(), account_at_work(), HeardForm()
    form.offer(queries.speakers_in(session, account, found.area), first=found.participant)
    if not form.is_submitted():
        form.body.data, form.said_by.data, form.said_on.data = found.asked, found.asker_name, found.consulted_on
    if not form.validate_on_submit():
        return render_template("consultations/need.html", form=form, consultation=found), _status(form)
    drafted = services.begin_need(session, form.heard, source=found, by=account, at=utc_now())
    flash(_("The draft is saved. Name what is lacking, and open it."), "success")
    return redirect(url_for("listings.edit_need", id=drafted.id), 303)


def _in_words(consultation: Consultation) -> str:
    words = _(
        "%(day)s, %(help)s: %(asked)s",
        day=day(consultation.consulted_on),
        help=label(consultation.help_asked),
        asked=consultation.asked[:80],
    )
    return str(words)


def _status(form: ConsultationForm | SameAsForm | HeardForm) -> int:
    return 422 if form.is_submitted() else 200
