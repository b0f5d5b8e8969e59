"""Pages of looking back: what a party says, what all said, the survey by link and on paper, views from outside."""

import io
from typing import Final

import segno
from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import ConsentChannel, GoalReached, Merit, Partnership, Party, Permission, is_granted, utc_now
from models.evaluations import LEAST_SHOWN
from models.years import town_day
from web.database import current_session, working_as
from web.evaluations import queries, services
from web.evaluations.forms import (
    GRADES,
    SATISFACTION,
    EvaluationForm,
    NotedEvaluationForm,
    OutsideViewForm,
    SurveyForm,
    SurveySheetForm,
    evaluation_form,
)
from web.i18n import locale
from web.pages import limiter, once_token
from web.security import account_at_work, requires

bp = Blueprint("evaluations", __name__)

LINKS_A_NETWORK: Final = "120 per hour"


@bp.route("/partnerships/<uuid:id>/evaluation", methods=["GET", "POST"])
@requires(Permission.PARTNERSHIP_CARRY, on=Partnership)
def evaluation(found: Partnership) -> ResponseReturnValue:
    """Ask a party to look back, or a coordinator to write down what a party without an account says."""
    session, account = current_session(), account_at_work()
    standing = queries.standing(session, found, account, on=town_day(utc_now()))
    chosen = standing.chosen(request.args.get("party", ""))
    if chosen is None and "party" in request.args:
        abort(404)
    if chosen is None or (request.method == "GET" and not _is_asked(standing, chosen)):
        return _instead_of_the_form(found, chosen)
    form = evaluation_form(queries.principles_of(session, found.municipality), locale(), noted=not chosen.is_own)
    if not form.validate_on_submit():
        page = render_template("evaluations/evaluation.html", standing=standing, party=chosen, form=form)
        return page, 422 if form.is_submitted() else 200
    return _note_evaluation(next(party for party in found.present if party.id == chosen.id), form)


def _is_asked(standing: queries.Standing, party: queries.PartyStanding) -> bool:
    return standing.takes_answers and not party.has_answered


def _instead_of_the_form(found: Partnership, party: queries.PartyStanding | None) -> ResponseReturnValue:
    """Show what a party answered to itself alone; everybody else reads who has answered."""
    if party is not None and party.is_own and party.has_answered:
        session = current_session()
        said = queries.own_evaluation(session, party.id, account_at_work())
        return render_template(
            "evaluations/given.html",
            partnership=found,
            party=party,
            evaluation=said,
            principles=queries.principles_judged(session, found, said.principles if said else ()),
            merits=list(Merit),
            grades=GRADES,
        )
    return redirect(url_for("evaluations.results", id=found.id), 303)


def _note_evaluation(party: Party, form: EvaluationForm) -> ResponseReturnValue:
    channel = ConsentChannel(form.channel.data) if isinstance(form, NotedEvaluationForm) else ConsentChannel.WEB
    services.evaluate(current_session(), party, form.said, by=account_at_work(), at=utc_now(), channel=channel)
    flash(_("Thank you. What was said has been noted."), "success")
    return redirect(url_for("evaluations.results", id=party.partnership_id), 303)


@bp.get("/partnerships/<uuid:id>/results")
@requires(Permission.PARTNERSHIP_CARRY, on=Partnership)
def results(found: Partnership) -> ResponseReturnValue:
    """Show what all said, side by side; before it can be read, only who has answered and who has not."""
    session, account, today = current_session(), account_at_work(), town_day(utc_now())
    standing = queries.standing(session, found, account, on=today)
    return render_template(
        "evaluations/results.html",
        partnership=found,
        standing=standing,
        results=queries.results(session, standing, account),
        satisfaction=SATISFACTION,
        least_shown=LEAST_SHOWN,
        may_hear_outside=is_granted(Permission.PARTNERSHIP_DECIDE, account, found)
        and found.stage in services.HEARD_FROM_OUTSIDE,
        takes_survey=queries.takes_survey(found, on=today),
    )


@bp.route("/partnerships/<uuid:id>/outside-view", methods=["GET", "POST"])
@requires(Permission.PARTNERSHIP_DECIDE, on=Partnership)
def outside_view(found: Partnership) -> ResponseReturnValue:
    """Note how somebody who is no party sees it."""
    form = OutsideViewForm()
    if request.method == "GET" and found.stage not in services.HEARD_FROM_OUTSIDE:
        return redirect(url_for("evaluations.results", id=found.id), 303)
    if not form.validate_on_submit():
        page = render_template("evaluations/outside_view.html", partnership=found, form=form)
        return page, 422 if form.is_submitted() else 200
    services.note_outside_view(
        current_session(),
        found,
        name=form.name.data,
        capacity=form.capacity.data or "",
        goal=GoalReached(form.goal.data),
        view=form.view.data,
        by=account_at_work(),
        at=utc_now(),
    )
    flash(_("The view has been noted. It is shown with the results."), "success")
    return redirect(url_for("evaluations.results", id=found.id), 303)


@bp.route("/survey/<token>", methods=["GET", "POST"])
@requires(Permission.SURVEY_ANSWER)
@limiter.limit(LINKS_A_NETWORK)
def survey(token: str) -> ResponseReturnValue:
    """Ask somebody who came along; nobody is signed in by the link, and nobody's account is kept with an answer."""
    session, at = current_session(), utc_now()
    found = queries.surveyed_by_link(session, token, at=at)
    if found is None:
        return render_template("evaluations/survey_gone.html"), 410
    form = SurveySheetForm()
    if not form.validate_on_submit():
        form.sheet.data = form.sheet.data or once_token()
        page = render_template("evaluations/survey.html", partnership=found, form=form)
        return page, 422 if form.is_submitted() else 200
    working_as(None, via="link")
    services.answer_survey(session, found, form.came_along, at=at, sheet=form.sheet.data or None)
    return redirect(url_for("evaluations.survey_thanks", token=token), 303)


@bp.get("/survey/<token>/thanks")
@requires(Permission.SURVEY_ANSWER)
@limiter.limit(LINKS_A_NETWORK)
def survey_thanks(token: str) -> ResponseReturnValue:
    """Thank for an answer, and let the next person answer on the same telephone."""
    found = queries.surveyed_by_link(current_session(), token, at=utc_now())
    if found is None:
        return render_template("evaluations/survey_gone.html"), 410
    return render_template("evaluations/survey_thanks.html", partnership=found, token=token)


@bp.route("/partnerships/<uuid:id>/survey-paper", methods=["GET", "POST"])
@requires(Permission.PARTNERSHIP_CARRY, on=Partnership)
def survey_paper(found: Partnership) -> ResponseReturnValue:
    """Show the sheet with the code and the questions, and take what was ticked on one of them."""
    session, form, at = current_session(), SurveyForm(), utc_now()
    if form.validate_on_submit():
        services.answer_survey(session, found, form.came_along, at=at)
        flash(_("The answer has been counted."), "success")
        return redirect(url_for("evaluations.survey_paper", id=found.id, _anchor="typed"), 303)
    page = render_template(
        "evaluations/survey_paper.html",
        partnership=found,
        form=form,
        address=_survey_address(found),
        n=queries.survey_n(session, found),
        takes_survey=queries.takes_survey(found, on=town_day(at)),
    )
    return page, 422 if form.is_submitted() else 200


@bp.get("/partnerships/<uuid:id>/survey-code.svg")
@requires(Permission.PARTNERSHIP_CARRY, on=Partnership)
def survey_code(found: Partnership) -> ResponseReturnValue:
    """Draw the code that leads from the paper to the survey."""
    drawn = io.BytesIO()
    segno.make(_survey_address(found), error="m").save(
        drawn, kind="svg", xmldecl=False, scale=8, border=2, svgclass=None
    )
    return drawn.getvalue(), {"Content-Type": "image/svg+xml"}


def _survey_address(found: Partnership) -> str:
    """Return where everybody answers, on the configured address and never on what a request claims."""
    token = queries.survey_token(current_session(), found)
    return str(current_app.extensions["settings"].base_url) + url_for("evaluations.survey", token=token)
