"""Pages of networks: the list, one network, its members, more time, and its end."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from models import Network, NetworkMember, Permission, Role, is_granted, utc_now
from models.errors import StaleVersion
from models.years import town_day
from web.acts.forms import TOLD, SaidForm
from web.consultations.forms import identity_in
from web.database import current_session
from web.i18n import locale
from web.networks import queries, services
from web.networks.forms import YES, EndForm, ExtendForm, FindForm, FoundForm, MissionForm, NetworkFilter
from web.pages import pagination
from web.security import account_at_work, current_account, requires

bp = Blueprint("networks", __name__)


@bp.get("/networks")
@requires(Permission.NETWORK_LIST)
def index() -> ResponseReturnValue:
    """List the networks."""
    session, account, search = current_session(), current_account(), NetworkFilter(request.args)
    search.offer(queries.places_with_networks(session), locale())
    active, today = search.active, town_day(utc_now())
    number = request.args.get("page", 1, type=int)
    page = queries.index_page(
        session, active.get("q", ""), active.get("area", ""), active.get("show", ""), number=number
    )
    coordinates = account is not None and bool(account.paths(Role.COORDINATOR))
    return render_template(
        "networks/index.html",
        search=search,
        page=page,
        active=active,
        members={network.id: queries.members_for(network, None) for network in page.networks},
        ending=queries.ending_soon(session, account, today) if account is not None and coordinates else (),
        may_found=is_granted(Permission.NETWORK_FOUND, account),
        pagination=pagination(page.number, page.pages, **active),
    )


@bp.get("/networks/<uuid:id>")
@requires(Permission.NETWORK_SEE, on=Network)
def network(found: Network) -> ResponseReturnValue:
    """Show one network."""
    return _network_page(found)


@bp.route("/networks/new", methods=["GET", "POST"])
@requires(Permission.NETWORK_FOUND)
def new() -> ResponseReturnValue:
    """Found a network."""
    session, account, form = current_session(), account_at_work(), FoundForm()
    form.offer(queries.places(session, account), locale())
    if not form.is_submitted():
        form.starts_on.data = town_day(utc_now())
    if not form.validate_on_submit():
        return render_template("networks/form.html", form=form, network=None), 422 if form.is_submitted() else 200
    founded = services.found(session, form.founded, by=account)
    session.flush()
    flash(_("The network is founded. Now say who takes part."), "success")
    return redirect(url_for("networks.network", id=founded.id, _anchor="members"), 303)


@bp.route("/networks/<uuid:id>/edit", methods=["GET", "POST"])
@requires(Permission.NETWORK_EDIT, on=Network)
def edit(found: Network) -> ResponseReturnValue:
    """Change how the mission is worded."""
    form = MissionForm(obj=found)
    if not form.validate_on_submit():
        return render_template("networks/form.html", form=form, network=found), 422 if form.is_submitted() else 200
    if form.version.data != str(found.version):
        raise StaleVersion("somebody else changed the network")
    services.reword(
        found,
        name=form.name.data,
        mission=form.mission.data,
        measure=form.measure.data,
        version=found.version,
    )
    flash(_("The network is saved."), "success")
    return _back(found)


@bp.post("/networks/<uuid:id>/extend")
@requires(Permission.NETWORK_EDIT, on=Network)
def extend(found: Network) -> ResponseReturnValue:
    """Give the mission more time, with a reason."""
    form = ExtendForm()
    form.about(found)
    if not form.validate() or form.until.data is None:
        return _network_page(found, extend_form=form), 422
    services.extend(current_session(), found, until=form.until.data, because=form.why.data)
    flash(_("The network has more time now."), "success")
    return _back(found)


@bp.post("/networks/<uuid:id>/end")
@requires(Permission.NETWORK_EDIT, on=Network)
def end(found: Network) -> ResponseReturnValue:
    """End a network."""
    form = EndForm()
    if not form.validate():
        return _network_page(found, end_form=form), 422
    services.end(
        current_session(),
        found,
        because=form.because.data,
        fulfilled=form.fulfilled.data == YES,
        by=account_at_work(),
        at=utc_now(),
    )
    flash(_("The network has ended. Its page stays as its history."), "success")
    return _back(found)


@bp.route("/networks/<uuid:id>/members", methods=["GET", "POST"])
@requires(Permission.NETWORK_EDIT, on=Network)
def add_member(found: Network) -> ResponseReturnValue:
    """Let a participant be a member, and note how they agreed."""
    session, account, told = current_session(), account_at_work(), SaidForm(request.form, prefix=TOLD)
    identity = identity_in(request.values.get("participant"))
    joining = None if identity is None else queries.joining(session, found, account, identity)
    if joining is None:
        abort(404)
    is_own = account.represents(joining.id)
    if request.method == "GET" or not told.validate_for(somebody_else=not is_own):
        page = render_template("networks/member.html", network=found, participant=joining, told=told, is_own=is_own)
        return page, 422 if request.method == "POST" else 200
    said = None if is_own else told.said(usually_by=joining.contact_name or joining.name)
    services.join(session, found, joining, said, by=account, at=utc_now())
    flash(_("“%(name)s” is a member now.", name=joining.name), "success")
    return _back(found)


@bp.post("/networks/<uuid:id>/members/<uuid:member>/leave")
@requires(Permission.NETWORK_EDIT, on=Network)
def remove_member(found: Network, member: UUID) -> ResponseReturnValue:
    """Note that a member has left."""
    leaving = queries.member_of(queries.whole(current_session(), found), member)
    if leaving is None:
        abort(404)
    services.leave(current_session(), leaving, by=account_at_work(), at=utc_now())
    flash(_("It has been noted that they left."), "success")
    return _back(found)


@bp.post("/networks/members/<uuid:id>/leave")
@requires(Permission.NETWORK_LEAVE, on=NetworkMember)
def leave(member: NetworkMember) -> ResponseReturnValue:
    """Let a member leave by itself."""
    services.leave(current_session(), member, by=account_at_work(), at=utc_now())
    flash(_("You have left the network."), "success")
    return _back(member.network)


def _network_page(found: Network, **typed: FlaskForm) -> str:
    session, account, today = current_session(), current_account(), town_day(utc_now())
    seen, search = queries.whole(session, found), FindForm(request.args)
    may_edit = is_granted(Permission.NETWORK_EDIT, account, seen)
    inside = account is not None and may_edit and not seen.is_over
    forms: dict[str, FlaskForm] = {"extend_form": ExtendForm(formdata=None), "end_form": EndForm(formdata=None)}
    return render_template(
        "networks/network.html",
        network=seen,
        members=queries.members_for(seen, account),
        may_edit=inside,
        own=() if seen.is_over else queries.own_members(seen, account),
        search=search,
        could_join=queries.could_join(session, seen, account, search.words) if account is not None and inside else (),
        ends_soon=not seen.is_over and seen.ends_on <= today + queries.TOLD_BEFORE,
        **(forms | typed),
    )


def _back(found: Network) -> ResponseReturnValue:
    return redirect(url_for("networks.network", id=found.id), 303)
