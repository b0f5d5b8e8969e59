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
    Charge,
    Enquiry,
    Job,
    JobKind,
    JobState,
    Need,
    NeedOutcome,
    NeedStatus,
    Offer,
    Participant,
    ParticipantKind,
    Role,
    Suggestion,
    SuggestionApproval,
    SuggestionPartner,
    Verdict,
    lies_under,
)
from models.search import contains_words
from models.suggestions import UNDECIDED
from web.suggestions.queries.cases import (
    PAGE_SIZE,
    is_worth_deciding,
    needs_visible_to,
    of_need,
    outcome,
    visible_to,
)
from web.suggestions.queries.showings import places_on
from web.suggestions.queries.today import Some, Today, is_new, is_scarce, is_without_anybody, overdue, today

UNKNOWN_SCARCITY: Final = 1_000_000


class DeskState(StrEnum):
    """What the desk can be narrowed down to."""

    OVERDUE = "overdue"
    SECOND = "second"
    SCARCE = "scarce"
    NEW = "new"
    NOBODY = "nobody"
    PENDING = "pending"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the desk is narrowed down to; nothing is left out where nothing is named."""

    area: str = ""
    state: DeskState | None = None
    words: str = ""
    mine: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """A need that waits, with the suggestion to look at first; None where nobody has been found yet."""

    need: Need
    best: Suggestion | None
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
    """One page of the desk; `today` stands on the first one alone."""

    today: Today | None
    waiting: Sequence[Waiting]
    unmet: Sequence[Unmet]
    overdue: Sequence[Enquiry]
    total: int
    jobs: Sequence[Job]
    places: Sequence[Place]

    @property
    def municipalities(self) -> list[Area]:
        """The municipalities in which needs are open, each once, by path."""
        return municipalities_of(self.places)


def desk(
    session: Session, account: Account, *, at: datetime, page: int = 1, narrowing: Narrowing | None = None
) -> Desk:
    """Return one page of the desk: the fewest candidates first, and among equals the oldest need."""
    narrowed = narrowing or Narrowing()
    places, jobs = places_of(session, account)
    waiting: Sequence[Waiting] = ()
    unmet: Sequence[Unmet] = ()
    late = Some((), 0)
    if narrowed.state is DeskState.OVERDUE:
        late = overdue(session, account, at=at, limit=PAGE_SIZE, page=page)
        total = late.total
    elif narrowed.state is DeskState.NOBODY:
        unmet, total = _unmet(session, account, narrowed, at=at, page=page)
    else:
        waiting, total = _waiting(session, account, narrowed, at=at, page=page)
    is_first = page == 1 and narrowed == Narrowing()
    return Desk(today(session, account, at=at) if is_first else None, waiting, unmet, late.rows, total, jobs, places)


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


def _like(narrowed: Narrowing, account: Account) -> list[ColumnElement[bool]]:
    """Return the conditions that a `Need` lies in the chosen place and holds the words that are looked for."""
    conditions = [lies_under([narrowed.area] if narrowed.area else account.paths(Role.COORDINATOR))]
    if narrowed.mine:
        kept = select(Charge.need_id).where(Charge.keeper_id == account.id, Charge.until.is_(None))
        conditions.append(Need.id.in_(kept))
    if narrowed.words:
        # The name of a person is not looked for: it may be one that the reader must not see.
        named = select(Participant.id).where(
            Participant.kind != ParticipantKind.RESIDENT, Participant.name.contains(narrowed.words, autoescape=True)
        )
        conditions.append(or_(contains_words(Need.search_text, narrowed.words), Need.participant_id.in_(named)))
    return conditions


def _waiting(
    session: Session, account: Account, narrowed: Narrowing, *, at: datetime, page: int
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
    conditions = {
        DeskState.PENDING: counts.c.teams > counts.c.held,
        DeskState.HELD: counts.c.held > 0,
        DeskState.SECOND: counts.c.awaiting > 0,
        DeskState.SCARCE: is_scarce(),
        DeskState.NEW: is_new(at),
    }
    state = narrowed.state
    # A new need is a case also while nobody has been found for it.
    has_teams = [] if state is DeskState.NEW else [counts.c.teams > 0]
    rows = session.execute(
        needs_visible_to(account)
        .outerjoin(counts, counts.c.need_id == Need.id)
        .outerjoin(*outcome())
        .where(*_like(narrowed, account), *has_teams, *([conditions[state]] if state in conditions else []))
        .options(*of_need(), selectinload(Need.slots))
        .add_columns(
            func.coalesce(counts.c.teams, 0),
            func.coalesce(counts.c.held, 0),
            func.coalesce(counts.c.awaiting, 0),
            NeedOutcome.candidates,
            func.count().over(),
        )
        .order_by(func.coalesce(NeedOutcome.candidates, UNKNOWN_SCARCITY), Need.opened_at, Need.id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    preferred = {
        DeskState.HELD: Suggestion.verdict == Verdict.HELD,
        DeskState.SECOND: is_approved_once,
        None: or_(is_approved_once, Suggestion.verdict == Verdict.PENDING),
    }.get(state, Suggestion.verdict == Verdict.PENDING)
    best = _best(session, undecided, (case((preferred, 0), else_=1), *places_on(at)), [row[0].id for row in rows])
    waiting = [
        Waiting(need, best.get(need.id), teams, candidates, held, awaiting)
        for need, teams, held, awaiting, candidates, _ in rows
    ]
    return waiting, rows[0][-1] if rows else 0


def _best(
    session: Session,
    undecided: Select[Suggestion],
    order: tuple[ColumnElement[int], ...],
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
            joinedload(Suggestion.partners).options(
                joinedload(SuggestionPartner.offer)
                .joinedload(Offer.participant)
                .options(lazyload(Participant.consents)),
                joinedload(SuggestionPartner.shares),
            ),
        )
    )
    return {suggestion.need_id: suggestion for suggestion in suggestions.unique()}


def _unmet(
    session: Session, account: Account, narrowed: Narrowing, *, at: datetime, page: int
) -> tuple[list[Unmet], int]:
    rows = session.execute(
        needs_visible_to(account)
        .join(*outcome())
        .where(*_like(narrowed, account), is_without_anybody())
        .options(*of_need())
        .add_columns(NeedOutcome.relaxations, NeedOutcome.questions, func.count().over())
        .order_by(Need.opened_at, Need.id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    nearest = _best(
        session,
        visible_to(account).where(Suggestion.verdict.in_(UNDECIDED)),
        (case((Suggestion.verdict == Verdict.PENDING, 0), else_=1), *places_on(at)),
        [row[0].id for row in rows],
    )
    unmet = [Unmet(need, nearest.get(need.id), relaxations, questions) for need, relaxations, questions, _ in rows]
    return unmet, rows[0][-1] if rows else 0
