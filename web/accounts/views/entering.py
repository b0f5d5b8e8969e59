"""Signing in with a password, and signing out."""

from typing import cast

from flask import redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import Account, Permission
from web.accounts import queries
from web.accounts.forms import SignInForm
from web.accounts.views.door import bp, enter, may_enter, network, note_failure, refuse_guessing
from web.accounts.views.passkeys import passkey_origin
from web.database import current_session
from web.security import end_session, keyed_hash, password_matches, requires


@bp.route("/sign-in", methods=["GET", "POST"])
@requires(Permission.SIGN_IN)
def sign_in() -> ResponseReturnValue:
    """Ask for address and password and begin a session."""
    form = SignInForm()
    if not form.validate_on_submit():
        return _sign_in_page(form), 422 if form.is_submitted() else 200
    subjects = [keyed_hash(f"account:{form.email.data.strip().lower()}"), network()]
    refuse_guessing(subjects)
    account = queries.by_email(current_session(), form.email.data)
    if not _password_opens(account, form.password.data):
        note_failure(subjects)
        form.form_errors.append(_("This address and password do not belong together."))
        return _sign_in_page(form), 422
    return enter(cast("Account", account))


@bp.post("/sign-out")
@requires(Permission.SIGN_IN)
def sign_out() -> ResponseReturnValue:
    """End the session on the server."""
    end_session()
    session.clear()
    return redirect(url_for("home.index"), 303)


def _password_opens(account: Account | None, password: str) -> bool:
    """Compare the password first, so that every refusal takes the same time, and outside of any transaction."""
    stored = account.password_hash if account else None
    current_session().rollback()
    return password_matches(stored, password) and may_enter(account)


def _sign_in_page(form: SignInForm) -> str:
    return render_template("accounts/sign_in.html", form=form, has_passkeys=passkey_origin() is not None)
