"""Pages on which the news by mail are stopped and begun again."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import Permission, Reply, utc_now
from web.database import current_session, working_as
from web.news import queries, services
from web.news.forms import SwitchForm
from web.security import account_at_work, csrf, requires

bp = Blueprint("news", __name__)


@bp.route("/news/stop/<token>", methods=["GET", "POST"])
@csrf.exempt
@requires(Permission.NEWS_STOP)
def stop(token: str) -> ResponseReturnValue:
    """Stop the news of one account; the token is what allows it, as a mail program sends no cookie (RFC 8058)."""
    account = queries.account_of_token(current_session(), token)
    if account is None:
        return render_template("news/link_gone.html"), 410
    if request.method == "POST":
        working_as(account.id, via="link")
        services.stop(current_session(), account, at=utc_now())
    return render_template("news/stop.html", is_stopped=account.news_stopped_at is not None)


@bp.post("/account/news")
@requires(Permission.ACCOUNT_OWN)
def switch() -> ResponseReturnValue:
    """Switch the news of one's own account on or off."""
    form = SwitchForm()
    if not form.validate():
        abort(422)
    if Reply(form.reply.data) is Reply.YES:
        services.resume(account_at_work())
        flash(_("You get the news of your partnerships by mail, at most one mail a day."), "success")
    else:
        services.stop(current_session(), account_at_work(), at=utc_now())
        flash(_("You get no news of your partnerships by mail any longer."), "success")
    return redirect(url_for("accounts.account", _anchor="news"), 303)
