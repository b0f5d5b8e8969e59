"""One plan with what hangs on its goals, as far as the reader may see it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload

from models import (
    Account,
    Area,
    AreaPlan,
    Decision,
    Goal,
    GoalNeed,
    Need,
    Participant,
    Partnership,
    Party,
    Petition,
    PetitionAnswer,
    Role,
    Roundtable,
    Stage,
    lies_under,
)
from web.listings.queries import visible_needs_to
from web.participants.queries import seen_by
from web.plans.queries.lists import goals_of

TAKEN_OVER: Final = (PetitionAnswer.ADOPTED, PetitionAnswer.PARTLY)


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who leads or takes part in goals of a plan; `leads` says in which, by the id of the goal."""

    name: str
    participant_id: UUID | None
    leads: Mapping[UUID, bool]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a partnership stands that the reader may see, and whether anybody may."""

    id: UUID
    stage: Stage
    is_public: bool


@dataclass(frozen=True, slots=True)
class LinkedNeed:
    """A need that serves a goal, and where its partnerships stand, as far as the reader may see them."""

    need: Need
    partnerships: Sequence[Standing]


@dataclass(frozen=True, slots=True)
class TakenOver:
    """A request that the administration took over; a resident who asked is not named."""

    title: str
    answer: PetitionAnswer
    text: str
    by: str | None


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision of a meeting from which a goal came."""

    text: str
    meeting: str


@dataclass(slots=True)
class OfGoal:
    """What hangs on one goal."""

    needs: list[LinkedNeed] = field(default_factory=list)
    taken_over: list[TakenOver] = field(default_factory=list)
    decided: list[Decided] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class WholePlan:
    """A plan with all that its page shows."""

    plan: AreaPlan
    actors: Sequence[Actor]
    of_goals: Mapping[UUID, OfGoal]


def whole_plan(session: Session, plan: AreaPlan, account: Account | None, *, is_inside: bool) -> WholePlan:
    """Return a plan with what hangs on its goals, as far as the reader may see it."""
    goals = goals_of(session, plan)
    of_goals = {goal.id: OfGoal() for goal in goals}
    for goal_id, linked in _linked(session, account, of_goals):
        of_goals[goal_id].needs.append(linked)
    for petition in _petitions(session, of_goals, is_inside=is_inside):
        if petition.goal_id is not None and petition.answer is not None:
            of_goals[petition.goal_id].taken_over.append(
                TakenOver(
                    petition.title,
                    petition.answer,
                    petition.answer_text,
                    seen_by(account, petition.participant).name,
                )
            )
    for goal_id, text, meeting in _decisions(session, of_goals, is_inside=is_inside):
        of_goals[goal_id].decided.append(Decided(text, meeting))
    return WholePlan(plan, actors(goals), of_goals)


def actors(goals: Iterable[Goal]) -> list[Actor]:
    """Return who leads or takes part, in the order in which the goals name them: the columns of the table."""
    leads: dict[UUID | str, dict[UUID, bool]] = {}
    names: dict[UUID | str, str] = {}
    for goal in goals:
        for role in goal.roles:
            key = role.participant_id or role.name
            names.setdefault(key, role.name if role.participant is None else role.participant.name)
            leads.setdefault(key, {})[goal.id] = role.leads
    return [Actor(name, key if isinstance(key, UUID) else None, leads[key]) for key, name in names.items()]


def _linked(session: Session, account: Account | None, ids: Iterable[UUID]) -> list[tuple[UUID, LinkedNeed]]:
    visible = visible_needs_to(account).with_only_columns(Need.id)
    links = session.scalars(
        select(GoalNeed)
        .where(GoalNeed.goal_id.in_(list(ids)), GoalNeed.need_id.in_(visible))
        .options(lazyload(GoalNeed.goal), joinedload(GoalNeed.need).options(lazyload(Need.participant)))
        .order_by(GoalNeed.linked_at, GoalNeed.id)
    ).all()
    standings: dict[UUID, list[Standing]] = {}
    if links:
        for need_id, partnership_id, stage, is_public in session.execute(
            select(Partnership.need_id, Partnership.id, Partnership.stage, _is_public())
            .join(Need, Partnership.need_id == Need.id)
            .join(Area, Need.area_id == Area.id)
            .where(Need.id.in_([one.need_id for one in links]), _may_see_partnership(account))
            .order_by(Partnership.proposed_at, Partnership.id)
        ):
            standings.setdefault(need_id, []).append(Standing(partnership_id, stage, is_public))
    return [(one.goal_id, LinkedNeed(one.need, standings.get(one.need_id, ()))) for one in links]


def _may_see_partnership(account: Account | None) -> ColumnElement[bool]:
    """Return the condition that a `Partnership` is public, the account's own, or in a place that it coordinates."""
    if account is None:
        return _is_public()
    own = [membership.participant_id for membership in account.memberships]
    takes_part = exists().where(Party.partnership_id == Partnership.id, Party.participant_id.in_(own))
    return or_(_is_public(), takes_part, lies_under(account.paths(Role.COORDINATOR)))


def _is_public() -> ColumnElement[bool]:
    """Return what `Partnership.is_public` tells, for the database."""
    keeps_private = exists().where(Party.partnership_id == Partnership.id, Party.publishes_at.is_(None))
    return and_(Partnership.accepted_at.is_not(None), Partnership.stage != Stage.WITHDRAWN, ~keeps_private)


def _petitions(session: Session, ids: Iterable[UUID], *, is_inside: bool) -> Sequence[Petition]:
    statement = select(Petition).where(Petition.goal_id.in_(list(ids)), Petition.answer.in_(TAKEN_OVER))
    if not is_inside:
        statement = statement.where(Petition.answer_is_public)
    return session.scalars(
        statement.options(
            joinedload(Petition.participant).options(lazyload(Participant.consents), joinedload(Participant.area)),
            lazyload(Petition.goal),
        ).order_by(Petition.answered_on, Petition.id)
    ).all()


def _decisions(session: Session, ids: Iterable[UUID], *, is_inside: bool) -> list[tuple[UUID, str, str]]:
    statement = (
        select(Decision.goal_id, Decision.text, Roundtable.title)
        .join(Roundtable, Decision.roundtable_id == Roundtable.id)
        .where(Decision.goal_id.in_(list(ids)))
        .order_by(Roundtable.held_on, Decision.position, Decision.id)
    )
    if not is_inside:
        statement = statement.where(Roundtable.is_public)
    return [(goal_id, text, title) for goal_id, text, title in session.execute(statement) if goal_id is not None]
