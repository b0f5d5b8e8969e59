"""The desk: what needs this coordinator today, in a constant number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, lazyload, selectinload

from models import (
    Account,
    Area,
    Job,
    JobKind,
    JobState,
    Need,
    NeedOutcome,
    NeedStatus,
    Offer,
    Participant,
    Role,
    Suggestion,
    SuggestionApproval,
    SuggestionPartner,
    Verdict,
    lies_under,
)
from models.suggestions import UNDECIDED, published_runs
from web.suggestions.queries import profiles
from web.suggestions.queries.showings import place_on

PAGE_SIZE: Final = 20
UNMET_SHOWN: Final = 5
UNKNOWN_SCARCITY: Final = 1_000_000
FAINT: Final = "team_faint"


class DeskState(StrEnum):
    """What the desk can be narrowed down to."""

    PENDING = "pending"
    HELD = "held"
    SECOND = "second"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A need with suggestions on which somebody has to decide."""

    need: Need
    best: Suggestion
    teams: int
    candidates: int | None
    held: int
    awaiting_second: int


@dataclass(frozen=True, slots=True)
class Unmet:
    """A need that nobody fits, what would have to give, and who comes nearest."""

    need: Need
    nearest: Suggestion | None
    relaxations: Sequence[Mapping[str, Any]]
    questions: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Place:
    """A place where needs are open, and the municipality that looks after it."""

    area: Area
    municipality: Area


@dataclass(frozen=True, slots=True)
class Desk:
    """One page of the desk."""

    waiting: Sequence[Waiting]
    total: int
    unmet: Sequence[Unmet]
    unmet_total: int
    jobs: Sequence[Job]
    places: Sequence[Place]

    @property
    def municipalities(self) -> list[Area]:
        """The municipalities in which needs are open, each once, by path."""
        return municipalities_of(self.places)


def visible_to(account: Account) -> Select[Suggestion]:
    """Return the suggestions for needs in the places that the account coordinates."""
    return (
        select(Suggestion)
        .join(Need, Suggestion.need_id == Need.id)
        .join(Area, Need.area_id == Area.id)
        .where(lies_under(account.paths(Role.COORDINATOR)))
    )


def needs_visible_to(account: Account) -> Select[Need]:
    """Return the open needs in the places that the account coordinates."""
    return (
        select(Need)
        .join(Area, Need.area_id == Area.id)
        .where(lies_under(account.paths(Role.COORDINATOR)), Need.status == NeedStatus.OPEN)
    )


def desk(
    session: Session,
    account: Account,
    *,
    at: datetime,
    page: int = 1,
    area: str = "",
    state: DeskState | None = None,
) -> Desk:
    """Return one page of the desk: the fewest candidates first, and among equals the oldest need."""
    within = lies_under([area]) if area else lies_under(account.paths(Role.COORDINATOR))
    places, jobs = places_of(session, account)
    waiting: Sequence[Waiting] = ()
    unmet: Sequence[Unmet] = ()
    total = unmet_total = 0
    if state is not DeskState.NOBODY:
        waiting, total = _waiting(session, account, within, at=at, page=page, state=state)
    if state is DeskState.NOBODY:
        unmet, unmet_total = _unmet(session, account, within, at=at, page=page, limit=PAGE_SIZE)
    elif state is None and page == 1:
        unmet, unmet_total = _unmet(session, account, within, at=at, page=1, limit=UNMET_SHOWN)
    return Desk(waiting, total, unmet, unmet_total, jobs, places)


def places_of(session: Session, account: Account) -> tuple[list[Place], list[Job]]:
    """Return the places with open needs that the account coordinates, and the runs that wait or work for them."""
    pairs = needs_visible_to(account).with_only_columns(Need.area_id, Need.municipality_id).distinct().subquery()
    municipality = aliased(Area)
    rows = session.execute(
        select(Area, municipality, Job)
        .join(pairs, pairs.c.area_id == Area.id)
        .join(municipality, pairs.c.municipality_id == municipality.id)
        .outerjoin(
            Job,
            and_(
                Job.municipality_id == municipality.id,
                Job.kind == JobKind.REFRESH_SUGGESTIONS,
                Job.state.in_([JobState.QUEUED, JobState.RUNNING]),
            ),
        )
        .options(lazyload(Job.requested_by))
        .order_by(Area.path, municipality.path, Job.created_at, Job.id)
    ).all()
    places = {(area.id, above.id): Place(area, above) for area, above, _ in rows}
    jobs = {job.id: job for _, _, job in rows if job is not None}
    return list(places.values()), list(jobs.values())


def municipalities_of(places: Sequence[Place]) -> list[Area]:
    """Return the municipalities that look after the places, each once, by path."""
    found = {place.municipality.path: place.municipality for place in places}
    return [found[path] for path in sorted(found)]


def municipalities_with_needs(session: Session, *, path: str = "") -> Sequence[Area]:
    """Return the municipalities in which needs are open, by path; `path` names a single one, open needs or not."""
    with_needs = Area.id.in_(select(Need.municipality_id).where(Need.status == NeedStatus.OPEN))
    return session.scalars(select(Area).where(Area.path == path if path else with_needs).order_by(Area.path)).all()


def is_worth_deciding(is_approved_once: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return whether a suggestion is more than the nearest where nobody fits: it fits, or somebody acted on it."""
    return or_(~is_faint(), Suggestion.verdict == Verdict.HELD, is_approved_once)


def is_faint() -> ColumnElement[bool]:
    """Return whether nobody is truly near, and the team only comes nearest: its reasons begin with that."""
    return func.coalesce(Suggestion.reasons[(0, "code")].as_string(), "") == FAINT


def _waiting(
    session: Session,
    account: Account,
    within: ColumnElement[bool],
    *,
    at: datetime,
    page: int,
    state: DeskState | None,
) -> tuple[list[Waiting], int]:
    approved_once = select(SuggestionApproval.suggestion_id).distinct().subquery()
    is_approved_once = approved_once.c.suggestion_id.is_not(None)
    undecided = (
        visible_to(account)
        .join(approved_once, approved_once.c.suggestion_id == Suggestion.id, isouter=True)
        .where(Suggestion.verdict.in_(UNDECIDED), is_worth_deciding(is_approved_once))
    )
    counts = (
        undecided.with_only_columns(
            Suggestion.need_id,
            func.count().label("teams"),
            func.sum(case((Suggestion.verdict == Verdict.HELD, 1), else_=0)).label("held"),
            func.sum(case((is_approved_once, 1), else_=0)).label("awaiting"),
        )
        .group_by(Suggestion.need_id)
        .subquery()
    )
    narrowed = {
        DeskState.PENDING: counts.c.teams > counts.c.held,
        DeskState.HELD: counts.c.held > 0,
        DeskState.SECOND: counts.c.awaiting > 0,
    }
    conditions = [narrowed[state]] if state in narrowed else []
    rows = session.execute(
        needs_visible_to(account)
        .join(counts, counts.c.need_id == Need.id)
        .outerjoin(*_outcome())
        .where(within, *conditions)
        .options(*_of_need(), selectinload(Need.slots))
        .add_columns(counts.c.teams, counts.c.held, counts.c.awaiting, NeedOutcome.candidates, func.count().over())
        .order_by(func.coalesce(NeedOutcome.candidates, UNKNOWN_SCARCITY), Need.opened_at, Need.id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    preferred = {
        DeskState.HELD: Suggestion.verdict == Verdict.HELD,
        DeskState.SECOND: is_approved_once,
        None: or_(is_approved_once, Suggestion.verdict == Verdict.PENDING),
    }.get(state, Suggestion.verdict == Verdict.PENDING)
    best = _best(session, undecided, (case((preferred, 0), else_=1), place_on(at)), [row[0].id for row in rows])
    waiting = [
        Waiting(need, best[need.id], teams, candidates, held, awaiting)
        for need, teams, held, awaiting, candidates, _ in rows
    ]
    return waiting, rows[0][-1] if rows else 0


def _best(
    session: Session,
    undecided: Select[Suggestion],
    order: tuple[ColumnElement[int], ColumnElement[int]],
    need_ids: Sequence[UUID],
) -> dict[UUID, Suggestion]:
    """Return the first suggestion of each need, ready to be drawn as a team."""
    if not need_ids:
        return {}
    place = func.row_number().over(partition_by=Suggestion.need_id, order_by=(*order, Suggestion.rank, Suggestion.id))
    ranked = (
        undecided.where(Suggestion.need_id.in_(need_ids))
        .with_only_columns(Suggestion.id, place.label("place"))
        .subquery()
    )
    suggestions = session.scalars(
        select(Suggestion)
        .join(ranked, and_(ranked.c.id == Suggestion.id, ranked.c.place == 1))
        .options(
            lazyload(Suggestion.approvals),
            selectinload(Suggestion.partners).options(
                joinedload(SuggestionPartner.offer)
                .joinedload(Offer.participant)
                .options(lazyload(Participant.consents)),
                joinedload(SuggestionPartner.shares),
            ),
        )
    )
    return {suggestion.need_id: suggestion for suggestion in suggestions}


def _unmet(
    session: Session, account: Account, within: ColumnElement[bool], *, at: datetime, page: int, limit: int
) -> tuple[list[Unmet], int]:
    is_approved_once = (
        select(SuggestionApproval.id)
        .where(SuggestionApproval.suggestion_id == Suggestion.id)
        .correlate(Suggestion)
        .exists()
    )
    worth_deciding = select(Suggestion.id).where(
        Suggestion.need_id == Need.id, Suggestion.verdict.in_(UNDECIDED), is_worth_deciding(is_approved_once)
    )
    rows = session.execute(
        needs_visible_to(account)
        .join(*_outcome())
        .where(within, profiles.still_lacks(), ~worth_deciding.exists())
        .options(*_of_need())
        .add_columns(NeedOutcome.relaxations, NeedOutcome.questions, func.count().over())
        .order_by(Need.opened_at, Need.id)
        .limit(limit)
        .offset((page - 1) * limit)
    ).all()
    nearest = _best(
        session,
        visible_to(account).where(Suggestion.verdict.in_(UNDECIDED)),
        (case((Suggestion.verdict == Verdict.PENDING, 0), else_=1), place_on(at)),
        [row[0].id for row in rows],
    )
    unmet = [Unmet(need, nearest.get(need.id), relaxations, questions) for need, relaxations, questions, _ in rows]
    return unmet, rows[0][-1] if rows else 0


def _outcome() -> tuple[type[NeedOutcome], ColumnElement[bool]]:
    """Return what joins the outcome of a need: one alone among all published runs, of the municipality or the need."""
    return NeedOutcome, and_(NeedOutcome.need_id == Need.id, NeedOutcome.run_id.in_(published_runs()))


def _of_need() -> tuple[Any, ...]:
    return (
        joinedload(Need.participant).options(lazyload(Participant.consents)),
        joinedload(Need.area),
        lazyload(Need.posted_by),
    )
