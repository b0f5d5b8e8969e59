"""What a municipality's promotion council reads about a fiscal year, as at a stated day.

Free texts that point to persons stay out: of surveys and evaluations there are numbers only, of surveys none below five
answers, and only what was answered in public of petitions.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from statistics import fmean
from typing import Any, Final

from sqlalchemy import ColumnElement, SelectBase, case, func, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload, lazyload

from models import (
    Again,
    Area,
    AreaLevel,
    AreaPlan,
    CaseStudy,
    Course,
    EndDecision,
    Ending,
    Evaluation,
    Goal,
    GoalReached,
    IndicatorSource,
    Merit,
    Need,
    Partnership,
    Party,
    Petition,
    PetitionAnswer,
    Referral,
    Roundtable,
    RoundtableKind,
    Stage,
    SurveyAnswer,
    lies_under,
)
from models.evaluations import LEAST_SHOWN
from models.years import begins_at, first_day, fiscal_year, town_day
from web.indicators.queries import (
    Headline,
    Measured,
    Span,
    chosen_pack,
    counted,
    headline_of,
    measured,
    years_until,
)

YEARS_SHOWN: Final = 5
EARLIEST_YEAR: Final = 2000


class Deed(StrEnum):
    """Something that was done, counted year by year."""

    VISITS = "visits"
    CONSULTATIONS = "consultations"
    ROUNDTABLES = "roundtables"
    EXCHANGES = "exchanges"
    TEAM_MEETINGS = "team_meetings"
    MATCHING_MEETINGS = "matching_meetings"
    TALKS_SUPPORTED = "talks_supported"
    ACTIVITIES = "activities"
    COURSES = "courses"
    PETITIONS_RECEIVED = "petitions_received"
    PETITIONS_ANSWERED = "petitions_answered"
    REFERRALS = "referrals"
    NEEDS_OPENED = "needs_opened"
    PARTNERSHIPS_BEGUN = "partnerships_begun"
    PARTNERSHIPS_CLOSED = "partnerships_closed"


@dataclass(frozen=True, slots=True)
class Survey:
    """What those who came along said; there are at least five of them."""

    answers: int
    satisfaction: float
    met_somebody_new: float | None
    again: Mapping[Again, int]


@dataclass(frozen=True, slots=True)
class Judged:
    """What the parties of partnerships that were closed in the year said; means only of five and more."""

    evaluations: int
    goals: Mapping[GoalReached, int]
    merits: Mapping[Merit, float]


@dataclass(frozen=True, slots=True)
class Ended:
    """A partnership that ended in the year, and how."""

    title: str
    stage: Stage
    ending: Ending | None
    handed_to: str
    ended_on: date


@dataclass(frozen=True, slots=True)
class Petitions:
    """What was asked of the administration and answered in the year; only public answers by title."""

    received: int
    answers: Mapping[PetitionAnswer, int]
    public: Sequence[Petition]


@dataclass(frozen=True, slots=True)
class GoalOfPlan:
    """One goal of an area plan, with what was measured up to the year."""

    plan: AreaPlan
    goal: Goal
    measured: tuple[int, float] | None

    @property
    def share(self) -> float | None:
        """Return how much of the way is behind us, 0 to 1, or None where nobody knows."""
        if self.measured is None or self.goal.target is None:
            return None
        start = self.goal.baseline or 0.0
        way = self.goal.target - start
        if not way:
            return 1.0 if self.measured[1] >= self.goal.target else 0.0
        return min(1.0, max(0.0, (self.measured[1] - start) / way))


@dataclass(frozen=True, slots=True)
class Numbers:
    """How far a municipality has come in a year: what the page shows, and the beginning of the pack."""

    municipality: Area
    span: Span
    years: Sequence[int]
    pack_name: Mapping[str, str]
    headline: Headline
    measured: Sequence[Measured]


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything that the council reads."""

    numbers: Numbers
    deeds: Mapping[Deed, Mapping[int, int]]
    survey: Survey | None
    judged: Judged
    cases: Sequence[CaseStudy]
    ended: Sequence[Ended]
    petitions: Petitions
    goals: Sequence[GoalOfPlan]


def municipality_named(session: Session, code: str) -> Sequence[Area]:
    """Return the municipalities with this path, or with this last part of it."""
    return session.scalars(
        select(Area)
        .where(
            Area.level == AreaLevel.MUNICIPALITY,
            (Area.path == code.lower()) | Area.path.endswith(f".{code.lower()}", autoescape=True),
        )
        .order_by(Area.path)
    ).all()


def numbers(session: Session, municipality: Area, *, year: int, on: date) -> Numbers:
    """Return how far a fiscal year has come, as at a day of it."""
    span = Span.of(year, today=on)
    years = years_until(span.last)
    chosen = chosen_pack(session, municipality)
    found = measured(session, municipality, chosen, years, today=span.last)
    return Numbers(
        municipality=municipality,
        span=span,
        years=years,
        pack_name={} if chosen is None else {"ja": chosen.name_ja, "en": chosen.name_en},
        headline=headline_of(session, municipality, found, today=span.last),
        measured=found,
    )


def pack(session: Session, municipality: Area, *, year: int, on: date) -> Pack:
    """Return the pack of a fiscal year, as at a day of it."""
    told = numbers(session, municipality, year=year, on=on)
    span = told.span
    return Pack(
        numbers=told,
        deeds=_deeds(session, municipality, [Span.of(one, today=span.last) for one in told.years]),
        survey=_survey(session, municipality, span),
        judged=_judged(session, municipality, span),
        cases=_cases(session, municipality, span),
        ended=_ended(session, municipality, span),
        petitions=_petitions(session, municipality, span),
        goals=_goals(session, municipality, span),
    )


def last_day(year: int, today: date) -> date:
    """Return the day as at which a pack is made where none is stated: the last of the year, or today."""
    return Span.of(year, today=today).last


def is_possible(year: int, on: date, *, today: date) -> bool:
    """Tell whether there is a pack of a year as at a day."""
    return EARLIEST_YEAR <= year <= fiscal_year(today) and first_day(year) <= on <= today and fiscal_year(on) == year


def _within(column: InstrumentedAttribute[Any], span: Span) -> ColumnElement[bool]:
    """Return the condition that a moment lies in a span."""
    return (column >= begins_at(span.year)) & (column < span.ends_at)


def _deeds(session: Session, municipality: Area, spans: Sequence[Span]) -> Mapping[Deed, Mapping[int, int]]:
    """Return what was done in each year, in two queries."""
    sources = {Deed(source.value): source for source in IndicatorSource if source.value in set(Deed)}
    years = [span.year for span in spans]
    numbers = counted(session, municipality, years, today=spans[-1].last, sources=set(sources.values()))
    found = {deed: numbers[source] for deed, source in sources.items()}
    rows: Any = session.execute(union_all(*_deed_statements(municipality, spans))).all()
    for row in rows:
        found[Deed(row[0])] = {year: int(number or 0) for year, number in zip(years, row[1:], strict=True)}
    return {deed: found[deed] for deed in Deed}


def _deed_statements(municipality: Area, spans: Sequence[Span]) -> Sequence[SelectBase]:
    here = lies_under([municipality.path])

    def by_day(deed: Deed, day: InstrumentedAttribute[Any], *conditions: ColumnElement[bool]) -> SelectBase:
        numbers = (func.sum(case((day.between(span.first, span.last), 1), else_=0)) for span in spans)
        return select(literal(deed.value), *numbers).join(Area, day.class_.area_id == Area.id).where(here, *conditions)

    def by_moment(deed: Deed, moment: InstrumentedAttribute[Any], *conditions: ColumnElement[bool]) -> SelectBase:
        numbers = (func.sum(case((_within(moment, span), 1), else_=0)) for span in spans)
        mine = moment.class_.municipality_id == municipality.id
        return select(literal(deed.value), *numbers).where(mine, *conditions)

    held, kind = Roundtable.held_on, Roundtable.kind
    return (
        by_day(Deed.ROUNDTABLES, held, kind == RoundtableKind.ROUNDTABLE),
        by_day(Deed.EXCHANGES, held, kind == RoundtableKind.EXCHANGE),
        by_day(Deed.MATCHING_MEETINGS, held, kind == RoundtableKind.MATCHING),
        by_day(Deed.COURSES, Course.starts_on),
        by_day(Deed.PETITIONS_RECEIVED, Petition.received_on),
        by_day(Deed.PETITIONS_ANSWERED, Petition.answered_on),
        by_day(Deed.REFERRALS, Referral.sent_on),
        by_moment(Deed.NEEDS_OPENED, Need.opened_at),
        by_moment(Deed.PARTNERSHIPS_BEGUN, Partnership.accepted_at),
        by_moment(Deed.PARTNERSHIPS_CLOSED, Partnership.over_at, Partnership.stage == Stage.CLOSED),
    )


def _survey(session: Session, municipality: Area, span: Span) -> Survey | None:
    answers = session.scalars(
        select(SurveyAnswer)
        .join(Partnership, SurveyAnswer.partnership_id == Partnership.id)
        .where(Partnership.municipality_id == municipality.id, _within(SurveyAnswer.given_at, span))
        .options(lazyload("*"))
    ).all()
    if len(answers) < LEAST_SHOWN:
        return None
    asked = [answer.met_somebody_new for answer in answers if answer.met_somebody_new is not None]
    again = Counter(answer.again for answer in answers if answer.again is not None)
    is_enough = sum(again.values()) >= LEAST_SHOWN
    return Survey(
        answers=len(answers),
        satisfaction=fmean(answer.satisfaction for answer in answers),
        met_somebody_new=fmean(asked) if len(asked) >= LEAST_SHOWN else None,
        again={one: again[one] for one in Again} if is_enough else {},
    )


def _judged(session: Session, municipality: Area, span: Span) -> Judged:
    """Return what was said of partnerships that are closed: there every answer may be read by those it concerns."""
    found = session.scalars(
        select(Evaluation)
        .join(Party, Evaluation.party_id == Party.id)
        .join(Partnership, Party.partnership_id == Partnership.id)
        .where(
            Partnership.municipality_id == municipality.id,
            Partnership.stage == Stage.CLOSED,
            _within(Partnership.over_at, span),
        )
        .options(lazyload("*"))
    ).all()
    goals = Counter(evaluation.goal for evaluation in found)
    given = {
        merit: [evaluation.merits[merit] for evaluation in found if evaluation.merits.get(merit) is not None]
        for merit in Merit
    }
    return Judged(
        evaluations=len(found),
        goals={goal: goals[goal] for goal in GoalReached},
        merits={merit: fmean(values) for merit, values in given.items() if len(values) >= LEAST_SHOWN},
    )


def _cases(session: Session, municipality: Area, span: Span) -> Sequence[CaseStudy]:
    return session.scalars(
        select(CaseStudy)
        .join(Partnership, CaseStudy.partnership_id == Partnership.id)
        .where(Partnership.municipality_id == municipality.id, _within(Partnership.over_at, span))
        .options(lazyload("*"))
        .order_by(Partnership.over_at, CaseStudy.id)
    ).all()


def _ended(session: Session, municipality: Area, span: Span) -> Sequence[Ended]:
    """Return what ended after all had said yes; proposals to which somebody said no never began."""
    rows = session.execute(
        select(Partnership.title, Partnership.stage, Partnership.ending, EndDecision.handed_to, Partnership.over_at)
        .outerjoin(EndDecision, EndDecision.partnership_id == Partnership.id)
        .where(
            Partnership.municipality_id == municipality.id,
            Partnership.accepted_at.is_not(None),
            _within(Partnership.over_at, span),
        )
        .order_by(Partnership.over_at, Partnership.id)
    )
    return [
        Ended(title, stage, ending, handed_to or "", town_day(over_at))
        for title, stage, ending, handed_to, over_at in rows
        if over_at is not None
    ]


def _petitions(session: Session, municipality: Area, span: Span) -> Petitions:
    found = session.scalars(
        select(Petition)
        .join(Area, Petition.area_id == Area.id)
        .where(
            lies_under([municipality.path]),
            Petition.received_on.between(span.first, span.last) | Petition.answered_on.between(span.first, span.last),
        )
        .options(joinedload(Petition.area), lazyload(Petition.participant))
        .order_by(Petition.answered_on, Petition.received_on, Petition.id)
    ).all()
    answered = [
        petition
        for petition in found
        if petition.answered_on is not None and span.first <= petition.answered_on <= span.last
    ]
    answers = Counter(petition.answer for petition in answered)
    return Petitions(
        received=sum(span.first <= petition.received_on <= span.last for petition in found),
        answers={answer: answers[answer] for answer in PetitionAnswer},
        public=[petition for petition in answered if petition.is_public],
    )


def _goals(session: Session, municipality: Area, span: Span) -> Sequence[GoalOfPlan]:
    plans = (
        session.scalars(
            select(AreaPlan)
            .join(Area, AreaPlan.area_id == Area.id)
            .where(
                lies_under([municipality.path]),
                AreaPlan.adopted_on <= span.last,
                AreaPlan.first_year <= span.year,
                AreaPlan.last_year >= span.year,
            )
            .options(joinedload(AreaPlan.goals).lazyload(Goal.roles))
            .order_by(Area.path, AreaPlan.title, AreaPlan.id)
        )
        .unique()
        .all()
    )
    return [GoalOfPlan(plan, goal, _measured_until(goal, span)) for plan in plans for goal in plan.goals]


def _measured_until(goal: Goal, span: Span) -> tuple[int, float] | None:
    """Return what was measured last; of a year that is over also what was written down after it, as usual."""
    is_over = fiscal_year(span.last + timedelta(days=1)) > span.year
    known = [
        entry for entry in goal.progress if entry.fiscal_year <= span.year and (is_over or entry.noted_on <= span.last)
    ]
    return (known[-1].fiscal_year, known[-1].value) if known else None
