"""Changes to visits and to the plan of visits."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from models import Account, Area, Consultation, Participant, Support, Visit, VisitPlan
from models.errors import AlreadyDecided, NotAllowed
from web.consultations.services import check_looks_after
from web.visits import queries


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A visit as somebody wrote it down."""

    visited_on: date
    support: Support
    seen: str
    heard: str
    people_met: int | None
    area: Area
    participant: Participant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How often somebody goes where, from which day on."""

    area: Area
    participant: Participant | None
    every_months: int
    begins_on: date
    visitor: Account | None


def record(
    session: Session,
    report: Report,
    *,
    sent_key: str,
    consultation: Consultation | None,
    by: Account,
    at: datetime,
) -> Visit:
    """Write a visit down; what is sent twice, because the answer was lost on the way, is kept once.

    Raises
    ------
    AlreadyDecided
        Somebody else sent something with the same key.

    """
    known = queries.by_key(session, sent_key)
    if known is not None:
        if known.visitor_id != by.id:
            raise AlreadyDecided("another account sent this already")
        return known
    check_looks_after(by, report.area)
    visit = Visit(
        visited_on=report.visited_on,
        support=report.support,
        heard=report.heard,
        seen=report.seen,
        people_met=report.people_met,
        sent_key=sent_key,
        written_at=at,
        area=report.area,
        participant=report.participant,
        consultation=consultation,
        visitor=by,
    )
    session.add(visit)
    return visit


def change(visit: Visit, report: Report, *, version: int, by: Account) -> None:
    """Write a visit anew."""
    visit.check_version(version)
    check_looks_after(by, report.area)
    visit.visited_on, visit.support, visit.people_met = report.visited_on, report.support, report.people_met
    visit.seen, visit.heard = report.seen, report.heard
    visit.area, visit.participant = report.area, report.participant


def plan(session: Session, rhythm: Rhythm, *, by: Account) -> VisitPlan:
    """Plan visits to a place or body; a plan that stands is changed."""
    check_looks_after(by, rhythm.area)
    if rhythm.visitor is not None and rhythm.visitor not in queries.visitors_in(session, rhythm.area):
        raise NotAllowed("the visitor does not coordinate this place")
    standing = queries.standing_plan(session, rhythm.area, rhythm.participant)
    if standing is None:
        standing = VisitPlan(
            every_months=rhythm.every_months,
            begins_on=rhythm.begins_on,
            area=rhythm.area,
            participant=rhythm.participant,
        )
        session.add(standing)
    standing.every_months, standing.begins_on = rhythm.every_months, rhythm.begins_on
    standing.visitor = rhythm.visitor
    return standing


def plan_none(session: Session, rhythm: Rhythm, *, by: Account, on: date) -> None:
    """Plan no visits to a place or body."""
    plan(session, rhythm, by=by).end(on=on)
