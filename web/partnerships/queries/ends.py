"""What came of a partnership: how it ended and why, the case that it became, and what goes on from it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, lazyload

from models import Account, CaseStudy, Continuation, EndDecision, Partnership, Role


@dataclass(frozen=True, slots=True)
class Outcome:
    """The decision about the end, and where to read on; what there is not, or not for the reader, is None."""

    decision: EndDecision | None
    case_id: UUID | None
    is_reported: bool
    predecessor_id: UUID | None
    successor_id: UUID | None


def outcome_of(session: Session, partnership: Partnership, account: Account) -> Outcome:
    """Return what came of a partnership, in one read; who left it has no part in what goes on from it."""
    earlier, later = aliased(Continuation), aliased(Continuation)
    decision, case_id, written_by, predecessor_id, successor_id = session.execute(
        select(EndDecision, CaseStudy.id, CaseStudy.written_by_id, earlier.predecessor_id, later.successor_id)
        .select_from(Partnership)
        .outerjoin(EndDecision, EndDecision.partnership_id == Partnership.id)
        .outerjoin(CaseStudy, CaseStudy.partnership_id == Partnership.id)
        .outerjoin(earlier, earlier.successor_id == Partnership.id)
        .outerjoin(later, later.predecessor_id == Partnership.id)
        .where(Partnership.id == partnership.id)
        .options(lazyload(EndDecision.partnership), lazyload(EndDecision.decided_by))
    ).one()
    goes_on = account.covers(Role.COORDINATOR, partnership.need.area.path) or any(
        account.represents(party.participant_id) for party in partnership.present
    )
    return Outcome(decision, case_id, written_by is not None, predecessor_id, successor_id if goes_on else None)
