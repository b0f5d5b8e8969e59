"""The suggestions for one need, one suggestion, and why other offers were not suggested."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload, selectinload, undefer

from models import (
    Account,
    Area,
    EditKind,
    MatchingRun,
    Need,
    NeedOutcome,
    Offer,
    Participant,
    ParticipantKind,
    ReviewReason,
    ReviewStep,
    RunState,
    Suggestion,
    SuggestionApproval,
    SuggestionEdit,
    SuggestionPartner,
    SuggestionShare,
    Verdict,
    lies_under,
)
from models.suggestions import UNDECIDED
from web.suggestions.queries import profiles
from web.suggestions.queries.cases import PAGE_SIZE, is_faint, visible_to
from web.suggestions.queries.showings import places_on

MOST_SHOWN: Final = 12
INTERMEDIARIES_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """Which offers are suggested for a need now, which of them only as the nearest, and which were refused before.

    `values` are what the engine's own suggestions that truly fit are worth.
    """

    suggested: frozenset[UUID]
    nearest: frozenset[UUID]
    refused: frozenset[UUID]
    values: tuple[float, ...]


def load_need(session: Session, need: Need) -> Need:
    """Load all that the desk shows of a need, in one query."""
    return (
        session.scalars(
            select(Need)
            .where(Need.id == need.id)
            .options(
                joinedload(Need.participant).options(lazyload(Participant.consents)),
                joinedload(Need.area),
                joinedload(Need.slots),
                joinedload(Need.fields),
            )
        )
        .unique()
        .one()
    )


def suggestions_for(session: Session, account: Account, need: Need, *, at: datetime) -> Sequence[Suggestion]:
    """Return the suggestions for a need, those that wait for a decision first, in the order of the day."""
    return (
        session.scalars(
            visible_to(account)
            .where(Suggestion.need_id == need.id, Suggestion.verdict != Verdict.SUPERSEDED)
            .options(*in_full())
            .order_by(
                case((Suggestion.verdict.in_(UNDECIDED), 0), else_=1),
                case((Suggestion.verdict == Verdict.PENDING, 0), else_=1),
                *places_on(at),
                Suggestion.rank,
                Suggestion.created_at.desc(),
                Suggestion.id,
            )
            .limit(MOST_SHOWN)
        )
        .unique()
        .all()
    )


def load_suggestion(session: Session, suggestion: Suggestion) -> Suggestion:
    """Load all that a decision on a suggestion needs, in one query."""
    return (
        session.scalars(
            select(Suggestion)
            .where(Suggestion.id == suggestion.id)
            .options(
                *in_full(),
                joinedload(Suggestion.need).options(
                    joinedload(Need.participant).options(lazyload(Participant.consents)),
                    joinedload(Need.area),
                    joinedload(Need.slots),
                    joinedload(Need.fields),
                ),
            )
        )
        .unique()
        .one()
    )


def suggestions(
    session: Session, account: Account, *, verdict: Verdict | None, page: int
) -> tuple[Sequence[Suggestion], int]:
    """Return one page of the suggestions that the account may see, newest first, and how many there are."""
    statement = visible_to(account).where(
        Suggestion.verdict == verdict if verdict else Suggestion.verdict.in_(UNDECIDED)
    )
    total = session.scalar(statement.with_only_columns(func.count())) or 0
    rows = session.scalars(
        statement.options(*in_full(with_need=True))
        .order_by(Suggestion.created_at.desc(), Suggestion.need_id, Suggestion.rank, Suggestion.id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).unique()
    return rows.all(), total


def published(session: Session, *, municipality: str = "", need: str = "") -> Sequence[Suggestion]:
    """Return the suggestions that wait for a decision, by municipality, need and rank, for the operator's list."""
    statement = (
        select(Suggestion)
        .join(Need, Suggestion.need_id == Need.id)
        .join(Area, Suggestion.municipality_id == Area.id)
        .where(Suggestion.verdict.in_(UNDECIDED))
        .options(*in_full(with_need=True), joinedload(Suggestion.municipality))
        .order_by(Area.path, Need.title, Need.id, Suggestion.rank, Suggestion.id)
    )
    if municipality:
        statement = statement.where(lies_under([municipality]))
    if need:
        statement = statement.where(_is_called(Need, need))
    return session.scalars(statement).unique().all()


def in_full(*, with_need: bool = False) -> tuple[Any, ...]:
    """Return the options that load a suggestion with its team, its decisions and its frozen input."""
    only_name = (lazyload(Account.memberships), lazyload(Account.appointments))
    options = (
        undefer(Suggestion.snapshot),
        joinedload(Suggestion.review_reason),
        joinedload(Suggestion.reviewed_by).options(*only_name),
        joinedload(Suggestion.approvals).joinedload(SuggestionApproval.account).options(*only_name),
        joinedload(Suggestion.partners).options(
            joinedload(SuggestionPartner.offer).options(
                joinedload(Offer.participant).options(lazyload(Participant.consents)), joinedload(Offer.area)
            ),
            joinedload(SuggestionPartner.shares).options(
                joinedload(SuggestionShare.slot), joinedload(SuggestionShare.item)
            ),
        ),
    )
    if not with_need:
        return options
    return (
        *options,
        joinedload(Suggestion.need).options(
            joinedload(Need.participant).options(lazyload(Participant.consents)),
            joinedload(Need.area),
            selectinload(Need.slots),
            selectinload(Need.fields),
        ),
    )


def standing(session: Session, need: Need) -> Standing:
    """Return how the offers stand that are or were suggested for a need."""
    rows = session.execute(
        select(
            SuggestionPartner.offer_id,
            Suggestion.verdict,
            is_faint(),
            Suggestion.id,
            Suggestion.value,
            Suggestion.edited_from_id,
        )
        .join(Suggestion, SuggestionPartner.suggestion_id == Suggestion.id)
        .where(Suggestion.need_id == need.id, Suggestion.verdict.in_([*UNDECIDED, Verdict.REFUSED]))
    ).all()
    fitting = {offer for offer, verdict, faint, *_ in rows if verdict in UNDECIDED and not faint}
    faintly = {offer for offer, verdict, faint, *_ in rows if verdict in UNDECIDED and faint}
    values = {
        suggestion: value
        for _, verdict, faint, suggestion, value, edited_from in rows
        if verdict in UNDECIDED and not faint and edited_from is None
    }
    return Standing(
        suggested=frozenset(fitting | faintly),
        nearest=frozenset(faintly - fitting),
        refused=frozenset(offer for offer, verdict, *_ in rows if verdict is Verdict.REFUSED),
        values=tuple(values.values()),
    )


def outcome_of(session: Session, need: Need) -> NeedOutcome | None:
    """Return what the last published run found for a need, or None where it has not looked at it yet."""
    return session.scalar(
        select(NeedOutcome)
        .join(MatchingRun, NeedOutcome.run_id == MatchingRun.id)
        .where(NeedOutcome.need_id == need.id, MatchingRun.state == RunState.PUBLISHED)
        .options(joinedload(NeedOutcome.run))
    )


def intermediaries_near(session: Session, need: Need) -> Sequence[Participant]:
    """Return whom to ask where nobody was found: intermediaries of the municipality, then of the prefecture."""
    path = need.area.path.split(".")
    prefecture = ".".join(path[: profiles.PREFECTURE_DEPTH])
    return session.scalars(
        select(Participant)
        .join(Area, Participant.area_id == Area.id)
        .where(
            Participant.kind == ParticipantKind.INTERMEDIARY,
            Participant.left_at.is_(None),
            Participant.paused_at.is_(None),
            lies_under([prefecture]),
        )
        .options(lazyload(Participant.consents))
        .order_by(
            case((Participant.municipality_id == need.municipality_id, 0), else_=1), Participant.name, Participant.id
        )
        .limit(INTERMEDIARIES_SHOWN)
    ).all()


def edits_of(session: Session, suggestion: Suggestion) -> Sequence[SuggestionEdit]:
    """Return what a coordinator changed about a suggestion, and why."""
    return session.scalars(_edits().where(SuggestionEdit.suggestion_id == suggestion.id)).all()


def last_order(session: Session, suggestions: Sequence[Suggestion]) -> SuggestionEdit | None:
    """Return who last put suggestions in another order, and why; None where their order is that of the engine."""
    placed = [one.id for one in suggestions if one.coordinators_place is not None]
    if not placed:
        return None
    statement = _edits().where(SuggestionEdit.suggestion_id.in_(placed), SuggestionEdit.kind == EditKind.PLACED)
    return session.scalars(statement.order_by(None).order_by(SuggestionEdit.edited_at.desc()).limit(1)).first()


def _edits() -> Select[SuggestionEdit]:
    only_name = (lazyload(Account.memberships), lazyload(Account.appointments))
    of_offer = (joinedload(Offer.participant).options(lazyload(Participant.consents)), joinedload(Offer.area))
    return (
        select(SuggestionEdit)
        .options(
            joinedload(SuggestionEdit.edited_by).options(*only_name),
            joinedload(SuggestionEdit.reason),
            joinedload(SuggestionEdit.offer).options(*of_offer),
            joinedload(SuggestionEdit.former_offer).options(*of_offer),
        )
        .order_by(SuggestionEdit.created_at, SuggestionEdit.id)
    )


def reasons(
    session: Session, steps: Sequence[ReviewStep] = (ReviewStep.HOLD, ReviewStep.REFUSE)
) -> Sequence[ReviewReason]:
    """Return the coded reasons of these steps."""
    return session.scalars(
        select(ReviewReason)
        .where(ReviewReason.step.in_(steps))
        .order_by(ReviewReason.step, ReviewReason.created_at, ReviewReason.code)
    ).all()


def reason(session: Session, step: ReviewStep, code: str) -> ReviewReason | None:
    """Return one coded reason, or None where this step does not know the code."""
    return session.scalar(select(ReviewReason).where(ReviewReason.step == step, ReviewReason.code == code))


def find_needs(session: Session, text: str) -> Sequence[Need]:
    """Return the needs with this id or title, or else those whose title holds the text."""
    found = session.scalars(select(Need).where(_is_called(Need, text)).order_by(Need.id)).all()
    return (
        found or session.scalars(select(Need).where(Need.title.contains(text, autoescape=True)).order_by(Need.id)).all()
    )


def find_offers(session: Session, text: str) -> Sequence[Offer]:
    """Return the offers with this id or title or of the body with this name, or else whose title holds the text."""
    called = select(Offer).join(Participant, Offer.participant_id == Participant.id).order_by(Offer.id)
    found = session.scalars(called.where(or_(_is_called(Offer, text), Participant.name == text))).all()
    return found or session.scalars(called.where(Offer.title.contains(text, autoescape=True))).all()


def runs_called(session: Session, text: str) -> Sequence[MatchingRun]:
    """Return the run with this id; `latest` are the runs whose suggestions are shown now, one a municipality."""
    identity = as_id(text)
    condition = MatchingRun.state == RunState.PUBLISHED if text == "latest" else MatchingRun.id == identity
    return session.scalars(select(MatchingRun).where(condition).order_by(MatchingRun.finished_at, MatchingRun.id)).all()


def frozen_suggestions(session: Session, run: MatchingRun) -> Sequence[Suggestion]:
    """Return every suggestion of a run with its frozen input, by need and rank."""
    return session.scalars(
        select(Suggestion)
        .where(Suggestion.run_id == run.id)
        .options(undefer(Suggestion.snapshot), selectinload(Suggestion.partners), lazyload(Suggestion.approvals))
        .order_by(Suggestion.need_id, Suggestion.rank)
    ).all()


def as_id(text: str) -> UUID | None:
    """Return the id that a text writes out, or None where it writes none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _is_called(kind: type[Need] | type[Offer], text: str) -> Any:
    identity = as_id(text)
    return kind.title == text if identity is None else kind.id == identity
