"""Reads of the staff bank: offices and load, who could sit in a council, courses, and small roles that fit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload, selectinload

from matching import OfferProfile, exclusions, fits_of
from models import (
    Account,
    ActivityField,
    Area,
    Course,
    CourseCompletion,
    Need,
    NeedStatus,
    Offer,
    OfferItem,
    OfferStatus,
    Participant,
    ParticipantKind,
    Partnership,
    Party,
    ResourceKind,
    Role,
    RoleHolding,
    Skill,
    Slot,
    SmallRoleInvitation,
    lies_under,
)
from models.years import TOWN_TIME
from web.registered.queries import Register, register
from web.suggestions.queries import profiles

PAGE_SIZE: Final = 20
MOST_COMPARED: Final = 200
MOST_PROPOSED: Final = 6
MOST_PEOPLE: Final = 500
SHOWN_FOR: Final = timedelta(days=60)
CONVENORS: Final = (
    ParticipantKind.GOVERNMENT,
    ParticipantKind.RMO,
    ParticipantKind.INTERMEDIARY,
    ParticipantKind.NEIGHBORHOOD_ASSOCIATION,
)


@dataclass(frozen=True, slots=True)
class Load:
    """How full somebody is: offices held, engagements and hours together, beside their own limits."""

    offices: Sequence[RoleHolding]
    engagements: int
    engagement_limit: int | None
    hours: float
    hours_of_offices: float
    hours_limit: float | None

    @property
    def burdens(self) -> int:
        """Return how many offices and engagements there are together."""
        return len(self.offices) + self.engagements

    @property
    def hours_left(self) -> float | None:
        """Return how many hours a month are left, None where there is no limit."""
        return None if self.hours_limit is None else max(0.0, self.hours_limit - self.hours)

    @property
    def is_full(self) -> bool:
        """Tell whether an own limit is reached, so that nothing new is suggested."""
        return (self.engagement_limit is not None and self.engagements >= self.engagement_limit) or (
            self.hours_limit is not None and self.hours >= self.hours_limit
        )


@dataclass(frozen=True, slots=True)
class Proposal:
    """A small role that somebody could take on, and why."""

    need: Need
    shares_field: bool
    score: float | None


def load_of(session: Session, participant: Participant, today: date) -> Load:
    """Return how full a participant is on a day."""
    offices = [one for one in holdings_of(session, participant) if one.is_held(today)]
    noon = datetime.combine(today, time(12), tzinfo=TOWN_TIME)
    record = profiles.records_of(session, [participant.id], at=noon).get(participant.id, profiles.Record())
    return Load(
        offices=offices,
        engagements=participant.engagements,
        engagement_limit=participant.engagement_limit,
        hours=record.hours,
        hours_of_offices=sum(one.hours_per_month or 0.0 for one in offices),
        hours_limit=participant.hours_per_month,
    )


def holdings_of(session: Session, participant: Participant) -> Sequence[RoleHolding]:
    """Return the offices that a participant holds and held, the latest first."""
    return session.scalars(
        select(RoleHolding)
        .where(RoleHolding.participant_id == participant.id)
        .options(lazyload(RoleHolding.participant), lazyload(RoleHolding.entered_by))
        .order_by(RoleHolding.since.desc(), RoleHolding.id)
    ).all()


def offices_held_counts(session: Session, area: Area, *, today: date) -> dict[int, int]:
    """Return how many people of a place hold one office now, how many two, and so on.

    The counts are of persons: who shows them to the public leaves out those under five.
    """
    held = (
        select(func.count().label("offices"))
        .select_from(RoleHolding)
        .join(Participant, RoleHolding.participant_id == Participant.id)
        .join(Area, Participant.area_id == Area.id)
        .where(
            profiles.is_held(today),
            Participant.kind == ParticipantKind.RESIDENT,
            Participant.left_at.is_(None),
            lies_under([area.path]),
        )
        .group_by(RoleHolding.participant_id)
        .subquery()
    )
    rows = session.execute(select(held.c.offices, func.count()).group_by(held.c.offices).order_by(held.c.offices))
    return {row[0]: row[1] for row in rows}


def running_of(session: Session, participant: Participant) -> Sequence[Partnership]:
    """Return the partnerships in which a participant takes part now, the newest first."""
    return session.scalars(
        select(Partnership)
        .join(Party, Party.partnership_id == Partnership.id)
        .where(Party.participant_id == participant.id, Party.left_at.is_(None), Partnership.over_at.is_(None))
        .options(lazyload("*"))
        .distinct()
        .order_by(Partnership.proposed_at.desc(), Partnership.id)
    ).all()


def convenors_for(session: Session, account: Account) -> Register:
    """Return the bodies that could call a council in the places of a coordinator, public offices first."""
    in_turn = case({kind: place for place, kind in enumerate(CONVENORS)}, value=Participant.kind)
    bodies = (
        select(Participant)
        .join(Area, Participant.area_id == Area.id)
        .where(
            lies_under(account.paths(Role.COORDINATOR)),
            Participant.kind.in_(CONVENORS),
            Participant.left_at.is_(None),
        )
        .options(joinedload(Participant.area), lazyload(Participant.consents))
        .order_by(in_turn, Participant.name, Participant.id)
    )
    return register(session, bodies)


def fields(session: Session) -> Sequence[ActivityField]:
    """Return the fields of activity in their order."""
    return session.scalars(select(ActivityField).order_by(ActivityField.position, ActivityField.code)).all()


def skills(session: Session) -> Sequence[Skill]:
    """Return the skills by name."""
    return session.scalars(
        select(Skill).options(lazyload(Skill.aliases), lazyload(Skill.parent)).order_by(Skill.name_ja, Skill.id)
    ).all()


def places_for(session: Session, account: Account) -> Sequence[Area]:
    """Return the places in which a coordinator can hold a course."""
    return session.scalars(
        select(Area).where(lies_under(account.paths(Role.COORDINATOR))).order_by(Area.path).limit(MOST_PEOPLE)
    ).all()


def courses(session: Session, account: Account, *, words: str, page: int) -> tuple[Sequence[Course], int]:
    """Return one page of the courses of an account's places, the newest first, and how many there are."""
    paths = [*account.paths(Role.COORDINATOR), *account.paths(Role.ADMINISTRATOR)]
    statement = select(Course).join(Area, Course.area_id == Area.id).where(lies_under(paths))
    if words:
        statement = statement.where(
            or_(Course.title.contains(words, autoescape=True), Course.organiser.contains(words, autoescape=True))
        )
    total = session.scalar(select(func.count()).select_from(statement.with_only_columns(Course.id).subquery())) or 0
    rows = session.scalars(
        statement.options(selectinload(Course.fields), lazyload(Course.entered_by))
        .order_by(Course.ends_on.desc(), Course.id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    return rows, total


def completed_counts(session: Session, found: Sequence[Course]) -> Mapping[UUID, int]:
    """Return how many people completed each of these courses."""
    rows = session.execute(
        select(CourseCompletion.course_id, func.count())
        .where(CourseCompletion.course_id.in_([course.id for course in found]))
        .group_by(CourseCompletion.course_id)
    )
    return {row[0]: row[1] for row in rows}


def completions_of(session: Session, course: Course) -> Sequence[CourseCompletion]:
    """Return who completed a course, with the small roles they were invited to."""
    return session.scalars(
        select(CourseCompletion)
        .where(CourseCompletion.course_id == course.id)
        .options(
            joinedload(CourseCompletion.participant),
            selectinload(CourseCompletion.small_roles)
            .joinedload(SmallRoleInvitation.need)
            .options(lazyload(Need.posted_by), lazyload(Need.participant)),
        )
        .join(Participant, CourseCompletion.participant_id == Participant.id)
        .order_by(Participant.reading, Participant.name, CourseCompletion.id)
    ).all()


def completion_of(session: Session, course: Course, identity: UUID) -> CourseCompletion | None:
    """Return one completion of a course with all that an invitation needs, None where it is none of this course."""
    return (
        session.scalars(
            select(CourseCompletion)
            .where(CourseCompletion.id == identity, CourseCompletion.course_id == course.id)
            .options(
                joinedload(CourseCompletion.participant).joinedload(Participant.consents),
                joinedload(CourseCompletion.course).joinedload(Course.fields),
                joinedload(CourseCompletion.small_roles),
            )
        )
        .unique()
        .one_or_none()
    )


def lock_completion(session: Session, completion: CourseCompletion) -> None:
    """Wait for whoever else invites the same person, and read what they did."""
    session.execute(select(CourseCompletion.id).where(CourseCompletion.id == completion.id).with_for_update())
    session.refresh(completion)


def people_of(session: Session, course: Course) -> Register:
    """Return the people of the place of a course who have not been noted yet."""
    noted = select(CourseCompletion.participant_id).where(CourseCompletion.course_id == course.id)
    people = (
        select(Participant)
        .join(Area, Participant.area_id == Area.id)
        .where(
            Participant.kind == ParticipantKind.RESIDENT,
            Participant.left_at.is_(None),
            lies_under([course.area.path]),
            Participant.id.not_in(noted),
        )
        .options(lazyload(Participant.consents))
        .order_by(Participant.reading, Participant.name, Participant.id)
    )
    return register(session, people)


def fields_of(session: Session, course: Course) -> Course:
    """Load the fields of a course."""
    return session.scalars(select(Course).where(Course.id == course.id).options(selectinload(Course.fields))).one()


def small_roles_for(session: Session, completion: CourseCompletion, *, at: datetime) -> list[Proposal]:
    """Return the small roles near somebody that fit a course or what they can do, best first.

    What the engine would not suggest to them, because of their limits or because they said no, is left out.
    """
    person, course = completion.participant, completion.course
    needs = {str(need.id): need for need in _small_needs(session, person)}
    if not needs:
        return []
    today = at.astimezone(TOWN_TIME).date()
    declined = profiles.declined_by(session, select(Need).where(Need.id.in_([need.id for need in needs.values()])))
    told = [
        profiles.need_profile(need, declined=declined.get(need.id, frozenset()), on=today)
        for need in needs.values()
        if need.council_seat is None
    ]
    told = [one for one in told if one.is_open]
    record = profiles.records_of(session, [person.id], at=at).get(person.id, profiles.Record())
    given = [profiles.offer_profile(offer, record=record, on=today) for offer in _open_offers(session, person)]
    eligible = exclusions(told, [_bare_profile(person, course, record)]).eligible
    allowed = {one.id for row, one in enumerate(told) if eligible[row, 0]}
    weights, taxonomy = profiles.weights(session), profiles.taxonomy(session)
    geography = profiles.geography(session, person.municipality)
    scores: dict[str, float] = {}
    for profile in given:
        for fit in fits_of(profile, told, weights=weights, geography=geography, taxonomy=taxonomy):
            if not fit.gates and fit.score.score is not None:
                scores[fit.need_id] = max(scores.get(fit.need_id, 0.0), fit.score.score)
    of_course = {field.id for field in course.fields}
    found = [
        Proposal(
            need,
            shares_field=bool(of_course & {field.id for field in need.fields}),
            score=scores.get(key),
        )
        for key, need in needs.items()
        if key in allowed
    ]
    fitting = [one for one in found if one.shares_field or one.score is not None]
    return sorted(fitting, key=lambda one: (not one.shares_field, -(one.score or 0.0), str(one.need.id)))[
        :MOST_PROPOSED
    ]


def invitations_of(session: Session, account: Account, *, at: datetime) -> Sequence[SmallRoleInvitation]:
    """Return the small roles to which the people of an account were invited lately and that are still open."""
    persons = [one.participant_id for one in account.memberships if one.role is Role.RESIDENT]
    if not persons:
        return ()
    return session.scalars(
        select(SmallRoleInvitation)
        .join(CourseCompletion, SmallRoleInvitation.completion_id == CourseCompletion.id)
        .join(Need, SmallRoleInvitation.need_id == Need.id)
        .where(
            CourseCompletion.participant_id.in_(persons),
            CourseCompletion.invited_at >= at - SHOWN_FOR,
            Need.status == NeedStatus.OPEN,
        )
        .options(
            joinedload(SmallRoleInvitation.need).options(
                joinedload(Need.area), selectinload(Need.slots), lazyload(Need.posted_by), lazyload(Need.participant)
            ),
            joinedload(SmallRoleInvitation.completion).joinedload(CourseCompletion.course),
        )
        .order_by(CourseCompletion.invited_at.desc(), SmallRoleInvitation.position)
    ).all()


def needs_to_print(session: Session, completion: CourseCompletion) -> Sequence[Need]:
    """Return the needs of an invitation in their order, as the letter shows them."""
    return session.scalars(
        select(Need)
        .join(SmallRoleInvitation, SmallRoleInvitation.need_id == Need.id)
        .where(SmallRoleInvitation.completion_id == completion.id)
        .options(
            selectinload(Need.slots),
            joinedload(Need.area),
            joinedload(Need.participant).lazyload(Participant.consents),
        )
        .order_by(SmallRoleInvitation.position)
    ).all()


def _open_offers(session: Session, person: Participant) -> Sequence[Offer]:
    statement = (
        select(Offer)
        .where(Offer.participant_id == person.id, Offer.status == OfferStatus.OPEN)
        .options(
            joinedload(Offer.area),
            joinedload(Offer.items).joinedload(OfferItem.skill),
            joinedload(Offer.fields),
        )
    )
    return session.scalars(statement).unique().all()


def _small_needs(session: Session, person: Participant) -> Sequence[Need]:
    lacks_people = (
        select(Slot.id)
        .where(Slot.need_id == Need.id, Slot.kind == ResourceKind.PEOPLE, Slot.promised < Slot.quantity)
        .exists()
    )
    found = session.scalars(
        select(Need)
        .where(
            Need.municipality_id == person.municipality_id,
            Need.status == NeedStatus.OPEN,
            Need.participant_id != person.id,
            lacks_people,
        )
        .options(
            joinedload(Need.participant).joinedload(Participant.consents),
            joinedload(Need.area),
            joinedload(Need.council_seat),
            joinedload(Need.slots).joinedload(Slot.skill),
            joinedload(Need.fields),
        )
        .order_by(Need.opened_at.desc(), Need.id)
        .limit(MOST_COMPARED)
    ).unique()
    return [need for need in found if need.small_roles]


def _bare_profile(person: Participant, course: Course, record: profiles.Record) -> OfferProfile:
    """Return what the engine is told of somebody who offers nothing in particular yet."""
    owner = profiles.owner_of(person)
    return OfferProfile(
        id="",
        owner=str(person.id),
        owner_kind=owner.kind,
        title=course.title,
        text="",
        area=person.area.path,
        items=(),
        fields=frozenset(field.code for field in course.fields),
        consented=owner.may_be_matched,
        consents=owner.consents,
        engagements=owner.engagements,
        engagement_limit=owner.engagement_limit,
        hours_pledged=record.hours,
        hours_limit=owner.hours_per_month,
        offices=record.offices,
        open_enquiries=owner.open_enquiries,
    )
