"""The first meeting of all parties: dates are proposed, answered, one is fixed, and what was settled is kept."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from models import Account, MatchingTable, MeetingDate, NewsKind, Partnership, Party
from models.agreements import DRAFTED_IN
from models.collaboration import MOST_DATES
from models.errors import IllegalMove, InvalidValue, NotAllowed
from web.agreements import queries
from web.news import services as news
from web.participants.queries import may_write_down_for
from web.partnerships.queries import lock_partnership


def call_meeting(
    session: Session,
    partnership: Partnership,
    times: Sequence[tuple[datetime, datetime]],
    *,
    place: str,
    note: str,
    by: Account,
    at: datetime,
) -> MatchingTable:
    """Propose dates for the first meeting; who calls again adds dates, and the answers to the others stay.

    A date that was fixed before is one among others again.
    """
    _check_stage(session, partnership)
    table = queries.table_of(session, partnership)
    if table is None:
        table = MatchingTable(partnership=partnership, called_by=by, place=place, note=note)
        session.add(table)
    table.place, table.note = place, note
    table.reopen()
    known = {proposed.starts_at for proposed in table.dates}
    for starts_at, ends_at in times:
        if starts_at <= at:
            raise InvalidValue("a date that is proposed lies ahead")
        if starts_at not in known:
            table.dates.append(MeetingDate(starts_at=starts_at, ends_at=ends_at))
            known.add(starts_at)
    if len(table.dates) > MOST_DATES:
        raise InvalidValue(f"at most {MOST_DATES} dates are proposed")
    news.tell(session, partnership, NewsKind.DATES_PROPOSED, by=by, at=at)
    return table


def answer_dates(
    session: Session, table: MatchingTable, party: Party, suiting: Collection[UUID], *, by: Account
) -> None:
    """Note which of the dates suit a party; a coordinator notes it for who has no account."""
    if not (by.represents(party.participant_id) or may_write_down_for(session, party, by)):
        raise NotAllowed("this is said by the party itself")
    for proposed in table.dates:
        proposed.answer(party, suits=proposed.id in suiting)


def fix_date(session: Session, table: MatchingTable, chosen: MeetingDate, *, by: Account, at: datetime) -> None:
    """Settle on one of the dates and tell everybody."""
    if table.starts_at == chosen.starts_at:
        return
    table.fix(chosen)
    news.tell(session, table.partnership, NewsKind.MEETING_FIXED, by=by, at=at)


def settle(
    session: Session,
    partnership: Partnership,
    *,
    what: str,
    how_long: str,
    cost: str,
    on: date,
    by: Account,
    at: datetime,
) -> None:
    """Write down what the parties settled; with that the agreement is being drafted."""
    _check_stage(session, partnership)
    table = queries.table_of(session, partnership)
    if table is None:
        table = MatchingTable(partnership=partnership, called_by=by)
        session.add(table)
    table.settle(what=what, how_long=how_long, cost=cost, on=on)
    partnership.begin_drafting(by=by, at=at)


def _check_stage(session: Session, partnership: Partnership) -> None:
    lock_partnership(session, partnership)
    if partnership.stage not in DRAFTED_IN:
        raise IllegalMove(f"nobody sits down to draft while the partnership is {partnership.stage}")
