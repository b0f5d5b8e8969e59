"""What coordinators decided and how it ended, with the frozen input of both; weights are learnt from it."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.learning import Judged
from models import Again, Evaluation, GoalReached, MatchingRun, Partnership, Party, RunState, Stage, Suggestion, Verdict
from models.suggestions import UNDECIDED

# What a party's answer says for or against the team that was suggested; who cannot say speaks for neither.
_GOALS: Final = {GoalReached.YES: 1, GoalReached.PARTLY: 0, GoalReached.NO: -1, GoalReached.CANNOT_SAY: 0}
_WISHES: Final = {Again.YES: 1, Again.PERHAPS: 0, Again.NO: -1}


def told_apart(session: Session) -> list[Judged]:
    """Return what was judged and whose frozen input is still there: verdicts, then what the parties said at the end.

    A suggestion that was approved and went badly stands on both sides, once for each judgement.
    """
    return [*_verdicts(session), *_outcomes(session)]


def _verdicts(session: Session) -> list[Judged]:
    """Return the verdicts of coordinators, in the order in which they were given."""
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


def _outcomes(session: Session) -> list[Judged]:
    """Return how the closed partnerships went by their parties' evaluations; of an even split nothing is learnt."""
    rows = session.execute(
        select(Partnership.id, Evaluation.goal, Evaluation.again)
        .join(Party, Evaluation.party_id == Party.id)
        .join(Partnership, Party.partnership_id == Partnership.id)
        .where(Partnership.stage == Stage.CLOSED)
        .order_by(Partnership.over_at, Partnership.id)
    )
    balances: dict[UUID, int] = {}
    for partnership_id, goal, again in rows:
        balances[partnership_id] = balances.get(partnership_id, 0) + _GOALS[goal] + _WISHES[again]
    snapshots = {
        row.id: row
        for row in session.execute(
            select(Partnership.id, Suggestion.need_id, Suggestion.snapshot)
            .join(Suggestion, Partnership.suggestion_id == Suggestion.id)
            .where(Partnership.id.in_(balances))
        )
    }
    found = (
        Judged.from_snapshot(snapshots[identity].snapshot, need=snapshots[identity].need_id.hex, approved=balance > 0)
        for identity, balance in balances.items()
        if balance != 0
    )
    return [outcome for outcome in found if outcome is not None]


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
