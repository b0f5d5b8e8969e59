"""Changes while a partnership runs: milestones, the ledger, hours, and requests to change or leave.

Whoever writes first locks the partnership: so its stage, its parties and its ledger are read as they are now.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from models import (
    Account,
    ChangeRequest,
    Job,
    JobKind,
    LedgerEntry,
    LedgerLine,
    LedgerMove,
    Milestone,
    NewsKind,
    Partnership,
    Party,
    RequestKind,
    ResourceKind,
    Stage,
    WorkedHours,
    capacity,
)
from models.errors import AlreadyDecided, IllegalMove, InvalidValue, LedgerUnbalanced, NotAllowed
from models.years import town_day
from web.carrying import queries
from web.charges.services import settle
from web.news.services import tell
from web.participants.queries import may_write_down_for
from web.participants.services import give_back, open_enquiries
from web.partnerships.queries import lock_partnership


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What one party gives or lends to another, as it was written down."""

    kind: ResourceKind
    what: str
    unit: str
    giver: Party
    receiver: Party
    is_lent: bool
    due_back_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """How much moved, on which day."""

    quantity: int
    on: date
    note: str = ""


def add_milestone(session: Session, partnership: Partnership, *, title: str, due_on: date) -> Milestone:
    """Write down what shall be reached by a day."""
    _lock(session, partnership, queries.WRITES_LEDGER)
    if due_on < queries.began_on(partnership) or (partnership.ends_on and due_on > partnership.ends_on):
        raise InvalidValue("a milestone lies between the beginning and the end of its partnership")
    milestone = Milestone(title=title, due_on=due_on, partnership=partnership)
    session.add(milestone)
    return milestone


def reach(session: Session, milestone: Milestone, *, by: Account, at: datetime) -> None:
    """Note that a milestone was reached; said twice it counts once."""
    _lock(session, milestone.partnership, queries.WRITES_LEDGER)
    session.refresh(milestone)
    if milestone.reached_at is None:
        milestone.reach(by=by, at=at)
        tell(session, milestone.partnership, NewsKind.MILESTONE_REACHED, by=by, at=at)


def reopen(session: Session, milestone: Milestone) -> None:
    """Note that a milestone was not reached after all."""
    _lock(session, milestone.partnership, queries.WRITES_LEDGER)
    session.refresh(milestone)
    milestone.reopen()


def begin_line(
    session: Session, partnership: Partnership, given: Given, first: Moved, *, by: Account, at: datetime
) -> LedgerLine:
    """Write a new line into the ledger, with what was handed over first."""
    _lock(session, partnership, queries.WRITES_LEDGER)
    for party in (given.giver, given.receiver):
        _check_is_in(party, partnership)
    _check_happened(partnership, first.on, at=at)
    if given.giver is given.receiver:
        raise InvalidValue("nobody gives to itself")
    line = LedgerLine(
        kind=given.kind,
        what=given.what,
        unit=given.unit,
        is_lent=given.is_lent,
        due_back_on=given.due_back_on,
        partnership=partnership,
        giver=given.giver,
        receiver=given.receiver,
    )
    line.note(LedgerMove.HANDED_OVER, first.quantity, on=first.on, by=by, at=at, note=first.note)
    session.add(line)
    tell(session, partnership, NewsKind.LEDGER_WRITTEN, by=by, at=at)
    return line


def note_entry(
    session: Session, line: LedgerLine, move: LedgerMove, moved: Moved, *, by: Account, at: datetime
) -> LedgerEntry:
    """Write down what happened to things of a line.

    Raises
    ------
    NotInHand
        Less is outstanding now than what came back, was used up or is missing.

    """
    partnership = line.partnership
    _lock(session, partnership, queries.WRITES_LEDGER)
    session.refresh(line)
    _check_happened(partnership, moved.on, at=at)
    entry = line.note(move, moved.quantity, on=moved.on, by=by, at=at, note=moved.note)
    tell(session, partnership, NewsKind.LEDGER_WRITTEN, by=by, at=at)
    return entry


def note_hours(
    session: Session, party: Party, *, on: date, hours: float, people: int, what: str, by: Account, at: datetime
) -> WorkedHours:
    """Note what people of a party worked: they say it themselves, or a coordinator where nobody speaks for them."""
    partnership = party.partnership
    _lock(session, partnership, queries.NOTES_HOURS)
    _check_is_in(party, partnership)
    _check_speaks_for(session, party, by)
    _check_happened(partnership, on, at=at)
    worked = WorkedHours(party=party, on=on, hours=hours, people=people, what=what, noted_by=by, noted_at=at)
    session.add(worked)
    return worked


def ask(session: Session, party: Party, kind: RequestKind, text: str, *, by: Account, at: datetime) -> ChangeRequest:
    """Ask to change the agreement or to leave; one request of a party waits at a time."""
    partnership = party.partnership
    _lock(session, partnership, queries.TAKES_REQUESTS)
    _check_is_in(party, partnership)
    _check_speaks_for(session, party, by)
    if any(one.party_id == party.id for one in queries.waiting_requests(session, partnership)):
        raise AlreadyDecided("a request of this party waits for a decision already")
    request = ChangeRequest(kind=kind, text=text, made_at=at, party=party, made_by=by)
    session.add(request)
    tell(session, partnership, NewsKind.REQUEST_MADE, by=by, at=at)
    return request


def decide(
    session: Session, request: ChangeRequest, *, granted: bool, answer: str, by: Account, at: datetime
) -> Partnership:
    """Grant or refuse a request; who is let go gives back what it had promised.

    Raises
    ------
    LedgerUnbalanced
        Who wants to leave has lent things or money outstanding.

    """
    partnership = request.party.partnership
    lock_partnership(session, partnership)
    session.refresh(request)
    if granted:
        _check_stage(partnership, queries.TAKES_REQUESTS)
        _check_is_in(request.party, partnership)
    request.decide(granted=granted, answer=answer, by=by, at=at)
    tell(session, partnership, NewsKind.REQUEST_DECIDED, by=by, at=at)
    if granted and request.kind is RequestKind.LEAVE:
        _let_go(session, request.party, by=by, at=at)
    return partnership


def _let_go(session: Session, party: Party, *, by: Account, at: datetime) -> None:
    """Let a party go, with what it had promised; where the others cannot go on without it, all ends."""
    partnership = party.partnership
    if queries.holding_back(session, party):
        raise LedgerUnbalanced("what was lent, and money, comes back before a party leaves")
    if partnership.goes_on_without(party):
        capacity.release_party(session, party, at=at)
        partnership.need.lack_again()
        settle(session, [partnership.need], at=at)
        Job.request(session, JobKind.REFRESH_SUGGESTIONS, municipality=partnership.municipality, by=by)
    else:
        unanswered = open_enquiries(partnership)
        partnership.move_to(Stage.WITHDRAWN, by=by, at=at)
        give_back(session, partnership, unanswered=unanswered, by=by, at=at, except_for=party.participant)
    partnership.leave(party, at=at)


def _lock(session: Session, partnership: Partnership, stages: Collection[Stage]) -> None:
    lock_partnership(session, partnership)
    _check_stage(partnership, stages)


def _check_stage(partnership: Partnership, stages: Collection[Stage]) -> None:
    if partnership.stage not in stages:
        raise IllegalMove(f"this is not written while a partnership is {partnership.stage}")


def _check_is_in(party: Party, partnership: Partnership) -> None:
    if party not in partnership.present:
        raise IllegalMove("this party is not in the partnership any longer")


def _check_speaks_for(session: Session, party: Party, by: Account) -> None:
    if not (by.represents(party.participant_id) or may_write_down_for(session, party, by)):
        raise NotAllowed("this is said by the party itself")


def _check_happened(partnership: Partnership, on: date, *, at: datetime) -> None:
    if not queries.began_on(partnership) <= on <= town_day(at):
        raise InvalidValue("what is written down happened since the partnership began, and not in the future")
