"""Reads of visits: what is planned and due, what was seen and heard, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.orm import Session, aliased, joinedload, lazyload
from sqlalchemy.orm.interfaces import ORMOption

from models import (
    Account,
    Appointment,
    Area,
    AreaLevel,
    Consultation,
    Participant,
    Provenance,
    Referral,
    Role,
    Visit,
    VisitPlan,
    lies_under,
)
from models.visits import MONTHLY, next_due
from models.years import town_day
from web.consultations.queries import (
    SMALL,
    Outcome,
    coordinated,
    named,
    needs_from,
    referrals_from,
)

PAGE_SIZE: Final = 20
MOST_RECENT: Final = 10
MOST_PLACES: Final = 1000
MOST_VISITORS: Final = 100


@dataclass(frozen=True, slots=True)
class Planned:
    """A place or body that is visited again and again; without a plan of its own, once a month."""

    area: Area
    participant: Participant | None
    plan: VisitPlan | None
    last_on: date | None
    due_on: date

    @property
    def every_months(self) -> int:
        """Return how many months lie between two visits."""
        return MONTHLY if self.plan is None else self.plan.every_months

    def days_late(self, today: date) -> int:
        """Return for how many days the visit has been overdue; less than one where it is not."""
        return (today - self.due_on).days


@dataclass(frozen=True, slots=True)
class Plans:
    """What is planned, the longest overdue first, and the places where visits were given up."""

    planned: Sequence[Planned]
    without: Sequence[Area]

    def narrowed(self, account: Account, *, mine: bool, area: str) -> "Plans":
        """Return what the reader goes to, or what lies in a place."""

        def fits(place: Area) -> bool:
            return not area or place.path == area or place.path.startswith(f"{area}.")

        planned = [
            one
            for one in self.planned
            if fits(one.area) and (not mine or (one.plan is not None and one.plan.visitor_id == account.id))
        ]
        return Plans(planned, () if mine else [place for place in self.without if fits(place)])


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list of visits."""

    visits: Sequence[Visit]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """Return how many pages the list has, at least one."""
        return pages_of(self.total)


def pages_of(total: int) -> int:
    """Return how many pages a list of so many rows has, at least one."""
    return max(1, -(-total // PAGE_SIZE))


def visible_to(account: Account) -> Select[Visit]:
    """Return the visits to the places that the account coordinates."""
    return select(Visit).where(Visit.area_id.in_(_places(account)))


def page_of(session: Session, account: Account, *, area: str, mine: bool, number: int) -> Page:
    """Return one page of the visits, the newest first."""
    found = visible_to(account)
    if area:
        found = found.where(Visit.area_id.in_(select(Area.id).where(lies_under([area]))))
    if mine:
        found = found.where(Visit.visitor_id == account.id)
    total = session.scalar(select(func.count()).select_from(found.with_only_columns(Visit.id).subquery())) or 0
    number = min(max(number, 1), pages_of(total))
    visits = session.scalars(
        found.options(*of_a_line())
        .order_by(Visit.visited_on.desc(), Visit.written_at.desc(), Visit.id)
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    return Page(visits, total, number)


def plans_of(session: Session, account: Account) -> Plans:
    """Return what is to be visited in the places of a coordinator.

    Every district, and every municipality without districts, is visited once a month from the day on which the
    coordinator was appointed, until somebody plans it otherwise.
    """
    plans = session.scalars(
        select(VisitPlan)
        .where(VisitPlan.area_id.in_(_places(account)))
        .options(joinedload(VisitPlan.participant).lazyload(Participant.consents), named(VisitPlan.visitor))
        .order_by(VisitPlan.begins_on, VisitPlan.id)
    ).all()
    standing = [plan for plan in plans if plan.stands]
    of_places = {plan.area_id: plan for plan in standing if plan.participant_id is None}
    given_up = {plan.area_id for plan in plans if plan.participant_id is None} - set(of_places)
    places, bodies = _last_visits(session, account)
    leaves = _leaves(session, account)
    planned = [
        Planned(plan.area, plan.participant, plan, last, plan.due_on(last))
        for plan in standing
        for last in [places.get(plan.area_id) if plan.participant_id is None else bodies.get(plan.participant_id)]
    ]
    for area in leaves:
        if area.id not in of_places and area.id not in given_up:
            last = places.get(area.id)
            planned.append(Planned(area, None, None, last, next_due(last, begins_on=_appointed_on(account, area))))
    planned.sort(key=_by_day)
    return Plans(planned, [area for area in leaves if area.id in given_up])


def due(session: Session, account: Account, today: date) -> Sequence[Planned]:
    """Return the visits that are due by today, the longest overdue first."""
    return [one for one in plans_of(session, account).planned if one.due_on <= today]


def standing_plan(session: Session, area: Area, participant: Participant | None) -> VisitPlan | None:
    """Return the plan of visits to a place, or to a body, if there is one."""
    about = VisitPlan.area_id == area.id if participant is None else VisitPlan.participant_id == participant.id
    is_of_place = VisitPlan.participant_id.is_(None) if participant is None else VisitPlan.participant_id.is_not(None)
    return session.scalar(select(VisitPlan).where(about, is_of_place, VisitPlan.ended_on.is_(None)))


def by_key(session: Session, sent_key: str) -> Visit | None:
    """Return the visit that was sent with this key, if there is one."""
    return session.scalar(select(Visit).where(Visit.sent_key == sent_key))


def consultation_of(session: Session, account: Account, identity: UUID | None) -> Consultation | None:
    """Return the consultation with this id if the account coordinates its place."""
    found = None if identity is None else session.get(Consultation, identity)
    return found if found is not None and account.covers(Role.COORDINATOR, found.area.path) else None


def visitors_in(session: Session, area: Area) -> Sequence[Account]:
    """Return who coordinates a place, and so can go there, by name."""
    steps = area.path.split(".")
    above = [".".join(steps[:length]) for length in range(1, len(steps) + 1)]
    appointed = (
        select(Appointment.account_id)
        .join(Area, Appointment.area_id == Area.id)
        .where(Appointment.role == Role.COORDINATOR, Area.path.in_(above))
    )
    return session.scalars(
        select(Account)
        .where(Account.id.in_(appointed), Account.suspended_at.is_(None))
        .options(lazyload(Account.memberships), lazyload(Account.appointments))
        .order_by(Account.name, Account.id)
        .limit(MOST_VISITORS)
    ).all()


def whole_visit(session: Session, visit: Visit) -> Visit:
    """Load what the page of a visit shows."""
    return session.scalars(
        select(Visit)
        .where(Visit.id == visit.id)
        .options(*of_a_line(), joinedload(Visit.consultation))
        .execution_options(populate_existing=True)
    ).one()


def outcome_of(session: Session, visit: Visit) -> Outcome:
    """Return what came of a visit."""
    needs = needs_from(session, Provenance.visit_id == visit.id)
    return Outcome(needs, (), referrals_from(session, Referral.visit_id == visit.id))


def of_a_line() -> tuple[ORMOption, ...]:
    """Return the options that load what a line about a visit shows."""
    return joinedload(Visit.participant).lazyload(Participant.consents), named(Visit.visitor)


def _places(account: Account) -> Select[Any]:
    return select(Area.id).where(lies_under(account.paths(Role.COORDINATOR)))


def _leaves(session: Session, account: Account) -> Sequence[Area]:
    child = aliased(Area)
    has_districts = exists(select(child.id).where(child.parent_id == Area.id, child.level == AreaLevel.DISTRICT))
    is_leaf = and_(Area.level.in_(SMALL), ~has_districts)
    return session.scalars(
        select(Area).where(coordinated(account), is_leaf).order_by(Area.path).limit(MOST_PLACES)
    ).all()


def _last_visits(session: Session, account: Account) -> tuple[Mapping[UUID, date], Mapping[UUID, date]]:
    """Return the last visit to each place and to each body; who visits a body was in the place."""
    rows = session.execute(
        select(Visit.area_id, Visit.participant_id, func.max(Visit.visited_on))
        .where(Visit.area_id.in_(_places(account)))
        .group_by(Visit.area_id, Visit.participant_id)
    )
    places: dict[UUID, date] = {}
    bodies: dict[UUID, date] = {}
    for area_id, participant_id, last_on in rows:
        places[area_id] = max(last_on, places.get(area_id, last_on))
        if participant_id is not None:
            bodies[participant_id] = max(last_on, bodies.get(participant_id, last_on))
    return places, bodies


def _appointed_on(account: Account, area: Area) -> date:
    return min(
        town_day(appointment.created_at)
        for appointment in account.appointments
        if appointment.role is Role.COORDINATOR and appointment.area.covers(area.path)
    )


def _by_day(planned: Planned) -> tuple[date, str, str]:
    return planned.due_on, planned.area.path, "" if planned.participant is None else planned.participant.name
