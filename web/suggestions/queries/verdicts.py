"""What coordinators decided, with the frozen input of what they decided about; weights are learnt from it."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.learning import Judged
from models import MatchingRun, RunState, Suggestion, Verdict
from models.suggestions import UNDECIDED


def told_apart(session: Session) -> list[Judged]:
    """Return the verdicts whose frozen input is still there, in the order in which they were given."""
    rows = session.execute(
        select(Suggestion.need_id, Suggestion.verdict, Suggestion.snapshot)
        .where(Suggestion.verdict.in_([Verdict.APPROVED, Verdict.REFUSED]))
        .order_by(Suggestion.reviewed_at, Suggestion.id)
    )
    found = (
        Judged.from_snapshot(row.snapshot, need=row.need_id.hex, approved=row.verdict is Verdict.APPROVED)
        for row in rows
    )
    return [verdict for verdict in found if verdict is not None]


def undecided(session: Session) -> Sequence[Judged]:
    """Return the published suggestions that nobody decided about, each need's in their order."""
    rows = session.execute(
        select(Suggestion.need_id, Suggestion.snapshot)
        .join(MatchingRun, Suggestion.run_id == MatchingRun.id)
        .where(Suggestion.verdict.in_(UNDECIDED), MatchingRun.state == RunState.PUBLISHED)
        .order_by(Suggestion.need_id, Suggestion.rank, Suggestion.id)
    )
    found = (Judged.from_snapshot(row.snapshot, need=row.need_id.hex, approved=False) for row in rows)
    return [suggestion for suggestion in found if suggestion is not None]
