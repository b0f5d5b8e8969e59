"""Changes to profiles, consents and limits, and what has to end when a consent ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from models import (
    Account,
    ActivityField,
    Area,
    ConsentChannel,
    ConsentPurpose,
    Job,
    JobKind,
    Participant,
    Partnership,
    Reveal,
    Role,
    Stage,
    capacity,
)
from models.errors import InvalidValue, NotAllowed
from web.participants import emails, queries

# Without these nobody may be suggested or asked; the others concern uses that are arranged by hand.
NEEDED_TO_BE_ASKED: Final = frozenset({ConsentPurpose.PROJECTS, ConsentPurpose.GUARDIAN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a participant's people write about it; without `contact`, the contact details stay as they are."""

    name: str
    reading: str
    summary: str
    contact: queries.Contact | None
    area: Area
    fields: Sequence[ActivityField]
    hours_per_month: float | None
    engagement_limit: int | None


def edit(session: Session, participant: Participant, profile: Profile, *, version: int, by: Account) -> None:
    """Change a profile that is still what the form was opened on; look for partners anew where it matters."""
    participant.check_version(version)
    if not profile.name.strip():
        raise InvalidValue("a participant needs a name")
    matters = _matching_values(participant) != (
        profile.area.id,
        {field.id for field in profile.fields},
        profile.hours_per_month,
        profile.engagement_limit,
    )
    participant.name = profile.name.strip()
    participant.reading = profile.reading
    participant.summary = profile.summary
    participant.hours_per_month = profile.hours_per_month
    if profile.contact is not None:
        participant.contact_name = profile.contact.name
        participant.contact_email = profile.contact.email
        participant.contact_phone = profile.contact.phone
    participant.move_to_area(profile.area)
    participant.fields = list(profile.fields)
    participant.set_engagement_limit(profile.engagement_limit)
    # Fields lie in a table of their own; the version must move for them too.
    flag_modified(participant, "name")
    if matters:
        _look_anew(session, participant, by=by)


def pause(session: Session, participant: Participant, *, by: Account, at: datetime) -> None:
    """Stop suggesting the participant; what was asked or agreed already stays."""
    _supersede_suggestions(session, participant)
    participant.pause(at=at)
    _look_anew(session, participant, by=by)


def resume(session: Session, participant: Participant, *, by: Account) -> None:
    """Suggest the participant again."""
    participant.resume()
    _look_anew(session, participant, by=by)


def give_consent(
    session: Session,
    participant: Participant,
    purpose: ConsentPurpose,
    *,
    by: Account,
    at: datetime,
    channel: ConsentChannel,
) -> None:
    """Record a consent: a person's own on the web, anybody's through a coordinator who names how it came.

    Raises
    ------
    NotAllowed
        The account may not record this consent in this way.

    """
    _check_is_a_person(participant)
    if not may_record_consent(by, participant, purpose, channel):
        raise NotAllowed("this consent cannot be recorded by this account in this way")
    queries.lock_participant(session, participant)
    participant.consent(purpose, by=by, at=at, channel=channel)
    if purpose in NEEDED_TO_BE_ASKED:
        _look_anew(session, participant, by=by)


def may_record_consent(
    account: Account, participant: Participant, purpose: ConsentPurpose, channel: ConsentChannel
) -> bool:
    """Tell whether the account may record this consent: a guardian's never reaches us through the ward."""
    if channel is ConsentChannel.WEB:
        return account.represents(participant.id) and purpose is not ConsentPurpose.GUARDIAN
    return account.covers(Role.COORDINATOR, participant.area.path) and not account.represents(participant.id)


def withdraw_consent(
    session: Session, participant: Participant, purpose: ConsentPurpose, *, by: Account, at: datetime
) -> None:
    """End a consent, and with it every suggestion and open proposal that stood on it."""
    _check_is_a_person(participant)
    if purpose not in NEEDED_TO_BE_ASKED:
        participant.withdraw_consent(purpose, at=at)
        return
    # Rows are locked in the order in which proposing and answering lock them.
    _supersede_suggestions(session, participant)
    proposals = queries.locked_proposals_of(session, participant)
    queries.lock_participant(session, participant)
    participant.withdraw_consent(purpose, at=at)
    for partnership in proposals:
        unanswered = open_enquiries(partnership)
        partnership.move_to(Stage.WITHDRAWN, by=by, at=at)
        give_back(session, partnership, unanswered=unanswered, by=by, at=at, except_for=participant)
        tell_proposer(session, partnership)
    _look_anew(session, participant, by=by)


def leave_for_good(session: Session, person: Participant, *, by: Account, at: datetime) -> None:
    """End everything that a person takes part in, before their data are erased."""
    withdraw_consent(session, person, ConsentPurpose.PROJECTS, by=by, at=at)
    for partnership in queries.locked_partnerships_of(session, person):
        unanswered = open_enquiries(partnership)
        partnership.move_to(Stage.WITHDRAWN, by=by, at=at)
        give_back(session, partnership, unanswered=unanswered, by=by, at=at, except_for=person)
        tell_proposer(session, partnership)
    for consent in person.consents:
        consent.withdrawn_at = consent.withdrawn_at or at
    person.leave(at=at)


def reveal(session: Session, participant: Participant, *, purpose: str, by: Account, at: datetime) -> None:
    """Show a coordinator the contact details for an hour; the participant sees that, and why."""
    if not queries.is_revealed_to(session, participant, by):
        session.add(Reveal(subject=participant, to_account=by, purpose=purpose, at=at))


def open_enquiries(partnership: Partnership) -> dict[UUID, int]:
    """Count the enquiries that await an answer, for each participant."""
    counts: dict[UUID, int] = {}
    for party in partnership.parties:
        if party.enquiry.is_open:
            counts[party.participant_id] = counts.get(party.participant_id, 0) + 1
    return counts


def give_back(
    session: Session,
    partnership: Partnership,
    *,
    unanswered: Mapping[UUID, int],
    by: Account | None,
    at: datetime,
    except_for: Participant | None = None,
) -> None:
    """Give back what a proposal took that does not come about, tell the parties, and look for others.

    It stands here and not with the partnerships because a withdrawn consent ends proposals too.
    `unanswered` is counted before the proposal ends; `except_for` knows already.
    """
    capacity.release(session, partnership, unanswered=dict(unanswered), at=at)
    parties = [party.participant for party in partnership.parties if party.participant is not except_for]
    accounts = queries.accounts_of(session, parties)
    readers = {account.id: account for of_one in accounts.values() for account in of_one}
    for account in readers.values():
        if except_for is None or not account.represents(except_for.id):
            emails.does_not_come_about(session, partnership, to=account)
    Job.request(session, JobKind.REFRESH_SUGGESTIONS, municipality=partnership.municipality, by=by)


def tell_proposer(session: Session, partnership: Partnership) -> None:
    """Tell the coordinator who proposed it that a proposal ended."""
    if partnership.proposed_by is not None and partnership.proposed_by.may_sign_in:
        emails.proposal_ended(session, partnership, to=partnership.proposed_by)


def _matching_values(participant: Participant) -> tuple[UUID, set[UUID], float | None, int | None]:
    return (
        participant.area_id,
        {field.id for field in participant.fields},
        participant.hours_per_month,
        participant.engagement_limit,
    )


def _look_anew(session: Session, participant: Participant, *, by: Account) -> None:
    Job.request(session, JobKind.REFRESH_SUGGESTIONS, municipality=participant.municipality, by=by)


def _supersede_suggestions(session: Session, participant: Participant) -> None:
    for suggestion in queries.undecided_suggestions_with(session, participant):
        suggestion.supersede()
    session.flush()


def _check_is_a_person(participant: Participant) -> None:
    if not participant.is_resident:
        raise InvalidValue("only a person gives and withdraws consents")
