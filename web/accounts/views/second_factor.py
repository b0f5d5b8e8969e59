"""The second factor: asking for it, and setting up an authenticator."""

import io

import segno
from flask import Response, abort, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import Account, Permission, utc_now
from web.accounts import queries, services
from web.accounts.forms import CodeForm
from web.accounts.views.door import AFTER_SIGN_IN, bp, note_failure, refuse_guessing
from web.accounts.views.passkeys import has_just_signed_in, passkey_origin, prove_again
from web.database import current_session
from web.security import awaited_second_factor, begin_session, current_account, keyed_hash, requires

ENROLMENT = "second_factor_secret"


@bp.route("/sign-in/code", methods=["GET", "POST"])
@requires(Permission.SIGN_IN)
def second_factor() -> ResponseReturnValue:
    """Ask for the authenticator's code, or help a member of staff to set one up."""
    awaited = awaited_second_factor()
    if awaited is None:
        return redirect(url_for("home.index"))
    has_code = awaited.account.second_factor_since is not None
    if not has_code and not queries.passkeys_of(current_session(), awaited.account):
        return redirect(url_for("accounts.enrol"))
    form = CodeForm()
    subjects = [keyed_hash(f"code:{awaited.account_id}")]
    if form.validate_on_submit():
        refuse_guessing(subjects)
        if services.pass_second_factor(awaited.account, awaited, form.code.data, at=utc_now()):
            return redirect(session.pop(AFTER_SIGN_IN, None) or url_for("home.index"), 303)
        note_failure(subjects)
        form.code.errors = [_("This code is not right, or it was used already. Wait for the next one.")]
    return render_template(
        "accounts/second_factor.html", form=form, has_code=has_code, has_passkeys=passkey_origin() is not None
    ), 422 if form.is_submitted() else 200


@bp.route("/account/second-factor", methods=["GET", "POST"])
@requires(Permission.SIGN_IN)
def enrol() -> ResponseReturnValue:
    """Show a QR code for the authenticator and take it into use with its first code; an open browser is not enough."""
    awaited = awaited_second_factor()
    account = awaited.account if awaited else current_account()
    if account is None or (awaited is not None and _has_second_factor(account)):
        abort(401)
    if awaited is None and not has_just_signed_in():
        return prove_again()
    secret = session.setdefault(ENROLMENT, services.new_second_factor_secret())
    form = CodeForm()
    if form.validate_on_submit():
        if services.enrol_second_factor(account, secret, form.code.data, at=utc_now()):
            session.pop(ENROLMENT)
            wanted = session.pop(AFTER_SIGN_IN, None)
            begin_session(account, second_factor_passed=True)
            flash(_("The authenticator is in use from now on."), "success")
            return redirect(wanted or url_for("accounts.account"), 303)
        form.code.errors = [_("This code is not right. Wait for the next one and try again.")]
    return render_template("accounts/enrol.html", form=form, secret=secret), 422 if form.is_submitted() else 200


@bp.get("/account/second-factor.svg")
@requires(Permission.SIGN_IN)
def enrolment_code() -> ResponseReturnValue:
    """Return the QR code of the secret that is being enrolled."""
    awaited = awaited_second_factor()
    account = awaited.account if awaited else current_account()
    if account is None or ENROLMENT not in session:
        abort(404)
    picture = io.BytesIO()
    segno.make(services.enrolment_uri(account, session[ENROLMENT])).save(picture, kind="svg", scale=5, border=2)
    return Response(picture.getvalue(), content_type="image/svg+xml")


def _has_second_factor(account: Account) -> bool:
    """Tell whether a second proof exists; then the first one alone must not set up another."""
    return account.second_factor_since is not None or bool(queries.passkeys_of(current_session(), account))
