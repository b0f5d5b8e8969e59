"""Passkeys: signing in with one, adding one, removing one."""

import json
from datetime import timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from flask import Response, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import Passkey, Permission, utc_now
from web.accounts.forms import PasskeyAnswerForm, PasskeyForm, SignInForm
from web.accounts.services import passkeys
from web.accounts.views.door import AFTER_SIGN_IN, bp, enter, may_enter, network, note_failure, refuse_guessing
from web.database import current_session, session_scope
from web.pages import limiter
from web.security import account_at_work, current_sign_in, requires

CHALLENGE: Final = "passkey_challenge"
QUESTIONS_A_NETWORK: Final = "200 per hour"
# So long a sign-in counts as a proof for what could otherwise be asked of an open browser in a café.
FRESH_FOR: Final = timedelta(minutes=15)


def passkey_origin() -> str | None:
    """Return the address under which this page was opened, if passkeys work there."""
    origins = current_app.extensions["settings"].passkey_origins
    return next((origin for origin in origins if urlsplit(origin).netloc == request.host), None)


def has_just_signed_in() -> bool:
    """Tell whether this browser proved minutes ago who sits before it."""
    sign_in = current_sign_in()
    return sign_in is not None and sign_in.created_at > utc_now() - FRESH_FOR


def prove_again() -> ResponseReturnValue:
    """Ask to sign in once more by link or passkey; the new session leads back to this page."""
    session[AFTER_SIGN_IN] = request.path
    has_passkeys = passkey_origin() is not None
    return render_template("accounts/prove_again.html", address=account_at_work().email, has_passkeys=has_passkeys)


@bp.post("/sign-in/passkey/options")
@requires(Permission.SIGN_IN)
@limiter.limit(QUESTIONS_A_NETWORK)
def ask_passkey() -> ResponseReturnValue:
    """Hand out what the browser needs to ask the device for a passkey."""
    question = passkeys.ask_to_sign_in(current_session(), origin=_origin(), at=utc_now())
    return _handed_out(question)


@bp.post("/sign-in/passkey")
@requires(Permission.SIGN_IN)
def enter_by_passkey() -> ResponseReturnValue:
    """Begin a session for the owner of the passkey that answered; it is two factors in one."""
    form = PasskeyAnswerForm()
    subjects = [network()]
    refuse_guessing(subjects)
    challenge = _spent_challenge()
    account = None
    if challenge is not None and form.validate():
        account = passkeys.prove_by_passkey(
            current_session(), form.credential.data, challenge=challenge, origin=_origin(), at=utc_now()
        )
    if account is None or not may_enter(account):
        note_failure(subjects)
        form = SignInForm(formdata=None)
        form.form_errors.append(_("That did not work. Try again, or take one of the other ways."))
        return render_template("accounts/sign_in.html", form=form, has_passkeys=True), 422
    return enter(account, second_factor_passed=True)


@bp.post("/account/passkeys/options")
@requires(Permission.ACCOUNT_OWN)
@limiter.limit(QUESTIONS_A_NETWORK)
def ask_new_passkey() -> ResponseReturnValue:
    """Hand out what the browser needs to let the device make a passkey."""
    return _handed_out(passkeys.ask_for_a_new_one(current_session(), account_at_work(), origin=_origin(), at=utc_now()))


@bp.route("/account/passkeys/new", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_OWN)
def new_passkey() -> ResponseReturnValue:
    """Add a passkey to one's account; it is a way in for good, so an open browser is not enough."""
    if not has_just_signed_in():
        return prove_again()
    form = PasskeyForm()
    if not form.is_submitted():
        form.name.data = _name_of_device()
        return _new_passkey_page(form)
    challenge = _spent_challenge()
    if not form.validate():
        return _new_passkey_page(form), 422
    added = challenge and passkeys.add_passkey(
        current_session(),
        account_at_work(),
        form.credential.data,
        challenge=challenge,
        origin=_origin(),
        name=(form.name.data or "").strip() or _name_of_device(),
    )
    if not added:
        form.form_errors.append(_("The device gave no passkey. Please try again."))
        return _new_passkey_page(form), 422
    flash(_("The passkey is added. Next time you sign in with one tap."), "success")
    return redirect(session.pop(AFTER_SIGN_IN, None) or url_for("accounts.account"), 303)


@bp.post("/account/passkeys/<uuid:id>/remove")
@requires(Permission.PASSKEY_REMOVE, on=Passkey)
def remove_passkey(passkey: Passkey) -> ResponseReturnValue:
    """Forget one of one's own passkeys."""
    passkeys.remove_passkey(current_session(), passkey, by=account_at_work())
    flash(_("The passkey is removed. Delete it on the device too."), "success")
    return redirect(url_for("accounts.account"), 303)


def _new_passkey_page(form: PasskeyForm) -> str:
    return render_template(
        "accounts/new_passkey.html",
        form=form,
        has_passkeys=passkey_origin() is not None,
        origins=current_app.extensions["settings"].passkey_origins,
        after=session.get(AFTER_SIGN_IN) or url_for("accounts.account"),
    )


def _origin() -> str:
    origin = passkey_origin()
    if origin is None:
        abort(HTTPStatus.NOT_FOUND)
    return origin


def _handed_out(question: passkeys.Question) -> Response:
    session[CHALLENGE] = question.challenge
    return Response(json.dumps(question.options), content_type="application/json")


def _spent_challenge() -> str | None:
    """Use up the challenge of this browser for good, also where the request is refused afterwards."""
    challenge: str | None = session.pop(CHALLENGE, None)
    if challenge is None:
        return None
    current_session().rollback()
    with session_scope(current_app, via="passkey") as own:
        return challenge if passkeys.spend_challenge(own, challenge, at=utc_now()) else None


def _name_of_device() -> str:
    """Propose a name that its owner will recognise."""
    platform = request.user_agent.string
    names = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Macintosh": "Mac", "Windows": "Windows"}
    return next((name for word, name in names.items() if word in platform), _("My device"))
