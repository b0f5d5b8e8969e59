"""Reads of participants; `seen_by` is the one serializer that decides how much of them a reader gets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, joinedload, lazyload, raiseload, selectinload

from matching.names import Record, likely_duplicates
from models import (
    Account,
    Activity,
    ActivityField,
    ActOnBehalf,
    Area,
    AreaLevel,
    Attendance,
    Base,
    ConsentPurpose,
    Consultation,
    CouncilSeat,
    CourseCompletion,
    DuplicateVerdict,
    GoalRole,
    Intermediary,
    Membership,
    Merger,
    Need,
    NeedStatus,
    NetworkMember,
    Offer,
    OfferStatus,
    Participant,
    ParticipantKind,
    Partnership,
    Party,
    Permission,
    Petition,
    Referral,
    Reveal,
    Role,
    RoleHolding,
    Roundtable,
    Skill,
    Slot,
    Stage,
    Suggestion,
    SuggestionPartner,
    Visit,
    VisitPlan,
    is_granted,
    lies_under,
    utc_now,
)
from models.lifecycle import NEXT
from models.participants import OPEN_ENQUIRY_LIMIT
from models.suggestions import UNDECIDED
from models.taxonomy import LECTURE

REVEAL_LASTS: Final = timedelta(hours=1)
MOST_DUPLICATES: Final = 20
# Without these nobody may be suggested or asked; the others concern uses that are arranged by hand.
NEEDED_TO_BE_ASKED: Final = frozenset({ConsentPurpose.PROJECTS, ConsentPurpose.GUARDIAN})
# What is written about a participant, and by which attribute: it moves when the record is given up for another one.
WRITTEN_ABOUT: Final[Sequence[tuple[type[Base], str]]] = (
    (Visit, "participant"),
    (Consultation, "participant"),
    (ActOnBehalf, "participant"),
    (Referral, "participant"),
    (Petition, "participant"),
    (Roundtable, "convenor"),
    (Attendance, "participant"),
    (GoalRole, "participant"),
    (Intermediary, "participant"),
    (RoleHolding, "participant"),
    (RoleHolding, "body_participant"),
    (Activity, "participant"),
)
GOING_ON: Final = frozenset(stage for stage, following in NEXT.items() if following)


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach somebody."""

    name: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class SeenParticipant:
    """As much of a participant as the reader may see; a hidden name is None."""

    id: UUID
    kind: ParticipantKind
    name: str | None
    area: Area
    summary: str
    contact: Contact | None


@dataclass(frozen=True, slots=True)
class SeenReveal:
    """Somebody learnt the contact details: a party of a common partnership, or staff with a purpose."""

    at: datetime
    purpose: str
    to_participant: SeenParticipant | None
    to_staff: str | None
    title: str | None


def seen_by(
    account: Account | None,
    participant: Participant,
    *,
    partnership: Partnership | None = None,
    revealed: bool = False,
) -> SeenParticipant:
    """Return what this reader may see of the participant, for pages, API, sheets and mail alike.

    A body's name is public. A person's name is for those who represent or coordinate them, and for
    the parties of a common partnership. Contact details are for the participant itself, for the
    other parties while all have said yes and neither of the two has left, and for whom they were
    `revealed` to.
    """
    is_own = account is not None and account.represents(participant.id)
    coordinates = account is not None and account.covers(Role.COORDINATOR, participant.area.path)
    shares_partnership = (
        account is not None
        and partnership is not None
        and any(party.participant_id == participant.id for party in partnership.parties)
        and any(account.represents(party.participant_id) for party in partnership.parties)
    )
    shows_name = not participant.is_resident or is_own or coordinates or shares_partnership
    shows_contact = is_own or revealed or _work_together(account, participant, partnership)
    return SeenParticipant(
        id=participant.id,
        kind=participant.kind,
        name=participant.name if shows_name else None,
        area=participant.area,
        summary=participant.summary if shows_name else "",
        contact=Contact(participant.contact_name, participant.contact_email, participant.contact_phone)
        if shows_contact
        else None,
    )


def _work_together(account: Account | None, participant: Participant, partnership: Partnership | None) -> bool:
    """Tell whether the reader speaks for a party of a partnership that the participant is still in, like the reader."""
    if account is None or partnership is None or not partnership.shows_contacts:
        return False
    present = {party.participant_id for party in partnership.present}
    return participant.id in present and any(account.represents(one) for one in present)


def reveals_of(session: Session, participant: Participant, *, limit: int = 50) -> Sequence[Reveal]:
    """Return to whom the participant's contact details became visible, newest first."""
    return (
        session.scalars(
            select(Reveal)
            .where(Reveal.subject_id == participant.id)
            .options(
                joinedload(Reveal.to_participant).lazyload(Participant.consents),
                joinedload(Reveal.to_account).options(lazyload(Account.memberships), lazyload(Account.appointments)),
                joinedload(Reveal.partnership)
                .joinedload(Partnership.parties)
                .options(lazyload(Party.commitments), lazyload(Party.enquiry)),
            )
            .order_by(Reveal.at.desc(), Reveal.id)
            .limit(limit)
        )
        .unique()
        .all()
    )


def seen_reveals(session: Session, participant: Participant, account: Account) -> Sequence[SeenReveal]:
    """Return to whom the contact details became visible, as far as the reader may see those."""
    return [
        SeenReveal(
            at=reveal.at,
            purpose=reveal.purpose,
            to_participant=seen_by(account, reveal.to_participant, partnership=reveal.partnership)
            if reveal.to_participant is not None
            else None,
            to_staff=reveal.to_account.name if reveal.to_account is not None else None,
            title=reveal.partnership.title if reveal.partnership is not None else None,
        )
        for reveal in reveals_of(session, participant)
    ]


def purposes_asked(participant: Participant) -> list[ConsentPurpose]:
    """Return the purposes that a person is asked about; a guardian only where the person is a minor."""
    if not participant.is_resident:
        return []
    return [purpose for purpose in ConsentPurpose if purpose is not ConsentPurpose.GUARDIAN or not participant.is_adult]


def was_revealed_within_the_hour(account: Account) -> ColumnElement[bool]:
    """Return the condition that a `Participant`'s contact details were shown to this account not long ago."""
    return exists(
        select(Reveal.id).where(
            Reveal.subject_id == Participant.id,
            Reveal.to_account_id == account.id,
            Reveal.at > utc_now() - REVEAL_LASTS,
        )
    )


def is_revealed_to(session: Session, participant: Participant, account: Account) -> bool:
    """Tell whether this coordinator asked for the contact details within the past hour."""
    condition = was_revealed_within_the_hour(account)
    return session.scalar(select(Participant.id).where(Participant.id == participant.id, condition)) is not None


def has_account() -> ColumnElement[bool]:
    """Return whether somebody who can sign in speaks for the participant of a statement."""
    return exists(
        select(Membership.id)
        .join(Account, Membership.account_id == Account.id)
        .where(
            Membership.participant_id == Participant.id,
            Account.confirmed_at.is_not(None),
            Account.suspended_at.is_(None),
        )
    )


def accounts_of(session: Session, participants: Iterable[Participant]) -> dict[UUID, Sequence[Account]]:
    """Return the accounts that speak for each participant and can sign in, by the participant's id.

    A participant without one gets no mail; the coordinator acts for it.
    """
    found: dict[UUID, list[Account]] = {participant.id: [] for participant in participants}
    memberships = session.scalars(
        select(Membership)
        .where(Membership.participant_id.in_(found))
        .options(joinedload(Membership.account))
        .order_by(Membership.created_at, Membership.id)
    )
    for membership in memberships:
        if membership.account.may_sign_in:
            found[membership.participant_id].append(membership.account)
    return {identity: tuple(accounts) for identity, accounts in found.items()}


def may_write_down_for(session: Session, party: Party, by: Account) -> bool:
    """Tell whether a coordinator may write down what a party said, because nobody speaks for it here."""
    if not by.covers(Role.COORDINATOR, party.partnership.need.area.path):
        return False
    return not accounts_of(session, [party.participant])[party.participant_id]


def open_needs(session: Session, participant: Participant, account: Account | None) -> Sequence[Need]:
    """Return what the participant is looking for, as far as the reader may see it."""
    needs = session.scalars(
        select(Need)
        .where(Need.participant_id == participant.id, Need.status == NeedStatus.OPEN)
        .options(joinedload(Need.area))
        .order_by(Need.opened_at.desc(), Need.id)
    )
    return [need for need in needs if is_granted(Permission.NEED_SEE, account, need)]


def open_offers(session: Session, participant: Participant, account: Account | None) -> Sequence[Offer]:
    """Return what the participant offers, as far as the reader may see it."""
    offers = session.scalars(
        select(Offer)
        .where(Offer.participant_id == participant.id, Offer.status == OfferStatus.OPEN)
        .options(joinedload(Offer.area))
        .order_by(Offer.created_at.desc(), Offer.id)
    )
    return [offer for offer in offers if is_granted(Permission.OFFER_SEE, account, offer)]


def fields_of(session: Session, participant: Participant) -> Sequence[ActivityField]:
    """Return the fields in which the participant is active, and load them into it."""
    session.scalars(
        select(Participant)
        .where(Participant.id == participant.id)
        .options(joinedload(Participant.fields), lazyload(Participant.consents))
    ).unique().one()
    return participant.fields


def all_fields(session: Session) -> Sequence[ActivityField]:
    """Return every field of activity in its order."""
    return session.scalars(select(ActivityField).order_by(ActivityField.position, ActivityField.id)).all()


def places_for(session: Session, participant: Participant, account: Account) -> Sequence[Area]:
    """Return where the participant can be placed: its municipality and districts; coordinators can move it on.

    Needs, offers and partnerships belong to the municipality in which they were made; so whoever
    has any stays in it.
    """
    home = participant.municipality.path
    paths = [home]
    if not _is_bound_to_its_municipality(session, participant):
        paths += account.paths(Role.COORDINATOR)
    places = session.scalars(select(Area).where(lies_under(paths)).order_by(Area.path, Area.id)).all()
    return [
        place
        for place in places
        if place is participant.area
        or place.path == home
        or place.level in {AreaLevel.MUNICIPALITY, AreaLevel.DISTRICT}
    ]


def _is_bound_to_its_municipality(session: Session, participant: Participant) -> bool:
    return bool(
        session.scalar(
            select(
                or_(
                    exists(select(Need.id).where(Need.participant_id == participant.id)),
                    exists(select(Offer.id).where(Offer.participant_id == participant.id)),
                    exists(select(Party.id).where(Party.participant_id == participant.id)),
                )
            )
        )
    )


def undecided_suggestions_with(
    session: Session, participant: Participant, purpose: ConsentPurpose = ConsentPurpose.PROJECTS
) -> Sequence[Suggestion]:
    """Return the suggestions nobody has decided about that contain the participant, as helper or as helped.

    Those for seats in councils and for lectures alone stand on the consents to these.
    """
    narrowed: ColumnElement[bool] = true()
    if purpose is ConsentPurpose.COUNCIL_SEAT:
        narrowed = Suggestion.need_id.in_(select(CouncilSeat.need_id))
    elif purpose is ConsentPurpose.LECTURER:
        narrowed = Suggestion.need_id.in_(
            select(Slot.need_id).join(Skill, Slot.skill_id == Skill.id).where(Skill.code == LECTURE)
        )
    return session.scalars(
        select(Suggestion)
        .where(
            narrowed,
            Suggestion.verdict.in_(UNDECIDED),
            or_(
                Suggestion.need_id.in_(select(Need.id).where(Need.participant_id == participant.id)),
                Suggestion.id.in_(
                    select(SuggestionPartner.suggestion_id)
                    .join(Offer, SuggestionPartner.offer_id == Offer.id)
                    .where(Offer.participant_id == participant.id)
                ),
            ),
        )
        .order_by(Suggestion.id)
    ).all()


def lock_participant(session: Session, participant: Participant) -> None:
    """Make others wait who want to change, ask or promise this participant, and read it anew."""
    session.execute(select(Participant.id).where(Participant.id == participant.id).with_for_update(key_share=True))
    session.refresh(participant, ["consents", "is_adult", "paused_at", "left_at"])


def locked_proposals_of(session: Session, participant: Participant) -> Sequence[Partnership]:
    """Return the partnerships that await answers and in which the participant is asked, with their rows locked."""
    return _locked(session, [participant], frozenset({Stage.PROPOSED}))


def locked_partnerships_of(session: Session, participant: Participant) -> Sequence[Partnership]:
    """Return the partnerships that go on and can still be withdrawn from, with their rows locked."""
    return _locked(session, [participant], frozenset(stage for stage in NEXT if Stage.WITHDRAWN in NEXT[stage]))


def _locked(session: Session, participants: Iterable[Participant], stages: frozenset[Stage]) -> Sequence[Partnership]:
    """Lock the partnerships that they are still in: one that goes on without them is the others' own."""
    ids = [participant.id for participant in participants]
    return session.scalars(
        select(Partnership)
        .where(
            Partnership.stage.in_(stages),
            Partnership.id.in_(
                select(Party.partnership_id).where(Party.participant_id.in_(ids), Party.left_at.is_(None))
            ),
        )
        .options(*whole_proposal())
        .order_by(Partnership.id)
        .with_for_update(key_share=True, of=Partnership)
        .execution_options(populate_existing=True)
    ).all()


def whole_proposal() -> tuple[Any, ...]:
    """Return the options that load what answering a proposal or ending it needs."""
    return (
        selectinload(Partnership.parties).options(
            joinedload(Party.participant), joinedload(Party.offer), selectinload(Party.enquiry)
        ),
        selectinload(Partnership.need).joinedload(Need.slots).joinedload(Slot.skill),
        selectinload(Partnership.municipality),
        selectinload(Partnership.proposed_by),
        selectinload(Partnership.changes),
    )


@dataclass(frozen=True, slots=True)
class Beside:
    """One of two records that may be one participant, with what it holds."""

    seen: SeenParticipant
    since: datetime
    needs: int
    offers: int
    partnerships: int


@dataclass(frozen=True, slots=True)
class ProposedPair:
    """Two records that may be one participant, and the codes of what speaks for and against it."""

    first: Beside
    second: Beside
    reasons: Sequence[str]


def municipalities_to_look_through(session: Session, account: Account) -> Sequence[Area]:
    """Return the municipalities in which the account may say who is whom, in the order of the tree."""
    home = aliased(Area)
    return session.scalars(
        select(home)
        .where(
            home.id.in_(
                select(Participant.municipality_id)
                .join(Area, Participant.area_id == Area.id)
                .where(_may_be_told_apart_by(account))
            )
        )
        .order_by(home.path)
    ).all()


def proposed_duplicates(session: Session, account: Account, municipality: Area) -> Sequence[ProposedPair]:
    """Return the pairs that may be one participant, likeliest first, without those that somebody kept apart.

    Telephone numbers and addresses are compared here, but never shown: only that they are the same.
    """
    rows = session.execute(
        select(
            Participant.id,
            Participant.kind,
            Participant.name,
            Participant.reading,
            Participant.contact_phone,
            Participant.contact_email,
            Area.path,
        )
        .join(Area, Participant.area_id == Area.id)
        .where(
            Participant.municipality_id == municipality.id,
            Participant.left_at.is_(None),
            _may_be_told_apart_by(account),
        )
    )
    records = [
        Record(
            id=row.id.hex,
            kind=row.kind.value,
            place=municipality.path,
            name=row.name,
            is_person=row.kind is ParticipantKind.RESIDENT,
            reading=row.reading,
            area=row.path,
            phone=row.contact_phone,
            email=row.contact_email,
        )
        for row in rows
    ]
    verdicts = session.execute(
        select(DuplicateVerdict.first_id, DuplicateVerdict.second_id)
        .join(Participant, DuplicateVerdict.first_id == Participant.id)
        .where(Participant.municipality_id == municipality.id)
    )
    apart = {(first, second) for first, second in verdicts}
    pairs = [(UUID(found.first), UUID(found.second), found) for found in likely_duplicates(records)]
    pairs = [pair for pair in pairs if pair[:2] not in apart][:MOST_DUPLICATES]
    sides = _beside(session, account, {one for first, second, _ in pairs for one in (first, second)})
    return [
        ProposedPair(sides[first], sides[second], [why.code for why in found.reasons]) for first, second, found in pairs
    ]


def _may_be_told_apart_by(account: Account) -> ColumnElement[bool]:
    """Return the condition that the account may see the name: coordinators everybody's, administrators a body's."""
    return or_(
        lies_under(account.paths(Role.COORDINATOR)),
        and_(Participant.kind != ParticipantKind.RESIDENT, lies_under(account.paths(Role.ADMINISTRATOR))),
    )


def _beside(session: Session, account: Account, ids: set[UUID]) -> dict[UUID, Beside]:
    if not ids:
        return {}
    participants = session.scalars(
        select(Participant).where(Participant.id.in_(ids)).options(raiseload(Participant.consents))
    ).all()
    needs = _counted(session, Need.participant_id, ids)
    offers = _counted(session, Offer.participant_id, ids)
    partnerships = _counted(session, Party.participant_id, ids)
    return {
        participant.id: Beside(
            seen=seen_by(account, participant),
            since=participant.created_at,
            needs=needs.get(participant.id, 0),
            offers=offers.get(participant.id, 0),
            partnerships=partnerships.get(participant.id, 0),
        )
        for participant in participants
    }


def _counted(session: Session, owner: InstrumentedAttribute[UUID], ids: set[UUID]) -> dict[UUID, int]:
    rows = session.execute(select(owner, func.count()).where(owner.in_(ids)).group_by(owner))
    return {row[0]: row[1] for row in rows}


class Hindrance(StrEnum):
    """Why two records cannot be made one as they are."""

    SAME_RECORD = "same_record"
    LEFT = "left"
    OTHER_KIND = "other_kind"
    OTHER_MUNICIPALITY = "other_municipality"
    ADULT_AND_MINOR = "adult_and_minor"
    TWO_SIGN_INS = "two_sign_ins"
    COMMON_PARTNERSHIP = "common_partnership"
    TOO_MANY_ENQUIRIES = "too_many_enquiries"
    CONSENT_UNDER_A_PROPOSAL = "consent_under_a_proposal"


@dataclass(frozen=True, slots=True)
class Belongings:
    """All that hangs on the record that is given up, and what keeps the two from being made one."""

    needs: Sequence[Need]
    offers: Sequence[Offer]
    parties: Sequence[Party]
    memberships: Sequence[Membership]
    reveals: Sequence[Reveal]
    earlier: Sequence[Merger]
    ending: Sequence[ConsentPurpose]
    hindrances: Sequence[Hindrance]


def belongings(session: Session, kept: Participant, given_up: Participant) -> Belongings:
    """Return what moves when one record is given up for the other, loaded so that it can be moved."""
    members = session.scalars(
        select(Membership)
        .where(Membership.participant_id.in_([kept.id, given_up.id]))
        .options(joinedload(Membership.account), lazyload(Membership.participant))
        .order_by(Membership.created_at, Membership.id)
    ).all()
    parties = session.scalars(
        select(Party)
        .where(Party.participant_id.in_([kept.id, given_up.id]))
        .options(
            joinedload(Party.partnership).options(lazyload(Partnership.parties)),
            lazyload(Party.commitments),
            lazyload(Party.enquiry),
        )
        .order_by(Party.id)
    ).all()
    ending = kept.consents_that_end_with(given_up)
    return Belongings(
        needs=session.scalars(
            select(Need)
            .where(Need.participant_id == given_up.id)
            .options(selectinload(Need.slots), lazyload(Need.participant))
            .order_by(Need.id)
        ).all(),
        offers=session.scalars(
            select(Offer)
            .where(Offer.participant_id == given_up.id)
            .options(selectinload(Offer.items), lazyload(Offer.participant))
            .order_by(Offer.id)
        ).all(),
        parties=[party for party in parties if party.participant_id == given_up.id],
        memberships=[member for member in members if member.participant_id == given_up.id],
        reveals=session.scalars(
            select(Reveal)
            .where(or_(Reveal.subject_id == given_up.id, Reveal.to_participant_id == given_up.id))
            .order_by(Reveal.id)
        ).all(),
        earlier=session.scalars(select(Merger).where(Merger.kept_id == given_up.id).order_by(Merger.id)).all(),
        ending=ending,
        hindrances=list(_hindrances(kept, given_up, members, parties, ending)),
    )


def _hindrances(
    kept: Participant,
    given_up: Participant,
    members: Sequence[Membership],
    parties: Sequence[Party],
    ending: Sequence[ConsentPurpose],
) -> Iterable[Hindrance]:
    by_partnership: dict[UUID, set[UUID]] = {}
    for party in parties:
        by_partnership.setdefault(party.partnership_id, set()).add(party.participant_id)
    accounts = {
        one.id: {member.account_id for member in members if member.participant_id == one.id} for one in (kept, given_up)
    }
    asked = any(party.partnership.stage is Stage.PROPOSED for party in parties)
    facts = {
        Hindrance.SAME_RECORD: kept is given_up,
        Hindrance.LEFT: kept.left_at is not None or given_up.left_at is not None,
        Hindrance.OTHER_KIND: kept.kind is not given_up.kind,
        Hindrance.OTHER_MUNICIPALITY: kept.municipality_id != given_up.municipality_id,
        Hindrance.ADULT_AND_MINOR: kept.is_adult is not given_up.is_adult,
        Hindrance.TWO_SIGN_INS: kept.is_resident
        and all(accounts.values())
        and accounts[kept.id] != accounts[given_up.id],
        Hindrance.COMMON_PARTNERSHIP: any(len(sides) > 1 for sides in by_partnership.values()),
        Hindrance.TOO_MANY_ENQUIRIES: kept.open_enquiries + given_up.open_enquiries > OPEN_ENQUIRY_LIMIT,
        Hindrance.CONSENT_UNDER_A_PROPOSAL: asked and not NEEDED_TO_BE_ASKED.isdisjoint(ending),
    }
    return (hindrance for hindrance, holds in facts.items() if holds)


def members_of(session: Session, participant: Participant) -> Sequence[Membership]:
    """Return who speaks for the participant."""
    return session.scalars(
        select(Membership)
        .where(Membership.participant_id == participant.id)
        .options(lazyload(Membership.participant))
        .order_by(Membership.id)
    ).all()


def verdict_on(session: Session, one: Participant, other: Participant) -> DuplicateVerdict | None:
    """Return what somebody said before about the two being two."""
    first, second = sorted((one.id, other.id))
    return session.scalar(
        select(DuplicateVerdict).where(DuplicateVerdict.first_id == first, DuplicateVerdict.second_id == second)
    )


def written_about(session: Session, participant: Participant) -> Iterable[tuple[Base, str]]:
    """Yield the rows of `WRITTEN_ABOUT` that name a participant, each with the attribute that does."""
    for model, attribute in WRITTEN_ABOUT:
        column = getattr(model, f"{attribute}_id")
        for row in session.scalars(select(model).where(column == participant.id).order_by(model.id)):
            yield row, attribute


def network_members_of(session: Session, participant: Participant) -> Sequence[NetworkMember]:
    """Return in which networks a participant is or was."""
    return session.scalars(
        select(NetworkMember).where(NetworkMember.participant_id == participant.id).order_by(NetworkMember.id)
    ).all()


def offices_of(session: Session, participant: Participant) -> Sequence[RoleHolding]:
    """Return which offices a participant holds or held, the earliest first."""
    return session.scalars(
        select(RoleHolding)
        .where(RoleHolding.participant_id == participant.id)
        .order_by(RoleHolding.since, RoleHolding.id)
    ).all()


def completions_of(session: Session, participant: Participant) -> Sequence[CourseCompletion]:
    """Return which courses a participant completed."""
    return session.scalars(
        select(CourseCompletion)
        .where(CourseCompletion.participant_id == participant.id)
        .options(selectinload(CourseCompletion.small_roles))
        .order_by(CourseCompletion.id)
    ).all()


def visit_plans_of(session: Session, participant: Participant) -> Sequence[VisitPlan]:
    """Return how often somebody goes or went to a participant."""
    return session.scalars(
        select(VisitPlan).where(VisitPlan.participant_id == participant.id).order_by(VisitPlan.id)
    ).all()


def lock_both(session: Session, one: Participant, other: Participant) -> None:
    """Make others wait who want to ask, answer for or promise either of the two, and read both anew."""
    _locked(session, [one, other], GOING_ON)
    ids = sorted((one.id, other.id))
    session.execute(
        select(Participant.id).where(Participant.id.in_(ids)).order_by(Participant.id).with_for_update(key_share=True)
    )
    for participant in (one, other):
        session.refresh(participant)
