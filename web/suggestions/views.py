"""The desk as pages."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import Job, Need, Permission, Suggestion, Verdict, utc_now
from web.database import current_session
from web.i18n import label, locale, moment
from web.listings.queries import together
from web.security import account_at_work, requires
from web.suggestions import documents, forms, services
from web.suggestions.queries import desk, reviews
from web.suggestions.queries.cases import PAGE_SIZE
from web.suggestions.queries.season import season as season_of

MOST_PAGES: Final = 100_000
KEPT_WHEN_PAGING: Final = frozenset({"area", "by", "state", "q", "offer"})
SEASONS: Final = ("stability", "total")

bp = Blueprint("suggestions", __name__)


@bp.app_template_filter("said_by_engine")
def said_by_engine(reason: Mapping[str, Any]) -> str:
    """Return what a stored reason of the engine says, for pages of other features too."""
    return documents.sentence(reason)


@bp.get("/desk")
@requires(Permission.DESK_SEE)
def index() -> ResponseReturnValue:
    """Show what needs this coordinator today."""
    narrowed, at = forms.DeskFilter(request.args), utc_now()
    narrowing = narrowed.narrowing
    found = desk.desk(current_session(), account_at_work(), at=at, page=_number(), narrowing=narrowing)
    narrowed.offer_places([place.area for place in found.places], locale())
    today = found.today
    return render_template(
        "suggestions/index.html",
        desk=found,
        today=today,
        late=[documents.late(one, naming=_naming(), at=at) for one in (today.overdue.rows if today else found.overdue)],
        narrowed=narrowed,
        narrowing=narrowing,
        refreshing=forms.RefreshForm(),
        cases=[documents.case_of(waiting, naming=_naming()) for waiting in found.waiting],
        unmet=[documents.unmet_card(one, naming=_naming()) for one in found.unmet],
        page=_page(found.total),
    )


@bp.get("/desk/season")
@requires(Permission.DESK_SEE)
def season() -> ResponseReturnValue:
    """Show one assignment of all open needs of a municipality."""
    account = account_at_work()
    places, _jobs = desk.places_of(current_session(), account)
    municipalities = desk.municipalities_of(places)
    path = request.args.get("area", "")
    chosen = next((area for area in municipalities if area.path == path), next(iter(municipalities), None))
    by = request.args.get("by", SEASONS[0])
    if by not in SEASONS:
        abort(404)
    found = season_of(current_session(), account, chosen, by=by, page=_number()) if chosen else None
    return render_template(
        "suggestions/season.html",
        municipalities=municipalities,
        chosen=chosen,
        by=by,
        season=found,
        rows=[documents.assigned(row, naming=_naming()) for row in found.rows] if found else [],
        page=_page(found.total if found else 0),
    )


@bp.post("/desk/refresh")
@requires(Permission.DESK_SEE)
def refresh() -> ResponseReturnValue:
    """Ask for partners to be looked for, and show how far that is."""
    account = account_at_work()
    places, _jobs = desk.places_of(current_session(), account)
    form = forms.RefreshForm()
    form.offer_municipalities(desk.municipalities_of(places), locale())
    if not form.validate_on_submit():
        abort(422)
    job = services.request_run(current_session(), form.chosen, by=account)
    return redirect(url_for("suggestions.job", id=job.id), 303)


@bp.get("/desk/needs/<uuid:id>")
@requires(Permission.NEED_CANDIDATES, on=Need)
def need(need: Need) -> ResponseReturnValue:
    """Show every suggestion for a need, or what would have to give."""
    if "offer" in request.args:
        return redirect(url_for("suggestions.offers", id=need.id, offer=request.args["offer"]))
    session = current_session()
    reviews.load_need(session, need)
    outcome = reviews.outcome_of(session, need)
    rows = reviews.suggestions_for(session, account_at_work(), need, at=utc_now())
    shown = [
        documents.seen(row, need, naming=_naming(), questions=outcome.questions if outcome else ()) for row in rows
    ]
    undecided = [one for one in shown if one.is_undecided]
    return render_template(
        "suggestions/need.html",
        need=need,
        owner=_naming()(need.participant),
        suggestions=undecided,
        decided=[one for one in shown if not one.is_undecided],
        outcome=outcome,
        found=documents.found(outcome),
        intermediaries=[] if any(not one.is_faint for one in undecided) else reviews.intermediaries_near(session, need),
        search=forms.OfferSearch(),
        wishes=together.wishes_of(session, need, account_at_work()),
    )


@bp.get("/desk/needs/<uuid:id>/offers")
@requires(Permission.NEED_CANDIDATES, on=Need)
def offers(need: Need) -> ResponseReturnValue:
    """Show offers that were not suggested for a need, and why."""
    search = forms.OfferSearch(request.args)
    others = reviews.not_suggested(
        current_session(),
        account_at_work(),
        need,
        at=utc_now(),
        page=_number(),
        words=search.words,
        offer_id=request.args.get("offer", type=UUID),
    )
    return render_template(
        "suggestions/offers.html",
        need=others.need,
        offers=[documents.not_suggested(one, others.need, naming=_naming()) for one in others.offers],
        total=others.total,
        search=search,
        page=_page(others.total),
    )


@bp.get("/suggestions/<uuid:id>")
@requires(Permission.SUGGESTION_SEE, on=Suggestion)
def suggestion(suggestion: Suggestion) -> ResponseReturnValue:
    """Show one suggestion, and what can be decided about it."""
    return _suggestion_page(suggestion, forms.HoldForm(formdata=None), forms.RefuseForm(formdata=None))


@bp.post("/suggestions/<uuid:id>/approve")
@requires(Permission.SUGGESTION_REVIEW, on=Suggestion)
def approve(suggestion: Suggestion) -> ResponseReturnValue:
    """Approve one suggestion and return to the desk."""
    form = forms.ApproveForm()
    if not form.validate_on_submit():
        return _suggestion_page(suggestion, forms.HoldForm(formdata=None), forms.RefuseForm(formdata=None)), 422
    if form.is_stale(suggestion):
        return _conflict(suggestion, _("Approve"))
    partnership = services.approve(current_session(), suggestion, by=account_at_work())
    if partnership is None:
        flash(_("Your approval is noted. A second coordinator has to agree."), "warning")
        return redirect(url_for("suggestions.suggestion", id=suggestion.id), 303)
    flash(_("Approved. Everybody concerned is being asked now."), "success")
    return redirect(url_for("suggestions.index"), 303)


@bp.post("/suggestions/<uuid:id>/hold")
@requires(Permission.SUGGESTION_REVIEW, on=Suggestion)
def hold(suggestion: Suggestion) -> ResponseReturnValue:
    """Keep one suggestion for later."""
    form = forms.HoldForm()
    form.offer_reasons(reviews.reasons(current_session()), locale())
    if not form.validate_on_submit():
        return _suggestion_page(suggestion, form, forms.RefuseForm(formdata=None)), 422
    if form.is_stale(suggestion):
        return _conflict(suggestion, _("Keep for later"))
    services.hold(current_session(), suggestion, form.reason.data, note=form.note.data, by=account_at_work())
    flash(_("Kept for later."), "success")
    return redirect(url_for("suggestions.need", id=suggestion.need_id), 303)


@bp.post("/suggestions/<uuid:id>/refuse")
@requires(Permission.SUGGESTION_REVIEW, on=Suggestion)
def refuse(suggestion: Suggestion) -> ResponseReturnValue:
    """Decide against one suggestion."""
    form = forms.RefuseForm()
    form.offer_reasons(reviews.reasons(current_session()), locale())
    if not form.validate_on_submit():
        return _suggestion_page(suggestion, forms.HoldForm(formdata=None), form), 422
    if form.is_stale(suggestion):
        return _conflict(suggestion, _("Refuse"))
    services.refuse(current_session(), suggestion, form.reason.data, note=form.note.data, by=account_at_work())
    flash(_("Refused. It is not suggested again as it is."), "success")
    return redirect(url_for("suggestions.need", id=suggestion.need_id), 303)


@bp.get("/jobs/<uuid:id>")
@requires(Permission.JOB_SEE, on=Job)
def job(job: Job) -> ResponseReturnValue:
    """Show how far a piece of work is."""
    return render_template("suggestions/job.html", job=job)


@bp.get("/jobs/<uuid:id>/progress")
@requires(Permission.JOB_SEE, on=Job)
def job_progress(job: Job) -> ResponseReturnValue:
    """Answer the part of that page that changes."""
    return render_template("suggestions/_progress.html", job=job, alone=True)


def _suggestion_page(suggestion: Suggestion, hold: forms.HoldForm, refuse: forms.RefuseForm) -> str:
    session, account = current_session(), account_at_work()
    reviews.load_suggestion(session, suggestion)
    reasons = reviews.reasons(session)
    outcome = reviews.outcome_of(session, suggestion.need)
    for form in (hold, refuse):
        form.offer_reasons(reasons, locale())
    return render_template(
        "suggestions/suggestion.html",
        suggestion=suggestion,
        need=suggestion.need,
        owner=_naming()(suggestion.need.participant),
        shown=documents.seen(
            suggestion, suggestion.need, naming=_naming(), questions=outcome.questions if outcome else ()
        ),
        form=refuse if refuse.errors else hold,
        hold_form=hold,
        refuse_form=refuse,
        has_interest=suggestion.involves(account),
        approved_already=any(approval.account is account for approval in suggestion.approvals),
    )


def _conflict(suggestion: Suggestion, wish: str) -> ResponseReturnValue:
    """Answer a form that was opened on another version: what was wished, and what stands now."""
    reviews.load_suggestion(current_session(), suggestion)
    stands = [label(suggestion.verdict), moment(suggestion.reviewed_at)]
    if suggestion.review_reason is not None and suggestion.verdict is not Verdict.APPROVED:
        stands.append(suggestion.review_reason.name(locale()))
    return (
        render_template(
            "errors/conflict.html",
            rows=[(_("Decision"), wish, " · ".join(filter(None, stands)))],
            saved_by=suggestion.reviewed_by.name if suggestion.reviewed_by else None,
            edit_url=url_for("suggestions.suggestion", id=suggestion.id),
        ),
        409,
    )


def _naming() -> documents.Naming:
    return partial(documents.shown_name, account_at_work())


def _number() -> int:
    return min(max(request.args.get("page", 1, type=int), 1), MOST_PAGES)


def _page(total: int) -> documents.Page:
    number, pages = _number(), max(1, -(-total // PAGE_SIZE))
    return documents.Page(
        number=number,
        pages=pages,
        previous_url=_page_url(number - 1) if number > 1 else None,
        next_url=_page_url(number + 1) if number < pages else None,
    )


def _page_url(number: int) -> str:
    chosen = {name: value for name, value in request.args.items() if name in KEPT_WHEN_PAGING}
    values = {**chosen, **(request.view_args or {}), "page": number}
    return url_for(request.endpoint or "suggestions.index", **values)
