"""Changes to partnerships: proposing, answering, withdrawing."""

from datetime import date, datetime, timedelta
from itertools import permutations
from typing import Final
from zoneinfo import ZoneInfo

import holidays
from sqlalchemy.orm import Session

from models import (
    Account,
    ConsentChannel,
    ConsentPurpose,
    Enquiry,
    Job,
    JobKind,
    Participant,
    Partnership,
    Party,
    Reply,
    Reveal,
    ReviewReason,
    Role,
    Stage,
    Suggestion,
    capacity,
)
from models.errors import AlreadyDecided, ConsentMissing, NotAllowed
from models.partnerships import REPLY_BUSINESS_DAYS
from web.participants.queries import accounts_of
from web.participants.services import give_back, open_enquiries, tell_proposer
from web.partnerships import emails, queries

TOWN_TIME: Final = ZoneInfo("Asia/Tokyo")
SATURDAY: Final = 5
# Public offices close from 29 December to 3 January (law on the holidays of administrative organs).
YEAR_END: Final = frozenset({(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)})
# Each year is looked up when one of its days is first asked about, and kept.
PUBLIC_HOLIDAYS: Final = holidays.country_holidays("JP")


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
    _check_may_be_asked(session, partnership)
    accounts = accounts_of(session, [party.participant for party in partnership.parties])
    for party in partnership.parties:
        for account in accounts[party.participant.id]:
            emails.enquiry(session, party.enquiry, to=account)
    return partnership


def answer(
    session: Session,
    enquiry: Enquiry,
    reply: Reply,
    *,
    by: Account,
    at: datetime,
    reason: ReviewReason | None = None,
    note: str = "",
    channel: ConsentChannel = ConsentChannel.WEB,
) -> Partnership:
    """Note one party's answer, and what follows from it: the last yes, or any no.

    Raises
    ------
    AlreadyDecided
        The enquiry was answered or released before.
    ConsentMissing
        The consent of the person who answers, or at the last yes of anybody else, does not stand.

    """
    partnership = queries.lock_proposal(session, enquiry)
    party = enquiry.party
    if enquiry.is_open:
        _check_consent_stands(session, party.participant)
    unanswered = open_enquiries(partnership)
    partnership.answer(party, reply, by=by, at=at, reason=reason, note=note, channel=channel)
    if reply is Reply.NO:
        give_back(session, partnership, unanswered=unanswered, by=by, at=at, except_for=party.participant)
        tell_proposer(session, partnership)
        return partnership
    capacity.answer_received(session, enquiry)
    if partnership.stage is Stage.ACCEPTED:
        _come_together(session, partnership, by=by, at=at)
    return partnership


def publish(session: Session, party: Party, *, agrees: bool, by: Account, at: datetime) -> None:
    """Note whether a party agrees that anybody may read of its partnership; it can change its mind at any time.

    A coordinator notes what a party said by telephone only where nobody speaks for it here.
    """
    if not (by.represents(party.participant_id) or _may_note_for(session, party, by)):
        raise NotAllowed("this is said by the party itself")
    if agrees:
        party.publish(at=at)
    else:
        party.keep_private()


def withdraw(session: Session, partnership: Partnership, *, by: Account, at: datetime) -> None:
    """Take back a proposal that not all have answered, and give back all that it took."""
    queries.lock_partnership(session, partnership)
    if partnership.stage is not Stage.PROPOSED:
        raise AlreadyDecided(f"the partnership is {partnership.stage} already")
    unanswered = open_enquiries(partnership)
    partnership.move_to(Stage.WITHDRAWN, by=by, at=at)
    give_back(session, partnership, unanswered=unanswered, by=by, at=at)


def _come_together(session: Session, partnership: Partnership, *, by: Account, at: datetime) -> None:
    """Show each party the others' contact details, record that, tell them, and see what the need still lacks."""
    participants = list({party.participant.id: party.participant for party in partnership.parties}.values())
    for participant in participants:
        _check_consent_stands(session, participant)
    session.add_all(
        Reveal(subject=subject, to_participant=reader, partnership=partnership, at=at)
        for subject, reader in permutations(participants, 2)
    )
    accounts = accounts_of(session, participants)
    for account in {account.id: account for of_one in accounts.values() for account in of_one}.values():
        emails.all_said_yes(session, partnership, to=account)
    if queries.is_covered(session, partnership.need):
        partnership.need.fill()
        Job.request(session, JobKind.REFRESH_SUGGESTIONS, municipality=partnership.municipality, by=by)


def _may_note_for(session: Session, party: Party, by: Account) -> bool:
    """Tell whether a coordinator may write down what a party said, because nobody speaks for it here."""
    if not by.covers(Role.COORDINATOR, party.partnership.need.area.path):
        return False
    return not accounts_of(session, [party.participant])[party.participant_id]


def _check_may_be_asked(session: Session, partnership: Partnership) -> None:
    for participant in {party.participant.id: party.participant for party in partnership.parties}.values():
        session.refresh(participant, ["consents", "is_adult", "paused_at", "left_at"])
        if not participant.may_be_matched:
            raise ConsentMissing("one of the parties may not be asked")


def _check_consent_stands(session: Session, participant: Participant) -> None:
    session.refresh(participant, ["consents", "is_adult"])
    if not participant.is_adult and not participant.consented_to(ConsentPurpose.GUARDIAN):
        raise ConsentMissing("a minor takes part only with the guardian's consent")
    if participant.is_resident and not participant.consented_to(ConsentPurpose.PROJECTS):
        raise ConsentMissing("a person takes part only with a consent to projects")


def reply_due_on(at: datetime) -> date:
    """Return the last day for a reply: the third business day after the day of asking."""
    return add_business_days(at.astimezone(TOWN_TIME).date(), REPLY_BUSINESS_DAYS)


def add_business_days(day: date, count: int) -> date:
    """Return the `count`-th day after `day` on which public offices are open."""
    while count:
        day += timedelta(days=1)
        count -= is_business_day(day)
    return day


def business_days_between(day: date, later: date) -> int:
    """Return on how many days after `day`, up to the later one, public offices are open."""
    return sum(is_business_day(day + timedelta(days=passed)) for passed in range(1, (later - day).days + 1))


def is_business_day(day: date) -> bool:
    """Tell whether public offices are open on a day."""
    return day.weekday() < SATURDAY and day not in PUBLIC_HOLIDAYS and (day.month, day.day) not in YEAR_END
