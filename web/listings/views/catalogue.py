"""Pages of what is given: one's own catalogue with its limits, and the list of what others offer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import Offer, Permission, is_granted, utc_now
from web.database import current_session
from web.i18n import day
from web.listings import queries
from web.listings.forms.limits import OFFER, LimitForm
from web.listings.forms.search import SearchForm
from web.listings.queries.catalogue import Effect, Entry, catalogue, entry_of
from web.listings.services import offers as offer_services
from web.listings.views.blueprint import bp
from web.pages import pagination
from web.security import account_at_work, requires


@dataclass(frozen=True, slots=True)
class Line:
    """One offer of the catalogue with its form, and what the limit that was typed there would change."""

    entry: Entry
    form: LimitForm
    effect: Effect | None


@bp.get("/offers")
@requires(Permission.OFFER_LIST)
def offers() -> ResponseReturnValue:
    """Show one's own catalogue to those who give; to others, and to whoever searches, what is offered."""
    account, form = account_at_work(), SearchForm(request.args)
    if account.memberships and not (set(form.data) | {"page"}) & set(request.args):
        lines = _lines(catalogue(current_session(), account, at=utc_now()), request.args.get(OFFER, ""), request.args)
        return _catalogue_page(lines)
    return _list_page(form)


@bp.post("/offers/<uuid:id>/limit")
@requires(Permission.OFFER_EDIT, on=Offer)
def limit_offer(offer: Offer) -> ResponseReturnValue:
    """Change how many partnerships of a fiscal year an offer serves."""
    session, account, now = current_session(), account_at_work(), utc_now()
    queries.whole_offer(session, offer)
    form = LimitForm.of(offer, request.form)
    if not form.validate():
        return _catalogue_page(_lines([entry_of(session, offer, at=now)], str(offer.id), request.form))
    effect = entry_of(session, offer, at=now).with_limit(form.yearly_limit.data)
    offer_services.limit_offer(session, offer, form.yearly_limit.data, by=account, at=now)
    flash(_said(effect), "success")
    if account.represents(offer.participant_id):
        return redirect(url_for("listings.offers", _anchor=f"offer-{offer.id}"), 303)
    return redirect(url_for("listings.offer", id=offer.id), 303)


def _lines(entries: list[Entry], asked: str, typed: Mapping[str, Any]) -> list[Line]:
    lines = []
    for entry in entries:
        form = LimitForm.of(entry.offer, typed if str(entry.offer.id) == asked else None)
        is_asked = str(entry.offer.id) == asked and form.validate()
        lines.append(Line(entry, form, entry.with_limit(form.yearly_limit.data) if is_asked else None))
    return lines


def _catalogue_page(lines: list[Line]) -> ResponseReturnValue:
    wrong = next((line.form for line in lines if line.form.errors), None)
    return render_template("listings/catalogue.html", lines=lines, form=wrong), 422 if wrong else 200


def _list_page(form: SearchForm) -> ResponseReturnValue:
    session, account, filters = current_session(), account_at_work(), form.filters()
    page = queries.offers_page(session, account, filters, page=request.args.get("page", 1, type=int))
    form.offer_choices(queries.places_with(session, account, Offer), queries.vocabulary(session))
    return render_template(
        "listings/offers.html",
        search=form,
        page=page,
        active=filters.active(),
        pagination=pagination(page.number, page.pages, **filters.active()),
        without={} if page.total else queries.hits_without_each(session, account, filters, Offer),
        may_post=is_granted(Permission.OFFER_POST, account),
        reader=account,
    )


def _said(effect: Effect) -> str:
    if effect.stops:
        return str(
            _("The limit is saved. Nobody is introduced through this offer until %(day)s.", day=day(effect.opens_on))
        )
    if effect.resumes:
        return str(_("The limit is saved. Needs that fit this offer are being looked for again."))
    return str(_("The limit is saved."))
