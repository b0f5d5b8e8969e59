"""A team that a coordinator puts together: tried out as often as one likes, then saved with reasons."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import Permission, ReviewStep, Suggestion, utc_now
from web.database import current_session
from web.i18n import locale
from web.security import account_at_work, requires
from web.suggestions import documents, forms, services
from web.suggestions.queries import editing, reviews
from web.suggestions.views.blueprint import bp, naming
from web.suggestions.views.deciding import conflict


@bp.get("/suggestions/<uuid:id>/edit")
@requires(Permission.SUGGESTION_REVIEW, on=Suggestion)
def edit(suggestion: Suggestion) -> ResponseReturnValue:
    """Lay out the team of a suggestion, with who else could take each place."""
    loaded = editing.load(current_session(), suggestion)
    suggestion.check_may_be_edited()
    original = editing.original_of(suggestion)
    return _edit_page(suggestion, loaded, forms.EditForm(formdata=None), editing.Plan(original, original))


@bp.post("/suggestions/<uuid:id>/edit")
@requires(Permission.SUGGESTION_REVIEW, on=Suggestion)
def save_edit(suggestion: Suggestion) -> ResponseReturnValue:
    """Show what would become of a changed team, or save it with a reason for each change."""
    form, session = forms.EditForm(), current_session()
    loaded = editing.load(session, suggestion)
    suggestion.check_may_be_edited()
    if form.is_stale(suggestion):
        return conflict(suggestion, _("Change the team"))
    wish = request.form.get("do", "")
    plan = form.plan(editing.original_of(suggestion), wish, request.form.to_dict())
    if wish != "save":
        return _edit_page(suggestion, loaded, form, plan)
    rank = services.next_rank(session, suggestion)
    sketch = editing.sketch(session, account_at_work(), suggestion, plan, loaded, at=utc_now(), rank=rank)
    form.ask_about(sketch.plan.changes, reviews.reasons(session, [ReviewStep.EDIT]), locale())
    if not form.validate() or not form.has_every_reason() or not sketch.may_be_saved:
        return _edit_page(suggestion, loaded, form, plan, sketch=sketch), 422
    edited = services.edit(session, sketch, form.why(), by=account_at_work())
    flash(_("Saved as a suggestion of its own. It stays until somebody decides or the need changes."), "success")
    return redirect(url_for("suggestions.suggestion", id=edited.id), 303)


def _edit_page(
    suggestion: Suggestion,
    loaded: editing.Loaded,
    form: forms.EditForm,
    plan: editing.Plan,
    *,
    sketch: editing.Sketch | None = None,
) -> str:
    session = current_session()
    if sketch is None:
        words = (form.q.data or "").strip()[: forms.LONGEST_SEARCH]
        sketch = editing.sketch(session, account_at_work(), suggestion, plan, loaded, at=utc_now(), words=words)
        reasons = reviews.reasons(session, [ReviewStep.EDIT]) if sketch.plan.changes else ()
        form.ask_about(sketch.plan.changes, reasons, locale())
    return render_template(
        "suggestions/edit.html",
        suggestion=suggestion,
        need=suggestion.need,
        form=form,
        sketch=documents.sketched(sketch, naming=naming()),
        plan=sketch.plan,
    )
