"""Needs and offers that end on a day: their people are asked before, and one tap lets them stay, or go."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from models import Account, Job, Need, Offer
from models.errors import InvalidValue
from web.charges.services import settle
from web.listings import emails
from web.listings.queries import renewal as queries
from web.listings.queries import town_day, undecided_suggestions
from web.listings.services import needs, offers
from web.participants.queries import accounts_of
from web.people.queries import coordinators_of

RENEWED_FOR: Final = timedelta(days=90)
LONGEST: Final = timedelta(days=730)


class Renewal(StrEnum):
    """What its people say of something that ends."""

    STILL = "still"
    UNTIL = "until"
    STANDING = "standing"
    OVER = "over"


def keep_time(session: Session, participant_id: UUID, *, at: datetime) -> None:
    """End what nobody renewed, and ask once about what ends soon, all that a participant has in one mail."""
    today = town_day(at)
    rows = queries.rows_due(session, participant_id, on=today)
    if not rows:
        return
    for row in rows:
        row.renewal_asked_for = row.expires_on
        if row.expires_on is not None and row.expires_on < today:
            _end(session, row, at=at)
    participant = rows[0].participant
    accounts = accounts_of(session, [participant])[participant.id]
    for account in accounts or coordinators_of(session, participant.municipality):
        emails.renewal(session, participant, rows, today=today, to=account)


def renew(
    session: Session, row: Need | Offer, renewal: Renewal, *, until: date | None, by: Account, at: datetime
) -> None:
    """Let something stay for three months, until a day or without an end, or take it back."""
    if renewal is Renewal.OVER:
        withdraw = needs.withdraw_need if isinstance(row, Need) else offers.withdraw_offer
        withdraw(session, row, by=by)  # type: ignore[arg-type]  # the kind of row chose the service
        return
    today = town_day(at)
    if renewal is Renewal.UNTIL and (until is None or not today < until <= today + LONGEST):
        raise InvalidValue("something is renewed until a day that is to come, within two years")
    row.expires_on = {Renewal.STILL: renewed_until(today), Renewal.UNTIL: until}.get(renewal)
    if not row.is_open:
        open_again = needs.open_need if isinstance(row, Need) else offers.open_offer
        open_again(session, row, by=by)  # type: ignore[arg-type]  # the kind of row chose the service


def renewed_until(today: date) -> date:
    """Return the day until which one tap renews."""
    return today + RENEWED_FOR


def _end(session: Session, row: Need | Offer, *, at: datetime) -> None:
    row.expire()
    suggestions = undecided_suggestions(session, row)
    for suggestion in suggestions:
        suggestion.supersede()
    if isinstance(row, Need):
        Job.request_for(session, row, by=None)
        settle(session, [row], at=at)
    else:
        Job.request_for_each(session, [suggestion.need for suggestion in suggestions], by=None)
        Job.request_for_offer(session, row, by=None)
