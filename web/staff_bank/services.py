"""Offices held, council seats, courses, and the invitation to small roles that follows a course."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from models import (
    Account,
    ActivityField,
    Area,
    CouncilSeat,
    Course,
    CourseCompletion,
    Job,
    JobKind,
    Need,
    Participant,
    ResourceKind,
    Role,
    RoleHolding,
    Skill,
)
from models.errors import AlreadyDecided, ConsentMissing, InvalidValue, NotAllowed
from models.staff_bank import MOST_OFFICES
from web.listings.services.needs import NeedDraft, post_need
from web.listings.services.pieces import Piece
from web.participants.queries import accounts_of
from web.staff_bank import emails, queries


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeDraft:
    """An office as somebody describes it."""

    body: str
    office: str
    since: date
    until: date | None = None
    hours_per_month: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatDraft:
    """Seats in a council as somebody describes them."""

    council: str
    seats: int
    term_starts_on: date
    term_ends_on: date
    body: str = ""
    meetings_per_year: int | None = None
    allowance: str = ""
    most_offices: int = MOST_OFFICES
    skill: Skill | None = None
    fields: Sequence[ActivityField] = ()
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseDraft:
    """A course as somebody describes it."""

    title: str
    area: Area
    starts_on: date
    ends_on: date
    organiser: str = ""
    summary: str = ""
    fields: Sequence[ActivityField] = ()


def add_office(session: Session, participant: Participant, draft: OfficeDraft, *, by: Account) -> RoleHolding:
    """Write down an office that somebody holds; from now on it counts into their load."""
    if draft.until is not None and draft.until < draft.since:
        raise InvalidValue("an office ends after it began")
    holding = RoleHolding(
        body=draft.body,
        office=draft.office,
        since=draft.since,
        until=draft.until,
        hours_per_month=draft.hours_per_month,
        participant=participant,
        entered_by=by,
    )
    session.add(holding)
    _look_anew(session, participant, by=by)
    return holding


def end_office(session: Session, holding: RoleHolding, *, on: date, by: Account) -> None:
    """Note the last day in office."""
    holding.end(on=on)
    _look_anew(session, holding.participant, by=by)


def post_seats(session: Session, convenor: Participant, draft: SeatDraft, *, by: Account) -> Need:
    """Look for members of a council: a need for people who consented to being asked for just that."""
    what = f"{draft.council}の委員"
    need = post_need(
        session,
        NeedDraft(
            title=what,
            body=draft.body,
            area=convenor.municipality,
            fields=draft.fields,
            starts_on=draft.term_starts_on,
            ends_on=draft.term_ends_on,
            expires_on=draft.expires_on,
            slots=[
                Piece(
                    position=1, kind=ResourceKind.PEOPLE, what=what, quantity=draft.seats, unit="人", skill=draft.skill
                )
            ],
        ),
        participant=convenor,
        by=by,
        opened=True,
    )
    session.add(
        CouncilSeat(
            council=draft.council,
            term_starts_on=draft.term_starts_on,
            term_ends_on=draft.term_ends_on,
            meetings_per_year=draft.meetings_per_year,
            allowance=draft.allowance,
            most_offices=draft.most_offices,
            need=need,
        )
    )
    return need


def add_course(session: Session, draft: CourseDraft, *, by: Account) -> Course:
    """Write a course down."""
    _check_coordinates(by, draft.area)
    course = Course(
        title=draft.title,
        organiser=draft.organiser,
        summary=draft.summary,
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        area=draft.area,
        entered_by=by,
        fields=list(draft.fields),
    )
    session.add(course)
    return course


def change_course(session: Session, course: Course, draft: CourseDraft, *, version: int, by: Account) -> None:
    """Change what is written down of a course."""
    course = queries.fields_of(session, course)
    course.check_version(version)
    _check_coordinates(by, draft.area)
    if draft.ends_on < draft.starts_on:
        raise InvalidValue("the course ends before it starts")
    course.title, course.organiser, course.summary = draft.title, draft.organiser, draft.summary
    course.starts_on, course.ends_on, course.area = draft.starts_on, draft.ends_on, draft.area
    course.fields = list(draft.fields)


def note_completion(session: Session, course: Course, participant: Participant, *, on: date) -> CourseCompletion:
    """Note that somebody completed a course."""
    if not participant.is_resident or not course.area.covers(participant.area.path):
        raise InvalidValue("people of the place of the course complete it")
    completion = CourseCompletion(completed_on=on, course=course, participant=participant)
    session.add(completion)
    return completion


def remove_completion(session: Session, completion: CourseCompletion) -> None:
    """Take back what was noted by mistake; who was invited because of it stays noted."""
    queries.lock_completion(session, completion)
    if completion.invited_at is not None:
        raise AlreadyDecided("who was invited completed the course")
    session.delete(completion)


def invite(session: Session, completion: CourseCompletion, needs: Sequence[Need], *, at: datetime) -> int:
    """Invite somebody to small roles, once, and return to how many addresses that went.

    Raises
    ------
    ConsentMissing
        They did not consent to projects, or are away.

    """
    queries.lock_completion(session, completion)
    person = completion.participant
    if not person.may_be_matched:
        raise ConsentMissing("only who consented to projects is invited")
    if not needs:
        raise InvalidValue("an invitation names at least one role")
    completion.invite(list(needs), at=at)
    session.flush()
    accounts = accounts_of(session, [person])[person.id]
    for account in accounts:
        emails.small_roles(session, completion, needs, to=account)
    return len(accounts)


def _look_anew(session: Session, participant: Participant, *, by: Account) -> None:
    Job.request(session, JobKind.REFRESH_SUGGESTIONS, municipality=participant.municipality, by=by)


def _check_coordinates(account: Account, area: Area) -> None:
    if not account.covers(Role.COORDINATOR, area.path):
        raise NotAllowed("the account does not coordinate this place")
