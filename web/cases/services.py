"""Changes to cases: a first version at every end, and the report that a coordinator writes."""

from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy.orm import Session

from models import Account, CaseStudy, Partnership, Stage
from models.errors import IllegalMove, StaleVersion
from web.cases import queries
from web.cases.queries import Report


def begin(session: Session, partnership: Partnership, *, at: datetime) -> CaseStudy:
    """Begin the case of a partnership that ended with what may be told without asking anybody.

    What the parties wrote for each other (the cost that they agreed on, what they said helped) waits for
    the coordinator: nothing of theirs is published that nobody has read.
    """
    known = replace(queries.what_is_known(session, partnership), cost="", helped="")
    case = CaseStudy(partnership=partnership, written_at=at, **asdict(known))
    session.add(case)
    return case


def write(
    session: Session, partnership: Partnership, report: Report, *, seen_at: datetime | None, by: Account, at: datetime
) -> CaseStudy:
    """Write the final report of a partnership as its case; `seen_at` is when what the form showed was written.

    Raises
    ------
    IllegalMove
        The partnership has not ended.
    StaleVersion
        Somebody else wrote it since the form was opened.

    """
    case = queries.lock_case(session, partnership)
    if partnership.stage is not Stage.CLOSED:
        raise IllegalMove("a case tells of a partnership that ended")
    if (None if case is None else case.written_at) != seen_at:
        raise StaleVersion("the case was written by somebody else meanwhile")
    if case is None:
        case = CaseStudy(partnership=partnership, written_at=at, **asdict(report))
        session.add(case)
    for name, value in asdict(report).items():
        setattr(case, name, value)
    case.renew_search_text()
    case.written_by, case.written_at = by, at
    return case
