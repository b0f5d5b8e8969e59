"""Pages: lists, one page each, forms to post and edit, and the buttons that open, pause and withdraw."""

from collections.abc import Sequence
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from models import (
    Account,
    AreaPlan,
    Condition,
    DraftKind,
    Endorsement,
    Need,
    NeedStatus,
    Offer,
    OfferItem,
    OfferStatus,
    Participant,
    Permission,
    Slot,
    SmallRole,
    Window,
    is_granted,
    utc_now,
)
from models.years import fiscal_year, town_day
from web.acts.forms import TOLD, SaidForm
from web.acts.queries import acts_of_offer
from web.acts.services import Said, is_for_somebody_else, latest_act, note_listing
from web.cases.queries import similar_cases
from web.database import current_session
from web.drafts.forms import DraftOf
from web.endorsements.queries import standing
from web.listings import queries
from web.listings.forms.listings import ListingForm
from web.listings.forms.needs import NeedForm
from web.listings.forms.offers import OfferForm
from web.listings.forms.together import WishForm
from web.listings.queries import together
from web.listings.queries.circle import circle_of
from web.listings.services import needs as need_services
from web.listings.services import offers as offer_services
from web.listings.services.pieces import UNSTATED_QUANTITY
from web.listings.views.blueprint import bp
from web.participants.queries import seen_by
from web.security import account_at_work, current_account, requires
from web.undoing import StepTaken, Undoable, offer_undo

DRAFTS: Final = (NeedStatus.DRAFT, OfferStatus.DRAFT)


@bp.app_template_test("unstated")
def has_no_stated_quantity(piece: Slot | OfferItem) -> bool:
    """Tell whether nobody said how many there are."""
    return piece.quantity == UNSTATED_QUANTITY


@bp.app_template_filter("windows")
def as_windows(values: list[str] | None) -> list[Window]:
    """Return the stored parts of the week, of which templates show the labels."""
    return [window for window in Window if window.value in (values or [])]


@bp.app_template_filter("small_roles")
def as_small_roles(values: list[str] | None) -> list[SmallRole]:
    """Return what makes a role small, of which templates show the labels."""
    return [role for role in SmallRole if role.value in (values or [])]


@bp.app_template_filter("conditions")
def as_conditions(values: list[str] | None) -> list[Condition]:
    """Return the stored conditions, of which templates show the labels."""
    return [condition for condition in Condition if condition.value in (values or [])]


@bp.get("/needs/<uuid:id>")
@requires(Permission.NEED_SEE, on=Need)
def need(need: Need) -> ResponseReturnValue:
    """Show one need."""
    return need_page(need)


def need_page(need: Need, *, wish: WishForm | None = None) -> str:
    """Return the page of a need; those who have it also read who could help, and with whom they could do it."""
    session, account = current_session(), current_account()
    queries.whole_need(session, need)
    may_edit = is_granted(Permission.NEED_EDIT, account, need)
    inside = _inside(session, need, account_at_work()) if may_edit else {}
    return render_template(
        "listings/need.html",
        need=need,
        owner=seen_by(account, need.participant),
        endorsements=endorsements_of(session, need.participant),
        may_edit=may_edit,
        alike=queries.alike_needs(session, account, need),
        plan=None if may_edit else _plan_served(session, need),
        may_see_candidates=is_granted(Permission.NEED_CANDIDATES, account, need),
        form=wish,
        **inside,
    )


def _plan_served(session: Session, need: Need) -> AreaPlan | None:
    """Return the area plan in force that a need serves: a reason to help."""
    return queries.plans_served(session, [need.id], year=fiscal_year(town_day(utc_now()))).get(need.id)


def endorsements_of(session: Session, participant: Participant) -> Sequence[Endorsement]:
    """Return by what public offices stand behind a body today; they stand behind no person."""
    if participant.is_resident:
        return ()
    return standing(session, [participant.id], on=town_day(utc_now())).get(participant.id, ())


def _inside(session: Session, need: Need, account: Account) -> dict[str, Any]:
    """Return what only those read who have the need or coordinate its place."""
    reports = similar_cases(session, need, account)
    told = {case.partnership_id for case in reports}
    return {
        "charge": need.standing_charge if is_granted(Permission.NEED_CANDIDATES, account, need) else None,
        "perhaps_meant": queries.skills_perhaps_meant(session, need.slots),
        "circle": circle_of(session, need, at=utc_now()) if need.is_open else None,
        "wishes": together.wishes_of(session, need, account),
        "cases": [one for one in together.cases_like(session, need, account) if one.partnership.id not in told],
        "reports": reports,
    }


@bp.route("/needs/new", methods=["GET", "POST"])
@requires(Permission.NEED_POST)
def new_need() -> ResponseReturnValue:
    """Post a need, as a draft or open at once."""
    kept, told = DraftOf(DraftKind.NEED), SaidForm(request.form, prefix=TOLD)
    form = NeedForm.to_post(current_session(), account_at_work(), typed=kept.typed)
    if not form.validate_on_submit() or not _is_told(form, told):
        return _form_page("listings/need_form.html", form, kept, told)
    need = need_services.post_need(
        current_session(),
        form.draft(),
        participant=form.chosen_participant,
        by=account_at_work(),
        opened=form.is_opening,
    )
    note_listing(current_session(), need, _said(need, told), by=account_at_work(), at=utc_now())
    kept.forget()
    flash(_("The need is open.") if need.is_open else _("The need is saved as a draft."), "success")
    return redirect(url_for("listings.need", id=need.id), 303)


@bp.route("/needs/<uuid:id>/edit", methods=["GET", "POST"])
@requires(Permission.NEED_EDIT, on=Need)
def edit_need(need: Need) -> ResponseReturnValue:
    """Change a need; when somebody else was faster, show both versions."""
    kept, told = DraftOf(DraftKind.NEED, about=str(need.id)), _told_before(need)
    form = NeedForm.to_edit(current_session(), need, typed=kept.typed)
    if form.is_overtaken:
        return _conflict_page(form, form.as_saved(need), url_for("listings.need", id=need.id))
    if not form.validate_on_submit() or not _is_told(form, told):
        return _form_page("listings/need_form.html", form, kept, told)
    need_services.edit_need(
        current_session(),
        need,
        form.draft(),
        version=form.expected_version,
        by=account_at_work(),
        opened=form.is_opening,
    )
    note_listing(current_session(), need, _said(need, told), by=account_at_work(), at=utc_now())
    kept.forget()
    flash(_("The need is saved."), "success")
    return redirect(url_for("listings.need", id=need.id), 303)


@bp.post("/needs/<uuid:id>/open")
@requires(Permission.NEED_EDIT, on=Need)
def open_need(need: Need) -> ResponseReturnValue:
    """Open a need, also one that was filled or withdrawn."""
    if _is_unsaid(need):
        return redirect(url_for("listings.edit_need", id=need.id), 303)
    need_services.open_need(current_session(), need, by=account_at_work())
    flash(_("The need is open."), "success")
    return redirect(url_for("listings.need", id=need.id), 303)


@bp.post("/needs/<uuid:id>/withdraw")
@requires(Permission.NEED_EDIT, on=Need)
def withdraw_need(need: Need) -> ResponseReturnValue:
    """Withdraw a need."""
    before = need.status
    need_services.withdraw_need(current_session(), need, by=account_at_work())
    flash(_("The need is withdrawn. You can open it again at any time."), "success")
    _offer_undo(Undoable.NEED_WITHDRAWN, need, before)
    return redirect(url_for("listings.need", id=need.id), 303)


@bp.post("/needs/<uuid:id>/discard")
@requires(Permission.NEED_EDIT, on=Need)
def discard_need(need: Need) -> ResponseReturnValue:
    """Put a draft away; for a moment it can be taken out again."""
    need_services.discard_need(need, by=account_at_work(), at=utc_now())
    flash(_("The draft is discarded."), "success")
    _offer_undo(Undoable.NEED_DISCARDED, need, need.status)
    return redirect(url_for("home.index"), 303)


@bp.get("/offers/<uuid:id>")
@requires(Permission.OFFER_SEE, on=Offer)
def offer(offer: Offer) -> ResponseReturnValue:
    """Show one offer."""
    account = current_account()
    queries.whole_offer(current_session(), offer)
    may_edit = is_granted(Permission.OFFER_EDIT, account, offer)
    return render_template(
        "listings/offer.html",
        offer=offer,
        owner=seen_by(account, offer.participant),
        endorsements=endorsements_of(current_session(), offer.participant),
        may_edit=may_edit,
        perhaps_meant=queries.skills_perhaps_meant(current_session(), offer.items) if may_edit else {},
        acts=acts_of_offer(current_session(), offer) if may_edit else (),
    )


@bp.route("/offers/new", methods=["GET", "POST"])
@requires(Permission.OFFER_POST)
def new_offer() -> ResponseReturnValue:
    """Post an offer, as a draft or open at once."""
    kept, told = DraftOf(DraftKind.OFFER), SaidForm(request.form, prefix=TOLD)
    form = OfferForm.to_post(current_session(), account_at_work(), typed=kept.typed)
    if not form.validate_on_submit() or not _is_told(form, told):
        return _form_page("listings/offer_form.html", form, kept, told)
    offer = offer_services.post_offer(
        current_session(),
        form.draft(),
        participant=form.chosen_participant,
        by=account_at_work(),
        opened=form.is_opening,
    )
    note_listing(current_session(), offer, _said(offer, told), by=account_at_work(), at=utc_now())
    kept.forget()
    flash(_("The offer is open.") if offer.is_open else _("The offer is saved as a draft."), "success")
    return redirect(url_for("listings.offer", id=offer.id), 303)


@bp.route("/offers/<uuid:id>/edit", methods=["GET", "POST"])
@requires(Permission.OFFER_EDIT, on=Offer)
def edit_offer(offer: Offer) -> ResponseReturnValue:
    """Change an offer; when somebody else was faster, show both versions."""
    kept, told = DraftOf(DraftKind.OFFER, about=str(offer.id)), _told_before(offer)
    form = OfferForm.to_edit(current_session(), offer, typed=kept.typed)
    if form.is_overtaken:
        return _conflict_page(form, form.as_saved(offer), url_for("listings.offer", id=offer.id))
    if not form.validate_on_submit() or not _is_told(form, told):
        return _form_page("listings/offer_form.html", form, kept, told)
    offer_services.edit_offer(
        current_session(),
        offer,
        form.draft(),
        version=form.expected_version,
        by=account_at_work(),
        opened=form.is_opening,
    )
    note_listing(current_session(), offer, _said(offer, told), by=account_at_work(), at=utc_now())
    kept.forget()
    flash(_("The offer is saved."), "success")
    return redirect(url_for("listings.offer", id=offer.id), 303)


@bp.post("/offers/<uuid:id>/open")
@requires(Permission.OFFER_EDIT, on=Offer)
def open_offer(offer: Offer) -> ResponseReturnValue:
    """Open an offer, also one that was paused or withdrawn."""
    if _is_unsaid(offer):
        return redirect(url_for("listings.edit_offer", id=offer.id), 303)
    offer_services.open_offer(current_session(), offer, by=account_at_work())
    flash(_("The offer is open."), "success")
    return redirect(url_for("listings.offer", id=offer.id), 303)


@bp.post("/offers/<uuid:id>/pause")
@requires(Permission.OFFER_EDIT, on=Offer)
def pause_offer(offer: Offer) -> ResponseReturnValue:
    """Pause an offer."""
    before = offer.status
    offer_services.pause_offer(current_session(), offer, by=account_at_work())
    _offer_undo(Undoable.OFFER_PAUSED, offer, before)
    flash(_("The offer is paused. Nobody is introduced to you through it until you open it again."), "success")
    return redirect(url_for("listings.offer", id=offer.id), 303)


@bp.post("/offers/<uuid:id>/withdraw")
@requires(Permission.OFFER_EDIT, on=Offer)
def withdraw_offer(offer: Offer) -> ResponseReturnValue:
    """Withdraw an offer."""
    before = offer.status
    offer_services.withdraw_offer(current_session(), offer, by=account_at_work())
    _offer_undo(Undoable.OFFER_WITHDRAWN, offer, before)
    flash(_("The offer is withdrawn. What was agreed already stays agreed."), "success")
    return redirect(url_for("listings.offer", id=offer.id), 303)


def _offer_undo(what: Undoable, row: Need | Offer, before: NeedStatus | OfferStatus) -> None:
    current_session().flush()
    offer_undo(StepTaken(what=what, row=row.id, mark=str(row.version), before=before.value))


def _form_page(template: str, form: ListingForm[Any], kept: DraftOf, told: SaidForm) -> ResponseReturnValue:
    account = account_at_work()
    asks_how = any(is_for_somebody_else(account, one) for one in form.participant.rows.values())
    page = render_template(template, form=form, kept=kept, told=told, asks_how=asks_how)
    return page, 422 if form.is_submitted() else 200


def _is_told(form: ListingForm[Any], told: SaidForm) -> bool:
    """Check that it says who said it and how, where it is entered for somebody else."""
    return told.validate_for(somebody_else=is_for_somebody_else(account_at_work(), form.chosen_participant))


def _said(row: Need | Offer, told: SaidForm) -> Said | None:
    return told.said(usually_by=row.participant.contact_name or row.participant.name)


def _told_before(row: Need | Offer) -> SaidForm:
    """Return the form of who said it; at a draft it goes on with how the draft was said."""
    act = latest_act(current_session(), row) if row.status in DRAFTS else None
    before = {} if act is None else {"channel": act.channel.value, "said_by": act.said_by, "said_on": act.said_on}
    return SaidForm(request.form, prefix=TOLD, data=before)


def _is_unsaid(row: Need | Offer) -> bool:
    """Tell whether somebody would open for others what they are not known to have said, and say so."""
    if not is_for_somebody_else(account_at_work(), row.participant):
        return False
    if row.status in DRAFTS and latest_act(current_session(), row) is not None:
        return False
    flash(_("You enter this for somebody else. Say who said it, and in which way."), "info")
    return True


def _conflict_page(mine: ListingForm[Any], theirs: ListingForm[Any], page_url: str) -> ResponseReturnValue:
    page = render_template(
        "errors/conflict.html",
        rows=mine.compared_with(theirs),
        edit_url=page_url,
        keep_url=request.path,
        keep_hidden=mine.as_hidden(),
    )
    return page, 409
