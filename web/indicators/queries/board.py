"""A municipality's board: how many goals are met, what is hard, and then the numbers year by year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from types import MappingProxyType
from typing import Final
from uuid import UUID

from sqlalchemy import case, exists, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from models import (
    Account,
    Area,
    AreaLevel,
    Continuation,
    Indicator,
    IndicatorChoice,
    IndicatorPack,
    IndicatorValue,
    Need,
    NeedOutcome,
    NeedStatus,
    Participant,
    Partnership,
    lies_under,
)
from models.suggestions import published_runs
from models.years import fiscal_year, town_day
from web.indicators.queries.counting import ADDS_UP, Span, counted
from web.operations.queries.board import Load, concentration

YEARS_SHOWN: Final = 5
LOOKED_BACK: Final = timedelta(days=365)
TOO_LONG: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Measured:
    """One indicator with its numbers by fiscal year; a year of which nothing is known is left out."""

    indicator: Indicator
    values: Mapping[int, float]
    sources: Mapping[int, str]
    running_year: int

    @property
    def judged_year(self) -> int | None:
        """Return the year by which the goal is judged: the last one that is known.

        What adds up over a year is judged by the running one only where that has grown to the target already, or where
        no other is known; a number that shall fall starts every year below its target.
        """
        known = sorted(self.values)
        if len(known) > 1 and known[-1] == self.running_year and self.indicator.source in ADDS_UP:
            is_there = self.indicator.rises and self.indicator.is_met(self.values[known[-1]])
            return known[-1] if is_there else known[-2]
        return known[-1] if known else None

    @property
    def judged(self) -> float | None:
        """Return the number by which the goal is judged."""
        return None if self.judged_year is None else self.values[self.judged_year]

    @property
    def is_met(self) -> bool | None:
        """Tell whether the goal is met, or None where there is no number."""
        return self.indicator.is_met(self.judged)

    @property
    def share(self) -> float | None:
        """Return how much of the way from baseline to target is behind us, 0 to 1, or None where nobody knows."""
        if self.judged is None:
            return None
        if self.is_met:
            return 1.0
        start = self.indicator.baseline or 0.0
        way = self.indicator.target - start
        return min(1.0, max(0.0, (self.judged - start) / way)) if way else 0.0


@dataclass(frozen=True, slots=True)
class Unmet:
    """Open needs that wait: nobody fits, or open for too long; `either` counts each of them once."""

    open: int
    without_candidates: int
    open_too_long: int
    either: int


@dataclass(frozen=True, slots=True)
class Headline:
    """What is read first: the effects, and what is hard; only then how often something came about."""

    goals_met: int
    goals_measured: int
    goals: int
    median_days: float | None
    unmet: Unmet
    load: Load
    matches: int


@dataclass(frozen=True, slots=True)
class Board:
    """The board of one municipality as at one day."""

    municipality: Area
    on: date
    pack: IndicatorPack | None
    years: Sequence[int]
    measured: Sequence[Measured]
    headline: Headline


def municipalities(session: Session, account: Account) -> Sequence[Area]:
    """Return the municipalities whose boards the account may see: of its places, and those in them that take part."""
    paths = [appointment.area.path for appointment in account.appointments]
    own = {*paths, *(path.rpartition(".")[0] for path in paths)}
    takes_part = exists().where(Participant.municipality_id == Area.id)
    return session.scalars(
        select(Area)
        .where(Area.level == AreaLevel.MUNICIPALITY, Area.path.in_(own) | (lies_under(paths) & takes_part))
        .order_by(Area.path)
    ).all()


def packs(session: Session) -> Sequence[IndicatorPack]:
    """Return the packs that a municipality chooses from."""
    return session.scalars(select(IndicatorPack).order_by(IndicatorPack.code)).all()


def chosen_pack(session: Session, municipality: Area) -> IndicatorPack | None:
    """Return the pack that a municipality looks at, with its indicators, or None where it has not chosen yet."""
    return session.scalar(
        select(IndicatorPack)
        .join(IndicatorChoice, IndicatorChoice.pack_id == IndicatorPack.id)
        .where(IndicatorChoice.municipality_id == municipality.id)
        .options(joinedload(IndicatorPack.indicators))
    )


def values_of(session: Session, municipality: Area) -> Sequence[IndicatorValue]:
    """Return the imported numbers of a municipality, the newest year first."""
    return session.scalars(
        select(IndicatorValue)
        .where(IndicatorValue.municipality_id == municipality.id)
        .options(joinedload(IndicatorValue.indicator))
        .order_by(IndicatorValue.fiscal_year.desc(), IndicatorValue.id)
    ).all()


def years_until(today: date) -> Sequence[int]:
    """Return the fiscal years that a board shows, the earliest first, the running one last."""
    return range(fiscal_year(today) - YEARS_SHOWN + 1, fiscal_year(today) + 1)


def board(session: Session, municipality: Area, *, today: date) -> Board:
    """Return the board of a municipality as at a day."""
    pack = chosen_pack(session, municipality)
    years = years_until(today)
    found = measured(session, municipality, pack, years, today=today)
    return Board(municipality, today, pack, years, found, headline_of(session, municipality, found, today=today))


def headline(session: Session, municipality: Area, today: date) -> Headline:
    """Return what is read first of a municipality as at a day, for the pages of others."""
    pack = chosen_pack(session, municipality)
    found = measured(session, municipality, pack, years_until(today), today=today)
    return headline_of(session, municipality, found, today=today)


def measured(
    session: Session, municipality: Area, pack: IndicatorPack | None, years: Sequence[int], *, today: date
) -> Sequence[Measured]:
    """Return each indicator of a pack with what is counted or was imported for the years."""
    if pack is None:
        return []
    wanted = {indicator.source for indicator in pack.indicators}
    counts = counted(session, municipality, years, today=today, sources=wanted)
    began = _began_in(session, municipality, today=today)
    running = fiscal_year(today + timedelta(days=1))  # on its last day a year is as good as over
    imported: dict[UUID, dict[int, IndicatorValue]] = {}
    for value in values_of(session, municipality):
        if value.fiscal_year <= years[-1]:
            imported.setdefault(value.indicator_id, {})[value.fiscal_year] = value
    return [
        _measured(one, counts.get(one.source, {}), imported.get(one.id, {}), began=began, running=running)
        for one in pack.indicators
    ]


def _began_in(session: Session, municipality: Area, *, today: date) -> int:
    """Return the fiscal year in which the first participant was written down here."""
    first = session.scalar(
        select(func.min(Participant.created_at)).where(Participant.municipality_id == municipality.id)
    )
    return fiscal_year(today if first is None else town_day(first))


def _measured(
    indicator: Indicator, counts: Mapping[int, int], imported: Mapping[int, IndicatorValue], *, began: int, running: int
) -> Measured:
    """Put the numbers together; nothing counted before anybody was written down here is not known, and not zero."""
    if indicator.is_counted:
        known = {year: float(number) for year, number in counts.items() if number or year >= began}
        return Measured(indicator, known, MappingProxyType({}), running)
    return Measured(
        indicator,
        {year: value.value for year, value in imported.items()},
        {year: value.source for year, value in imported.items()},
        running,
    )


def headline_of(session: Session, municipality: Area, found: Sequence[Measured], *, today: date) -> Headline:
    """Return what is read first, where the indicators are measured already."""
    days = _days_to_the_last_yes(session, municipality, today=today)
    return Headline(
        goals_met=sum(one.is_met is True for one in found),
        goals_measured=sum(one.is_met is not None for one in found),
        goals=len(found),
        median_days=median(days) if days else None,
        unmet=_unmet(session, municipality, today=today),
        load=_load(session, municipality),
        matches=len(days),
    )


def _days_to_the_last_yes(session: Session, municipality: Area, *, today: date) -> Sequence[int]:
    """Return for each partnership of the last 365 days how many days its need waited for the last yes.

    A need waits from its opening, or from the end of an earlier partnership that had come about for it. What continues
    a partnership met no need that waited.
    """
    ends_at = Span(0, today, today).ends_at
    earlier = aliased(Partnership)
    freed_at = (
        select(func.max(earlier.over_at))
        .where(
            earlier.need_id == Partnership.need_id,
            earlier.accepted_at.is_not(None),
            earlier.over_at <= Partnership.accepted_at,
        )
        .correlate(Partnership)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Need.opened_at, freed_at, Partnership.accepted_at)
        .join(Need, Partnership.need_id == Need.id)
        .where(
            ~exists().where(Continuation.successor_id == Partnership.id),
            Partnership.municipality_id == municipality.id,
            Partnership.accepted_at >= ends_at - LOOKED_BACK,
            Partnership.accepted_at < ends_at,
        )
    )
    return [
        max(0, (town_day(accepted_at) - town_day(max(opened_at, freed_at or opened_at))).days)
        for opened_at, freed_at, accepted_at in rows
        if opened_at is not None and accepted_at is not None
    ]


def _unmet(session: Session, municipality: Area, *, today: date) -> Unmet:
    fits_nobody = NeedOutcome.candidates == 0
    too_long = Need.opened_at < Span(0, today, today).ends_at - TOO_LONG
    row = session.execute(
        select(
            func.count(Need.id),
            func.count(case((fits_nobody, 1))),
            func.count(case((too_long, 1))),
            func.count(case((fits_nobody | too_long, 1))),
        )
        .outerjoin(NeedOutcome, (NeedOutcome.need_id == Need.id) & NeedOutcome.run_id.in_(published_runs()))
        .where(Need.municipality_id == municipality.id, Need.status == NeedStatus.OPEN)
    ).one()
    return Unmet(*row)


def _load(session: Session, municipality: Area) -> Load:
    rows = session.execute(
        select(Participant.engagements, func.count())
        .where(Participant.municipality_id == municipality.id, Participant.left_at.is_(None))
        .group_by(Participant.engagements)
    )
    return concentration([(engagements, participants) for engagements, participants in rows])
