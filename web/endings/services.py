"""Changes at the end of partnerships: the clock of their term, finishing early, and the decision how they end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from models import (
    Account,
    Continuation,
    EndDecision,
    Ending,
    Job,
    JobKind,
    LedgerLine,
    LedgerMove,
    NewsKind,
    Partnership,
    Stage,
    capacity,
)
from models.errors import AlreadyDecided, IllegalMove, InvalidValue, LedgerUnbalanced, NotAllowed
from models.years import town_day
from web.cases import services as cases
from web.charges.services import settle
from web.endings import emails, queries
from web.news.services import tell
from web.participants.queries import accounts_of
from web.partnerships import services as partnerships
from web.partnerships.queries import lock_partnership
from web.partnerships.queries.due import (
    ALERTED_WITHOUT_AGREEMENT,
    TOLD_BEFORE_THE_END,
    WITHDRAWN_WITHOUT_AGREEMENT,
    WITHOUT_AGREEMENT,
)
from web.suggestions import services as suggestions

# What the clock writes down stands in the language of the town, as all that is written down.
NOBODY_DECIDED: Final = "終わりの日から30日のうちに決まらなかったため、解散として閉じました。"
NOBODY_KNEW: Final = "終わりの日から30日のうちに書かれなかったため、戻っていないものとして記録しました。"


@dataclass(frozen=True, slots=True)
class Decision:
    """How a partnership ends, why, and to whom it is handed over."""

    ending: Ending
    reason: str
    handed_to: str = ""


def finish(session: Session, partnership: Partnership, *, by: Account, at: datetime) -> None:
    """Finish a partnership before its last day, because what it is for is done."""
    lock_partnership(session, partnership)
    if partnership.stage is not Stage.RUNNING:
        raise AlreadyDecided(f"the partnership is {partnership.stage} already")
    partnership.begin_evaluation(by=by, at=at)
    _ask_to_look_back(session, partnership)


def end(
    session: Session, partnership: Partnership, decision: Decision, *, by: Account, at: datetime
) -> Partnership | None:
    """End a partnership as decided; where it is continued, return the one that is proposed to the same parties.

    Raises
    ------
    AlreadyDecided, IllegalMove
        Somebody decided before, or evaluations are awaited.
    LedgerUnbalanced
        What was lent, or money, is outstanding.
    NotAllowed
        Whoever wants to continue it speaks for one of the parties; another coordinator decides that.
    ConsentMissing, CapacityExhausted, YearlyLimitReached, TooManyEnquiries
        One of the parties cannot be asked to go on.

    """
    lock_partnership(session, partnership)
    _check_may_end(session, partnership, decision, on=town_day(at))
    _close(session, partnership, decision, by=by, at=at)
    if decision.ending is not Ending.CONTINUED:
        return None
    offers = {party.offer_id for party in partnership.present if party.offer_id is not None}
    suggestion = suggestions.again(session, partnership.suggestion, offers)
    if not suggestion.approve(by=by, at=at):
        raise NotAllowed("another coordinator continues what one takes part in oneself")
    successor = partnerships.propose(session, suggestion, by=by, at=at)
    session.add(Continuation(predecessor=partnership, successor=successor))
    return successor


def keep_time(session: Session, partnership: Partnership, *, at: datetime) -> None:
    """Do what the clock of a partnership says, also all at once where nobody looked for long; each thing once.

    It starts on its first day and is evaluated after its last. Where nobody decided in the days of grace
    it is dissolved; where nothing was agreed for too long it is taken back.
    """
    lock_partnership(session, partnership)
    today = town_day(at)
    if partnership.stage in WITHOUT_AGREEMENT and partnership.accepted_at is not None:
        _press_for_agreement(session, partnership, since=town_day(partnership.accepted_at), at=at)
        return
    if partnership.starts_on is None or partnership.ends_on is None or partnership.decided_until is None:
        return
    is_too_late = partnership.decided_until < today
    if partnership.stage is Stage.AGREED and partnership.starts_on <= today:
        partnership.move_to(Stage.RUNNING, by=None, at=at)
        if today <= partnership.ends_on:
            tell(session, partnership, NewsKind.STARTED, by=None, at=at)
    if partnership.stage is Stage.RUNNING and today <= partnership.ends_on <= today + TOLD_BEFORE_THE_END:
        _tell_that_it_ends(session, partnership, partnership.ends_on)
    if partnership.stage is Stage.RUNNING and partnership.ends_on < today:
        partnership.begin_evaluation(by=None, at=at)
        if not is_too_late:
            _ask_to_look_back(session, partnership)
    if partnership.stage is Stage.EVALUATING and is_too_late:
        _dissolve(session, partnership, at=at)


def _check_may_end(session: Session, partnership: Partnership, decision: Decision, *, on: date) -> None:
    if partnership.is_over:
        raise AlreadyDecided(f"the partnership is {partnership.stage} already")
    if partnership.stage is not Stage.EVALUATING:
        raise IllegalMove("a partnership ends after its evaluation")
    if not decision.reason.strip():
        raise InvalidValue("an end says why")
    if decision.ending is Ending.HANDED_OVER and not decision.handed_to.strip():
        raise InvalidValue("what is handed over goes to somebody")
    if queries.unbalanced(session, partnership):
        raise LedgerUnbalanced("things that were lent, or money, are outstanding")
    if queries.awaited(session, partnership, on=on):
        raise IllegalMove("evaluations are awaited")


def _close(session: Session, partnership: Partnership, decision: Decision, *, by: Account | None, at: datetime) -> None:
    """Close a partnership, give back what it took, and begin its case."""
    session.add(
        EndDecision(
            partnership=partnership,
            ending=decision.ending,
            reason=decision.reason,
            handed_to=decision.handed_to if decision.ending is Ending.HANDED_OVER else "",
            decided_at=at,
            decided_by=by,
        )
    )
    partnership.move_to(Stage.CLOSED, by=by, at=at, ending=decision.ending)
    capacity.release(session, partnership, unanswered={}, at=at)
    cases.begin(session, partnership, at=at)
    tell(session, partnership, NewsKind.ENDED, by=by, at=at)
    Job.request(session, JobKind.REFRESH_SUGGESTIONS, municipality=partnership.municipality, by=by)


def _dissolve(session: Session, partnership: Partnership, *, at: datetime) -> None:
    missing = queries.unbalanced(session, partnership)
    _write_down_as_missing(missing, at=at)
    _close(session, partnership, Decision(Ending.DISSOLVED, NOBODY_DECIDED), by=None, at=at)
    for account in queries.staff_of(session, partnership):
        emails.dissolved(session, partnership, missing, to=account)


def _write_down_as_missing(lines: Sequence[LedgerLine], *, at: datetime) -> None:
    for line in lines:
        line.note(LedgerMove.MISSING, line.outstanding, on=town_day(at), by=None, at=at, note=NOBODY_KNEW)


def _press_for_agreement(session: Session, partnership: Partnership, *, since: date, at: datetime) -> None:
    """Tell a coordinator that nothing was agreed for long, and in the end take the partnership back."""
    waited = town_day(at) - since
    if waited >= WITHDRAWN_WITHOUT_AGREEMENT:
        _take_back(session, partnership, at=at)
    elif waited >= ALERTED_WITHOUT_AGREEMENT:
        staff = queries.staff_of(session, partnership)
        for identity, account in queries.not_yet_told(session, partnership, "agreement-awaited", staff).items():
            withdrawn_on = since + WITHDRAWN_WITHOUT_AGREEMENT
            mail = emails.agreement_awaited(
                session, partnership, days=waited.days, withdrawn_on=withdrawn_on, to=account
            )
            mail.id = identity


def _take_back(session: Session, partnership: Partnership, *, at: datetime) -> None:
    partnership.move_to(Stage.WITHDRAWN, by=None, at=at)
    capacity.release(session, partnership, unanswered={}, at=at)
    partnership.need.lack_again()
    settle(session, [partnership.need], at=at)
    Job.request(session, JobKind.REFRESH_SUGGESTIONS, municipality=partnership.municipality, by=None)
    for account in _concerned(session, partnership):
        emails.never_agreed(session, partnership, days=WITHDRAWN_WITHOUT_AGREEMENT.days, to=account)


def _tell_that_it_ends(session: Session, partnership: Partnership, ends_on: date) -> None:
    concerned = _concerned(session, partnership)
    for identity, account in queries.not_yet_told(session, partnership, f"ends {ends_on}", concerned).items():
        emails.partnership_ends(session, partnership, to=account).id = identity


def _ask_to_look_back(session: Session, partnership: Partnership) -> None:
    staff = {account.id for account in queries.staff_of(session, partnership)}
    for account in _concerned(session, partnership):
        takes_part = any(account.represents(party.participant_id) for party in partnership.present)
        emails.evaluation_asked(session, partnership, is_staff=account.id in staff and not takes_part, to=account)


def _concerned(session: Session, partnership: Partnership) -> list[Account]:
    """Return who speaks for a party that is still in, and the coordinators who are told, each once."""
    accounts = accounts_of(session, [party.participant for party in partnership.present])
    readers = {account.id: account for of_one in accounts.values() for account in of_one}
    readers |= {account.id: account for account in queries.staff_of(session, partnership)}
    return list(readers.values())
