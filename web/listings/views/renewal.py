"""The page behind the link in a mail about something that ends: it stays, or it goes, by one tap."""

from flask import render_template
from flask.typing import ResponseReturnValue

from models import Need, Permission, utc_now
from web.database import current_session, working_as
from web.listings.forms.renewal import RenewalForm
from web.listings.queries import renewal as queries
from web.listings.queries import town_day
from web.listings.services import renewal as services
from web.listings.views.blueprint import bp
from web.pages import limiter
from web.security import requires

LINKS_A_NETWORK = "120 per hour"


@bp.route("/renew/<token>", methods=["GET", "POST"])
@requires(Permission.LISTING_RENEW_BY_LINK)
@limiter.limit(LINKS_A_NETWORK)
def renew(token: str) -> ResponseReturnValue:
    """Ask whether a need or offer stays; nobody is signed in by the link."""
    session, at = current_session(), utc_now()
    found = queries.to_renew(session, token)
    if found is None:
        return render_template("listings/renew_gone.html"), 410
    form, today = RenewalForm(), town_day(at)
    form.today = today
    if not form.validate_on_submit():
        page = render_template(
            "listings/renew.html",
            row=found.row,
            is_need=isinstance(found.row, Need),
            account=found.account,
            form=form,
            renewed_until=services.renewed_until(today),
            has_ended=not found.row.is_open,
        )
        return page, 422 if form.is_submitted() else 200
    working_as(found.account.id, via="link")
    services.renew(session, found.row, form.chosen, until=form.until.data, by=found.account, at=at)
    return render_template("listings/renewed.html", row=found.row, stays=form.chosen is not services.Renewal.OVER)
