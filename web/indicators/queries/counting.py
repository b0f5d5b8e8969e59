"""What is counted here, for many fiscal years in one query.

A fiscal year runs from the first of April to the 31st of March by the calendar of the town. Nothing after `today`
counts, so that a number can be told as at a stated day. Each source has one statement of what belongs to it
(`_rows_of`), from which both the number and the rows behind it are read.
"""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Select, SelectBase, and_, case, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from models import (
    Activity,
    Area,
    Consent,
    ConsentPurpose,
    Consultation,
    IndicatorSource,
    Merger,
    Participant,
    ParticipantKind,
    Roundtable,
    RoundtableKind,
    Visit,
    lies_under,
)
from models.years import TOWN_TIME, first_day

Counts = Mapping[IndicatorSource, Mapping[int, int]]

USES: Final = (ConsentPurpose.PROJECTS, ConsentPurpose.LECTURER, ConsentPurpose.COUNCIL_SEAT)
"""Who stands by at least one of these is in the staff bank."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days of one fiscal year that have been, until and with the last."""

    year: int
    first: date
    last: date

    @classmethod
    def of(cls, year: int, *, today: date) -> "Span":
        """Return a fiscal year as far as it has come."""
        return cls(year, first_day(year), min(first_day(year + 1) - timedelta(days=1), today))

    @property
    def ends_at(self) -> datetime:
        """Return the moment at which the last day is over in the town."""
        return datetime.combine(self.last + timedelta(days=1), time(), TOWN_TIME)


def counted(
    session: Session, municipality: Area, years: Sequence[int], *, today: date, sources: AbstractSet[IndicatorSource]
) -> Counts:
    """Return what each source counts in each fiscal year, in one query."""
    spans = [Span.of(year, today=today) for year in years]
    statements = [_counting(source, municipality, spans) for source in IndicatorSource if source in sources & COUNTED]
    if not statements or not spans:
        return {}
    found: Any = session.execute(union_all(*statements)).all()
    return {
        IndicatorSource(row[0]): {span.year: int(number or 0) for span, number in zip(spans, row[1:], strict=True)}
        for row in found
    }


def events(source: IndicatorSource, municipality: Area) -> Select[Any]:
    """Return the statement of all rows of a source of things that happened on a day: (id, day), each counted once."""
    return _EVENTS[source](municipality)


def standing(source: IndicatorSource, municipality: Area, span: Span) -> Select[Any]:
    """Return the statement of the ids of those who were registered when the last day of a span was over."""
    return _STANDING[source](municipality, span.ends_at)


def _counting(source: IndicatorSource, municipality: Area, spans: Sequence[Span]) -> SelectBase:
    """Return the statement of one row: the source, then one number a year."""
    name = literal(source.value).label("source")
    if source in _STANDING:
        numbers = [
            select(func.count()).select_from(standing(source, municipality, span).subquery()).scalar_subquery()
            for span in spans
        ]
        return select(name, *numbers)
    rows = events(source, municipality).subquery()
    day = rows.c.day
    return select(name, *(func.sum(case((day.between(span.first, span.last), 1), else_=0)) for span in spans))


def _consultations(municipality: Area) -> Select[Any]:
    return _here(Consultation.id, Consultation.consulted_on, Consultation.area_id, municipality).where(
        Consultation.same_as_id.is_(None)
    )


def _visits(municipality: Area) -> Select[Any]:
    return _here(Visit.id, Visit.visited_on, Visit.area_id, municipality)


def _team_meetings(municipality: Area) -> Select[Any]:
    return _held(municipality).where(Roundtable.kind == RoundtableKind.TEAM_MEETING)


def _talks_supported(municipality: Area) -> Select[Any]:
    return _held(municipality).where(Roundtable.support != "")


def _held(municipality: Area) -> Select[Any]:
    return _here(Roundtable.id, Roundtable.held_on, Roundtable.area_id, municipality).where(
        Roundtable.held_on.is_not(None)
    )


def _here(
    identity: InstrumentedAttribute[Any], day: InstrumentedAttribute[Any], place: InstrumentedAttribute[Any], town: Area
) -> Select[Any]:
    return select(identity.label("id"), day.label("day")).join(Area, place == Area.id).where(lies_under([town.path]))


def _activities(municipality: Area) -> Select[Any]:
    """Return activities of RMOs; what was written down twice, for one body or for two records of it, is one."""
    record, body = aliased(Participant), aliased(Participant)
    same = (body.id, Activity.done_on, Activity.what)
    told = (
        select(
            Activity.id,
            Activity.done_on,
            func.row_number().over(partition_by=same, order_by=(Activity.written_at, Activity.id)).label("telling"),
        )
        .join(record, Activity.participant_id == record.id)
        .outerjoin(Merger, and_(Merger.merged_id == record.id, record.left_at.is_not(None)))
        .join(body, body.id == func.coalesce(Merger.kept_id, record.id))
        .join(Area, body.area_id == Area.id)
        .where(lies_under([municipality.path]), body.kind == ParticipantKind.RMO)
        .subquery()
    )
    return select(told.c.id.label("id"), told.c.done_on.label("day")).where(told.c.telling == 1)


def _bodies(municipality: Area, ended_at: datetime) -> Select[Any]:
    record, kept = aliased(Participant), aliased(Participant)
    return _registered(municipality, ended_at, record, kept).where(kept.kind == ParticipantKind.RMO)


def _staff_bank(municipality: Area, ended_at: datetime) -> Select[Any]:
    record, kept = aliased(Participant), aliased(Participant)
    consented = exists().where(
        or_(Consent.participant_id == kept.id, Consent.participant_id == record.id),
        Consent.purpose.in_(USES),
        Consent.granted_at < ended_at,
        or_(Consent.withdrawn_at.is_(None), Consent.withdrawn_at >= ended_at),
    )
    return _registered(municipality, ended_at, record, kept).where(kept.kind == ParticipantKind.RESIDENT, consented)


def _registered(
    municipality: Area, ended_at: datetime, record: type[Participant], kept: type[Participant]
) -> Select[Any]:
    """Return who was registered at a moment, by the record that was kept: two records of one are one from the first."""
    return (
        select(kept.id.label("id"))
        .select_from(record)
        .outerjoin(Merger, and_(Merger.merged_id == record.id, record.left_at.is_not(None)))
        .join(kept, kept.id == func.coalesce(Merger.kept_id, record.id))
        .join(Area, kept.area_id == Area.id)
        .where(
            lies_under([municipality.path]),
            record.created_at < ended_at,
            or_(record.left_at.is_(None), record.left_at >= ended_at),
        )
        .distinct()
    )


_EVENTS: Final[Mapping[IndicatorSource, Callable[[Area], Select[Any]]]] = MappingProxyType(
    {
        IndicatorSource.CONSULTATIONS: _consultations,
        IndicatorSource.VISITS: _visits,
        IndicatorSource.TEAM_MEETINGS: _team_meetings,
        IndicatorSource.TALKS_SUPPORTED: _talks_supported,
        IndicatorSource.ACTIVITIES: _activities,
    }
)
_STANDING: Final[Mapping[IndicatorSource, Callable[[Area, datetime], Select[Any]]]] = MappingProxyType(
    {IndicatorSource.STAFF_BANK: _staff_bank, IndicatorSource.BODIES: _bodies}
)
ADDS_UP: Final = frozenset(_EVENTS)
COUNTED: Final = ADDS_UP | frozenset(_STANDING)
