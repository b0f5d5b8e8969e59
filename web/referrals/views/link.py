"""The link in the mail: the other side reads, gives the receipt, turns it down, tells what came of it; no account."""

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from models import Permission, Referral, utc_now
from web.database import current_session, working_as
from web.pages import limiter
from web.referrals import queries, services
from web.referrals.forms import DeclineForm, OutcomeForm, ReceiptForm
from web.referrals.views.blueprint import bp
from web.security import requires

LINKS_A_NETWORK = "120 per hour"
RECEIVE, DECLINE, FINISH, GO_ON = "receive", "decline", "finish", "go_on"


@bp.get("/referrals/link/<token>")
@requires(Permission.REFERRAL_RECEIVE_BY_LINK)
@limiter.limit(LINKS_A_NETWORK)
def by_link(token: str) -> ResponseReturnValue:
    """Show what was passed on, and what can be said about it."""
    found = queries.by_token(current_session(), token)
    if found is None or not found.is_readable_by_link(utc_now()):
        return render_template("referrals/link_gone.html"), 410
    return _link_page(found, token)


@bp.post("/referrals/link/<token>")
@requires(Permission.REFERRAL_RECEIVE_BY_LINK)
@limiter.limit(LINKS_A_NETWORK)
def answer_by_link(token: str) -> ResponseReturnValue:
    """Take the receipt, the refusal, what came of it, or that the other side is still at it."""
    session = current_session()
    found = queries.by_token(session, token)
    if found is None or not found.is_readable_by_link(utc_now()):
        return render_template("referrals/link_gone.html"), 410
    said, at = request.form.get("said", ""), utc_now()
    working_as(None, via="link")
    if said == RECEIVE and (form := ReceiptForm()).validate():
        services.receive(session, found, name=form.name.data, at=at)
        return redirect(url_for("referrals.receipt", token=token), 303)
    if said == DECLINE and (form := DeclineForm()).validate():
        services.decline(session, found, because=form.because.data, at=at)
    elif said == FINISH and (form := OutcomeForm()).validate():
        services.finish(session, found, outcome=form.outcome.data, at=at)
    elif said == GO_ON:
        services.go_on(session, found, at=at)
    elif said in {RECEIVE, DECLINE, FINISH}:
        return _link_page(found, token, **{f"{said}_form": form}), 422
    else:
        abort(400)
    return redirect(url_for("referrals.by_link", token=token), 303)


@bp.get("/referrals/link/<token>/receipt")
@requires(Permission.REFERRAL_RECEIVE_BY_LINK)
@limiter.limit(LINKS_A_NETWORK)
def receipt(token: str) -> ResponseReturnValue:
    """Show the receipt, with its number and day, to be printed or kept."""
    found = queries.by_token(current_session(), token)
    if found is None or found.received_at is None or not found.is_readable_by_link(utc_now()):
        return render_template("referrals/link_gone.html"), 410
    return render_template("referrals/receipt.html", referral=found, number=queries.number_of(found), token=token)


def _link_page(found: Referral, token: str, **typed: FlaskForm) -> str:
    forms: dict[str, FlaskForm] = {
        "receive_form": ReceiptForm(formdata=None),
        "decline_form": DeclineForm(formdata=None),
        "finish_form": OutcomeForm(formdata=None),
    }
    return render_template(
        "referrals/link.html", referral=found, number=queries.number_of(found), token=token, **(forms | typed)
    )
