"""Doors for doing it together: the wish from one need to another, and the answer of the other side."""

from typing import Final

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import JointWish, Need, Permission, Reply, utc_now
from web.database import current_session
from web.listings.forms.together import WishAnswerForm, WishForm
from web.listings.queries import together
from web.listings.services import together as services
from web.listings.views.blueprint import bp
from web.listings.views.listings import need_page
from web.pages import limiter
from web.security import account_at_work, requires

WISHES_A_NETWORK: Final = "20 per hour"


@bp.post("/needs/<uuid:id>/together")
@requires(Permission.NEED_EDIT, on=Need)
@limiter.limit(WISHES_A_NETWORK)
def wish_together(need: Need) -> ResponseReturnValue:
    """Tell those with a similar need that one would like to do it together."""
    session, account, form = current_session(), account_at_work(), WishForm()
    if not form.validate():
        return need_page(need, wish=form), 422
    other = together.visible_need(session, account, form.other_id)
    if other is None:
        abort(404)
    services.wish_together(session, need, other, note=form.note.data or "", by=account, at=utc_now())
    flash(_("The others have been asked, and the coordinator sees it. You hear from us when they answer."), "success")
    return redirect(url_for("listings.need", id=need.id, _anchor="together"), 303)


@bp.post("/joint-wishes/<uuid:id>")
@requires(Permission.JOINT_WISH_ANSWER, on=JointWish)
def answer_wish(wish: JointWish) -> ResponseReturnValue:
    """Take the answer of the other side."""
    form = WishAnswerForm()
    if not form.validate():
        return need_page(wish.other_need), 422
    services.answer_wish(current_session(), wish, Reply(form.reply.data), by=account_at_work(), at=utc_now())
    flash(_("Thank you. Your answer has been noted."), "success")
    return redirect(url_for("listings.need", id=wish.other_need_id, _anchor="together"), 303)
