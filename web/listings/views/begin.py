"""A need, one question a page: begun by anybody, kept after each answer, posted by those who have an account."""

from typing import Final

from flask import abort, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import DraftKind, Need, Permission, is_granted, utc_now
from models.partnerships import REPLY_BUSINESS_DAYS
from seeds.ready_made import ready_made_needs
from web.acts.services import is_for_somebody_else
from web.database import current_session
from web.drafts import services as draft_services
from web.drafts.forms import DraftOf, saved_sentence
from web.i18n import locale
from web.listings import queries
from web.listings.forms.steps import MANY_HOURS, Step, StepForm, answered, begun_with, split
from web.listings.services import needs as need_services
from web.listings.views.blueprint import bp
from web.security import account_at_work, current_account, requires
from web.undoing import StepTaken, Undoable, offer_undo

BACK: Final = "back"
SPLIT: Final = "split-"
TO_CHECK: Final = "check"
AFTER_SIGN_IN: Final = "after_sign_in"
WAYS_IN: Final = {"sign-in": "accounts.sign_in", "sign-up": "accounts.sign_up", "register": "accounts.register"}


@bp.get("/needs/begin")
@requires(Permission.NEED_BEGIN)
def begin_need() -> ResponseReturnValue:
    """Offer the ready-made kinds of need, or to go on with what was begun."""
    return render_template(
        "listings/begin.html", kinds=ready_made_needs().values(), draft=DraftOf(DraftKind.NEED), language=locale()
    )


@bp.post("/needs/begin")
@requires(Permission.NEED_BEGIN)
def begin_with_kind() -> ResponseReturnValue:
    """Begin with a ready-made kind, or with nothing."""
    kind = ready_made_needs().get(request.form.get("kind", ""))
    known = queries.vocabulary(current_session(), with_skills=True)
    DraftOf(DraftKind.NEED).keep({} if kind is None else begun_with(kind, known))
    return redirect(url_for("listings.need_step", step=Step.WHAT), 303)


@bp.get("/needs/begin/<step>")
@requires(Permission.NEED_BEGIN)
def need_step(step: str) -> ResponseReturnValue:
    """Ask one question, or show all answers at the end."""
    typed = DraftOf(DraftKind.NEED).typed
    if typed is None:
        return redirect(url_for("listings.begin_need"))
    form = StepForm.of(current_session(), current_account(), typed)
    if _step(step) not in form.steps:
        return redirect(url_for("listings.need_step", step=form.steps[0]))
    if request.args.get("missing"):
        form.answers_to(_step(step))
    return _step_page(form, _step(step))


@bp.post("/needs/begin/<step>")
@requires(Permission.NEED_BEGIN)
def answer_step(step: str) -> ResponseReturnValue:
    """Keep the answer to one question and go where the button leads."""
    asked, draft, go = _step(step), DraftOf(DraftKind.NEED), request.form.get("go", "")
    typed = answered(draft.typed or {}, asked, request.form)
    form = StepForm.of(current_session(), current_account(), typed)
    if go.startswith(SPLIT):
        draft.keep(split(form, typed, go.removeprefix(SPLIT)))
        return redirect(url_for("listings.need_step", step=asked, to=request.args.get("to")), 303)
    draft.keep(typed)
    if go in WAYS_IN:
        cookie[AFTER_SIGN_IN] = url_for("listings.need_step", step=Step.CHECK)
        return redirect(url_for(WAYS_IN[go]), 303)
    if go == BACK:
        return redirect(_before(form, asked), 303)
    if not form.answers_to(asked):
        return _step_page(form, asked)
    return redirect(_after(form, asked), 303)


@bp.post("/needs/begin/<step>/keep")
@requires(Permission.NEED_BEGIN)
def keep_step(step: str) -> ResponseReturnValue:
    """Keep what stands in one question now, and answer when that was."""
    draft = DraftOf(DraftKind.NEED)
    kept = draft.keep(answered(draft.typed or {}, _step(step), request.form))
    return saved_sentence(kept), {"Content-Type": "text/plain; charset=utf-8"}


@bp.post("/needs/begin/post")
@requires(Permission.NEED_POST)
def post_begun_need() -> ResponseReturnValue:
    """Post what was answered, or lead to the first question that lacks its answer."""
    draft = DraftOf(DraftKind.NEED)
    if draft.typed is None:
        return redirect(url_for("listings.begin_need"), 303)
    form = StepForm.of(current_session(), account_at_work(), draft.typed)
    if not form.validate():
        flash(_("An answer is still missing here."), "warning")
        return redirect(_unanswered(form), 303)
    if is_for_somebody_else(account_at_work(), form.chosen_participant):
        flash(_("You enter this for somebody else. Say who said it, and in which way."), "info")
        return redirect(url_for("listings.new_need"), 303)
    need = need_services.post_need(
        current_session(), form.need(), participant=form.chosen_participant, by=account_at_work(), opened=True
    )
    draft.forget()
    return redirect(url_for("listings.posted_need", id=need.id), 303)


@bp.post("/needs/begin/discard")
@requires(Permission.NEED_BEGIN)
def discard_begun_need() -> ResponseReturnValue:
    """Put away what was begun, and offer the kinds again."""
    draft, at = DraftOf(DraftKind.NEED), utc_now()
    if draft.found is not None:
        draft_services.put_away(draft.found, at=at)
        flash(_("What you had written is discarded."), "success")
        offer_undo(StepTaken(what=Undoable.DRAFT_DISCARDED, row=draft.found.id, mark=at.isoformat()))
    return redirect(url_for("listings.begin_need"), 303)


@bp.get("/needs/<uuid:id>/posted")
@requires(Permission.NEED_EDIT, on=Need)
def posted_need(need: Need) -> ResponseReturnValue:
    """Say what happens next, who sees it, and what to do meanwhile."""
    return render_template("listings/posted.html", need=need, reply_days=REPLY_BUSINESS_DAYS)


def _step(name: str) -> Step:
    if name not in set(Step):
        abort(404)
    return Step(name)


def _step_page(form: StepForm, step: Step) -> ResponseReturnValue:
    account = current_account()
    page = render_template(
        "listings/begin_step.html",
        form=form,
        step=step,
        number=form.steps.index(step) + 1,
        steps=form.steps,
        to=request.args.get("to"),
        many_hours=MANY_HOURS,
        saved=DraftOf(DraftKind.NEED).found,
        is_visitor=account is None,
        may_post=is_granted(Permission.NEED_POST, account),
    )
    return page, 422 if form.errors and request.method == "POST" else 200


def _unanswered(form: StepForm) -> str:
    """Return where the first missing answer is given: at its question, or in the long form that asks more."""
    step = form.first_unanswered
    if step is None:
        return url_for("listings.new_need")
    return url_for("listings.need_step", step=step, to=TO_CHECK, missing=1)


def _after(form: StepForm, step: Step) -> str:
    if request.args.get("to") == TO_CHECK:
        return url_for("listings.need_step", step=Step.CHECK)
    return url_for("listings.need_step", step=form.steps[form.steps.index(step) + 1])


def _before(form: StepForm, step: Step) -> str:
    place = form.steps.index(step)
    return url_for("listings.need_step", step=form.steps[place - 1]) if place else url_for("listings.begin_need")
