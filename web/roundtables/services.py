"""Changes to meetings: called, held, called off, and what becomes of a decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from models import (
    Account,
    Area,
    AreaPlan,
    Attendance,
    Decision,
    Goal,
    Need,
    Network,
    Participant,
    ParticipantKind,
    Partnership,
    Roundtable,
    RoundtableKind,
)
from models.errors import AlreadyDecided, NotAllowed
from web.consultations.services import Heard, begin_need, check_looks_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What a meeting is about, where and when it is."""

    kind: RoundtableKind
    title: str
    starts_at: datetime
    ends_at: datetime | None
    place: str
    agenda: str
    is_public: bool
    area: Area
    convenor: Participant | None
    network: Network | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """How many people of one kind, or of one body, came."""

    kind: ParticipantKind
    people: int
    participant: Participant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """What is written down of a meeting that was held."""

    held_on: date
    minutes: str
    support: str
    came: Sequence[Came]
    decisions: Sequence[str]


def call(session: Session, invitation: Invitation, *, by: Account) -> Roundtable:
    """Call a meeting."""
    check_looks_after(by, invitation.area)
    roundtable = Roundtable(
        kind=invitation.kind,
        title=invitation.title,
        starts_at=invitation.starts_at,
        ends_at=invitation.ends_at,
        place=invitation.place,
        agenda=invitation.agenda,
        is_public=invitation.is_public,
        area=invitation.area,
        convenor=invitation.convenor,
        network=invitation.network,
        called_by=by,
    )
    session.add(roundtable)
    return roundtable


def change(roundtable: Roundtable, invitation: Invitation, *, version: int, by: Account) -> None:
    """Write the invitation anew."""
    roundtable.check_version(version)
    check_looks_after(by, invitation.area)
    roundtable.kind, roundtable.title, roundtable.area = invitation.kind, invitation.title, invitation.area
    roundtable.starts_at, roundtable.ends_at = invitation.starts_at, invitation.ends_at
    roundtable.place, roundtable.agenda = invitation.place, invitation.agenda
    roundtable.is_public = invitation.is_public
    roundtable.convenor, roundtable.network = invitation.convenor, invitation.network


def hold(session: Session, roundtable: Roundtable, minutes: Minutes, *, version: int) -> None:
    """Write down what was said, who came and what was decided; decisions that stand already are kept."""
    roundtable.check_version(version)
    roundtable.hold(on=minutes.held_on, minutes=minutes.minutes, support=minutes.support)
    roundtable.attendances.clear()
    session.flush()
    roundtable.attendances.extend(
        Attendance(kind=one.kind, people=one.people, participant=one.participant, position=position)
        for position, one in enumerate(minutes.came, start=1)
    )
    for text in minutes.decisions:
        roundtable.decide(text)


def make_need(session: Session, decision: Decision, heard: Heard, *, by: Account, at: datetime) -> Need:
    """Make the draft of a need of a decision."""
    _check_is_open(decision)
    need = begin_need(session, heard, source=decision.roundtable, by=by, at=at)
    decision.become(need)
    return need


def link(decision: Decision, result: Goal | Partnership) -> None:
    """Note that a decision led to a goal, or to a partnership, that is there already."""
    municipality = decision.roundtable.area.tenant
    place = result.plan.area if isinstance(result, Goal) else result.municipality
    if not municipality.covers(place.path):
        raise NotAllowed("this lies in another municipality")
    decision.become(result)


def make_goal(decision: Decision, plan: AreaPlan) -> Goal:
    """Make a goal of a plan of a decision; how it is measured is written down in the plan."""
    _check_is_open(decision)
    if not decision.roundtable.area.tenant.covers(plan.area.path):
        raise NotAllowed("this plan is of another municipality")
    goal = Goal(title=decision.text[:200], due_year=plan.last_year)
    plan.add_goal(goal)
    decision.become(goal)
    return goal


def _check_is_open(decision: Decision) -> None:
    if decision.need_id or decision.goal_id or decision.partnership_id:
        raise AlreadyDecided("something came of this decision already")
