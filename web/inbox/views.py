"""Pages of the inbox, of handing over, and of the rules by which needs find an inbox."""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from models import Account, Appointment, Area, AreaLevel, Charge, HandOver, Permission, Role, is_granted, utc_now
from seeds.routing import default_offices
from web.database import current_session
from web.i18n import locale
from web.inbox import queries, services
from web.inbox.forms import AnswerForm, HandOverForm, InboxFilter, OfficeForm, name_of, rules_form
from web.pages import pagination
from web.participants.queries import seen_by
from web.security import account_at_work, requires

bp = Blueprint("inbox", __name__)


@bp.get("/inbox")
@requires(Permission.INBOX_SEE)
def index() -> ResponseReturnValue:
    """Show what I am asked to take over, what I am in charge of, and who is in charge of the rest."""
    account, narrowed = account_at_work(), InboxFilter(request.args)
    number = max(request.args.get("page", 1, type=int), 1)
    found = queries.inbox(current_session(), account, whose=narrowed.chosen, words=narrowed.q.data or "", page=number)
    kept = {name: value for name, value in request.args.items() if name in {"whose", "q"}}
    return render_template(
        "inbox/index.html",
        inbox=found,
        narrowed=narrowed,
        whose=narrowed.chosen,
        owners={one.need.id: seen_by(account, one.need.participant) for one in found.entries},
        may_hand_over={one.need.id for one in found.entries if one.charge and _may_hand_over(account, one.charge)},
        administers=account.is_administrator,
        page=pagination(found.number, found.pages, **kept),
    )


@bp.route("/charges/<uuid:id>/hand-over", methods=["GET", "POST"])
@requires(Permission.CHARGE_HAND_OVER, on=Charge)
def hand_over(charge: Charge) -> ResponseReturnValue:
    """Ask somebody to take a need over; an administrator can also put them in charge at once."""
    session, account, form = current_session(), account_at_work(), HandOverForm()
    charge = queries.whole_charge(session, charge)
    others = queries.could_take_over(session, charge)
    form.offer(others, administers=account.covers(Role.ADMINISTRATOR, charge.need.area.path))
    if not form.validate_on_submit():
        return _hand_over_page(charge, others, form)
    to = form.chosen(others)
    if form.is_at_once:
        services.reassign(session, charge, to, by=account, at=utc_now())
        flash(_("%(name)s is in charge from now on.", name=to.name), "success")
    else:
        services.ask(session, charge, to, note=form.note.data or "", by=account, at=utc_now())
        flash(_("%(name)s is asked. Until they accept, nothing changes.", name=to.name), "success")
    return redirect(url_for("inbox.index"), 303)


@bp.post("/charges/<uuid:id>/take-back")
@requires(Permission.CHARGE_HAND_OVER, on=Charge)
def take_back(charge: Charge) -> ResponseReturnValue:
    """Ask no longer."""
    services.take_back(current_session(), charge, at=utc_now())
    flash(_("The question is taken back."), "success")
    return redirect(url_for("inbox.index"), 303)


@bp.route("/hand-overs/<uuid:id>", methods=["GET", "POST"])
@requires(Permission.HAND_OVER_ANSWER, on=HandOver)
def answer(question: HandOver) -> ResponseReturnValue:
    """Say whether I take a need over."""
    session, form = current_session(), AnswerForm()
    if not form.is_submitted() or (question.is_open and not form.validate()):
        charge = queries.whole_charge(session, question.charge)
        owner = seen_by(account_at_work(), charge.need.participant)
        page = render_template("inbox/answer.html", question=question, charge=charge, owner=owner, form=form)
        return page, 422 if form.is_submitted() else 200
    if form.accepts:
        services.accept(session, question, at=utc_now())
        flash(_("You are in charge from now on."), "success")
    else:
        services.decline(session, question, answer=form.answer.data or "", at=utc_now())
        flash(_("They are told, with your reason."), "success")
    return redirect(url_for("inbox.index"), 303)


@bp.get("/administration/routing")
@requires(Permission.ADMINISTRATION_SEE)
def municipalities() -> ResponseReturnValue:
    """Show for which municipalities rules can be set; of one alone, show them at once."""
    found = queries.municipalities_of(current_session(), account_at_work())
    if len(found) == 1:
        return redirect(url_for("inbox.routing", id=found[0].id))
    return render_template("inbox/municipalities.html", municipalities=found)


@bp.route("/administration/routing/<uuid:id>", methods=["GET", "POST"])
@requires(Permission.ROUTING_EDIT, on=Area)
def routing(municipality: Area) -> ResponseReturnValue:
    """Set to which office needs of each field go in a municipality; of a larger place, show who holds which office."""
    session = current_session()
    if municipality.level is AreaLevel.DISTRICT or (request.method == "POST" and municipality.level in queries.LARGER):
        abort(404)
    fields, rules = queries.fields(session), queries.own_rules(session, municipality)
    form = rules_form(fields, locale())()
    if not form.is_submitted():
        form.propose(rules, default_offices())
    if not form.validate_on_submit():
        return _routing_page(municipality, form, is_own=bool(rules))
    services.set_rules(session, municipality, form.offices(), form.rest_office)
    flash(_("The rules are saved. They count for needs that are opened from now on."), "success")
    return redirect(url_for("inbox.routing", id=municipality.id), 303)


@bp.post("/administration/routing/<uuid:id>/offices/<uuid:appointment>")
@requires(Permission.ROUTING_EDIT, on=Area)
def office(area: Area, appointment: UUID) -> ResponseReturnValue:
    """Say in which office a coordinator of a place works."""
    form = OfficeForm()
    if not form.validate():
        flash(_("Choose an office from the list."), "warning")
        return redirect(url_for("inbox.routing", id=area.tenant.id), 303)
    changed = services.set_office(current_session(), area, appointment, form.chosen)
    flash(_("The office of %(name)s is saved.", name=changed.account.name), "success")
    return redirect(url_for("inbox.routing", id=area.tenant.id, _anchor="offices"), 303)


def _hand_over_page(charge: Charge, others: Sequence[Account], form: HandOverForm) -> ResponseReturnValue:
    owner = seen_by(account_at_work(), charge.need.participant)
    page = render_template("inbox/hand_over.html", charge=charge, others=others, owner=owner, form=form)
    return page, 422 if form.is_submitted() else 200


def _routing_page(municipality: Area, form: FlaskForm, *, is_own: bool) -> ResponseReturnValue:
    session = current_session()
    staff = queries.coordinators_in(session, municipality)
    page = render_template(
        "inbox/routing.html",
        municipality=municipality,
        form=form,
        rows=[form[name_of(field)] for field in queries.fields(session)],
        offices=[(one, _office_form(one)) for one in staff],
        has_rules=municipality.level not in queries.LARGER,
        is_own=is_own,
    )
    return page, 422 if form.is_submitted() else 200


def _office_form(appointment: Appointment) -> OfficeForm | None:
    """Return the form for an office, where the reader may set it: a larger place looks after its own people."""
    if not is_granted(Permission.ROUTING_EDIT, account_at_work(), appointment.area):
        return None
    return OfficeForm(formdata=None, data={"office": appointment.office or ""})


def _may_hand_over(account: Account, charge: Charge) -> bool:
    return is_granted(Permission.CHARGE_HAND_OVER, account, charge)
