"""The page on which the form of a partnership is looked for and chosen."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from matching.collaboration import rank_forms
from models import CollaborationForm, FormChoice, Partnership, Permission, utc_now
from web.collaboration import queries, services
from web.collaboration.documents import shown
from web.collaboration.forms import AnswersForm, ChoiceForm, in_words
from web.database import current_session
from web.labels import label
from web.security import account_at_work, requires

bp = Blueprint("collaboration", __name__)


@bp.get("/partnerships/<uuid:id>/form")
@requires(Permission.PARTNERSHIP_CARRY, on=Partnership)
def form(found: Partnership) -> ResponseReturnValue:
    """Ask what is settled, and rank the forms by the answers that stand in the address."""
    choice = queries.choice_of(current_session(), found)
    answers = _answers(choice)
    choosing = ChoiceForm(formdata=None, version=choice.version if choice else 0, chosen=choice.form if choice else "")
    status = 200 if not request.args or answers.validate() else 422
    return _page(found, choice, answers, choosing), status


@bp.post("/partnerships/<uuid:id>/form")
@requires(Permission.PARTNERSHIP_CARRY, on=Partnership)
def choose(found: Partnership) -> ResponseReturnValue:
    """Choose a form, with the answers that stand in the address."""
    choice = queries.choice_of(current_session(), found)
    answers, choosing = _answers(choice), ChoiceForm()
    if not queries.may_choose(found):
        return _page(found, choice, answers, choosing), 409
    choosing.offer(rank_forms(answers.settled))
    if not _is_whole(answers, choosing):
        return _page(found, choice, answers, choosing), 422
    services.choose(
        current_session(),
        found,
        CollaborationForm(choosing.chosen.data),
        answers=answers.settled,
        reason=choosing.reason.data or "",
        version=choosing.version.number,
        by=account_at_work(),
        at=utc_now(),
    )
    flash(_("The form is chosen: %(form)s.", form=label(CollaborationForm(choosing.chosen.data))), "success")
    return redirect(url_for("collaboration.form", id=found.id), 303)


def _answers(choice: FormChoice | None) -> AnswersForm:
    """Return what the address says, or else what was said when the form was chosen."""
    asked = request.args if any(name in request.args for name in AnswersForm()._fields) else None
    return AnswersForm(asked, data=choice.answers if choice and asked is None else {})


def _is_whole(answers: AnswersForm, choosing: ChoiceForm) -> bool:
    """Tell whether both forms are in order, and whether anything at all is settled."""
    is_valid = choosing.validate() and answers.validate()
    if not answers.settled:
        choosing.chosen.errors = [_("Answer at least one of the questions first.")]
        return False
    return bool(is_valid)


def _page(found: Partnership, choice: FormChoice | None, answers: AnswersForm, choosing: ChoiceForm) -> str:
    ranking = rank_forms(answers.settled)
    choosing.offer(ranking)
    return render_template(
        "collaboration/form.html",
        partnership=found,
        choice=queries.seen_choice(choice, account_at_work()) if choice else None,
        may_choose=queries.may_choose(found),
        answers=answers,
        ranking=shown(ranking, answers.settled, in_words) if answers.settled else None,
        form=choosing,
    )
