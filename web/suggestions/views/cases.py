"""One need: its suggestions, their order, and why others were not suggested."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import Need, Permission, ReviewStep, utc_now
from models.suggestions import UNDECIDED
from web.cases.queries import similar_cases
from web.database import current_session
from web.i18n import locale
from web.listings.queries import together
from web.security import account_at_work, requires
from web.suggestions import documents, forms, services
from web.suggestions.queries import others, reviews
from web.suggestions.views.blueprint import bp, naming, number, page_of


@bp.get("/desk/needs/<uuid:id>")
@requires(Permission.NEED_CANDIDATES, on=Need)
def need(need: Need) -> ResponseReturnValue:
    """Show every suggestion for a need, or what would have to give."""
    if "offer" in request.args:
        return redirect(url_for("suggestions.offers", id=need.id, offer=request.args["offer"]))
    return _need_page(need, forms.OrderForm(formdata=None))


@bp.post("/desk/needs/<uuid:id>/order")
@requires(Permission.NEED_CANDIDATES, on=Need)
def order(need: Need) -> ResponseReturnValue:
    """Put the suggestions for a need in the order that a coordinator wants."""
    form, session, account = forms.OrderForm(), current_session(), account_at_work()
    rows = reviews.suggestions_for(session, account, need, at=utc_now())
    form.offer_reasons(reviews.reasons(session, [ReviewStep.EDIT]), locale())
    wanted = form.in_order([row for row in rows if row.verdict in UNDECIDED])
    if wanted is None or not form.validate() or not form.has_reason():
        return _need_page(need, form), 422
    services.place(session, wanted, form.why, by=account)
    flash(
        _("The suggestions stand in your order now. They stay until somebody decides or the need changes."), "success"
    )
    return redirect(url_for("suggestions.need", id=need.id), 303)


@bp.get("/desk/needs/<uuid:id>/offers")
@requires(Permission.NEED_CANDIDATES, on=Need)
def offers(need: Need) -> ResponseReturnValue:
    """Show why offers were not suggested for a need: many in short, or one in full."""
    session, account, search = current_session(), account_at_work(), forms.OfferSearch(request.args)
    chosen = request.args.get("offer", type=UUID)
    if chosen is not None:
        loaded, found = others.placing(session, account, need, chosen, at=utc_now())
        return render_template(
            "suggestions/why.html",
            need=loaded,
            why=documents.placed(found, loaded, naming=naming()) if found else None,
            search=search,
        )
    listed = others.not_suggested(session, account, need, at=utc_now(), page=number(), words=search.words)
    return render_template(
        "suggestions/offers.html",
        need=listed.need,
        offers=[documents.not_suggested(one, listed.need, naming=naming()) for one in listed.offers],
        total=listed.total,
        search=search,
        page=page_of(listed.total),
    )


def _need_page(need: Need, form: forms.OrderForm) -> str:
    session = current_session()
    reviews.load_need(session, need)
    outcome = reviews.outcome_of(session, need)
    rows = reviews.suggestions_for(session, account_at_work(), need, at=utc_now())
    shown = [documents.seen(row, need, naming=naming(), questions=outcome.questions if outcome else ()) for row in rows]
    undecided = [one for one in shown if one.is_undecided]
    form.offer_reasons(reviews.reasons(session, [ReviewStep.EDIT]), locale())
    return render_template(
        "suggestions/need.html",
        need=need,
        owner=naming()(need.participant),
        suggestions=undecided,
        decided=[one for one in shown if not one.is_undecided],
        outcome=outcome,
        found=documents.found(outcome),
        intermediaries=[] if any(not one.is_faint for one in undecided) else reviews.intermediaries_near(session, need),
        search=forms.OfferSearch(),
        wishes=together.wishes_of(session, need, account_at_work()),
        reports=similar_cases(session, need, account_at_work()),
        form=form,
        last_order=reviews.last_order(session, rows),
    )
