"""Pages of roles: the people of a body, handing over, the staff of places, accepting an invitation."""

from typing import Final
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import Appointment, Area, Invitation, Membership, Participant, Permission, Role, is_granted, utc_now
from web.database import current_session
from web.i18n import locale
from web.pages import limiter
from web.people import queries, services
from web.people.forms import ContactForm, EmptyForm, HandOverForm, InviteForm, StaffForm
from web.security import account_at_work, current_account, keyed_hash, requires

bp = Blueprint("people", __name__)

MAILS_AN_ACCOUNT: Final = "30 per hour"
AFTER_SIGN_IN: Final = "after_sign_in"


def inviting_account() -> str:
    """Return under what name the invitations of the account at the door are counted."""
    account = current_account()
    return keyed_hash(f"invites:{account.id if account else request.remote_addr}")


@bp.get("/participants/<uuid:id>/people")
@requires(Permission.BODY_PEOPLE, on=Participant)
def body(found: Participant) -> ResponseReturnValue:
    """Show who speaks for a body, and who was invited."""
    return _body_page(found, InviteForm(formdata=None))


@bp.post("/participants/<uuid:id>/people")
@requires(Permission.BODY_PEOPLE, on=Participant)
@limiter.limit(MAILS_AN_ACCOUNT, key_func=inviting_account)
def invite(found: Participant) -> ResponseReturnValue:
    """Ask somebody by mail to speak for a body."""
    form = InviteForm()
    if not form.validate():
        return _body_page(found, form), 422
    role, by = Role(form.role.data), account_at_work()
    services.invite(current_session(), found, role, email=form.email.data, by=by, at=utc_now())
    flash(_("The invitation is on its way to %(address)s.", address=form.email.data.strip()), "success")
    return redirect(url_for("people.body", id=found.id), 303)


@bp.route("/participants/<uuid:id>/hand-over", methods=["GET", "POST"])
@requires(Permission.BODY_HAND_OVER, on=Participant)
@limiter.limit(MAILS_AN_ACCOUNT, key_func=inviting_account, methods=["POST"])
def hand_over(found: Participant) -> ResponseReturnValue:
    """Hand over the office to the next officer."""
    form = HandOverForm()
    if not form.is_submitted():
        form.propose(found)
        return render_template("people/hand_over.html", participant=found, form=form)
    if not form.validate():
        return render_template("people/hand_over.html", participant=found, form=form), 422
    services.hand_over(
        current_session(),
        found,
        form.contact,
        email=form.email.data,
        stays=form.stays,
        by=account_at_work(),
        at=utc_now(),
    )
    flash(_("The link is on its way to %(address)s.", address=form.email.data.strip()), "success")
    return redirect(url_for("people.body", id=found.id), 303)


@bp.post("/memberships/<uuid:id>/end")
@requires(Permission.MEMBERSHIP_END, on=Membership)
def end_membership(membership: Membership) -> ResponseReturnValue:
    """End that somebody speaks for a body."""
    participant, own = membership.participant, membership.account_id == account_at_work().id
    services.end_membership(current_session(), membership)
    if own:
        flash(_("You no longer speak for %(name)s.", name=participant.name), "success")
        return redirect(url_for("accounts.account"), 303)
    flash(_("They no longer speak for %(name)s.", name=participant.name), "success")
    return redirect(url_for("people.body", id=participant.id), 303)


@bp.post("/invitations/<uuid:id>/withdraw")
@requires(Permission.INVITATION_WITHDRAW, on=Invitation)
def withdraw(invitation: Invitation) -> ResponseReturnValue:
    """Take an invitation back; its link stops working."""
    invitation.withdraw(at=utc_now())
    flash(_("The invitation is taken back."), "success")
    if invitation.participant is None:
        return redirect(url_for("people.staff"), 303)
    return redirect(url_for("people.body", id=invitation.participant.id), 303)


@bp.get("/people")
@requires(Permission.STAFF_SEE)
def staff() -> ResponseReturnValue:
    """Show who looks after which of the administrator's places."""
    return _staff_page(StaffForm(formdata=None))


@bp.post("/people")
@requires(Permission.STAFF_SEE)
@limiter.limit(MAILS_AN_ACCOUNT, key_func=inviting_account)
def invite_staff() -> ResponseReturnValue:
    """Ask somebody by mail to look after a place of the administrator's."""
    form = StaffForm()
    form.offer(queries.places_of(current_session(), account_at_work()), locale())
    if not form.validate():
        return _staff_page(form), 422
    area, role = current_session().get_one(Area, UUID(form.area.data)), Role(form.role.data)
    services.invite(current_session(), area, role, email=form.email.data, by=account_at_work(), at=utc_now())
    flash(_("The invitation is on its way to %(address)s.", address=form.email.data.strip()), "success")
    return redirect(url_for("people.staff"), 303)


@bp.post("/appointments/<uuid:id>/end")
@requires(Permission.APPOINTMENT_END, on=Appointment)
def end_appointment(appointment: Appointment) -> ResponseReturnValue:
    """End that somebody looks after a place."""
    services.end_appointment(current_session(), appointment, at=utc_now())
    flash(_("The appointment has ended."), "success")
    if appointment.account_id == account_at_work().id:
        return redirect(url_for("accounts.account"), 303)
    return redirect(url_for("people.staff"), 303)


@bp.route("/invitations/<token>", methods=["GET", "POST"])
@requires(Permission.INVITATION_ACCEPT)
@limiter.limit("120 per hour")
def accept(token: str) -> ResponseReturnValue:
    """Say what the invitation is for, and give the role to whoever accepts it."""
    invitation = queries.invitation_of(current_session(), services.hashed(token))
    if invitation is None or not invitation.is_open(utc_now()) or not invitation.stands:
        return render_template("people/invitation_gone.html"), 410
    account = current_account()
    if account is None:
        session[AFTER_SIGN_IN] = url_for("people.accept", token=token)
        return render_template("people/invitation.html", invitation=invitation, form=None, reader=None)
    form = ContactForm() if invitation.hands_over else EmptyForm()
    if not form.is_submitted() and isinstance(form, ContactForm):
        form.propose(invitation)
    if not form.validate_on_submit():
        page = render_template("people/invitation.html", invitation=invitation, form=form, reader=account)
        return page, 422 if form.is_submitted() else 200
    contact = form.contact if isinstance(form, ContactForm) else None
    services.accept(current_session(), invitation, by=account, at=utc_now(), contact=contact)
    flash(_("Thank you. The role is yours from now on."), "success")
    if invitation.participant is None:
        return redirect(url_for("home.index"), 303)
    return redirect(url_for("participants.participant", id=invitation.participant.id), 303)


def _body_page(found: Participant, form: InviteForm) -> str:
    account = account_at_work()
    return render_template(
        "people/body.html",
        participant=found,
        members=queries.members(current_session(), found, account),
        invitations=queries.waiting_for(current_session(), found),
        may_hand_over=is_granted(Permission.BODY_HAND_OVER, account, found),
        form=form,
        now=utc_now(),
    )


def _staff_page(form: StaffForm) -> str:
    account = account_at_work()
    form.offer(queries.places_of(current_session(), account), locale())
    return render_template(
        "people/staff.html",
        appointments=queries.staff(current_session(), account),
        invitations=queries.staff_invitations(current_session(), account),
        form=form,
        now=utc_now(),
    )
