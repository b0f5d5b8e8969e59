"""Who is in charge, brought in order: found where a need is opened, ended where nothing is to do, and never two."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from models import Account, Appointed, Area, Charge, ChargeCause, Need, NeedStatus, Role, keeper_for
from web.charges import emails, queries
from web.charges.queries import Place


def settle(session: Session, needs: Collection[Need], *, at: datetime) -> None:
    """Bring in order who is in charge of needs; said again it changes nothing."""
    session.flush()
    for ids in queries.portions([need.id for need in needs]):
        _settle(session, ids, at=at)


def settle_all(session: Session, ids: Collection[UUID], *, at: datetime) -> None:
    """Do the same for needs that are known by their ids alone."""
    session.flush()
    for some in queries.portions(ids):
        _settle(session, some, at=at)


def look_after_what_was_kept_by(session: Session, account: Account, *, at: datetime) -> None:
    """Find others for the needs of an account that is appointed no longer, suspended or erased.

    What it is asked to take over and cannot any longer stays where it is, and who asked hears of it.
    """
    session.flush()
    settle_all(session, queries.kept_by(session, account.id), at=at)
    questions = queries.questions_to(session, account)
    staff = queries.staff_covering(session, [one.charge.need.area.path for one in questions])
    own = [one for one in staff if one.account_id == account.id and one.role is Role.COORDINATOR]
    for question in questions:
        path = question.charge.need.area.path
        if any(one.covers(path) for one in own):
            continue
        question.take_back(at=at)
        asked_by = question.asked_by
        if asked_by is not None and asked_by is not account and asked_by.may_sign_in:
            emails.lapsed(session, question, to=asked_by)


def look_after_what_nobody_keeps(session: Session, area: Area, *, at: datetime) -> None:
    """Give what nobody is in charge of in a place to whoever was appointed there now."""
    session.flush()
    settle_all(session, queries.without_keeper_in(session, area), at=at)


def _settle(session: Session, ids: Sequence[UUID], *, at: datetime) -> None:
    queries.lock_needs(session, ids)
    places = queries.places_of(session, ids)
    standing = queries.standing(session, ids)
    under_way = queries.with_work_under_way(session, ids)
    staff = queries.staff_covering(session, [place.path for place in places])
    causes: dict[UUID, ChargeCause] = {}
    for place in places:
        charge = standing.get(place.need_id)
        is_wanted = place.status is NeedStatus.OPEN or (
            place.status is not NeedStatus.DRAFT and place.need_id in under_way
        )
        is_kept = charge is not None and any(
            one.account_id == charge.keeper_id and one.covers(place.path) for one in staff
        )
        if charge is not None and not (is_wanted and is_kept):
            charge.end(at=at)
        if is_wanted and not is_kept:
            causes[place.need_id] = ChargeCause.ROUTED if charge is None else ChargeCause.KEEPER_GONE
    # What has ended is written before what begins: a need is never in two inboxes.
    session.flush()
    if causes and staff:
        _route(session, [place for place in places if place.need_id in causes], staff, causes, at=at)


def _route(
    session: Session,
    places: Sequence[Place],
    staff: Sequence[Appointed],
    causes: Mapping[UUID, ChargeCause],
    *,
    at: datetime,
) -> None:
    ids = [place.need_id for place in places]
    rules = queries.rules_of(session, {place.municipality_id for place in places})
    fields = queries.first_fields(session, ids)
    load = queries.load_of(session, {one.account_id for one in staff})
    found: dict[UUID, UUID] = {}
    for place in places:
        field, offices = fields.get(place.need_id), rules[place.municipality_id]
        keeper = keeper_for(place.path, field, offices=offices, staff=staff, load=load)
        if keeper is not None:
            found[place.need_id] = keeper
            load[keeper] = load.get(keeper, 0) + 1
    needs, accounts = queries.needs_of(session, found), queries.accounts(session, set(found.values()))
    for need_id, keeper in found.items():
        session.add(Charge(need=needs[need_id], keeper=accounts[keeper], since=at, cause=causes[need_id]))
    session.flush()
