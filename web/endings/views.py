"""Pages of the end: finishing early, and deciding how a partnership ends."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import Partnership, Permission, Stage, utc_now
from models.years import town_day
from web.database import current_session
from web.endings import queries, services
from web.endings.forms import EndForm, FinishForm
from web.participants.queries import seen_by
from web.partnerships.queries import parties_without_account
from web.security import account_at_work, requires

bp = Blueprint("endings", __name__)


@bp.route("/partnerships/<uuid:id>/finish", methods=["GET", "POST"])
@requires(Permission.PARTNERSHIP_CARRY, on=Partnership)
def finish(found: Partnership) -> ResponseReturnValue:
    """Ask once more, then finish a partnership before its last day."""
    form = FinishForm()
    if not form.is_submitted():
        if found.stage is not Stage.RUNNING:
            return redirect(url_for("partnerships.partnership", id=found.id), 303)
        return render_template("endings/finish.html", partnership=found, form=form)
    services.finish(current_session(), found, by=account_at_work(), at=utc_now())
    flash(_("It is finished. Every party is asked to look back now."), "success")
    return redirect(url_for("partnerships.partnership", id=found.id), 303)


@bp.route("/partnerships/<uuid:id>/end", methods=["GET", "POST"])
@requires(Permission.PARTNERSHIP_DECIDE, on=Partnership)
def end(found: Partnership) -> ResponseReturnValue:
    """Show what blocks the end, and take the decision how a partnership ends."""
    session, account, form = current_session(), account_at_work(), EndForm()
    if not form.is_submitted():
        if found.stage is not Stage.EVALUATING:
            return redirect(url_for("partnerships.partnership", id=found.id), 303)
        return _end_page(found, form)
    if not form.validate():
        return _end_page(found, form), 422
    seen = queries.hindrances(session, found, account, on=town_day(utc_now()))
    if found.stage is Stage.EVALUATING and (seen.block or (form.continues and seen.not_to_be_asked)):
        return _end_page(found, form), 409
    successor = services.end(session, found, form.decision, by=account, at=utc_now())
    if successor is None:
        flash(_("The partnership is closed. Please write its final report now."), "success")
    else:
        flash(_("The partnership is closed and proposed anew. Everybody is being asked again."), "success")
        _name_whom_to_ring(successor)
    return redirect(url_for("cases.edit", id=found.id), 303)


def _end_page(found: Partnership, form: EndForm) -> str:
    session, account = current_session(), account_at_work()
    return render_template(
        "endings/end.html",
        partnership=found,
        form=form,
        seen=queries.hindrances(session, found, account, on=town_day(utc_now())),
        takes_part=any(account.represents(party.participant_id) for party in found.parties),
    )


def _name_whom_to_ring(successor: Partnership) -> None:
    account = account_at_work()
    unreached = [
        seen_by(account, participant, partnership=successor).name or _("A resident")
        for participant in parties_without_account(current_session(), successor)
    ]
    if unreached:
        names = _(", ").join(unreached)
        flash(
            _(
                "Who gets no mail, please ring: %(names)s. Note their answer on the page of the partnership.",
                names=names,
            ),
            "warning",
        )
