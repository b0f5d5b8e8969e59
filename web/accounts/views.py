"""Pages of signing in and out, and of one's own account."""

import io
from typing import cast
from uuid import UUID

import segno
from flask import (
    Blueprint,
    Response,
    abort,
    after_this_request,
    current_app,
    flash,
    g,
    json,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import Account, ApiToken, ConsentPurpose, ParticipantKind, Permission, utc_now
from models.areas import Area
from models.participants import CONSENT_TEXT_VERSION
from web.accounts import queries, services
from web.accounts.forms import (
    AddressForm,
    ChangePasswordForm,
    CodeForm,
    EraseForm,
    PasswordForm,
    RegisterForm,
    SignInForm,
    SignUpForm,
    TokenForm,
)
from web.database import current_session, db, forget_written_bytes, session_scope
from web.i18n import locale
from web.pages import limiter
from web.security import (
    account_at_work,
    awaited_second_factor,
    begin_session,
    current_account,
    end_session,
    hash_password,
    keyed_hash,
    password_matches,
    requires,
    second_factor_needed,
)

bp = Blueprint("accounts", __name__)

ENROLMENT = "second_factor_secret"
AFTER_SIGN_IN = "after_sign_in"


@bp.route("/sign-in", methods=["GET", "POST"])
@requires(Permission.SIGN_IN)
def sign_in() -> ResponseReturnValue:
    """Ask for address and password and begin a session."""
    form = SignInForm()
    if not form.validate_on_submit():
        return render_template("accounts/sign_in.html", form=form), 422 if form.is_submitted() else 200
    subjects = [keyed_hash(f"account:{form.email.data.strip().lower()}"), keyed_hash(f"network:{request.remote_addr}")]
    _refuse_guessing(subjects)
    account = queries.by_email(current_session(), form.email.data)
    if not _may_enter(account, form.password.data):
        return _refused(form, subjects)
    wanted = session.get(AFTER_SIGN_IN)
    begin_session(cast("Account", account))
    if second_factor_needed(cast("Account", account)):
        session[AFTER_SIGN_IN] = wanted
        return redirect(url_for("accounts.second_factor"), 303)
    return redirect(wanted or url_for("home.index"), 303)


def _refuse_guessing(subjects: list[str]) -> None:
    """Answer 429 where one of the subjects failed too often within the past minutes."""
    limits = current_app.extensions["settings"].rate_limits
    if limits and queries.is_locked_out(current_session(), subjects, at=utc_now()):
        abort(429)


def _note_failure(subjects: list[str]) -> None:
    """Count the failure in a transaction of its own, because the refused request is rolled back."""
    current_session().rollback()
    with session_scope(current_app, via="sign-in") as own:
        services.note_failures(own, subjects)


def _may_enter(account: Account | None, password: str) -> bool:
    """Compare the password first, so that every refusal takes the same time, and outside of any transaction."""
    stored = account.password_hash if account else None
    current_session().rollback()
    matches = password_matches(stored, password)
    is_production = current_app.extensions["settings"].production
    return matches and account is not None and account.may_sign_in and not (account.is_demo and is_production)


def _refused(form: SignInForm, subjects: list[str]) -> ResponseReturnValue:
    """Count the failure and show the form again."""
    _note_failure(subjects)
    form.form_errors.append(_("This address and password do not belong together."))
    return render_template("accounts/sign_in.html", form=form), 422


@bp.route("/sign-in/code", methods=["GET", "POST"])
@requires(Permission.SIGN_IN)
def second_factor() -> ResponseReturnValue:
    """Ask for the authenticator's code, or help a member of staff to set one up."""
    awaited = awaited_second_factor()
    if awaited is None:
        return redirect(url_for("home.index"))
    if awaited.account.second_factor_since is None:
        return redirect(url_for("accounts.enrol"))
    form = CodeForm()
    subjects = [keyed_hash(f"code:{awaited.account_id}")]
    if form.validate_on_submit():
        _refuse_guessing(subjects)
        if services.pass_second_factor(awaited.account, awaited, form.code.data, at=utc_now()):
            return redirect(session.pop(AFTER_SIGN_IN, None) or url_for("home.index"), 303)
        _note_failure(subjects)
        form.code.errors = [_("This code is not right, or it was used already. Wait for the next one.")]
    return render_template("accounts/second_factor.html", form=form), 422 if form.is_submitted() else 200


@bp.route("/account/second-factor", methods=["GET", "POST"])
@requires(Permission.SIGN_IN)
def enrol() -> ResponseReturnValue:
    """Show a QR code for the authenticator and take it into use with its first code."""
    awaited = awaited_second_factor()
    account = awaited.account if awaited else current_account()
    if account is None or (awaited is not None and account.second_factor_since is not None):
        abort(401)
    secret = session.setdefault(ENROLMENT, services.new_second_factor_secret())
    form = CodeForm()
    if form.validate_on_submit():
        if services.enrol_second_factor(account, secret, form.code.data, at=utc_now()):
            session.pop(ENROLMENT)
            begin_session(account, second_factor_passed=True)
            flash(_("The authenticator is in use from now on."), "success")
            return redirect(url_for("accounts.account"), 303)
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


@bp.post("/sign-out")
@requires(Permission.SIGN_IN)
def sign_out() -> ResponseReturnValue:
    """End the session on the server."""
    end_session()
    session.clear()
    return redirect(url_for("home.index"), 303)


@bp.route("/sign-up", methods=["GET", "POST"])
@requires(Permission.SIGN_IN)
@limiter.limit("20 per hour", methods=["POST"])
def sign_up() -> ResponseReturnValue:
    """Ask for a name and an address, and send a link."""
    form = SignUpForm()
    if not form.validate_on_submit():
        return render_template("accounts/sign_up.html", form=form), 422 if form.is_submitted() else 200
    services.sign_up(
        current_session(),
        email=form.email.data,
        name=form.name.data,
        locale=locale(),
        secret=current_app.config["SECRET_KEY"],
        make_link=_password_link,
    )
    return render_template("accounts/link_sent.html", address=form.email.data.strip())


@bp.route("/password", methods=["GET", "POST"])
@requires(Permission.SIGN_IN)
@limiter.limit("20 per hour", methods=["POST"])
def forgotten_password() -> ResponseReturnValue:
    """Ask for an address and send a link to set a new password."""
    form = AddressForm()
    if not form.validate_on_submit():
        return render_template("accounts/forgotten_password.html", form=form), 422 if form.is_submitted() else 200
    services.send_password_link(
        current_session(),
        email=form.email.data,
        locale=locale(),
        secret=current_app.config["SECRET_KEY"],
        make_link=_password_link,
        sign_up_link=_absolute(url_for("accounts.sign_up")),
    )
    return render_template("accounts/link_sent.html", address=form.email.data.strip())


@bp.route("/password/<token>", methods=["GET", "POST"])
@requires(Permission.SIGN_IN)
def set_password(token: str) -> ResponseReturnValue:
    """Set a password with a link from a mail, and begin a session."""
    account = services.account_of_token(current_session(), token, secret=current_app.config["SECRET_KEY"])
    if account is None or account.suspended_at is not None:
        return render_template("accounts/link_used_up.html"), 410
    form = PasswordForm()
    if not form.validate_on_submit():
        return render_template("accounts/set_password.html", form=form), 422 if form.is_submitted() else 200
    services.set_password(current_session(), account, hash_password(form.password.data), at=utc_now())
    begin_session(account)
    flash(_("Your password is set. Welcome."), "success")
    return redirect(url_for("accounts.account"), 303)


def _password_link(token: str) -> str:
    return _absolute(url_for("accounts.set_password", token=token))


def _absolute(path: str) -> str:
    """Return an address for a mail, built on the configured one and never on what a request claims."""
    return str(current_app.extensions["settings"].base_url) + path


@bp.get("/account")
@requires(Permission.ACCOUNT_OWN)
def account() -> ResponseReturnValue:
    """Show one's own account."""
    return _account_page(ChangePasswordForm(), TokenForm())


def _account_page(password_form: ChangePasswordForm, token_form: TokenForm, new_token: str | None = None) -> str:
    owner = account_at_work()
    return render_template(
        "accounts/account.html",
        owner=owner,
        password_form=password_form,
        token_form=token_form,
        tokens=queries.live_tokens(current_session(), owner),
        new_token=new_token,
        form=password_form if password_form.is_submitted() else token_form,
    )


@bp.post("/account/password")
@requires(Permission.ACCOUNT_OWN)
def change_password() -> ResponseReturnValue:
    """Set a new password and end every other session."""
    form = ChangePasswordForm()
    owner = account_at_work()
    valid = form.validate()
    if valid and not password_matches(owner.password_hash, form.current.data):
        form.current.errors, valid = [_("This is not your current password.")], False
    if not valid:
        return _account_page(form, TokenForm(formdata=None)), 422
    services.set_password(current_session(), owner, hash_password(form.password.data), at=utc_now())
    begin_session(owner, second_factor_passed=second_factor_needed(owner))
    flash(_("Your password is changed. Other sessions have ended."), "success")
    return redirect(url_for("accounts.account"), 303)


@bp.post("/account/tokens")
@requires(Permission.ACCOUNT_OWN)
def create_token() -> ResponseReturnValue:
    """Make an API token and show it this once."""
    form = TokenForm()
    if not form.validate():
        return _account_page(ChangePasswordForm(formdata=None), form), 422
    token = services.create_token(current_session(), account_at_work(), name=form.name.data, at=utc_now())
    g.answer_again_at = url_for("accounts.account")  # the token itself is kept nowhere
    current_session().flush()
    return _account_page(ChangePasswordForm(formdata=None), TokenForm(formdata=None), new_token=token)


@bp.post("/account/tokens/<uuid:id>/revoke")
@requires(Permission.TOKEN_REVOKE, on=ApiToken)
def revoke_token(token: ApiToken) -> ResponseReturnValue:
    """Close one of one's own API tokens."""
    services.revoke_token(token, by=account_at_work(), at=utc_now())
    flash(_("The token is closed."), "success")
    return redirect(url_for("accounts.account"), 303)


@bp.route("/account/register", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_OWN)
def register() -> ResponseReturnValue:
    """Ask who takes part, with each consent by itself."""
    form = RegisterForm()
    form.offer_places(queries.places(current_session()), locale())
    if not form.validate_on_submit():
        return render_template(
            "accounts/register.html", form=form, consent_version=CONSENT_TEXT_VERSION
        ), 422 if form.is_submitted() else 200
    participant = services.register(
        current_session(),
        by=account_at_work(),
        at=utc_now(),
        kind=ParticipantKind(form.kind.data),
        name=form.name.data,
        reading=form.reading.data or "",
        area=current_session().get_one(Area, UUID(form.area.data)),
        contact_email=form.contact_email.data or "",
        contact_phone=form.contact_phone.data or "",
        is_adult=form.is_adult.data,
        consents={
            ConsentPurpose.PROJECTS: form.projects.data,
            ConsentPurpose.LECTURER: form.lecturer.data,
            ConsentPurpose.COUNCIL_SEAT: form.council_seat.data,
        },
    )
    flash(_("You are registered. Now say what you can do, or what you need."), "success")
    current_session().flush()
    if participant.is_resident:
        return redirect(url_for("listings.new_offer"), 303)
    return redirect(url_for("participants.participant", id=participant.id), 303)


@bp.post("/account/export")
@requires(Permission.ACCOUNT_OWN)
def export() -> ResponseReturnValue:
    """Hand out all that is kept of the account's person."""
    rows = services.export(current_session(), account_at_work())
    g.answer_again_at = url_for("accounts.account")
    return Response(
        json.dumps(rows, ensure_ascii=False, indent=2),
        content_type="application/json",
        headers={"Content-Disposition": "attachment; filename=enishi-export.json"},
    )


@bp.route("/account/erase", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_OWN)
def erase() -> ResponseReturnValue:
    """Forget the account's person after asking once more."""
    form = EraseForm()
    owner = account_at_work()
    valid = form.validate_on_submit()
    if valid and not password_matches(owner.password_hash, form.password.data):
        form.password.errors, valid = [_("This is not your password.")], False
    if not valid:
        return render_template("accounts/erase.html", form=form), 422 if form.is_submitted() else 200
    services.erase(current_session(), owner, at=utc_now())
    session.clear()
    after_this_request(_forget_written_bytes)
    return render_template("accounts/erased.html")


def _forget_written_bytes(response: Response) -> Response:
    """Run after the commit, which alone makes the erased pages free."""
    current_session().close()
    forget_written_bytes(db.engine)
    return response
