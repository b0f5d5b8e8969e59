"""Changes to profiles, consents and limits, and what has to end when a consent ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from models import (
    Account,
    ActivityField,
    Area,
    ConsentChannel,
    ConsentPurpose,
    DuplicateVerdict,
    Job,
    JobKind,
    Membership,
    Merger,
    Participant,
    Partnership,
    Reveal,
    Role,
    RoleHolding,
    Stage,
    capacity,
)
from models.errors import IllegalMove, InvalidValue, NotAllowed
from models.years import town_day
from web.charges.services import settle
from web.endorsements.queries import all_of
from web.participants import emails, queries

# What a person's record is called when another record of theirs was kept.
GIVEN_UP: Final = "merged"

Limit = TypeVar("Limit", int, float)


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
    # Rows are locked in the order in which proposing and answering lock them.
    superseded = _supersede_suggestions(session, participant, purpose)
    stands_on_it = frozenset(ConsentPurpose) if purpose is ConsentPurpose.GUARDIAN else {purpose}
    proposals = [
        one for one in queries.locked_proposals_of(session, participant) if one.need.asks_of(participant) & stands_on_it
    ]
    queries.lock_participant(session, participant)
    participant.withdraw_consent(purpose, at=at)
    for partnership in proposals:
        unanswered = open_enquiries(partnership)
        partnership.move_to(Stage.WITHDRAWN, by=by, at=at)
        give_back(session, partnership, unanswered=unanswered, by=by, at=at, except_for=participant)
        tell_proposer(session, partnership)
    if superseded or purpose in queries.NEEDED_TO_BE_ASKED:
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


def keep_apart(session: Session, one: Participant, other: Participant, *, by: Account, at: datetime) -> None:
    """Remember that two records are two participants; saying it twice changes nothing."""
    if queries.verdict_on(session, one, other) is None:
        session.add(DuplicateVerdict.apart(one, other, by=by, at=at))


def merge(session: Session, kept: Participant, given_up: Participant, *, by: Account, at: datetime) -> None:
    """Make two records of one participant one: what hangs on the one that is given up moves to the other.

    No consent, limit or pause becomes wider by it: a consent stands on only where both records hold it, of two limits
    the lower one counts, and who paused in one of them is paused. Where that cannot be, or where a partnership would
    have the same participant twice, nothing happens.

    Raises
    ------
    IllegalMove
        The two cannot be made one as they are; `queries.belongings` names why.

    """
    # Rows are locked in the order in which proposing and answering lock them.
    _supersede_suggestions(session, kept)
    _supersede_suggestions(session, given_up)
    queries.lock_both(session, kept, given_up)
    moving = queries.belongings(session, kept, given_up)
    if moving.hindrances:
        raise IllegalMove(f"these two are not made one: {', '.join(moving.hindrances)}")
    kept.settle_consents_with(given_up, at=at)
    # One purpose has one standing consent: so the others end before they move.
    session.flush()
    for consent in list(given_up.consents):
        consent.participant = kept
    for need in moving.needs:
        need.participant = kept
    for offer in moving.offers:
        offer.participant = kept
    for party in moving.parties:
        party.participant = kept
    for reveal in moving.reveals:
        if reveal.subject_id == given_up.id:
            reveal.subject = kept
        else:
            reveal.to_participant = kept
    for earlier in moving.earlier:
        earlier.kept = kept
    for endorsement in all_of(session, given_up):
        endorsement.participant = kept
    _join_what_is_written(session, kept, given_up, at=at)
    _join_members(session, kept, moving.memberships)
    _join_profiles(session, kept, given_up, at=at)
    session.add(Merger(merged=given_up, kept=kept, merged_by=by, merged_at=at))
    given_up.leave(at=at)
    _look_anew(session, kept, by=by)


def _join_what_is_written(session: Session, kept: Participant, given_up: Participant, *, at: datetime) -> None:
    """Let what was written down about a record move; what both records have once, the kept one has once."""
    for row, attribute in list(queries.written_about(session, given_up)):
        setattr(row, attribute, kept)
    has_plan = any(plan.stands for plan in queries.visit_plans_of(session, kept))
    for plan in queries.visit_plans_of(session, given_up):
        if has_plan:
            plan.end(on=town_day(at))
        plan.participant = kept
    networks = {one.network_id for one in queries.network_members_of(session, kept) if one.left_on is None}
    for member in queries.network_members_of(session, given_up):
        if member.network_id in networks:
            member.leave(on=max(town_day(at), member.joined_on))
        member.participant = kept
    completed = {one.course_id for one in queries.completions_of(session, kept)}
    for completion in queries.completions_of(session, given_up):
        if completion.course_id in completed:
            session.delete(completion)
        else:
            completion.participant = kept
    _join_offices(session, kept)


def _join_offices(session: Session, kept: Participant) -> None:
    """Let an office that both records held at the same time be one, from the first day in it to the last."""
    held: dict[tuple[str, str], RoleHolding] = {}
    for office in queries.offices_of(session, kept):
        same = held.get((office.body, office.office))
        if same is None or not same.is_held(office.since):
            held[office.body, office.office] = office
            continue
        same.until = None if same.until is None or office.until is None else max(same.until, office.until)
        if same.hours_per_month is None:
            same.hours_per_month = office.hours_per_month
        session.delete(office)


def _join_members(session: Session, kept: Participant, joining: Sequence[Membership]) -> None:
    """Let those who spoke for the other record speak for this one; who spoke for both keeps the wider role."""
    present = {membership.account_id: membership for membership in queries.members_of(session, kept)}
    for membership in joining:
        own = present.get(membership.account_id)
        if own is None:
            membership.participant = kept
            continue
        if membership.role is Role.MANAGER:
            own.role = Role.MANAGER
        session.delete(membership)


def _join_profiles(session: Session, kept: Participant, given_up: Participant, *, at: datetime) -> None:
    """Fill what the kept record does not say, take the narrower limits, and leave nothing personal behind."""
    fields = [*queries.fields_of(session, kept)]
    kept.fields = fields + [field for field in queries.fields_of(session, given_up) if field not in fields]
    if kept.name == given_up.name:
        kept.reading = kept.reading or given_up.reading
    kept.summary = kept.summary or given_up.summary
    if not (kept.contact_name or kept.contact_email or kept.contact_phone):
        kept.contact_name = given_up.contact_name
        kept.contact_email, kept.contact_phone = given_up.contact_email, given_up.contact_phone
    kept.hours_per_month = _narrower(kept.hours_per_month, given_up.hours_per_month)
    kept.engagements += given_up.engagements
    kept.open_enquiries += given_up.open_enquiries
    kept.set_engagement_limit(_narrower(kept.engagement_limit, given_up.engagement_limit))
    if given_up.paused_at is not None:
        kept.pause(at=at)
    given_up.engagements = given_up.open_enquiries = 0
    given_up.set_engagement_limit(given_up.engagement_limit)
    given_up.reading = given_up.summary = ""
    given_up.contact_name = given_up.contact_email = given_up.contact_phone = ""
    if given_up.is_resident:
        given_up.name = GIVEN_UP


def _narrower(one: Limit | None, other: Limit | None) -> Limit | None:
    return min((limit for limit in (one, other) if limit is not None), default=None)


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
    `unanswered` is counted before the proposal ends; `except_for` knows already, and so does who left before.
    """
    capacity.release(session, partnership, unanswered=dict(unanswered), at=at)
    partnership.need.lack_again()
    settle(session, [partnership.need], at=at)
    parties = [party.participant for party in partnership.present if party.participant is not except_for]
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


def _supersede_suggestions(
    session: Session, participant: Participant, purpose: ConsentPurpose = ConsentPurpose.PROJECTS
) -> int:
    """Let suggestions give way that stand on a consent to this purpose; return how many there were."""
    found = queries.undecided_suggestions_with(session, participant, purpose)
    for suggestion in found:
        suggestion.supersede()
    session.flush()
    return len(found)


def _check_is_a_person(participant: Participant) -> None:
    if not participant.is_resident:
        raise InvalidValue("only a person gives and withdraws consents")
