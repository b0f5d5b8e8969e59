"""Pages of weights: those that count, others that somebody proposes, and what these would change."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from matching.learning import FEWEST
from models import Area, Permission, WeightSet, utc_now
from web.administration.forms.areas import MunicipalityForm
from web.administration.forms.weights import NAMES, SwitchForm, WeightsForm
from web.administration.queries import weights as queries
from web.administration.queries.areas import administered_by_others
from web.administration.services import weights as services
from web.administration.views.blueprint import bp
from web.database import current_session
from web.i18n import locale
from web.security import account_at_work, requires
from web.suggestions.documents import signal_name


@bp.get("/weights")
@requires(Permission.WEIGHTS_SEE)
def weights() -> ResponseReturnValue:
    """Show the weights that count, those before, and what the decisions speak for."""
    session = current_session()
    return render_template(
        "administration/weights.html",
        active=queries.active(session),
        history=queries.history(session),
        signals=[(name, signal_name(name)) for name in NAMES],
        learning=queries.last_learning(session),
        verdicts=queries.verdicts(session),
        fewest=FEWEST,
    )


@bp.route("/weights/new", methods=["GET", "POST"])
@requires(Permission.WEIGHTS_PROPOSE)
def new_weights() -> ResponseReturnValue:
    """Propose other weights; they start from those that count, or from those of the number that is named."""
    session = current_session()
    asked = request.args.get("from", type=int)
    start = (queries.numbered(session, asked) if asked else None) or queries.active(session)
    form = WeightsForm.starting_from({} if start is None else start.weights)
    if not form.is_submitted():
        return render_template("administration/new_weights.html", form=form)
    if not form.check():
        return render_template("administration/new_weights.html", form=form), 422
    account = account_at_work()
    proposed = services.propose(session, form.weights(), reason=form.reason.data, by=account)
    for municipality in queries.municipalities(session, account)[:1]:
        services.request_preview(session, proposed, municipality, by=account)
    session.flush()
    return redirect(url_for("administration.weight_set", id=proposed.id), 303)


@bp.post("/weights/learn")
@requires(Permission.WEIGHTS_PROPOSE)
def learn_weights() -> ResponseReturnValue:
    """Ask what the verdicts speak for; nothing is switched on by it."""
    services.request_learning(current_session(), by=account_at_work())
    return redirect(url_for("administration.weights"), 303)


@bp.get("/weights/<uuid:id>")
@requires(Permission.WEIGHTS_SEE, on=WeightSet)
def weight_set(found: WeightSet) -> ResponseReturnValue:
    """Show one set of weights beside those that count, and what it would change on the desk."""
    session, account = current_session(), account_at_work()
    municipality, chooser = _municipality()
    preview = None if municipality is None else queries.preview_of(session, found, municipality)
    told = preview.found if preview is not None else None
    return render_template(
        "administration/weight_set.html",
        one=found,
        active=queries.active(session),
        signals=[(name, signal_name(name)) for name in NAMES],
        chooser=chooser,
        municipality=municipality,
        preview=preview,
        changes=queries.changes(session, account, told) if told else [],
        of_others=administered_by_others(session, account),
    )


@bp.get("/weights/<uuid:id>/progress")
@requires(Permission.WEIGHTS_SEE, on=WeightSet)
def weight_progress(found: WeightSet) -> ResponseReturnValue:
    """Show how far the preview is."""
    municipality, _chooser = _municipality()
    preview = None if municipality is None else queries.preview_of(current_session(), found, municipality)
    return render_template("administration/_preview_progress.html", one=found, preview=preview)


@bp.post("/weights/<uuid:id>/preview")
@requires(Permission.WEIGHTS_PROPOSE, on=WeightSet)
def preview_weights(found: WeightSet) -> ResponseReturnValue:
    """Ask what a set would change in a municipality."""
    municipality, _chooser = _municipality()
    if municipality is not None:
        services.request_preview(current_session(), found, municipality, by=account_at_work())
    path = None if municipality is None else municipality.path
    return redirect(url_for("administration.weight_set", id=found.id, municipality=path), 303)


@bp.post("/weights/<uuid:id>/use")
@requires(Permission.WEIGHTS_SWITCH, on=WeightSet)
def use_weights(found: WeightSet) -> ResponseReturnValue:
    """Let a set of weights count from now on."""
    services.switch_on(
        current_session(), found, instead_of=SwitchForm().instead_of.number, by=account_at_work(), at=utc_now()
    )
    flash(_("Weights %(number)s count from now on. Partners are looked for anew.", number=found.number), "success")
    return redirect(url_for("administration.weights"), 303)


def _municipality() -> tuple[Area | None, MunicipalityForm]:
    """Return the municipality that is previewed, and the form that chooses another one."""
    places = queries.municipalities(current_session(), account_at_work())
    chooser = MunicipalityForm(request.values)
    chooser.offer(places, locale())
    return chooser.chosen(places), chooser
