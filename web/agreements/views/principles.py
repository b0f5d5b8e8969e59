"""Which principles hold in a municipality: the nine, or a set of its own."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import Area, Permission, Role, utc_now
from web.agreements import queries, services
from web.agreements.forms import PrinciplesForm
from web.agreements.views.blueprint import bp
from web.database import current_session
from web.fields import options
from web.i18n import locale
from web.security import account_at_work, requires


@bp.get("/administration/principles")
@requires(Permission.PRINCIPLES_SEE)
def principles() -> ResponseReturnValue:
    """Show the sets of principles, and which one holds in each municipality."""
    session, account = current_session(), account_at_work()
    return render_template(
        "agreements/principles.html",
        sets=queries.principle_sets(session),
        chosen=queries.principles_chosen(session, account.paths(Role.ADMINISTRATOR)),
    )


@bp.route("/administration/areas/<uuid:id>/principles", methods=["GET", "POST"])
@requires(Permission.PRINCIPLES_CHOOSE, on=Area)
def choose_principles(municipality: Area) -> ResponseReturnValue:
    """Let another set of principles hold in a municipality."""
    session, form = current_session(), PrinciplesForm()
    sets = {one.code: one for one in queries.principle_sets(session)}
    form.chosen.choices = options((code, one.name(locale())) for code, one in sets.items())
    if not form.validate_on_submit():
        page = render_template("agreements/choose_principles.html", area=municipality, form=form, sets=sets.values())
        return page, 422 if form.is_submitted() else 200
    services.choose_principles(session, municipality.tenant, sets[form.chosen.data], by=account_at_work(), at=utc_now())
    flash(_("The principles have been chosen. They hold for every agreement that is signed from now on."), "success")
    return redirect(url_for("agreements.principles"), 303)
