"""Changes to partnerships: proposing, answering, withdrawing."""

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import holidays
from sqlalchemy.orm import Session

from models import Account, Partnership, Suggestion, capacity
from models.errors import ConsentMissing
from models.partnerships import REPLY_BUSINESS_DAYS
from web.partnerships import emails, queries

TOWN_TIME: Final = ZoneInfo("Asia/Tokyo")
SATURDAY: Final = 5
# Public offices close from 29 December to 3 January (law on the holidays of administrative organs).
YEAR_END: Final = frozenset({(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)})


def propose(session: Session, suggestion: Suggestion, *, by: Account, at: datetime) -> Partnership:
    """Propose an approved suggestion to all its parties and take what it promises.

    Raises
    ------
    ConsentMissing
        One of the parties may not be asked.
    CapacityExhausted, TooManyEnquiries
        Somebody else was promised it first, or has been asked often enough.

    """
    queries.load_team(session, suggestion)
    partnership = Partnership.propose(suggestion, by=by, at=at, reply_due_on=reply_due_on(at))
    session.add(partnership)
    session.flush()
    capacity.take(session, partnership)
    # Only now are the participants' rows ours: whoever withdraws a consent waits, or was first and is seen.
    check_consents(session, partnership)
    accounts = queries.accounts_of(session, [party.participant for party in partnership.parties])
    for party in partnership.parties:
        for account in accounts[party.participant.id]:
            emails.enquiry(session, party.enquiry, to=account)
    return partnership


def check_consents(session: Session, partnership: Partnership) -> None:
    """Refuse a partnership with somebody who paused, left, or whose consent does not stand now."""
    for participant in {party.participant.id: party.participant for party in partnership.parties}.values():
        session.refresh(participant, ["consents", "is_adult", "paused_at", "left_at"])
        if not participant.may_be_matched:
            raise ConsentMissing("one of the parties may not be asked")


def reply_due_on(at: datetime) -> date:
    """Return the last day for a reply: the third business day after the day of asking."""
    return add_business_days(at.astimezone(TOWN_TIME).date(), REPLY_BUSINESS_DAYS)


def add_business_days(day: date, count: int) -> date:
    """Return the `count`-th day after `day` on which public offices are open."""
    public_holidays = holidays.country_holidays("JP", years=[day.year, day.year + 1])
    while count:
        day += timedelta(days=1)
        if day.weekday() < SATURDAY and day not in public_holidays and (day.month, day.day) not in YEAR_END:
            count -= 1
    return day
