"""One suggestion and the decision about it."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import Permission, Suggestion, Verdict
from web.database import current_session
from web.i18n import locale, moment
from web.labels import label
from web.partnerships.queries import parties_without_account
from web.security import account_at_work, requires
from web.suggestions import documents, forms, services
from web.suggestions.queries import reviews
from web.suggestions.views.blueprint import bp, naming


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
        return conflict(suggestion, _("Approve"))
    partnership = services.approve(current_session(), suggestion, by=account_at_work())
    if partnership is None:
        flash(_("Your approval is noted. A second coordinator has to agree."), "warning")
        return redirect(url_for("suggestions.suggestion", id=suggestion.id), 303)
    flash(_("“%(need)s” is approved. Everybody concerned is being asked now.", need=partnership.title), "success")
    unreached = parties_without_account(current_session(), partnership)
    if unreached:
        names = _(", ").join(naming()(participant) for participant in unreached)
        flash(
            _(
                "Who gets no mail, please ring: %(names)s. Note their answer on the page of the partnership.",
                names=names,
            ),
            "warning",
        )
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
        return conflict(suggestion, _("Keep for later"))
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
        return conflict(suggestion, _("Refuse"))
    services.refuse(current_session(), suggestion, form.reason.data, note=form.note.data, by=account_at_work())
    flash(_("Refused. It is not suggested again as it is."), "success")
    return redirect(url_for("suggestions.need", id=suggestion.need_id), 303)


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
        owner=naming()(suggestion.need.participant),
        shown=documents.seen(
            suggestion, suggestion.need, naming=naming(), questions=outcome.questions if outcome else ()
        ),
        form=refuse if refuse.errors else hold,
        hold_form=hold,
        refuse_form=refuse,
        edits=[documents.edited(one, naming=naming()) for one in reviews.edits_of(session, suggestion)]
        if suggestion.is_edited
        else [],
        has_interest=suggestion.involves(account),
        approved_already=any(approval.account is account for approval in suggestion.approvals),
    )


def conflict(suggestion: Suggestion, wish: str) -> ResponseReturnValue:
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
