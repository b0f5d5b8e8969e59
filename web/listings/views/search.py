"""The page on which anybody looks for needs."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from models import Permission, is_granted, utc_now
from models.years import town_day
from web.database import current_session
from web.endorsements.queries import standing
from web.listings import queries
from web.listings.forms import needs_search
from web.listings.views.blueprint import bp
from web.pages import pagination
from web.security import current_account, requires


@bp.get("/needs")
@requires(Permission.NEED_LIST)
def needs() -> ResponseReturnValue:
    """List the needs that the reader may see, with what each further condition would leave of them."""
    session, account = current_session(), current_account()
    filters = needs_search.filters_of(request.args)
    found = queries.facets(session, account, filters)
    number = request.args.get("page", 1, type=int)
    page = queries.needs_page(session, account, filters, page=number, total=found.total)
    instead = queries.WaysOn() if found.total else queries.ways_on(session, account, filters, found)
    return render_template(
        "listings/needs.html",
        search=needs_search.NeedSearchForm(q=filters.q),
        filters=filters,
        page=page,
        endorsements=standing(session, {seen.owner.id for seen in page.items}, on=town_day(utc_now())),
        pagination=pagination(page.number, page.pages, **filters.address()),
        chosen=needs_search.chosen(filters, found),
        groups=needs_search.groups(filters, found, with_states=account is not None),
        orders=needs_search.orders(filters),
        meant=needs_search.meant_link(instead.meant),
        ways_on=needs_search.ways_on(instead.widenings, found),
        may_post=is_granted(Permission.NEED_POST, account),
        reader=account,
    )
