"""What is offered while a plan is written: needs, bodies and decisions of the place."""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload

from models import (
    Account,
    Area,
    AreaPlan,
    Decision,
    Goal,
    GoalNeed,
    Need,
    NeedStatus,
    Participant,
    ParticipantKind,
    Petition,
    Provenance,
    Role,
    Roundtable,
    lies_under,
)
from models.search import contains_words
from web.listings.queries import visible_needs_to

MOST_OFFERED: Final = 20
MOST_NAMES: Final = 500
_NEWEST_DECISION: Final = (Roundtable.held_on.desc(), Decision.position, Decision.id)


def linkable_needs(session: Session, account: Account, plan: AreaPlan, *, words: str) -> Sequence[Need]:
    """Return needs of the place that serve no goal yet, the newest first."""
    statement = visible_needs_to(account).where(
        lies_under([plan.area.path]) | (Area.path == plan.area.tenant.path),
        Need.status.in_([NeedStatus.OPEN, NeedStatus.FILLED]),
        Need.id.not_in(select(GoalNeed.need_id)),
    )
    if words:
        statement = statement.where(contains_words(Need.search_text, words))
    return session.scalars(
        statement.options(joinedload(Need.participant).options(lazyload(Participant.consents)), joinedload(Need.area))
        .order_by(Need.opened_at.desc(), Need.id)
        .limit(MOST_OFFERED)
    ).all()


def linkable_need(session: Session, account: Account, plan: AreaPlan, need_id: UUID) -> Need | None:
    """Return a need of the place that the account may see and that can serve a goal of the plan."""
    return session.scalar(
        visible_needs_to(account).where(
            Need.id == need_id,
            lies_under([plan.area.path]) | (Area.path == plan.area.tenant.path),
            Need.status.in_([NeedStatus.OPEN, NeedStatus.FILLED]),
        )
    )


def link_of(session: Session, need: Need) -> GoalNeed | None:
    """Return the goal that a need serves, or None."""
    return session.scalar(
        select(GoalNeed).where(GoalNeed.need_id == need.id).options(joinedload(GoalNeed.goal).joinedload(Goal.plan))
    )


def link(session: Session, goal: Goal, need_id: UUID) -> GoalNeed | None:
    """Return the tie between a goal and a need, or None."""
    return session.scalar(select(GoalNeed).where(GoalNeed.goal_id == goal.id, GoalNeed.need_id == need_id))


def bodies_of(session: Session, plan: AreaPlan) -> Sequence[Participant]:
    """Return the bodies of the municipality that can lead or take part in a goal, by name."""
    return session.scalars(_bodies(plan).order_by(Participant.name, Participant.id).limit(MOST_NAMES)).all()


def bodies_named(session: Session, plan: AreaPlan, names: Iterable[str]) -> dict[str, Participant]:
    """Return the bodies of the municipality with these very names; a name that two share names neither."""
    found: dict[str, list[Participant]] = {}
    for body in session.scalars(_bodies(plan).where(Participant.name.in_(list(names)))):
        found.setdefault(body.name, []).append(body)
    return {name: bodies[0] for name, bodies in found.items() if len(bodies) == 1}


def coordinated_bodies(session: Session, plan: AreaPlan, account: Account) -> Sequence[Participant]:
    """Return the bodies of the municipality for which the account may write down a need, by name."""
    return session.scalars(
        _bodies(plan)
        .where(lies_under(account.paths(Role.COORDINATOR)))
        .order_by(Participant.name, Participant.id)
        .limit(MOST_NAMES)
    ).all()


def open_decisions(session: Session, plan: AreaPlan) -> Sequence[Decision]:
    """Return the latest decisions of meetings in the place of which nothing came yet."""
    return session.scalars(_decisions_without_result(plan).order_by(*_NEWEST_DECISION).limit(MOST_OFFERED)).all()


def open_decision(session: Session, plan: AreaPlan, decision_id: UUID) -> Decision | None:
    """Return a decision of a meeting in the place of which nothing came yet, or None."""
    return session.scalar(_decisions_without_result(plan).where(Decision.id == decision_id))


def is_referred_to(session: Session, goal: Goal) -> bool:
    """Tell whether a need, a request or a decision of a meeting hangs on a goal."""
    return bool(
        session.scalar(
            select(
                or_(
                    exists().where(GoalNeed.goal_id == goal.id),
                    exists().where(Provenance.goal_id == goal.id),
                    exists().where(Petition.goal_id == goal.id),
                    exists().where(Decision.goal_id == goal.id),
                )
            )
        )
    )


def _bodies(plan: AreaPlan) -> Select[Participant]:
    return (
        select(Participant)
        .join(Area, Participant.area_id == Area.id)
        .where(
            Participant.municipality_id == plan.area.tenant.id,
            Participant.kind != ParticipantKind.RESIDENT,
            Participant.left_at.is_(None),
        )
        .options(lazyload(Participant.consents))
    )


def _decisions_without_result(plan: AreaPlan) -> Select[Decision]:
    return (
        select(Decision)
        .join(Roundtable, Decision.roundtable_id == Roundtable.id)
        .join(Area, Roundtable.area_id == Area.id)
        .where(
            Roundtable.held_on.is_not(None),
            lies_under([plan.area.path]),
            Decision.need_id.is_(None),
            Decision.goal_id.is_(None),
            Decision.partnership_id.is_(None),
        )
        .options(joinedload(Decision.roundtable).options(lazyload(Roundtable.area)))
    )
