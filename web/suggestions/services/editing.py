"""A team that a coordinator puts together, and an order that a coordinator gives the suggestions for a need."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, lazyload

from models import (
    Account,
    EditKind,
    Need,
    Offer,
    ReviewReason,
    ReviewStep,
    Suggestion,
    SuggestionEdit,
    Verdict,
    utc_now,
)
from models.errors import InvalidValue
from models.suggestions import UNDECIDED
from web.suggestions.queries import reviews
from web.suggestions.queries.editing import Change, Sketch
from web.suggestions.services.publish import write
from web.suggestions.services.rows import Rows


@dataclass(frozen=True, slots=True)
class Why:
    """Why something was changed: a coded reason, words, or both."""

    reason_code: str = ""
    note: str = ""


def next_rank(session: Session, suggestion: Suggestion) -> int:
    """Return the rank after the last among the suggestions for a need; others who edit one wait."""
    session.execute(select(Need.id).where(Need.id == suggestion.need_id).with_for_update(key_share=True))
    last = session.scalar(
        select(func.max(Suggestion.rank)).where(
            Suggestion.run_id == suggestion.run_id, Suggestion.need_id == suggestion.need_id
        )
    )
    return (last or 0) + 1


def edit(session: Session, sketch: Sketch, why: Mapping[str, Why], *, by: Account) -> Suggestion:
    """Write down the team of a sketch as a suggestion of its own, with a reason for each change.

    The one it came from stays, unless it was itself put together by a coordinator and nobody acted on it.

    Raises
    ------
    InvalidValue
        The team cannot be proposed, nothing was changed, or a change has no reason.

    """
    former, now = sketch.suggestion, utc_now()
    former.check_may_be_edited()
    result = sketch.composed.result if sketch.composed else None
    if result is None or not sketch.may_be_saved:
        raise InvalidValue("this is no other team that could be proposed")
    _move_back(session, former.need_id)
    rows = Rows()
    new_id = rows.add(former.run, former.need_id, result, sketch.bench.told, rank=result.rank, edited_from=former.id)
    write(session, rows)
    edited = session.get_one(Suggestion, new_id, options=[lazyload(Suggestion.approvals)])
    for change in sketch.plan.changes:
        session.add(_edit(session, sketch, change, why.get(change.key, Why()), edited, by=by, at=now))
    if former.is_edited and former.verdict is Verdict.PENDING and not former.approvals:
        former.supersede()
    return edited


def place(session: Session, suggestions: Sequence[Suggestion], why: Why, *, by: Account) -> None:
    """Put the suggestions for a need in this order; those after the last that was moved stay as the engine has them.

    Raises
    ------
    InvalidValue
        There is no reason.

    """
    reason, now = _reason(session, why.reason_code), utc_now()
    for number, suggestion in enumerate(suggestions, start=1):
        if suggestion.coordinators_place != number:
            suggestion.coordinators_place = number
            session.add(
                SuggestionEdit(
                    kind=EditKind.PLACED,
                    edited_at=now,
                    suggestion=suggestion,
                    edited_by=by,
                    reason=reason,
                    note=why.note,
                )
            )


def _move_back(session: Session, need_id: UUID) -> None:
    """Make room at the first place."""
    for one in session.scalars(
        select(Suggestion).where(
            Suggestion.need_id == need_id,
            Suggestion.verdict.in_(UNDECIDED),
            Suggestion.coordinators_place.is_not(None),
        )
    ):
        one.coordinators_place = (one.coordinators_place or 0) + 1
    session.flush()


def _edit(
    session: Session, sketch: Sketch, change: Change, why: Why, edited: Suggestion, *, by: Account, at: datetime
) -> SuggestionEdit:
    offers, engine = sketch.bench.offers, sketch.bench.engine
    return SuggestionEdit(
        kind=change.kind,
        edited_at=at,
        note=why.note.strip(),
        lifted=[gate.value for gate in engine.failed(change.incoming)] if change.incoming else [],
        claimed=[[slot, item] for offer, slot, item in sorted(sketch.plan.claims) if offer == change.incoming],
        suggestion=edited,
        edited_by=by,
        reason=_reason(session, why.reason_code),
        offer=offers[change.incoming] if change.incoming else None,
        former_offer=session.get_one(Offer, UUID(change.outgoing)) if change.outgoing else None,
    )


def _reason(session: Session, code: str) -> ReviewReason | None:
    if not code:
        return None
    reason = reviews.reason(session, ReviewStep.EDIT, code)
    if reason is None:
        raise InvalidValue(f"{code} is no reason to edit")
    return reason
