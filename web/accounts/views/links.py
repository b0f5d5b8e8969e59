"""Links that come by mail: to begin, to sign in, to set a password."""

from typing import Final

from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import Permission, utc_now
from web.accounts import services
from web.accounts.forms import AddressForm, EmptyForm, PasswordForm, SignUpForm
from web.accounts.services.entering import Asking, Link, LinkKind
from web.accounts.views.door import AFTER_SIGN_IN, bp, draft_in_browser, enter
from web.accounts.views.passkeys import passkey_origin
from web.database import current_session
from web.i18n import locale
from web.pages import limiter
from web.security import hash_password, keyed_hash, requires

PAGES: Final = {
    LinkKind.WELCOME: "accounts.welcome",
    LinkKind.PASSWORD: "accounts.set_password",
    LinkKind.SIGN_IN: "accounts.enter_by_link",
}
MAILS_AN_ADDRESS: Final = "6 per hour"
MAILS_A_NETWORK: Final = "20 per hour"
ADD_PASSKEY: Final = "passkey"


def typed_address() -> str:
    """Return under what name mails to the typed address are counted, whether it has an account or not."""
    return keyed_hash(f"mail:{request.form.get('email', '').strip().lower()}")


@bp.route("/sign-up", methods=["GET", "POST"])
@requires(Permission.SIGN_IN)
@limiter.limit(MAILS_A_NETWORK, methods=["POST"])
@limiter.limit(MAILS_AN_ADDRESS, methods=["POST"], key_func=typed_address)
def sign_up() -> ResponseReturnValue:
    """Ask for a name and an address, and send a link."""
    form = SignUpForm()
    if not form.validate_on_submit():
        return render_template("accounts/sign_up.html", form=form), 422 if form.is_submitted() else 200
    services.sign_up(current_session(), _asking(), email=form.email.data, name=form.name.data)
    return _sent(form, _("The link works for two days."))


@bp.route("/password", methods=["GET", "POST"])
@requires(Permission.SIGN_IN)
@limiter.limit(MAILS_A_NETWORK, methods=["POST"])
@limiter.limit(MAILS_AN_ADDRESS, methods=["POST"], key_func=typed_address)
def forgotten_password() -> ResponseReturnValue:
    """Ask for an address and send a link to set a new password."""
    form = AddressForm()
    if not form.validate_on_submit():
        return render_template("accounts/forgotten_password.html", form=form), 422 if form.is_submitted() else 200
    link = _absolute(url_for("accounts.sign_up"))
    services.send_password_link(current_session(), _asking(), email=form.email.data, sign_up_link=link)
    return _sent(form, _("The link works for two days."))


@bp.route("/sign-in/link", methods=["GET", "POST"])
@requires(Permission.SIGN_IN)
@limiter.limit(MAILS_A_NETWORK, methods=["POST"])
@limiter.limit(MAILS_AN_ADDRESS, methods=["POST"], key_func=typed_address)
def sign_in_link() -> ResponseReturnValue:
    """Ask for an address and send a link that signs in."""
    form = AddressForm()
    if not form.validate_on_submit():
        return render_template("accounts/sign_in_link.html", form=form), 422 if form.is_submitted() else 200
    link = _absolute(url_for("accounts.sign_up"))
    services.send_sign_in_link(current_session(), _asking(), email=form.email.data, sign_up_link=link)
    return _sent(form, _("The link works once, for 30 minutes."))


@bp.route("/sign-in/link/<token>", methods=["GET", "POST"])
@requires(Permission.SIGN_IN)
def enter_by_link(token: str) -> ResponseReturnValue:
    """Sign in with a link; only the button does it, because programs that look through mail open links too."""
    link = _link(token, LinkKind.SIGN_IN)
    if link is None:
        return _used_up("accounts.sign_in_link")
    form = EmptyForm()
    if not form.validate_on_submit():
        return render_template("accounts/enter_by_link.html", form=form, name=link.account.name)
    services.enter_by_link(link.account, at=utc_now())
    return enter(link.account, wanted=link.wanted, draft=link.draft)


@bp.route("/welcome/<token>", methods=["GET", "POST"])
@requires(Permission.SIGN_IN)
def welcome(token: str) -> ResponseReturnValue:
    """Let a new account begin at once, or first add a passkey or choose a password."""
    link = _link(token, LinkKind.WELCOME)
    if link is None:
        return _used_up("accounts.sign_in_link")
    form = EmptyForm()
    if not form.validate_on_submit():
        return render_template(
            "accounts/welcome.html",
            form=form,
            name=link.account.name,
            token=token,
            has_passkeys=passkey_origin() is not None,
        )
    services.enter_by_link(link.account, at=utc_now())
    answer = enter(link.account, wanted=link.wanted, draft=link.draft)
    if request.form.get("next") == ADD_PASSKEY:
        session[AFTER_SIGN_IN] = current_app.make_response(answer).location
        return redirect(url_for("accounts.new_passkey"), 303)
    flash(_("Welcome. You are signed in."), "success")
    return answer


@bp.route("/password/<token>", methods=["GET", "POST"])
@requires(Permission.SIGN_IN)
def set_password(token: str) -> ResponseReturnValue:
    """Set a password with a link from a mail, and begin a session."""
    link = _link(token, LinkKind.PASSWORD, LinkKind.WELCOME)
    if link is None:
        return _used_up("accounts.forgotten_password")
    form = PasswordForm()
    if not form.validate_on_submit():
        return render_template("accounts/set_password.html", form=form), 422 if form.is_submitted() else 200
    services.set_password(current_session(), link.account, hash_password(form.password.data), at=utc_now())
    flash(_("Your password is set. Welcome."), "success")
    return enter(link.account, wanted=link.wanted, draft=link.draft)


def _asking() -> Asking:
    return Asking(
        secret=current_app.config["SECRET_KEY"],
        make_link=_make_link,
        locale=locale(),
        at=utc_now(),
        wanted=session.get(AFTER_SIGN_IN),
        draft=draft_in_browser(),
    )


def _make_link(kind: LinkKind, token: str) -> str:
    return _absolute(url_for(PAGES[kind], token=token))


def _absolute(path: str) -> str:
    """Return an address for a mail, built on the configured one and never on what a request claims."""
    return str(current_app.extensions["settings"].base_url) + path


def _link(token: str, *kinds: LinkKind) -> Link | None:
    settings, secret = current_app.extensions["settings"], current_app.config["SECRET_KEY"]
    link = services.link_of_token(current_session(), token, *kinds, secret=secret, at=utc_now())
    return None if link is None or (link.account.is_demo and settings.production) else link


def _sent(form: AddressForm, lasts: str) -> str:
    return render_template("accounts/link_sent.html", address=form.email.data.strip(), lasts=lasts)


def _used_up(asks_again: str) -> ResponseReturnValue:
    return render_template("accounts/link_used_up.html", again=url_for(asks_again)), 410
