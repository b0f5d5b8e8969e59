"""What a run found, written where nobody sees it yet, and shown by moving one pointer.

A run's rows are written in portions, each in a short transaction of its own, while the state of the
run says that it is not published: every read leaves them out (`models.suggestions`). The last
transaction looks once more whether needs, offers and decisions are as they were, puts right what is
not, supersedes what was shown before and sets the state.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session, lazyload, selectinload, undefer

from matching import NeedProfile, NeedResult, OfferProfile, SeasonPair, Showing, SuggestionResult, Weights
from models import (
    Area,
    AuditAction,
    AuditedSession,
    Job,
    JobState,
    MatchingRun,
    Need,
    NeedOutcome,
    NeedsShown,
    RunState,
    Suggestion,
    SuggestionApproval,
    SuggestionPartner,
    SuggestionShare,
    Verdict,
    WeightSet,
)
from models.suggestions import UNDECIDED, unpublished_runs
from web.suggestions.queries import profiles
from web.suggestions.services.rows import Rows, rows_of, showings_of

NEEDS_AT_ONCE: Final = 25
SHOWINGS_AT_ONCE: Final = 500
REMOVED_AT_ONCE: Final = 200

Team = tuple[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Decided:
    """Teams that must not be shown again: those that still wait on the desk, and those refused as they are now."""

    waiting: frozenset[Team]
    refused: frozenset[tuple[str, int, frozenset[tuple[str, int]]]]

    def teams(self, market: profiles.Market) -> dict[str, list[frozenset[str]]]:
        """Return by need the teams that the engine need not suggest: it finds the next ones instead."""
        needs = {need.id: need.version for need in market.needs}
        offers = {offer.id: offer.version for offer in market.offers}
        found: dict[str, list[frozenset[str]]] = {}
        for need, team in self.waiting:
            found.setdefault(need, []).append(team)
        for need, version, judged in self.refused:
            if needs.get(need) == version and all(offers.get(offer) == known for offer, known in judged):
                found.setdefault(need, []).append(frozenset(offer for offer, _ in judged))
        return found


@dataclass(frozen=True, slots=True)
class Found:
    """What one run of the engine was told, and what it answered."""

    market: profiles.Market
    results: Sequence[NeedResult]
    told_at: datetime
    showings: Sequence[Showing] = ()
    seasons: Mapping[str, Sequence[SeasonPair]] = field(default_factory=dict)

    @property
    def offers(self) -> Mapping[str, OfferProfile]:
        """The offers that are part of any suggestion, by id."""
        suggested = {
            partner.offer_id
            for result in self.results
            for suggestion in result.suggestions
            for partner in suggestion.partners
        }
        return {offer.id: offer for offer in self.market.offers if offer.id in suggested}


@dataclass(frozen=True, slots=True)
class _Now:
    """What is still as the engine was told, the needs that look for somebody now, and those looked at later than here.

    `needs` leaves out those for which a run of their own began after this one and is shown already: it
    knows what this one may not.
    """

    needs: profiles.ToldNeeds
    offers: profiles.ToldOffers
    looking: frozenset[str]
    newer: frozenset[str]
    has_changed: bool


def begin(session: AuditedSession, job: Job, market: profiles.Market, *, at: datetime) -> MatchingRun:
    """Open a run of which nobody sees anything yet; what an earlier attempt at the job left behind is given up."""
    if job.municipality is None or job.started_at is None:
        raise ValueError("a run of the engine is for one municipality and was started")
    for former in session.scalars(
        select(MatchingRun).where(MatchingRun.job_id == job.id, MatchingRun.state == RunState.RUNNING)
    ):
        former.fail(at=at)
    run = MatchingRun(
        municipality=job.municipality,
        need=job.need,
        weight_set=weight_set(session, market.weights),
        started_at=job.started_at,
        job=job,
        taxonomy_version=market.taxonomy.fingerprint,
    )
    session.add(run)
    return run


def portions(run: MatchingRun, found: Found, decided: Decided) -> Iterator[Rows]:
    """Yield the rows of a run in portions that are written in a moment each."""
    needs = {need.id: need for need in found.market.needs}
    for start in range(0, len(found.results), NEEDS_AT_ONCE):
        yield Rows.joined(
            rows_of(run, result, shown(needs[result.need_id], result, decided, found.offers), found.offers)
            for result in found.results[start : start + NEEDS_AT_ONCE]
        )
    for start in range(0, len(found.showings), SHOWINGS_AT_ONCE):
        yield showings_of(run, found.showings[start : start + SHOWINGS_AT_ONCE])


def write(session: Session, rows: Rows) -> None:
    """Write rows of a run; none of these tables is recorded row by row, and a mapped row would cost ten times that."""
    for model, values in (
        (NeedOutcome, rows.outcomes),
        (Suggestion, rows.suggestions),
        (SuggestionPartner, rows.partners),
        (SuggestionShare, rows.shares),
        (NeedsShown, rows.showings),
    ):
        if values:
            session.execute(insert(model.__table__), values)  # type: ignore[arg-type]  # a table by declaration


def publish(session: AuditedSession, job: Job, run: MatchingRun, found: Found, told: Decided, *, at: datetime) -> None:
    """Show a run instead of what was shown before."""
    now = _as_it_is_now(session, run, found)
    left_alone = now.looking - now.needs.keys()
    if run.need_id is not None and not now.needs:
        run.fail(at=at)
        _make_way(session, run, left_alone)
        if left_alone:
            _ask_again(session, job, found, now)
        return
    superseded = _make_way(session, run, left_alone)
    _put_right(session, run, found, told, now)
    # The database allows one published run of a municipality or need: the former steps back first.
    for former in session.scalars(_replaced(run, left_alone)):
        former.supersede()
        session.execute(delete(NeedsShown.__table__).where(NeedsShown.__table__.c.run_id == former.id))  # type: ignore[arg-type]
    session.flush()
    if found.seasons:
        run.season = {
            by: [[pair.need_id, pair.participant, pair.offer_id] for pair in pairs]
            for by, pairs in found.seasons.items()
        }
    run.publish(needs=len(found.market.needs), offers=len(found.market.offers), at=at)
    session.flush()
    if superseded:
        session.record(AuditAction.UPDATE, run, {"superseded": [0, superseded]})
    if now.has_changed:
        _ask_again(session, job, found, now)


def decisions(session: Session, municipality: Area, need: Need | None) -> Decided:
    """Return what must not be shown again beside the new."""
    here = [Suggestion.municipality_id == municipality.id]
    if need is not None:
        here.append(Suggestion.need_id == need.id)
    undecided = session.scalars(
        select(Suggestion)
        .where(
            *here,
            Suggestion.verdict.in_(UNDECIDED),
            or_(
                Suggestion.verdict == Verdict.HELD,
                Suggestion.approvals.any(),
                Suggestion.coordinators_place.is_not(None) & ~_is_of_an_older_need(),
            ),
        )
        .options(selectinload(Suggestion.partners), lazyload(Suggestion.approvals))
    )
    waiting = frozenset(
        (str(one.need_id), frozenset(str(partner.offer_id) for partner in one.partners)) for one in undecided
    )
    refused = session.scalars(
        select(Suggestion)
        .where(
            *here,
            Suggestion.verdict == Verdict.REFUSED,
            Suggestion.need_id.in_(profiles.open_needs(municipality).with_only_columns(Need.id)),
        )
        .options(undefer(Suggestion.snapshot), lazyload(Suggestion.approvals))
    )
    return Decided(waiting, frozenset(_as_judged(one.snapshot) for one in refused if one.snapshot))


def shown(
    need: NeedProfile, result: NeedResult, decided: Decided, offers: Mapping[str, OfferProfile]
) -> list[SuggestionResult]:
    """Return what of a result is shown, in its order: its offers are as the engine was told, nobody decided yet."""
    return [suggestion for suggestion in result.suggestions if _is_new(need, suggestion, decided, offers)]


def tidy(writing: Callable[[], AbstractContextManager[AuditedSession]]) -> None:
    """Remove all that runs wrote that never were published, a little at a time so that nobody waits for it."""
    is_done = False
    while not is_done:
        with writing() as session:
            is_done = not remove_left_overs(session, limit=REMOVED_AT_ONCE)


def remove_left_overs(session: AuditedSession, *, limit: int) -> int:
    """Remove rows of runs that never were published, some at a time; return how many suggestions went.

    A run is left over when it failed, or when its job is no longer at work: whoever still writes it
    finds the job taken before the next portion.
    """
    left_over = (
        select(MatchingRun)
        .outerjoin(Job, MatchingRun.job_id == Job.id)
        .where(
            or_(
                MatchingRun.state == RunState.FAILED,
                (MatchingRun.state == RunState.RUNNING) & or_(Job.id.is_(None), Job.state != JobState.RUNNING),
            )
        )
        .order_by(MatchingRun.started_at, MatchingRun.id)
    )
    run = session.scalars(left_over.limit(1)).first()
    if run is None:
        return 0
    some = select(Suggestion.__table__.c.id).where(Suggestion.__table__.c.run_id == run.id).limit(limit)
    removed = _remove_suggestions(session, some)
    if removed < limit:
        session.execute(delete(NeedOutcome.__table__).where(NeedOutcome.__table__.c.run_id == run.id))  # type: ignore[arg-type]
        session.delete(run)
    return max(removed, 1)


def _is_new(
    need: NeedProfile, suggestion: SuggestionResult, decided: Decided, offers: Mapping[str, OfferProfile]
) -> bool:
    team = frozenset(partner.offer_id for partner in suggestion.partners)
    if not team <= offers.keys():
        return False
    judged = (need.id, need.version, frozenset((offer, offers[offer].version) for offer in team))
    return (need.id, team) not in decided.waiting and judged not in decided.refused


def _as_judged(snapshot: Mapping[str, Any]) -> tuple[str, int, frozenset[tuple[str, int]]]:
    """Return which versions of which need and offers somebody looked at."""
    need, offers = snapshot["need"], [partner["offer"] for partner in snapshot["partners"]]
    return need["id"], need["version"], frozenset((offer["id"], offer["version"]) for offer in offers)


def _as_it_is_now(session: Session, run: MatchingRun, found: Found) -> _Now:
    """Read again, in the transaction that publishes, what something is said about, and keep what did not change."""
    statement = profiles.open_needs(run.municipality)
    if run.need_id is not None:
        statement = statement.where(Need.id == run.need_id)
    needs = profiles.told_needs(session, statement, at=found.told_at)
    told_needs = {need.id: need for need in found.market.needs}
    told_offers = found.offers
    serving = profiles.serving_offers(run.municipality)
    offers = profiles.told_offers_among(session, serving, map(UUID, told_offers), at=found.told_at)
    newer = (
        frozenset(str(key) for key in session.scalars(_looked_at_after(run))) if run.need_id is None else frozenset()
    )
    return _Now(
        needs={key: need for key, need in needs.items() if told_needs.get(key) == need and key not in newer},
        offers={key: offer for key, offer in offers.items() if told_offers.get(key) == offer},
        looking=frozenset(key for key, need in needs.items() if need.is_open),
        newer=newer,
        has_changed=any(needs.get(key) != told for key, told in told_needs.items())
        or any(offers.get(key) != told for key, told in told_offers.items()),
    )


def _looked_at_after(run: MatchingRun) -> Select[UUID | None]:
    """Return the needs whose own published run began after that of their whole municipality."""
    return select(MatchingRun.need_id).where(
        MatchingRun.municipality_id == run.municipality_id,
        MatchingRun.state == RunState.PUBLISHED,
        MatchingRun.need_id.is_not(None),
        MatchingRun.started_at > run.started_at,
    )


def _make_way(session: Session, run: MatchingRun, left_alone: Collection[str]) -> int:
    """Supersede in one statement what nobody decided about, and return how many suggestions that were.

    What a coordinator edited or put in its place stays until somebody decides or the need itself changes.
    Needs of which this run knows nothing or something old are left alone: they have a job of their
    own. The statement passes the record of changes by, so whoever calls this writes its entry.
    """
    approved_once = select(SuggestionApproval.id).where(SuggestionApproval.suggestion_id == Suggestion.id)
    here = Suggestion.municipality_id == run.municipality_id
    superseded = session.execute(
        update(Suggestion)
        .where(
            here if run.need_id is None else here & (Suggestion.need_id == run.need_id),
            Suggestion.need_id.not_in([UUID(key) for key in sorted(left_alone)]),
            Suggestion.verdict == Verdict.PENDING,
            Suggestion.run_id.not_in(unpublished_runs()),
            ~approved_once.exists(),
            or_(Suggestion.coordinators_place.is_(None), _is_of_an_older_need()),
        )
        .values(verdict=Verdict.SUPERSEDED, version=Suggestion.version + 1)
        .execution_options(synchronize_session=False)
        .returning(Suggestion.id)
    )
    return len(superseded.all())


def _is_of_an_older_need() -> ColumnElement[bool]:
    """Return whether the need of a suggestion changed since, or what was known of it was erased."""
    told = Suggestion.snapshot[("need", "version")].as_integer()
    version = select(Need.version).where(Need.id == Suggestion.need_id).correlate(Suggestion).scalar_subquery()
    return func.coalesce(told, 0) != version


def _put_right(session: Session, run: MatchingRun, found: Found, told: Decided, now: _Now) -> None:
    """Write anew what is not as it was when the rows were written: needs, offers or decisions changed meanwhile."""
    decided = decisions(session, run.municipality, run.need)
    needs = {need.id: need for need in found.market.needs}
    for result in found.results:
        need = needs[result.need_id]
        still = shown(need, result, decided, now.offers)
        is_as_told = need.id in now.needs
        if is_as_told and still == shown(need, result, told, found.offers):
            continue
        of_need = Suggestion.__table__.c.need_id == UUID(need.id)
        _remove_suggestions(
            session, select(Suggestion.__table__.c.id).where(Suggestion.__table__.c.run_id == run.id, of_need)
        )
        _remove_outcomes(session, [run.id], UUID(need.id))
        if is_as_told:
            write(session, rows_of(run, result, still, now.offers))
    if run.need_id is not None and now.needs:
        shown_now = session.scalars(
            select(MatchingRun.id).where(
                MatchingRun.municipality_id == run.municipality_id, MatchingRun.state == RunState.PUBLISHED
            )
        ).all()
        _remove_outcomes(session, shown_now, run.need_id)


def _remove_suggestions(session: Session, ids: Select[UUID]) -> int:
    """Remove suggestions that nobody has seen, with their partners and shares."""
    table = Suggestion.__table__
    removed = session.execute(
        delete(table).where(table.c.id.in_(ids)).returning(table.c.id)  # type: ignore[arg-type]  # a table by declaration
    )
    return len(removed.all())


def _remove_outcomes(session: Session, runs: Sequence[UUID], need_id: UUID) -> None:
    table = NeedOutcome.__table__
    session.execute(delete(table).where(table.c.need_id == need_id, table.c.run_id.in_(runs)))  # type: ignore[arg-type]


def _replaced(run: MatchingRun, left_alone: Collection[str]) -> Select[MatchingRun]:
    """Return the published runs in whose place this one comes."""
    published = select(MatchingRun).where(
        MatchingRun.municipality_id == run.municipality_id, MatchingRun.state == RunState.PUBLISHED
    )
    if run.need_id is not None:
        return published.where(MatchingRun.need_id == run.need_id)
    kept = [UUID(key) for key in sorted(left_alone)]
    return published.where(or_(MatchingRun.need_id.is_(None), MatchingRun.need_id.not_in(kept)))


def _ask_again(session: Session, job: Job, found: Found, now: _Now) -> None:
    """Ask for another look at what changed: at single needs where they are few, else at the municipality."""
    changed = [
        UUID(result.need_id)
        for result in found.results
        if result.need_id in now.looking - now.newer
        and (
            result.need_id not in now.needs
            or any(
                partner.offer_id not in now.offers
                for suggestion in result.suggestions
                for partner in suggestion.partners
            )
        )
    ]
    Job.request_for_each(session, session.scalars(select(Need).where(Need.id.in_(changed))), by=job.requested_by)


def weight_set(session: Session, weights: Weights) -> WeightSet:
    """Return the stored set of these weights; the first set is written by the first run."""
    stored = session.scalar(select(WeightSet).where(WeightSet.number == weights.version))
    if stored is not None:
        return stored
    values = {entry.name: getattr(weights, entry.name) for entry in fields(weights) if entry.name != "version"}
    return WeightSet(number=weights.version, weights=values, is_active=True)
