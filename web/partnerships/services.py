"""Changes to partnerships: proposing, answering, withdrawing."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import permutations

from sqlalchemy.orm import Session

from models import (
    Account,
    ConsentChannel,
    ConsentPurpose,
    Enquiry,
    Job,
    JobKind,
    Need,
    Participant,
    Partnership,
    Party,
    Reply,
    Reveal,
    ReviewReason,
    Stage,
    Suggestion,
    capacity,
)
from models.business_days import add_business_days, business_days_between
from models.errors import AlreadyDecided, ConsentMissing, NotAllowed
from models.partnerships import ALERT_BUSINESS_DAYS, RELEASE_BUSINESS_DAYS, REPLY_BUSINESS_DAYS
from models.years import town_day
from web.acts.services import Said
from web.participants.queries import accounts_of, may_write_down_for
from web.participants.services import give_back, open_enquiries, tell_proposer
from web.partnerships import emails, queries
from web.people.queries import coordinators_of


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
        _check_consent_stands(session, party.participant, partnership.need)
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


def note_answer(
    session: Session,
    enquiry: Enquiry,
    reply: Reply,
    *,
    by: Account,
    at: datetime,
    reason: ReviewReason | None,
    note: str,
    said: Said,
) -> Partnership:
    """Note what a party without an account said by telephone, face to face or on paper, as a coordinator heard it.

    Raises
    ------
    NotAllowed
        Somebody speaks for the party here and answers for it, or the coordinator is of another place.

    """
    if said.channel is ConsentChannel.WEB or not may_write_down_for(session, enquiry.party, by):
        raise NotAllowed("this is said by the party itself")
    enquiry.said_by = said.by
    return answer(session, enquiry, reply, by=by, at=at, reason=reason, note=note, channel=said.channel)


def publish(session: Session, party: Party, *, agrees: bool, by: Account, at: datetime) -> None:
    """Note whether a party agrees that anybody may read of its partnership; it can change its mind at any time.

    A coordinator notes what a party said by telephone only where nobody speaks for it here.
    """
    if not (by.represents(party.participant_id) or may_write_down_for(session, party, by)):
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


def keep_time(session: Session, partnership: Partnership, *, at: datetime) -> None:
    """Do what the clock of a proposal says: remind who has not answered, tell a coordinator, and in the end release.

    Each happens once. A party is reminded on the day on which its reply is due, its coordinator hears of it after seven
    business days, and after fourteen the proposal lapses, and what it took is free again.
    """
    queries.lock_partnership(session, partnership)
    waiting = [party.enquiry for party in partnership.parties if party.enquiry.is_open]
    if partnership.stage is not Stage.PROPOSED or not waiting:
        return
    today = town_day(at)
    waited = max(business_days_between(town_day(enquiry.sent_at), today) for enquiry in waiting)
    if waited >= RELEASE_BUSINESS_DAYS:
        _let_lapse(session, partnership, at=at)
        return
    _remind(session, [one for one in waiting if one.due_on <= today and one.reminded_at is None], at=at)
    if waited >= ALERT_BUSINESS_DAYS and any(one.alerted_at is None for one in waiting):
        for account in _coordinators_of(session, partnership):
            emails.no_answer(session, partnership, waited=waited, to=account)
        for enquiry in waiting:
            enquiry.alerted_at = at


def _remind(session: Session, late: Sequence[Enquiry], *, at: datetime) -> None:
    accounts = accounts_of(session, [enquiry.party.participant for enquiry in late])
    for enquiry in late:
        enquiry.reminded_at = at
        for account in accounts[enquiry.party.participant_id]:
            emails.reminder(session, enquiry, on=town_day(at), to=account)


def _let_lapse(session: Session, partnership: Partnership, *, at: datetime) -> None:
    unanswered = open_enquiries(partnership)
    partnership.lapse(at=at)
    give_back(session, partnership, unanswered=unanswered, by=None, at=at)
    for account in _coordinators_of(session, partnership):
        emails.lapsed(session, partnership, to=account)


def _coordinators_of(session: Session, partnership: Partnership) -> Sequence[Account]:
    """Return who is told about a proposal: the coordinator who made it, or who coordinates the place now."""
    proposer = partnership.proposed_by
    if proposer is not None and proposer.may_sign_in:
        return [proposer]
    return coordinators_of(session, partnership.municipality)


def _come_together(session: Session, partnership: Partnership, *, by: Account, at: datetime) -> None:
    """Show each party the others' contact details, record that, tell them, and see what the need still lacks."""
    participants = list({party.participant.id: party.participant for party in partnership.parties}.values())
    for participant in participants:
        _check_consent_stands(session, participant, partnership.need)
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


def _check_may_be_asked(session: Session, partnership: Partnership) -> None:
    for participant in {party.participant.id: party.participant for party in partnership.parties}.values():
        session.refresh(participant, ["consents", "is_adult", "paused_at", "left_at"])
        if not participant.may_be_asked_for(partnership.need.asks_of(participant)):
            raise ConsentMissing("one of the parties may not be asked")


def _check_consent_stands(session: Session, participant: Participant, need: Need) -> None:
    session.refresh(participant, ["consents", "is_adult"])
    if not participant.is_adult and not participant.consented_to(ConsentPurpose.GUARDIAN):
        raise ConsentMissing("a minor takes part only with the guardian's consent")
    if participant.is_resident and not all(map(participant.consented_to, need.asks_of(participant))):
        raise ConsentMissing("a person takes part only with a consent to just this")


def reply_due_on(at: datetime) -> date:
    """Return the last day for a reply: the third business day after the day of asking."""
    return add_business_days(town_day(at), REPLY_BUSINESS_DAYS)
