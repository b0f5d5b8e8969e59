"""One's own account: password, tokens, registering, one's data."""

from uuid import UUID

from flask import Response, after_this_request, flash, g, json, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import ApiToken, ConsentPurpose, DraftKind, ParticipantKind, Permission, utc_now
from models.areas import Area
from models.participants import CONSENT_TEXT_VERSION
from web.accounts import queries, services
from web.accounts.forms import (
    ChangePasswordForm,
    EraseForm,
    EraseWithoutPasswordForm,
    PasswordForm,
    RegisterForm,
    RemovePasswordForm,
    TokenForm,
)
from web.accounts.views.door import bp
from web.accounts.views.passkeys import has_just_signed_in, passkey_origin, prove_again
from web.database import current_session, db, forget_written_bytes
from web.drafts.queries import draft_of
from web.i18n import locale
from web.security import (
    account_at_work,
    begin_session,
    hash_password,
    password_matches,
    requires,
    second_factor_needed,
)


@bp.get("/account")
@requires(Permission.ACCOUNT_OWN)
def account() -> ResponseReturnValue:
    """Show one's own account."""
    return _account_page(TokenForm())


def _account_page(token_form: TokenForm, new_token: str | None = None) -> str:
    owner = account_at_work()
    return render_template(
        "accounts/account.html",
        owner=owner,
        passkeys=queries.passkeys_of(current_session(), owner),
        has_passkeys=passkey_origin() is not None,
        form=token_form,
        tokens=queries.live_tokens(current_session(), owner),
        new_token=new_token,
    )


@bp.route("/account/password", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_OWN)
def change_password() -> ResponseReturnValue:
    """Set a new password, or a first one, and end every other session."""
    owner = account_at_work()
    if owner.password_hash is None and not has_just_signed_in():
        return prove_again()
    form = PasswordForm() if owner.password_hash is None else ChangePasswordForm()
    if not form.is_submitted():
        return _password_page(form)
    valid = form.validate()
    if valid and isinstance(form, ChangePasswordForm) and not password_matches(owner.password_hash, form.current.data):
        form.current.errors, valid = [_("This is not your current password.")], False
    if not valid:
        return _password_page(form), 422
    services.set_password(current_session(), owner, hash_password(form.password.data), at=utc_now())
    begin_session(owner, second_factor_passed=second_factor_needed(owner))
    flash(_("Your password is changed. Other sessions have ended."), "success")
    return redirect(url_for("accounts.account"), 303)


@bp.route("/account/password/remove", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_OWN)
def remove_password() -> ResponseReturnValue:
    """Keep no password any longer, and end every other session."""
    owner = account_at_work()
    form = RemovePasswordForm()
    valid = form.validate_on_submit()
    if valid and not password_matches(owner.password_hash, form.current.data):
        form.current.errors, valid = [_("This is not your current password.")], False
    if not valid:
        return render_template("accounts/remove_password.html", form=form), 422 if form.is_submitted() else 200
    services.remove_password(current_session(), owner, at=utc_now())
    begin_session(owner, second_factor_passed=second_factor_needed(owner))
    flash(_("Your password is removed. From now on you sign in with a link or a passkey."), "success")
    return redirect(url_for("accounts.account"), 303)


def _password_page(form: PasswordForm) -> str:
    return render_template("accounts/password.html", form=form, has_password=isinstance(form, ChangePasswordForm))


@bp.post("/account/tokens")
@requires(Permission.ACCOUNT_OWN)
def create_token() -> ResponseReturnValue:
    """Make an API token and show it this once."""
    form = TokenForm()
    if not form.validate():
        return _account_page(form), 422
    token = services.create_token(current_session(), account_at_work(), name=form.name.data, at=utc_now())
    g.answer_again_at = url_for("accounts.account")  # the token itself is kept nowhere
    current_session().flush()
    return _account_page(TokenForm(formdata=None), new_token=token)


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
    if draft_of(current_session(), account_at_work(), DraftKind.NEED, at=utc_now()) is not None:
        return redirect(url_for("listings.need_step", step="check"), 303)
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
    owner = account_at_work()
    if owner.password_hash is None and not has_just_signed_in():
        return prove_again()
    form = EraseWithoutPasswordForm() if owner.password_hash is None else EraseForm()
    valid = form.validate_on_submit()
    if valid and isinstance(form, EraseForm) and not password_matches(owner.password_hash, form.password.data):
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
