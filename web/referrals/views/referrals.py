"""Referrals as coordinators see them: the list, sending one, and what came of it."""

import io
from typing import Any, Final

import segno
from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from models import Permission, Referral, is_granted, utc_now
from models.years import town_day
from web.database import current_session
from web.pages import pagination
from web.referrals import queries, services
from web.referrals.forms import (
    SUBJECTS,
    DeclineForm,
    NotedReceiptForm,
    OutcomeForm,
    ReferralForm,
    ShownForm,
    WithdrawForm,
    asked_about,
)
from web.referrals.views.blueprint import bp
from web.security import account_at_work, requires

MOST_SUGGESTED: Final = 3


@bp.get("/referrals")
@requires(Permission.REFERRAL_LIST)
def index() -> ResponseReturnValue:
    """List what was passed on, the overdue first."""
    session, today, search = current_session(), town_day(utc_now()), ShownForm(request.args)
    show = search.show.data or ""
    page = queries.index_page(
        session, account_at_work(), show, today=today, number=request.args.get("page", 1, type=int)
    )
    kept = {"show": show} if show else {}
    return render_template(
        "referrals/index.html",
        search=search,
        page=page,
        show=show,
        today=today,
        pagination=pagination(page.number, page.pages, **kept),
    )


@bp.route("/referrals/new", methods=["GET", "POST"])
@requires(Permission.REFERRAL_SEND)
def new() -> ResponseReturnValue:
    """Pass a consultation, what a visit brought to light, or a need on to somebody who can do more."""
    session, account, form, named = current_session(), account_at_work(), ReferralForm(), asked_about(request.args)
    if named is None:
        return render_template("referrals/which.html")
    subject = queries.subject_of(session, account, *named)
    if subject is None:
        abort(404)
    fits = queries.fitting(session, subject.area, {field.id for field in subject.about})
    form.offer(fits)
    best = [fit for fit in fits if fit.fits][:MOST_SUGGESTED]
    if not form.is_submitted():
        form.text.data = subject.text
        form.to.data = request.args.get("to") or (str(best[0].entry.id) if best else None)
    if not form.validate_on_submit():
        page = render_template("referrals/new.html", form=form, subject=subject, fits=fits, best=best)
        return page, 422 if form.is_submitted() else 200
    sent = services.send(session, subject, form.chosen, form.message, by=account, at=utc_now())
    session.flush()
    flash(
        _("The referral is on its way to %(name)s.", name=sent.intermediary.name)
        if sent.intermediary.email
        else _("The referral is written down. Print it and hand it over: there is no mail address."),
        "success",
    )
    return redirect(url_for("referrals.referral", id=sent.id), 303)


@bp.get("/referrals/<uuid:id>")
@requires(Permission.REFERRAL_SEE, on=Referral)
def referral(found: Referral) -> ResponseReturnValue:
    """Show one referral, and what can be done about it."""
    return _referral_page(found)


@bp.post("/referrals/<uuid:id>/receive")
@requires(Permission.REFERRAL_SEE, on=Referral)
def receive(found: Referral) -> ResponseReturnValue:
    """Note a receipt that was given by telephone or on paper."""
    form = NotedReceiptForm()
    if not form.validate():
        return _referral_page(found, receipt_form=form), 422
    services.receive(current_session(), found, name=form.name.data, at=utc_now(), by=account_at_work())
    flash(_("The receipt has been noted."), "success")
    return _back(found)


@bp.post("/referrals/<uuid:id>/decline")
@requires(Permission.REFERRAL_SEE, on=Referral)
def decline(found: Referral) -> ResponseReturnValue:
    """Note that the other side said it cannot look after it."""
    form = DeclineForm()
    if not form.validate():
        return _referral_page(found, decline_form=form), 422
    services.decline(current_session(), found, because=form.because.data, at=utc_now(), by=account_at_work())
    flash(_("It has been noted. Somebody here has to look after it again."), "success")
    return _back(found)


@bp.post("/referrals/<uuid:id>/finish")
@requires(Permission.REFERRAL_SEE, on=Referral)
def finish(found: Referral) -> ResponseReturnValue:
    """Note what came of it."""
    form = OutcomeForm()
    if not form.validate():
        return _referral_page(found, outcome_form=form), 422
    services.finish(current_session(), found, outcome=form.outcome.data, at=utc_now(), by=account_at_work())
    flash(_("What came of it has been noted."), "success")
    return _back(found)


@bp.post("/referrals/<uuid:id>/go-on")
@requires(Permission.REFERRAL_SEE, on=Referral)
def go_on(found: Referral) -> ResponseReturnValue:
    """Note that the other side is still at it."""
    services.go_on(current_session(), found, at=utc_now())
    flash(_("It has been noted. You will be told if nothing is heard again."), "success")
    return _back(found)


@bp.post("/referrals/<uuid:id>/withdraw")
@requires(Permission.REFERRAL_SEE, on=Referral)
def withdraw(found: Referral) -> ResponseReturnValue:
    """Take a referral back."""
    form = WithdrawForm()
    if not form.validate():
        return _referral_page(found, withdraw_form=form), 422
    services.withdraw(current_session(), found, because=form.taken_back.data, at=utc_now())
    flash(_("The referral is taken back."), "success")
    return _back(found)


@bp.get("/referrals/<uuid:id>/paper")
@requires(Permission.REFERRAL_SEE, on=Referral)
def paper(found: Referral) -> ResponseReturnValue:
    """Show the referral as a letter to print, with the receipt below to tear off, and its code."""
    seen = queries.whole(current_session(), found)
    return render_template("referrals/paper.html", referral=seen, number=queries.number_of(seen))


@bp.get("/referrals/<uuid:id>/qr.svg")
@requires(Permission.REFERRAL_SEE, on=Referral)
def code(found: Referral) -> ResponseReturnValue:
    """Draw the code that leads from the letter to the page where the receipt is given."""
    token = queries.token_for(current_session(), found)
    address = str(current_app.extensions["settings"].base_url) + url_for("referrals.by_link", token=token)
    drawn = io.BytesIO()
    segno.make(address, error="m").save(drawn, kind="svg", xmldecl=False, scale=8, border=2, svgclass=None)
    return drawn.getvalue(), {"Content-Type": "image/svg+xml"}


def _referral_page(found: Referral, **typed: FlaskForm) -> str:
    session, today = current_session(), town_day(utc_now())
    seen = queries.whole(session, found)
    account = account_at_work()
    forms: dict[str, Any] = {
        "receipt_form": NotedReceiptForm(formdata=None),
        "decline_form": DeclineForm(formdata=None),
        "outcome_form": OutcomeForm(formdata=None),
        "withdraw_form": WithdrawForm(formdata=None),
    }
    return render_template(
        "referrals/referral.html",
        referral=seen,
        number=queries.number_of(seen),
        today=today,
        may_see_need=seen.need is not None and is_granted(Permission.NEED_SEE, account, seen.need),
        again=_again(seen),
        **(forms | typed),
    )


def _again(seen: Referral) -> dict[str, str]:
    """Return which row would be passed on once more, as the parameter of the address."""
    return {name: str(row.id) for name in SUBJECTS if (row := getattr(seen, name)) is not None}


def _back(found: Referral) -> ResponseReturnValue:
    return redirect(url_for("referrals.referral", id=found.id), 303)
