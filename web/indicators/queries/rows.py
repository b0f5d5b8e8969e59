"""The rows behind a number: what was counted, as far as the reader looks after the place where it lies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload, lazyload

from models import (
    Account,
    Activity,
    Area,
    Consultation,
    Indicator,
    IndicatorSource,
    IndicatorValue,
    Participant,
    Role,
    Roundtable,
    Visit,
    lies_under,
)
from web.indicators.queries.counting import Span, events, standing

PAGE_SIZE: Final = 50

Row: TypeAlias = Consultation | Visit | Roundtable | Activity | Participant

_KINDS: Final[Mapping[IndicatorSource, tuple[type[Any], InstrumentedAttribute[Any]]]] = MappingProxyType(
    {
        IndicatorSource.CONSULTATIONS: (Consultation, Consultation.consulted_on),
        IndicatorSource.VISITS: (Visit, Visit.visited_on),
        IndicatorSource.TEAM_MEETINGS: (Roundtable, Roundtable.held_on),
        IndicatorSource.TALKS_SUPPORTED: (Roundtable, Roundtable.held_on),
        IndicatorSource.ACTIVITIES: (Activity, Activity.done_on),
    }
)


@dataclass(frozen=True, slots=True)
class Behind:
    """One page of what was counted, of `total` rows; `shown` of them lie where the reader may look."""

    rows: Sequence[Row]
    total: int
    shown: int
    number: int

    @property
    def pages(self) -> int:
        """Return how many pages the list has, at least one."""
        return max(1, -(-self.shown // PAGE_SIZE))


def indicator_of(pack_indicators: Sequence[Indicator], code: str) -> Indicator | None:
    """Return the indicator with a code."""
    return next((indicator for indicator in pack_indicators if indicator.code == code), None)


def value_of(session: Session, indicator: Indicator, municipality: Area, year: int) -> IndicatorValue | None:
    """Return the imported number of one year, if there is one."""
    return session.scalar(
        select(IndicatorValue)
        .where(
            IndicatorValue.indicator_id == indicator.id,
            IndicatorValue.municipality_id == municipality.id,
            IndicatorValue.fiscal_year == year,
        )
        .options(joinedload(IndicatorValue.entered_by).options(lazyload("*")))
    )


def behind(
    session: Session, source: IndicatorSource, municipality: Area, span: Span, account: Account, *, number: int
) -> Behind:
    """Return one page of the rows behind a number, in the order of their days."""
    found = _found(source, municipality, span)
    seen = _seen(found, source, account)
    total, shown = (_how_many(session, statement) for statement in (found, seen))
    number = min(max(number, 1), max(1, -(-shown // PAGE_SIZE)))
    rows = session.scalars(_ordered(seen, source).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
    return Behind(rows, total, shown, number)


def all_behind(
    session: Session, source: IndicatorSource, municipality: Area, span: Span, account: Account
) -> Sequence[Row]:
    """Return all rows behind a number that the reader may see, for a sheet."""
    return session.scalars(_ordered(_seen(_found(source, municipality, span), source, account), source)).all()


def _found(source: IndicatorSource, municipality: Area, span: Span) -> Select[Any]:
    if source not in _KINDS:
        registered = standing(source, municipality, span).subquery()
        return (
            select(Participant)
            .join(registered, registered.c.id == Participant.id)
            .join(Area, Participant.area_id == Area.id)
        )
    kind, day = _KINDS[source]
    counted = events(source, municipality).subquery()
    statement = select(kind).join(counted, counted.c.id == kind.id).where(day.between(span.first, span.last))
    if kind is Activity:
        return statement.join(Activity.participant).join(Area, Participant.area_id == Area.id)
    return statement.join(Area, kind.area_id == Area.id)


def _seen(statement: Select[Any], source: IndicatorSource, account: Account) -> Select[Any]:
    """Narrow down to the reader's own places; persons are for the coordinators of their place alone."""
    paths = account.paths(Role.COORDINATOR)
    if source is not IndicatorSource.STAFF_BANK:
        paths = paths + account.paths(Role.ADMINISTRATOR)
    return statement.where(lies_under(paths))


def _ordered(statement: Select[Any], source: IndicatorSource) -> Select[Any]:
    if source not in _KINDS:
        return statement.options(lazyload(Participant.consents)).order_by(
            Participant.reading, Participant.name, Participant.id
        )
    kind, day = _KINDS[source]
    if kind is Activity:
        statement = statement.options(joinedload(Activity.participant).lazyload(Participant.consents))
    return statement.order_by(day, kind.id)


def _how_many(session: Session, statement: Select[Any]) -> int:
    counting = statement.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
    return session.scalar(counting) or 0
