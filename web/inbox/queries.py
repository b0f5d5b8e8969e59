"""Reads of inboxes: what I am in charge of, what I am asked to take over, and who is in charge of the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload

from models import (
    Account,
    ActivityField,
    Appointment,
    Area,
    AreaLevel,
    Charge,
    HandOver,
    Need,
    NeedStatus,
    Participant,
    Partnership,
    Role,
    RoutingRule,
    Stage,
    Suggestion,
    Verdict,
    lies_under,
)
from models.search import contains_words
from models.suggestions import published_runs
from web.charges.queries import may_sign_in, prefixes, questions_to

PAGE_SIZE: Final = 20
LARGER: Final = frozenset(AreaLevel) - {AreaLevel.MUNICIPALITY, AreaLevel.DISTRICT}


class Whose(StrEnum):
    """Whose needs are looked at."""

    MINE = "mine"
    OTHERS = "others"


class WaitsFor(StrEnum):
    """What a need waits for."""

    REVIEW = "review"
    SOMEBODY = "somebody"
    REPLIES = "replies"
    AGREEMENT = "agreement"
    WORK = "work"
    EVALUATION = "evaluation"


# A need may have several partnerships: what stands first here is what somebody has to do first.
_BY_STAGE: Final = (
    (WaitsFor.REPLIES, (Stage.PROPOSED,)),
    (WaitsFor.AGREEMENT, (Stage.ACCEPTED, Stage.DRAFTING)),
    (WaitsFor.EVALUATION, (Stage.EVALUATING,)),
    (WaitsFor.WORK, (Stage.AGREED, Stage.RUNNING)),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A need, who is in charge of it, and what it waits for."""

    need: Need
    charge: Charge | None
    waits_for: WaitsFor


@dataclass(frozen=True, slots=True)
class Inbox:
    """One page of needs, how many there are of each kind, and what is asked."""

    entries: Sequence[Entry]
    total: int
    mine: int
    others: int
    asked: Sequence[HandOver]
    number: int

    @property
    def pages(self) -> int:
        """Return how many pages there are, at least one."""
        return pages_of(self.total)


@dataclass(frozen=True, slots=True)
class Waits:
    """What waits for an account: needs that it is asked to take over, and those that it is in charge of."""

    asked: Sequence[HandOver]
    mine: int


def inbox(session: Session, account: Account, *, whose: Whose, words: str, page: int) -> Inbox:
    """Return one page of an inbox; what waits longest comes first."""
    counts = {one: _count(session, _entries(account, one, "")) for one in Whose}
    statement = _entries(account, whose, words)
    total = _count(session, statement) if words else counts[whose]
    number = min(page, pages_of(total))
    rows: Sequence[Any] = session.execute(
        statement.with_only_columns(Need, Charge)
        .options(
            joinedload(Need.participant).options(lazyload(Participant.consents)),
            joinedload(Need.area),
            lazyload(Need.posted_by),
            joinedload(Charge.keeper).options(lazyload(Account.memberships), lazyload(Account.appointments)),
        )
        .order_by(func.coalesce(Charge.since, Need.opened_at), Need.id)
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    waits = _waits_for(session, [need.id for need, _ in rows])
    return Inbox(
        entries=[Entry(need, charge, waits.get(need.id, WaitsFor.SOMEBODY)) for need, charge in rows],
        total=total,
        mine=counts[Whose.MINE],
        others=counts[Whose.OTHERS],
        asked=questions_to(session, account),
        number=number,
    )


def pages_of(total: int) -> int:
    """Return how many pages so many needs fill, at least one."""
    return max(1, -(-total // PAGE_SIZE))


def waiting(session: Session, account: Account) -> Waits:
    """Return what waits for an account, for the first page and the desk."""
    return Waits(asked=questions_to(session, account), mine=_count(session, _entries(account, Whose.MINE, "")))


def places(account: Account) -> list[str]:
    """Return the paths of the places that an account looks after in any role."""
    return sorted({*account.paths(Role.COORDINATOR), *account.paths(Role.ADMINISTRATOR)})


def could_take_over(session: Session, charge: Charge) -> Sequence[Account]:
    """Return who else coordinates the place of the need and can sign in, those closest to it first."""
    path = charge.need.area.path
    found = session.scalars(
        select(Account)
        .join(Appointment, Appointment.account_id == Account.id)
        .join(Area, Appointment.area_id == Area.id)
        .where(
            Appointment.role == Role.COORDINATOR,
            Area.path.in_(prefixes(path)),
            may_sign_in(),
            Account.id != charge.keeper_id if charge.keeper_id else Account.id.is_not(None),
        )
        .options(lazyload(Account.memberships))
        .distinct()
        .order_by(Account.name, Account.id)
    ).all()
    return sorted(found, key=lambda one: -max(len(own) for own in one.paths(Role.COORDINATOR) if path.startswith(own)))


def whole_charge(session: Session, charge: Charge) -> Charge:
    """Load what the pages of a charge show, as it stands now."""
    return session.scalars(
        select(Charge)
        .where(Charge.id == charge.id)
        .options(
            joinedload(Charge.need).options(
                joinedload(Need.area), joinedload(Need.participant).options(lazyload(Participant.consents))
            ),
            joinedload(Charge.keeper),
        )
        .execution_options(populate_existing=True)
    ).one()


def municipalities_of(session: Session, account: Account) -> Sequence[Area]:
    """Return the municipalities that an account administers and in which somebody is appointed.

    After them come larger places that have coordinators of their own.
    """
    staffed = session.scalars(
        select(Area.path)
        .join(Appointment, Appointment.area_id == Area.id)
        .where(lies_under(account.paths(Role.ADMINISTRATOR)))
        .distinct()
    )
    above = sorted({prefix for path in staffed for prefix in prefixes(path)})
    coordinated = select(Appointment.area_id).where(Appointment.role == Role.COORDINATOR)
    return session.scalars(
        select(Area)
        .where(
            or_(
                and_(Area.level == AreaLevel.MUNICIPALITY, Area.path.in_(above)),
                and_(Area.level.in_(LARGER), Area.id.in_(coordinated)),
            ),
            lies_under(account.paths(Role.ADMINISTRATOR)),
        )
        .order_by(case((Area.level == AreaLevel.MUNICIPALITY, 0), else_=1), Area.path)
    ).all()


def own_rules(session: Session, municipality: Area) -> Sequence[RoutingRule]:
    """Return the rules that a municipality has set itself."""
    return session.scalars(
        select(RoutingRule).where(RoutingRule.municipality_id == municipality.id).options(joinedload(RoutingRule.field))
    ).all()


def fields(session: Session) -> Sequence[ActivityField]:
    """Return the fields of activity in their order."""
    return session.scalars(select(ActivityField).order_by(ActivityField.position, ActivityField.code)).all()


def coordinators_in(session: Session, place: Area) -> Sequence[Appointment]:
    """Return who coordinates a municipality, a part of it or a place that it lies in; of a larger place that alone."""
    looks_after_it = Area.path.in_(prefixes(place.path))
    here = Area.id == place.id if place.level in LARGER else looks_after_it | lies_under([place.path])
    return session.scalars(
        select(Appointment)
        .join(Area, Appointment.area_id == Area.id)
        .where(Appointment.role == Role.COORDINATOR, here)
        .options(joinedload(Appointment.account).options(lazyload(Account.memberships), lazyload(Account.appointments)))
        .order_by(Area.path, Appointment.created_at, Appointment.id)
    ).all()


def appointment_in(session: Session, area: Area, identity: UUID) -> Appointment | None:
    """Return an appointment of a coordinator in a place, None where it is none."""
    return session.scalar(
        select(Appointment)
        .join(Area, Appointment.area_id == Area.id)
        .where(Appointment.id == identity, Appointment.role == Role.COORDINATOR, lies_under([area.path]))
    )


def _entries(account: Account, whose: Whose, words: str) -> Select[Need, Charge]:
    """Return the needs of an account, or those of others in its places, that somebody has to look after."""
    statement = (
        select(Need, Charge)
        .join(Area, Need.area_id == Area.id)
        .outerjoin(Charge, and_(Charge.need_id == Need.id, Charge.until.is_(None)))
        .where(or_(Charge.id.is_not(None), Need.status == NeedStatus.OPEN))
    )
    if whose is Whose.MINE:
        statement = statement.where(Charge.keeper_id == account.id)
    else:
        statement = statement.where(
            lies_under(places(account)), or_(Charge.keeper_id.is_(None), Charge.keeper_id != account.id)
        )
    return statement.where(contains_words(Need.search_text, words)) if words else statement


def _count(session: Session, statement: Select[Need, Charge]) -> int:
    return session.scalar(select(func.count()).select_from(statement.with_only_columns(Need.id).subquery())) or 0


def _waits_for(session: Session, ids: Sequence[UUID]) -> dict[UUID, WaitsFor]:
    """Return what needs wait for: a partnership under way goes before suggestions to look at."""
    to_review = session.scalars(
        select(Suggestion.need_id)
        .where(
            Suggestion.need_id.in_(ids),
            Suggestion.verdict == Verdict.PENDING,
            Suggestion.run_id.in_(published_runs()),
        )
        .distinct()
    )
    found = dict.fromkeys(to_review, WaitsFor.REVIEW)
    stages: dict[UUID, set[Stage]] = {}
    for need_id, stage in session.execute(
        select(Partnership.need_id, Partnership.stage).where(
            Partnership.need_id.in_(ids), Partnership.over_at.is_(None)
        )
    ):
        stages.setdefault(need_id, set()).add(stage)
    for need_id, present in stages.items():
        found[need_id] = next(waits for waits, of in _BY_STAGE if present.intersection(of))
    return found
