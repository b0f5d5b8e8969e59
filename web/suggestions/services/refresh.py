"""One pass of the engine: read, compute without any transaction, publish in one."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, joinedload, lazyload, selectinload, undefer

from matching import NeedProfile, NeedResult, OfferProfile, PartnerResult, Reason, SuggestionResult, Weights, run
from models import (
    Account,
    Area,
    AuditAction,
    AuditedSession,
    Job,
    JobKind,
    JobState,
    MatchingRun,
    Need,
    NeedOutcome,
    Offer,
    OfferItem,
    RunState,
    Suggestion,
    SuggestionApproval,
    SuggestionPartner,
    SuggestionShare,
    Verdict,
    WeightSet,
    utc_now,
)
from models.suggestions import UNDECIDED
from web.suggestions.queries import profiles
from web.suggestions.services.heartbeat import Beat, heartbeat

Scope: TypeAlias = Callable[[], AbstractContextManager[AuditedSession]]
Team: TypeAlias = tuple[str, frozenset[str]]

LOST_AFTER: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class _Decided:
    """Teams that must not be shown again: those that still wait on the desk, and those refused as they are now."""

    waiting: frozenset[Team]
    refused: frozenset[tuple[str, int, frozenset[tuple[str, int]]]]


@dataclass(frozen=True, slots=True)
class _Now:
    """The needs and offers that are still what the engine was told, and whether any is not."""

    needs: profiles.Needs
    offers: profiles.Offers
    has_changed: bool


def request_run(session: Session, municipality: Area, *, by: Account | None) -> Job:
    """Ask for partners to be looked for in a municipality."""
    return Job.request(session, JobKind.REFRESH_SUGGESTIONS, municipality=municipality, by=by)


def refresh(reading: Scope, writing: Scope, job_id: UUID, *, beat: Beat) -> bool:
    """Do one job: look for partners and publish what was found; tell whether it was still ours to publish."""
    with reading() as session:
        job = session.get_one(Job, job_id, options=[joinedload(Job.municipality)])
        attempt = job.attempts
        if job.municipality is None:
            raise ValueError("a run of the engine is for one municipality")
        told_at = utc_now()
        market = profiles.market(session, job.municipality, at=told_at)
    with heartbeat(beat, total=len(market.needs)) as progress:
        results = run(
            market.needs,
            market.offers,
            weights=market.weights,
            geography=market.geography,
            taxonomy=market.taxonomy,
            progress=progress,
        )
    with writing() as session:
        at = utc_now()
        if not _is_still_ours(session, job_id, attempt, at=at):
            return False
        job = session.get_one(Job, job_id, options=[joinedload(Job.municipality)], populate_existing=True)
        _publish(session, job, market, results, told_at=told_at, at=at)
        job.beat(len(market.needs), len(market.needs), at=at)
        job.finish(at=at)
    return True


def refresh_now(reading: Scope, writing: Scope, municipality_id: UUID, *, beat: Beat) -> bool:
    """Look for partners at once, as a job that is at work from its first moment; tell whether nobody else was.

    A worker that looks for jobs finds this one taken. What is left behind by a process that was
    killed goes back to the queue.
    """
    with writing() as session:
        at = utc_now()
        municipality = session.get_one(Area, municipality_id)
        if not _is_free(session, municipality, at=at):
            return False
        job = Job(kind=JobKind.REFRESH_SUGGESTIONS, municipality=municipality)
        job.start(at=at)
        session.add(job)
    try:
        return refresh(reading, writing, job.id, beat=partial(_show_and_note, beat, writing, job.id, job.attempts))
    except BaseException as error:
        # Also when somebody presses Ctrl-C: the row says how it ended, and the error goes on.
        with writing() as session:
            left = session.get_one(Job, job.id)
            if left.state is JobState.RUNNING:
                left.fail(type(error).__name__, at=utc_now())
        raise


def _show_and_note(show: Beat, writing: Scope, job_id: UUID, attempt: int, done: int, total: int) -> None:
    """Show how far the work is, and note in the job's row that somebody is still at it."""
    show(done, total)
    with writing() as session:
        session.execute(
            update(Job)
            .where(Job.id == job_id, Job.state == JobState.RUNNING, Job.attempts == attempt)
            .values(done=done, total=total, heartbeat_at=utc_now())
        )


def _is_free(session: Session, municipality: Area, *, at: datetime) -> bool:
    """Tell whether nobody looks for partners there now; a job whose worker was lost waits again."""
    running = session.scalar(
        select(Job).where(
            Job.kind == JobKind.REFRESH_SUGGESTIONS,
            Job.municipality_id == municipality.id,
            Job.state == JobState.RUNNING,
        )
    )
    if running is None:
        return True
    if running.heartbeat_at is not None and running.heartbeat_at > at - LOST_AFTER:
        return False
    running.requeue()
    session.flush()
    return True


def _is_still_ours(session: Session, job_id: UUID, attempt: int, *, at: datetime) -> bool:
    """Take the job's row for this transaction; None is found where another worker took the job over."""
    claimed = session.scalar(
        update(Job)
        .where(Job.id == job_id, Job.state == JobState.RUNNING, Job.attempts == attempt)
        .values(heartbeat_at=at)
        .returning(Job.id)
    )
    return claimed is not None


def _publish(
    session: AuditedSession,
    job: Job,
    market: profiles.Market,
    results: Sequence[NeedResult],
    *,
    told_at: datetime,
    at: datetime,
) -> None:
    municipality = job.municipality
    if municipality is None or job.started_at is None:
        raise ValueError("a run of the engine is for one municipality and was started")
    # The database allows one published run of a municipality: the former steps back first.
    for former in session.scalars(
        select(MatchingRun).where(
            MatchingRun.municipality_id == municipality.id, MatchingRun.state == RunState.PUBLISHED
        )
    ):
        former.supersede()
    decided = _decided(session, municipality)
    superseded = _make_way(session, municipality)
    session.flush()
    matching_run = MatchingRun(
        municipality=municipality,
        weight_set=_weight_set(session, market.weights),
        started_at=job.started_at,
        job=job,
    )
    matching_run.publish(needs=len(market.needs), offers=len(market.offers), at=at)
    session.add(matching_run)
    if superseded:
        # After the entry that the run itself came to be, and as before and after, the way changes are read.
        session.flush()
        session.record(AuditAction.UPDATE, matching_run, {"superseded": [0, superseded]})
    now = _as_it_is_now(session, municipality, market, results, at=told_at)
    for result in results:
        if result.need_id not in now.needs:
            continue
        need, _ = now.needs[result.need_id]
        session.add(_outcome(matching_run, need, result))
        found = [suggestion for suggestion in result.suggestions if _is_new(need, suggestion, decided, now.offers)]
        for rank, suggestion in enumerate(found, start=1):
            session.add(_suggestion(matching_run, need, suggestion, now.offers, rank=rank))
    if now.has_changed:
        request_run(session, municipality, by=None)


def _make_way(session: Session, municipality: Area) -> int:
    """Supersede in one statement what nobody decided about, and return how many suggestions that were.

    The statement passes the record of changes by, so whoever calls this writes its entry.
    """
    approved_once = select(SuggestionApproval.id).where(SuggestionApproval.suggestion_id == Suggestion.id)
    superseded = session.execute(
        update(Suggestion)
        .where(
            Suggestion.municipality_id == municipality.id,
            Suggestion.verdict == Verdict.PENDING,
            ~approved_once.exists(),
        )
        .values(verdict=Verdict.SUPERSEDED, version=Suggestion.version + 1)
        .execution_options(synchronize_session=False)
        .returning(Suggestion.id)
    )
    return len(superseded.all())


def _decided(session: Session, municipality: Area) -> _Decided:
    """Return what must not be shown again beside the new."""
    undecided = session.scalars(
        select(Suggestion)
        .where(
            Suggestion.municipality_id == municipality.id,
            Suggestion.verdict.in_(UNDECIDED),
            or_(Suggestion.verdict == Verdict.HELD, Suggestion.approvals.any()),
        )
        .options(selectinload(Suggestion.partners), lazyload(Suggestion.approvals))
    )
    waiting = frozenset(
        (str(one.need_id), frozenset(str(partner.offer_id) for partner in one.partners)) for one in undecided
    )
    refused = session.scalars(
        select(Suggestion)
        .where(
            Suggestion.municipality_id == municipality.id,
            Suggestion.verdict == Verdict.REFUSED,
            Suggestion.need_id.in_(profiles.open_needs(municipality).with_only_columns(Need.id)),
        )
        .options(undefer(Suggestion.snapshot))
    )
    return _Decided(waiting, frozenset(_as_judged(one.snapshot) for one in refused if one.snapshot))


def _as_judged(snapshot: Mapping[str, Any]) -> tuple[str, int, frozenset[tuple[str, int]]]:
    """Return which versions of which need and offers somebody looked at."""
    need, offers = snapshot["need"], [partner["offer"] for partner in snapshot["partners"]]
    return need["id"], need["version"], frozenset((offer["id"], offer["version"]) for offer in offers)


def _is_new(need: Need, suggestion: SuggestionResult, decided: _Decided, offers: profiles.Offers) -> bool:
    """Tell whether a team can be shown: its offers are as the engine was told, and nobody decided about it."""
    team = frozenset(partner.offer_id for partner in suggestion.partners)
    if not team <= offers.keys():
        return False
    judged = (str(need.id), need.version, frozenset((offer, offers[offer][1].version) for offer in team))
    return (str(need.id), team) not in decided.waiting and judged not in decided.refused


def _as_it_is_now(
    session: Session,
    municipality: Area,
    market: profiles.Market,
    results: Sequence[NeedResult],
    *,
    at: datetime,
) -> _Now:
    """Read again, in the transaction that publishes, what something is said about, and keep what did not change."""
    suggested = {
        partner.offer_id for result in results for suggestion in result.suggestions for partner in suggestion.partners
    }
    needs = profiles.needs(session, profiles.open_needs(municipality), at=at)
    offers = profiles.offers(
        session, profiles.serving_offers(municipality).where(Offer.id.in_(map(UUID, suggested))), at=at
    )
    told_needs = {profile.id: profile for profile in market.needs}
    told_offers = {profile.id: profile for profile in market.offers if profile.id in suggested}
    return _Now(
        needs={key: pair for key, pair in needs.items() if told_needs.get(key) == pair[1]},
        offers={key: pair for key, pair in offers.items() if told_offers.get(key) == pair[1]},
        has_changed=any(told != _now(needs, key) for key, told in told_needs.items())
        or any(told != _now(offers, key) for key, told in told_offers.items()),
    )


def _now(rows: profiles.Needs | profiles.Offers, key: str) -> NeedProfile | OfferProfile | None:
    return rows[key][1] if key in rows else None


def _outcome(matching_run: MatchingRun, need: Need, result: NeedResult) -> NeedOutcome:
    return NeedOutcome(
        run=matching_run,
        need=need,
        candidates=result.candidates,
        excluded=dict(result.excluded),
        relaxations=[{**one.reason.to_json(), "count": one.count} for one in result.relaxations],
        questions=[question.to_json() for question in result.questions],
    )


def _suggestion(
    matching_run: MatchingRun, need: Need, result: SuggestionResult, offers: profiles.Offers, *, rank: int
) -> Suggestion:
    slots = {str(slot.id): slot for slot in need.slots}
    items = {str(item.id): item for partner in result.partners for item in offers[partner.offer_id][0].items}
    suggestion = Suggestion(
        run=matching_run,
        need=need,
        rank=rank,
        score=result.score,
        confidence=result.confidence,
        value=result.value,
        reasons=[reason.to_json() for reason in result.reasons],
        open_slots=list(result.open_slots),
        snapshot=_without_words(result.snapshot, items.values(), rank=rank),
    )
    for position, partner in enumerate(result.partners, start=1):
        row = _partner(suggestion, partner, offers[partner.offer_id][0], position=position)
        for assignment in partner.assignments:
            SuggestionShare(
                partner=row,
                slot=slots[assignment.slot],
                item=items[assignment.item],
                quantity=assignment.quantity,
            )
    return suggestion


def _partner(suggestion: Suggestion, result: PartnerResult, offer: Offer, *, position: int) -> SuggestionPartner:
    return SuggestionPartner(
        suggestion=suggestion,
        offer=offer,
        position=position,
        score=result.score,
        confidence=result.confidence,
        parts=dict(result.parts),
        reasons=[_by_ids(reason.to_json(), offer.items) for reason in result.reasons],
    )


def _without_words(snapshot: Mapping[str, Any], items: Iterable[OfferItem], *, rank: int) -> dict[str, Any]:
    """Return the frozen input without the words of need and offers.

    What the words were worth is kept as figures, and those are what a replay computes from. So
    nothing that a person wrote is copied out of its row, and what is erased there is gone.
    """
    given = list(items)
    return {
        **snapshot,
        "rank": rank,
        "need": _mute(snapshot["need"], "slots"),
        "partners": [
            {
                **partner,
                "offer": _mute(partner["offer"], "items"),
                "said": {signal: _by_ids(reason, given) for signal, reason in partner["said"].items()},
            }
            for partner in snapshot["partners"]
        ],
    }


def _mute(profile: Mapping[str, Any], things: str) -> dict[str, Any]:
    return {**profile, "title": "", "text": "", things: [{**thing, "what": ""} for thing in profile[things]]}


def _by_ids(reason: Mapping[str, Any], items: Iterable[OfferItem]) -> dict[str, Any]:
    """Return a reason in which the thing that is given is named by its id, and the slot by its id alone."""
    params = dict(reason["params"])
    if "item" in params:
        called = {item.what: str(item.id) for item in sorted(items, key=lambda item: -item.position)}
        params |= {"what": "", "item": called[params["item"]]}
    return Reason(reason["code"], params).to_json()


def _weight_set(session: Session, weights: Weights) -> WeightSet:
    """Return the stored set of these weights; the first set is written by the first run."""
    stored = session.scalar(select(WeightSet).where(WeightSet.number == weights.version))
    if stored is not None:
        return stored
    values = {entry.name: getattr(weights, entry.name) for entry in fields(weights) if entry.name != "version"}
    return WeightSet(number=weights.version, weights=values, is_active=True)
