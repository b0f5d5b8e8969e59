"""Changes to area plans: written, adopted, carried on; goals, who works on them, and what was measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from models import (
    Account,
    ActKind,
    ActOnBehalf,
    Area,
    AreaPlan,
    ConsentChannel,
    Decision,
    Goal,
    GoalNeed,
    GoalRole,
    Need,
    Participant,
    Provenance,
)
from models.errors import AlreadyDecided, IllegalMove, InvalidValue, NotAllowed
from models.permissions import looks_after_it
from models.years import fiscal_year, town_day
from web.listings.services.needs import NeedDraft, post_need
from web.plans import queries


@dataclass(frozen=True, slots=True)
class Words:
    """What a plan says."""

    title: str
    vision: str
    first_year: int
    last_year: int


@dataclass(frozen=True, slots=True)
class Part:
    """Who leads or takes part in a goal, by the name that was typed."""

    name: str
    leads: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalDraft:
    """A goal as somebody describes it."""

    title: str
    measure: str = ""
    unit: str = ""
    baseline: float | None = None
    target: float | None = None
    due_year: int
    parts: Sequence[Part] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """Who said what a coordinator writes down for a body, in which way, and on which day."""

    said_by: str
    channel: ConsentChannel
    on: date


def write(session: Session, words: Words, area: Area, *, by: Account) -> AreaPlan:
    """Begin a plan for a place that the account looks after."""
    if not looks_after_it(by, area):
        raise NotAllowed("a plan is written by those who look after the place")
    plan = AreaPlan(
        title=words.title,
        vision=words.vision,
        first_year=words.first_year,
        last_year=words.last_year,
        area=area,
        written_by=by,
    )
    session.add(plan)
    return plan


def rewrite(session: Session, plan: AreaPlan, words: Words, *, version: int) -> None:
    """Change what a plan says."""
    queries.goals_of(session, plan)
    plan.check_version(version)
    plan.set_years(words.first_year, words.last_year)
    plan.title, plan.vision = words.title, words.vision


def adopt(session: Session, plan: AreaPlan, *, on: date, at: datetime) -> None:
    """Put a plan in force on a day that has come."""
    if on > town_day(at):
        raise InvalidValue("a plan is adopted before it is written down as adopted")
    queries.goals_of(session, plan)
    plan.adopt(on=on)


def carry_on(session: Session, plan: AreaPlan, words: Words, *, by: Account) -> AreaPlan:
    """Begin the next plan of the place with the goals of this one; what was measured last is where they begin."""
    goals = queries.goals_of(session, plan)
    following = write(session, words, plan.area, by=by)
    for goal in goals:
        following.add_goal(
            Goal(
                title=goal.title,
                measure=goal.measure,
                unit=goal.unit,
                baseline=goal.baseline if goal.latest is None else goal.latest.value,
                target=goal.target,
                due_year=words.last_year,
                roles=[
                    GoalRole(name=role.name, leads=role.leads, position=role.position, participant=role.participant)
                    for role in goal.roles
                ],
            )
        )
    return following


def add_goal(session: Session, plan: AreaPlan, draft: GoalDraft, *, decision: Decision | None = None) -> Goal:
    """Set one goal more; a decision of a meeting that led to it is noted as having become the goal."""
    queries.goals_of(session, plan)
    _check_due(plan, draft)
    goal = Goal(
        title=draft.title,
        measure=draft.measure,
        unit=draft.unit,
        baseline=draft.baseline,
        target=draft.target,
        due_year=draft.due_year,
        roles=_roles(session, plan, draft.parts),
    )
    plan.add_goal(goal)
    if decision is not None:
        decision.become(goal)
    return goal


def change_goal(session: Session, goal: Goal, draft: GoalDraft, *, version: int) -> None:
    """Change a goal, and who leads or takes part in it."""
    goal.check_version(version)
    _check_due(goal.plan, draft)
    goal.title, goal.measure, goal.unit = draft.title, draft.measure, draft.unit
    goal.baseline, goal.target, goal.due_year = draft.baseline, draft.target, draft.due_year
    if [(role.name, role.leads) for role in goal.roles] != [(part.name, part.leads) for part in draft.parts]:
        goal.roles.clear()
        session.flush()  # the positions are free before others take them
        goal.roles.extend(_roles(session, goal.plan, draft.parts))


def remove_goal(session: Session, goal: Goal) -> None:
    """Take a goal out of a plan that is not in force yet, where nothing hangs on it."""
    plan = goal.plan
    if plan.is_adopted or queries.is_referred_to(session, goal):
        raise IllegalMove("a goal on which something hangs, or of a plan in force, stays")
    later = [one for one in plan.goals if one.position > goal.position]
    plan.goals.remove(goal)
    session.flush()
    for one in later:
        one.position -= 1
        session.flush()  # one after the other, so that no two goals ever hold one position


def measure(  # one argument for each thing that the form asks
    goal: Goal, value: float, *, year: int, note: str, by: Account, at: datetime
) -> None:
    """Write down what was measured of a goal for a fiscal year that has begun."""
    today = town_day(at)
    if not goal.plan.first_year <= year <= min(goal.plan.last_year, fiscal_year(today)):
        raise InvalidValue("what is measured lies in the years of the plan, and not in the future")
    goal.measured(value, year=year, note=note, by=by, on=today)


def link_need(session: Session, goal: Goal, need: Need, *, at: datetime) -> None:
    """Note that a need serves a goal; it serves one."""
    present = queries.link_of(session, need)
    if present is not None and present.goal_id == goal.id:
        return
    if present is not None:
        raise AlreadyDecided("the need serves a goal already")
    session.add(GoalNeed(linked_at=at, goal=goal, need=need))


def unlink_need(session: Session, link: GoalNeed) -> None:
    """Take back that a need serves a goal; where the need came from stays written down."""
    session.delete(link)


def begin_need(  # one argument for each thing that the form asks
    session: Session, goal: Goal, *, title: str, body: Participant, told: Told | None, by: Account, at: datetime
) -> Need:
    """Write down, as a draft, what a body lacks to reach a goal; say who said so where they did not write it."""
    need = post_need(
        session,
        NeedDraft(title=title, body=goal.title, area=_place(goal.plan.area, body)),
        participant=body,
        by=by,
        opened=False,
    )
    if told is not None:
        session.add(
            ActOnBehalf(
                kind=ActKind.NEED,
                channel=told.channel,
                said_by=told.said_by,
                said_on=told.on,
                entered_at=at,
                participant=body,
                need=need,
                entered_by=by,
            )
        )
    elif not by.represents(body.id):
        raise InvalidValue("what is written for somebody else names who said it")
    session.add_all([Provenance(need=need, goal=goal), GoalNeed(linked_at=at, goal=goal, need=need)])
    return need


def _place(area: Area, body: Participant) -> Area:
    """Return the place of the plan where it is smaller than the whole municipality, else that of the body."""
    return area if area.path != body.municipality.path else body.area


def _check_due(plan: AreaPlan, draft: GoalDraft) -> None:
    if not plan.first_year <= draft.due_year <= plan.last_year:
        raise InvalidValue("a goal is due within the years of its plan")


def _roles(session: Session, plan: AreaPlan, parts: Sequence[Part]) -> list[GoalRole]:
    """Return who leads and takes part; the name of a body of the place stands for the body."""
    bodies = queries.bodies_named(session, plan, [part.name for part in parts])
    return [
        GoalRole(name=part.name, leads=part.leads, position=position, participant=bodies.get(part.name))
        for position, part in enumerate(parts, start=1)
    ]
