"""The weights of the engine: those that count, those before, what others would change."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, lazyload

from models import (
    Account,
    Area,
    Job,
    JobKind,
    MatchingRun,
    Need,
    Offer,
    Participant,
    Role,
    RunState,
    Suggestion,
    SuggestionPartner,
    Verdict,
    WeightPreview,
    WeightSet,
)
from models.suggestions import UNDECIDED
from web.participants.queries import SeenParticipant, seen_by
from web.suggestions.queries.desk import municipalities_with_needs

AT_ONCE: Final = 200
MOST_SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Standing:
    """One suggestion that waits for a decision, as the last run left it."""

    id: UUID
    need_id: UUID
    score: float | None
    snapshot: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """A need for which another team would stand first: who would come in, who would go, and the scores."""

    need: Need
    coming: Sequence[SeenParticipant]
    going: Sequence[SeenParticipant]
    before: float | None
    after: float | None
    names_shown: bool


def history(session: Session) -> Sequence[WeightSet]:
    """Return every set of weights, the newest first."""
    return session.scalars(
        select(WeightSet).options(joinedload(WeightSet.proposed_by)).order_by(WeightSet.number.desc())
    ).all()


def numbered(session: Session, number: int) -> WeightSet | None:
    """Return the set of this number."""
    return session.scalar(select(WeightSet).where(WeightSet.number == number))


def next_number(session: Session) -> int:
    """Return the number that the next set gets."""
    return (session.scalar(select(func.max(WeightSet.number))) or 0) + 1


def active(session: Session) -> WeightSet | None:
    """Return the set that counts."""
    return session.scalar(select(WeightSet).where(WeightSet.is_active))


def locked_active(session: Session) -> WeightSet | None:
    """Return the set that counts, and keep others from switching until this is done."""
    return session.scalar(select(WeightSet).where(WeightSet.is_active).with_for_update())


def municipalities(session: Session, account: Account) -> Sequence[Area]:
    """Return the municipalities of the account in which needs are open: there is something to preview."""
    return [area for area in municipalities_with_needs(session) if account.covers(Role.ADMINISTRATOR, area.path)]


def preview_of(session: Session, weight_set: WeightSet, municipality: Area) -> WeightPreview | None:
    """Return what is known of what a set would change in a municipality."""
    return session.scalar(
        select(WeightPreview)
        .where(WeightPreview.weight_set_id == weight_set.id, WeightPreview.municipality_id == municipality.id)
        .options(joinedload(WeightPreview.job))
    )


def preview_for(session: Session, job_id: UUID) -> WeightPreview:
    """Return the preview that a job reckons."""
    return session.scalars(
        select(WeightPreview)
        .where(WeightPreview.job_id == job_id)
        .options(joinedload(WeightPreview.weight_set), joinedload(WeightPreview.municipality))
    ).one()


def last_learning(session: Session) -> Job | None:
    """Return the last time that somebody asked what the verdicts speak for."""
    return session.scalar(
        select(Job).where(Job.kind == JobKind.LEARN_WEIGHTS).order_by(Job.created_at.desc(), Job.id).limit(1)
    )


def verdicts(session: Session) -> int:
    """Count the decisions from which weights can be learnt."""
    decided = Suggestion.verdict.in_([Verdict.APPROVED, Verdict.REFUSED])
    return session.scalar(select(func.count()).select_from(Suggestion).where(decided)) or 0


def standing(session: Session, municipality: Area) -> tuple[int, Iterator[Standing]]:
    """Return how many suggestions wait in a municipality, and each of them, need by need in their order."""
    waiting = (
        select(Suggestion.id, Suggestion.need_id, Suggestion.score, Suggestion.snapshot)
        .join(MatchingRun, Suggestion.run_id == MatchingRun.id)
        .where(
            Suggestion.municipality_id == municipality.id,
            Suggestion.verdict.in_(UNDECIDED),
            MatchingRun.state == RunState.PUBLISHED,
        )
    )
    total = session.scalar(select(func.count()).select_from(waiting.with_only_columns(Suggestion.id).subquery())) or 0
    rows = session.execute(
        waiting.order_by(Suggestion.need_id, Suggestion.rank, Suggestion.id).execution_options(yield_per=AT_ONCE)
    )
    return total, (Standing(row.id, row.need_id, row.score, row.snapshot) for row in rows)


def changes(session: Session, account: Account, found: Mapping[str, Any]) -> list[Change]:
    """Return the needs for which another team would stand first, with those whom the account may know by name.

    Who was suggested and not chosen is for the coordinators of the need alone: others read of which kind they are.
    """
    told = found["changes"][:MOST_SHOWN]
    needs = _needs(session, [UUID(one["need"]) for one in told])
    teams = _teams(session, [UUID(one[side]) for one in told for side in ("before", "after")])
    shown = []
    for one in told:
        need = needs.get(UUID(one["need"]))
        before, after = teams.get(UUID(one["before"]), {}), teams.get(UUID(one["after"]), {})
        if need is None:
            continue
        coordinates = account.covers(Role.COORDINATOR, need.area.path)
        coming = [offer.participant for id_, offer in after.items() if id_ not in before]
        going = [offer.participant for id_, offer in before.items() if id_ not in after]
        shown.append(
            Change(
                need=need,
                coming=[seen_by(account, participant) for participant in coming],
                going=[seen_by(account, participant) for participant in going],
                before=one["score_before"],
                after=one["score_after"],
                names_shown=coordinates,
            )
        )
    return shown


def _needs(session: Session, ids: Sequence[UUID]) -> dict[UUID, Need]:
    rows = session.scalars(select(Need).where(Need.id.in_(ids)).options(joinedload(Need.area)))
    return {need.id: need for need in rows}


def _teams(session: Session, ids: Sequence[UUID]) -> dict[UUID, dict[UUID, Offer]]:
    """Return the offers of each suggestion by their ids, in the order of the team."""
    rows = session.scalars(
        select(SuggestionPartner)
        .where(SuggestionPartner.suggestion_id.in_(ids))
        .options(
            joinedload(SuggestionPartner.offer)
            .joinedload(Offer.participant)
            .options(joinedload(Participant.area), lazyload(Participant.consents))
        )
        .order_by(SuggestionPartner.position, SuggestionPartner.id)
    )
    teams: dict[UUID, dict[UUID, Offer]] = {}
    for partner in rows:
        teams.setdefault(partner.suggestion_id, {})[partner.offer_id] = partner.offer
    return teams
