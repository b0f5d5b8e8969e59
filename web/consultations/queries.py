"""Reads of consultations; every list starts from `visible_to`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload, lazyload
from sqlalchemy.orm.interfaces import ORMOption

from models import (
    Account,
    Area,
    AreaLevel,
    Consultation,
    HelpAsked,
    Need,
    Participant,
    ParticipantKind,
    Provenance,
    Referral,
    Role,
    Visit,
    lies_under,
)
from models.years import first_day, fiscal_year
from web.registered.queries import Register, meant_by, register

PAGE_SIZE: Final = 30
MOST_PLACES: Final = 600
MOST_ALIKE: Final = 20
MOST_OPEN: Final = 50
LONGEST_QUERY: Final = 100
ALIKE_WITHIN: Final = timedelta(days=92)
SMALL: Final = frozenset({AreaLevel.MUNICIPALITY, AreaLevel.DISTRICT})


class State(StrEnum):
    """Whether something still has to be done."""

    OPEN = "open"
    CLOSED = "closed"


class Period(StrEnum):
    """A time that is counted by itself."""

    MONTH = "month"
    LAST_MONTH = "last_month"
    YEAR = "year"
    LAST_YEAR = "last_year"

    def days(self, today: date) -> tuple[date, date]:
        """Return its first day, and the first day that is no longer in it."""
        month, year = today.replace(day=1), fiscal_year(today)
        if self is Period.MONTH:
            return month, (month + timedelta(days=31)).replace(day=1)
        if self is Period.LAST_MONTH:
            return (month - timedelta(days=1)).replace(day=1), month
        year = year if self is Period.YEAR else year - 1
        return first_day(year), first_day(year + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """What the list of consultations is narrowed down to."""

    words: str = ""
    state: State | None = None
    help_asked: HelpAsked | None = None
    area: str = ""
    period: Period | None = None

    def active(self) -> dict[str, str]:
        """Return the parts that narrow the list, as the parameters of its address."""
        parts = {
            "q": self.words,
            "state": self.state,
            "help": self.help_asked,
            "area": self.area,
            "period": self.period,
        }
        return {name: str(value) for name, value in parts.items() if value}


@dataclass(frozen=True, slots=True)
class Count:
    """How often one kind of help was asked for, and how many of those wait."""

    help_asked: HelpAsked
    all: int
    open: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list, and the counts of all that it is narrowed down to."""

    consultations: Sequence[Consultation]
    counts: Sequence[Count]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """Return how many pages the list has, at least one."""
        return max(1, -(-self.total // PAGE_SIZE))

    @property
    def counted(self) -> int:
        """Return how many there are; what was written down twice is one."""
        return sum(count.all for count in self.counts)

    @property
    def open(self) -> int:
        """Return how many of them wait."""
        return sum(count.open for count in self.counts)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a consultation or of a visit."""

    needs: Sequence[Need]
    visits: Sequence[Visit]
    referrals: Sequence[Referral]

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing became of it so far."""
        return not (self.needs or self.visits or self.referrals)


def visible_to(account: Account) -> Select[Consultation]:
    """Return the consultations of the places that the account coordinates."""
    places = select(Area.id).where(lies_under(account.paths(Role.COORDINATOR)))
    return select(Consultation).where(Consultation.area_id.in_(places))


def page_of(session: Session, account: Account, narrowing: Narrowing, *, today: date, number: int) -> Page:
    """Return one page of the consultations, the newest first, with the counts."""
    found = _narrowed(visible_to(account), narrowing, today)
    total = session.scalar(select(func.count()).select_from(found.with_only_columns(Consultation.id).subquery())) or 0
    number = min(max(number, 1), max(1, -(-total // PAGE_SIZE)))
    consultations = session.scalars(
        found.options(*of_a_line())
        .order_by(Consultation.consulted_on.desc(), Consultation.written_at.desc(), Consultation.id)
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    return Page(consultations, _counts(session, found), total, number)


def open_ones(session: Session, account: Account, *, limit: int = MOST_OPEN) -> Sequence[Consultation]:
    """Return the consultations with which something still has to be done, the oldest first."""
    return session.scalars(
        visible_to(account)
        .where(Consultation.closed_at.is_(None))
        .options(*of_a_line())
        .order_by(Consultation.consulted_on, Consultation.written_at, Consultation.id)
        .limit(limit)
    ).all()


def by_key(session: Session, sent_key: str) -> Consultation | None:
    """Return the consultation that was sent with this key, if there is one."""
    return session.scalar(select(Consultation).where(Consultation.sent_key == sent_key))


def places_of(session: Session, account: Account) -> Sequence[Area]:
    """Return the municipalities and districts that the account coordinates, each before what lies in it.

    Who looks after a whole prefecture or country is offered those in which somebody takes part.
    """
    return session.scalars(
        select(Area).where(coordinated(account), Area.level.in_(SMALL)).order_by(Area.path).limit(MOST_PLACES)
    ).all()


def coordinated(account: Account) -> ColumnElement[bool]:
    """Return the condition that an `Area` is one that the account looks after as coordinator."""
    near: list[str] = []
    wide: list[str] = []
    for appointment in account.appointments:
        if appointment.role is Role.COORDINATOR:
            (near if appointment.area.level in SMALL else wide).append(appointment.area.path)
    if not wide:
        return lies_under(near)
    inhabited = select(Participant.municipality_id).where(Participant.left_at.is_(None))
    takes_part = or_(Area.id.in_(inhabited), Area.parent_id.in_(inhabited))
    return or_(lies_under(near), lies_under(wide) & takes_part)


def place_of(session: Session, account: Account, identity: UUID | None) -> Area | None:
    """Return the place with this id if the account coordinates it."""
    if identity is None:
        return None
    place = session.get(Area, identity)
    return place if place is not None and account.covers(Role.COORDINATOR, place.path) else None


def participant_of(session: Session, account: Account, identity: UUID | None) -> Participant | None:
    """Return the participant with this id if the account coordinates its place."""
    if identity is None:
        return None
    found = session.scalar(participants_of(account).where(Participant.id == identity))
    return found if isinstance(found, Participant) else None


def participants_of(account: Account) -> Select[Participant]:
    """Return the participants that take part in the places that the account coordinates."""
    places = select(Area.id).where(lies_under(account.paths(Role.COORDINATOR)))
    return (
        select(Participant)
        .where(Participant.area_id.in_(places), Participant.left_at.is_(None))
        .options(joinedload(Participant.municipality), lazyload(Participant.consents))
    )


def bodies_of(session: Session, account: Account) -> Register:
    """Return the bodies of the places that the account coordinates, by name."""
    bodies = participants_of(account).where(Participant.kind != ParticipantKind.RESIDENT)
    return register(session, bodies.order_by(Participant.name, Participant.id))


def speakers_in(session: Session, account: Account, place: Area) -> Register:
    """Return for whom a need can be written down that was heard in a place: bodies first, then people, by name."""
    municipality = place.parent_id if place.level is AreaLevel.DISTRICT else place.id
    is_person = case((Participant.kind == ParticipantKind.RESIDENT, 1), else_=0)
    among = participants_of(account).where(Participant.municipality_id == municipality)
    return register(session, among.order_by(is_person, Participant.name, Participant.id))


def askers(session: Session, account: Account, typed: str) -> Sequence[Participant]:
    """Return whom a name can mean among the participants of the places that the account coordinates."""
    return meant_by(session, participants_of(account).order_by(Participant.name, Participant.id), typed)


def whole_consultation(session: Session, consultation: Consultation) -> Consultation:
    """Load what the page of a consultation shows."""
    return session.scalars(
        select(Consultation)
        .where(Consultation.id == consultation.id)
        .options(*of_a_line(), joinedload(Consultation.same_as))
        .execution_options(populate_existing=True)
    ).one()


def outcome_of(session: Session, consultation: Consultation) -> Outcome:
    """Return what became of a consultation; none of it is a further consultation."""
    visits = session.scalars(
        select(Visit)
        .where(Visit.consultation_id == consultation.id)
        .options(lazyload(Visit.visitor))
        .order_by(Visit.visited_on, Visit.id)
    ).all()
    return Outcome(
        needs_from(session, Provenance.consultation_id == consultation.id),
        visits,
        referrals_from(session, Referral.consultation_id == consultation.id),
    )


def needs_from(session: Session, condition: ColumnElement[bool]) -> Sequence[Need]:
    """Return the needs that came from something, the oldest first."""
    return session.scalars(
        select(Need)
        .join(Provenance, Provenance.need_id == Need.id)
        .where(condition, Need.discarded_at.is_(None))
        .options(joinedload(Need.participant).lazyload(Participant.consents))
        .order_by(Need.created_at, Need.id)
    ).all()


def referrals_from(session: Session, condition: ColumnElement[bool]) -> Sequence[Referral]:
    """Return to whom something was passed on, the oldest first."""
    return session.scalars(
        select(Referral)
        .where(condition)
        .options(joinedload(Referral.intermediary))
        .order_by(Referral.sent_on, Referral.id)
    ).all()


def doubles_of(session: Session, consultation: Consultation) -> Sequence[Consultation]:
    """Return the consultations that are this one, written down once more."""
    return session.scalars(
        select(Consultation)
        .where(Consultation.same_as_id == consultation.id)
        .options(*of_a_line())
        .order_by(Consultation.consulted_on, Consultation.id)
    ).all()


def perhaps_the_same(session: Session, account: Account, consultation: Consultation) -> Sequence[Consultation]:
    """Return the consultations that might be this one: near in time, those of the same asker or help first."""
    around = consultation.consulted_on - ALIKE_WITHIN, consultation.consulted_on + ALIKE_WITHIN
    same_asker: ColumnElement[Any] = Consultation.help_asked == consultation.help_asked
    if consultation.participant_id is not None:
        same_asker = Consultation.participant_id == consultation.participant_id
    elif consultation.asker_name:
        same_asker = Consultation.asker_name == consultation.asker_name
    return session.scalars(
        visible_to(account)
        .where(
            Consultation.id != consultation.id,
            Consultation.same_as_id.is_(None),
            Consultation.consulted_on.between(*around),
        )
        .options(*of_a_line())
        .order_by(case((same_asker, 0), else_=1), Consultation.consulted_on.desc(), Consultation.id)
        .limit(MOST_ALIKE)
    ).all()


def to_forget(session: Session, *, closed_before: Any) -> Sequence[Consultation]:
    """Return the closed consultations that still tell who asked, where that is nobody registered."""
    return session.scalars(
        select(Consultation)
        .where(
            Consultation.closed_at < closed_before,
            Consultation.participant_id.is_(None),
            or_(Consultation.asker_name != "", Consultation.asker_contact != ""),
        )
        .order_by(Consultation.closed_at, Consultation.id)
    ).all()


def contacts_to_forget(session: Session, *, closed_before: Any) -> Sequence[Referral]:
    """Return the referrals that still tell how to reach who asked in such a consultation."""
    return session.scalars(
        select(Referral)
        .join(Consultation, Referral.consultation_id == Consultation.id)
        .where(
            Consultation.closed_at < closed_before,
            Consultation.participant_id.is_(None),
            Referral.participant_id.is_(None),
            Referral.contact != "",
        )
        .order_by(Referral.id)
    ).all()


def of_a_line() -> tuple[ORMOption, ...]:
    """Return the options that load what a line about a consultation shows."""
    return (
        joinedload(Consultation.participant).lazyload(Participant.consents),
        named(Consultation.taken_by),
    )


def named(attribute: InstrumentedAttribute[Any]) -> ORMOption:
    """Return the option that loads an account whose name is shown and nothing else of it."""
    return joinedload(attribute).options(lazyload(Account.memberships), lazyload(Account.appointments))


def _counts(session: Session, found: Select[Consultation]) -> Sequence[Count]:
    rows = session.execute(
        found.where(Consultation.same_as_id.is_(None))
        .with_only_columns(
            Consultation.help_asked,
            func.count(),
            func.sum(case((Consultation.closed_at.is_(None), 1), else_=0)),
        )
        .group_by(Consultation.help_asked)
    )
    counted = {help_asked: Count(help_asked, total, waiting) for help_asked, total, waiting in rows}
    return [counted[help_asked] for help_asked in HelpAsked if help_asked in counted]


def _narrowed(statement: Select[Consultation], narrowing: Narrowing, today: date) -> Select[Consultation]:
    for word in narrowing.words.replace("\0", " ")[:LONGEST_QUERY].split():
        columns = (Consultation.asked, Consultation.answered, Consultation.asker_name)
        statement = statement.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    if narrowing.state is not None:
        waits = Consultation.closed_at.is_(None)
        statement = statement.where(waits if narrowing.state is State.OPEN else ~waits)
    if narrowing.help_asked is not None:
        statement = statement.where(Consultation.help_asked == narrowing.help_asked)
    if narrowing.area:
        statement = statement.where(Consultation.area_id.in_(select(Area.id).where(lies_under([narrowing.area]))))
    if narrowing.period is not None:
        first, after = narrowing.period.days(today)
        statement = statement.where(Consultation.consulted_on >= first, Consultation.consulted_on < after)
    return statement
