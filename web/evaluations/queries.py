"""Reads of evaluations: who has answered, what is opened and when, and what those who came along said.

What a party answered is loaded in two places only: by `own_evaluation` for the party itself, and by `_evaluations`,
which is asked only once all parties that are still in have answered or the last day has passed.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import fmean
from typing import Any, Final
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, joinedload, lazyload
from sqlalchemy.orm.attributes import set_committed_value

from models import (
    Account,
    Again,
    Area,
    ConsentChannel,
    Evaluation,
    GoalReached,
    Merit,
    NewsKind,
    Notice,
    OutboxMail,
    OutsideView,
    Participant,
    Partnership,
    Party,
    Principle,
    PrincipleChoice,
    PrincipleSet,
    Role,
    Stage,
    SurveyAnswer,
    utc_now,
)
from models.business_days import add_business_days
from models.evaluations import LEAST_SHOWN
from models.principles import NINE
from models.years import town_day
from web.participants.queries import SeenParticipant, accounts_of, seen_by

SURVEY_SALT: Final = "survey"
SURVEY_LASTS: Final = timedelta(days=14)
SURVEYED: Final = frozenset({Stage.RUNNING, Stage.EVALUATING})
SATISFACTION: Final = range(5, 0, -1)
REMIND_BUSINESS_DAYS: Final = 3
TOLD_WITHIN: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class PartyStanding:
    """Whether one party has answered; never what."""

    id: UUID
    participant: SeenParticipant
    is_own: bool
    has_answered: bool
    may_be_written_down: bool

    @property
    def may_be_answered_for(self) -> bool:
        """Tell whether the reader may say, or write down, what this party says."""
        return self.is_own or self.may_be_written_down


@dataclass(frozen=True, slots=True)
class Standing:
    """Who has answered and who has not, and whether the answers can be read."""

    partnership: Partnership
    parties: tuple[PartyStanding, ...]
    is_open: bool

    @property
    def takes_answers(self) -> bool:
        """Tell whether a party can answer now; once the answers can be read, nobody answers blind any longer."""
        return self.partnership.stage is Stage.EVALUATING and not self.is_open

    def chosen(self, party_id: str) -> PartyStanding | None:
        """Return the party that is named, or the reader's own, first the one that has not answered."""
        if party_id:
            return next((one for one in self.parties if str(one.id) == party_id and one.may_be_answered_for), None)
        own = [one for one in self.parties if one.is_own]
        return next((one for one in own if not one.has_answered), own[0] if own else None)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one party answered; None where it did not."""

    participant: SeenParticipant
    evaluation: Evaluation | None

    @property
    def written_down_by(self) -> str | None:
        """Return who wrote it down for a party without an account."""
        if self.evaluation is None or self.evaluation.given_by is None:
            return None
        return None if self.evaluation.channel is ConsentChannel.WEB else self.evaluation.given_by.name


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the parties gave to one principle or merit; None where one cannot say, or did not answer."""

    grades: tuple[int | None, ...]
    answered: int

    @property
    def judged(self) -> int:
        """Return how many judged it."""
        return sum(grade is not None for grade in self.grades)

    @property
    def cannot_say(self) -> int:
        """Return how many answered, but cannot say."""
        return self.answered - self.judged

    @property
    def mean(self) -> float | None:
        """Return the average over those who judged; unknown is not zero."""
        known = [grade for grade in self.grades if grade is not None]
        return fmean(known) if known else None


@dataclass(frozen=True, slots=True)
class Counted:
    """What was answered to one question of the survey; nothing is broken down where fewer than five answered it."""

    n: int
    counts: Mapping[str, int]

    @property
    def is_shown(self) -> bool:
        """Tell whether enough answered."""
        return self.n >= LEAST_SHOWN


@dataclass(frozen=True, slots=True)
class Survey:
    """What those who came along said; below five answers nothing but how many there are."""

    n: int
    mean: float | None = None
    satisfaction: Mapping[int, int] | None = None
    met_somebody_new: Counted | None = None
    again: Counted | None = None
    comments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that was said, side by side, once it can be read."""

    answers: tuple[Answer, ...]
    principles: tuple[tuple[Principle, Judgement], ...]
    merits: tuple[tuple[Merit, Judgement], ...]
    survey: Survey
    outside: Sequence[OutsideView]


@dataclass(frozen=True, slots=True)
class EvaluationSummary:
    """What a report tells of the evaluations; before they can be read, only who is waited for and the survey."""

    is_open: bool
    waiting_for: tuple[Party, ...]
    goals: Mapping[GoalReached, int]
    again: Mapping[Again, int]
    helped: tuple[str, ...]
    hindered: tuple[str, ...]
    survey_n: int
    survey_mean: float | None


def principles_of(session: Session, municipality: Area) -> Sequence[Principle]:
    """Return the principles that hold in a municipality, in their order: those it chose, or else the nine."""
    return _principles_in(session, municipality.id)


def answered(session: Session, partnership: Partnership) -> frozenset[UUID]:
    """Return the parties that have answered, by their ids; what they answered is not loaded."""
    return frozenset(session.scalars(select(Evaluation.party_id).where(Evaluation.party_id.in_(_ids_of(partnership)))))


def is_open(partnership: Partnership, answered: Collection[UUID], *, on: date) -> bool:
    """Tell whether the evaluations can be read: all that are still in have answered, or the last day has passed."""
    if partnership.evaluated_until is None:
        return False
    return on > partnership.evaluated_until or all(party.id in answered for party in partnership.present)


def standing(session: Session, partnership: Partnership, account: Account, *, on: date) -> Standing:
    """Return who has answered and who has not, as far as the reader may see who they are."""
    given = _known_about(session, partnership)
    may_be_read = is_open(partnership, given, on=on)
    unspoken_for: set[UUID] = set()
    if not may_be_read and account.covers(Role.COORDINATOR, partnership.need.area.path):
        accounts = accounts_of(session, [party.participant for party in partnership.present])
        unspoken_for = {identity for identity, speaking in accounts.items() if not speaking}
    return Standing(
        partnership=partnership,
        parties=tuple(
            PartyStanding(
                id=party.id,
                participant=seen_by(account, party.participant, partnership=partnership),
                is_own=account.represents(party.participant_id),
                has_answered=party.id in given,
                may_be_written_down=party.participant_id in unspoken_for,
            )
            for party in partnership.present
        ),
        is_open=may_be_read,
    )


def own_evaluation(session: Session, party_id: UUID, account: Account) -> Evaluation | None:
    """Return what a party answered to somebody who speaks for it."""
    return session.scalar(
        select(Evaluation)
        .join(Party, Evaluation.party_id == Party.id)
        .where(
            Evaluation.party_id == party_id,
            Party.participant_id.in_([membership.participant_id for membership in account.memberships]),
        )
        .options(*_giver())
    )


def results(session: Session, standing: Standing, account: Account) -> Results | None:
    """Return everything that was said, or None as long as it cannot be read."""
    if not standing.is_open:
        return None
    partnership = standing.partnership
    evaluations = _evaluations(session, partnership)
    shown = [party for party in partnership.parties if party.left_at is None or party.id in evaluations]
    given = [evaluations.get(party.id) for party in shown]
    codes = {code for one in evaluations.values() for code in one.principles}
    return Results(
        answers=tuple(
            Answer(seen_by(account, party.participant, partnership=partnership), evaluation)
            for party, evaluation in zip(shown, given, strict=True)
        ),
        principles=tuple(
            (principle, _judged([None if one is None else one.principles.get(principle.code) for one in given], given))
            for principle in principles_judged(session, partnership, codes)
        ),
        merits=tuple(
            (merit, _judged([None if one is None else one.merits.get(merit) for one in given], given))
            for merit in Merit
        ),
        survey=survey(session, partnership),
        outside=session.scalars(
            select(OutsideView)
            .where(OutsideView.partnership_id == partnership.id)
            .options(lazyload(OutsideView.noted_by))
            .order_by(OutsideView.noted_at, OutsideView.id)
        ).all(),
    )


def summary(session: Session, partnership: Partnership) -> EvaluationSummary:
    """Return what a report tells of the evaluations as they stand today."""
    given = answered(session, partnership)
    may_be_read = is_open(partnership, given, on=town_day(utc_now()))
    opened = _evaluations(session, partnership) if may_be_read else {}
    said = [opened[party.id] for party in partnership.parties if party.id in opened]
    asked = survey(session, partnership)
    return EvaluationSummary(
        is_open=may_be_read,
        waiting_for=tuple(party for party in partnership.present if party.id not in given),
        goals=Counter(one.goal for one in said),
        again=Counter(one.again for one in said),
        helped=tuple(one.helped for one in said if one.helped),
        hindered=tuple(one.hindered for one in said if one.hindered),
        survey_n=asked.n,
        survey_mean=asked.mean,
    )


def survey_n(session: Session, partnership: Partnership) -> int:
    """Return how many of those who came along have answered."""
    statement = select(func.count(SurveyAnswer.id)).where(SurveyAnswer.partnership_id == partnership.id)
    return session.scalar(statement) or 0


def survey(session: Session, partnership: Partnership) -> Survey:
    """Return what those who came along said; of fewer than five answers, only how many there are.

    The answers have no order that tells who came when: their ids are drawn by chance.
    """
    statement = select(SurveyAnswer).where(SurveyAnswer.partnership_id == partnership.id).order_by(SurveyAnswer.id)
    answers = session.scalars(statement.options(lazyload(SurveyAnswer.partnership))).all()
    if len(answers) < LEAST_SHOWN:
        return Survey(len(answers))
    grades = Counter(one.satisfaction for one in answers)
    return Survey(
        n=len(answers),
        mean=fmean(one.satisfaction for one in answers),
        satisfaction={grade: grades[grade] for grade in SATISFACTION},
        met_somebody_new=_counted(
            "yes" if one.met_somebody_new else "no" for one in answers if one.met_somebody_new is not None
        ),
        again=_counted(one.again.value for one in answers if one.again is not None),
        comments=tuple(one.comment for one in answers if one.comment),
    )


def takes_survey(partnership: Partnership, *, on: date) -> bool:
    """Tell whether those who came along can answer: from the beginning until two weeks after the end."""
    if partnership.stage is Stage.CLOSED and partnership.over_at is not None:
        return on <= town_day(partnership.over_at) + SURVEY_LASTS
    return partnership.stage in SURVEYED


def survey_token(session: Session, partnership: Partnership) -> str:
    """Return what the link to the survey carries: the partnership and nobody's name."""
    return str(_serializer(session).dumps(partnership.id.hex))


def surveyed_by_link(session: Session, token: str, *, at: datetime) -> Partnership | None:
    """Return the partnership that a link asks about, or None where it is wrong, too early or too late."""
    try:
        partnership = session.get(Partnership, UUID(_serializer(session).loads(token)))
    except (BadSignature, ValueError, TypeError, AttributeError):
        return None
    return partnership if partnership is not None and takes_survey(partnership, on=town_day(at)) else None


def lock_for_survey(session: Session, partnership: Partnership) -> None:
    """Make others wait who send an answer to the same survey, and read anew where the partnership stands."""
    session.execute(select(Partnership.id).where(Partnership.id == partnership.id).with_for_update(key_share=True))
    session.refresh(partnership, ["stage", "over_at"])


def evaluations_due(session: Session, *, on: date) -> Sequence[UUID]:
    """Return the partnerships whose last day to answer is near, or passed within the week."""
    near = add_business_days(on, REMIND_BUSINESS_DAYS + 1)
    return session.scalars(
        select(Partnership.id)
        .where(
            Partnership.stage == Stage.EVALUATING,
            Partnership.evaluated_until >= on - TOLD_WITHIN,
            Partnership.evaluated_until < near,
        )
        .order_by(Partnership.id)
    ).all()


def was_told(session: Session, partnership: Partnership) -> bool:
    """Tell whether somebody heard that the evaluations can be read."""
    told = select(Notice.id).where(Notice.partnership_id == partnership.id, Notice.kind == NewsKind.EVALUATIONS_OPENED)
    return bool(session.scalar(select(exists(told))))


def written_mails(session: Session, ids: Iterable[UUID]) -> set[UUID]:
    """Return which of the mails were written before."""
    return set(session.scalars(select(OutboxMail.id).where(OutboxMail.id.in_(list(ids)))))


def _evaluations(session: Session, partnership: Partnership) -> Mapping[UUID, Evaluation]:
    """Return what the parties answered, by their ids: only for who has made sure that it can be read."""
    found = session.scalars(
        select(Evaluation).where(Evaluation.party_id.in_(_ids_of(partnership))).options(*_giver())
    ).all()
    return {one.party_id: one for one in found}


def _principles_in(session: Session, municipality_id: UUID) -> Sequence[Principle]:
    chosen = select(PrincipleChoice.set_id).where(PrincipleChoice.municipality_id == municipality_id).scalar_subquery()
    nine = select(PrincipleSet.id).where(PrincipleSet.code == NINE).scalar_subquery()
    return session.scalars(
        select(Principle)
        .where(Principle.set_id == func.coalesce(chosen, nine))
        .order_by(Principle.position, Principle.id)
    ).all()


def principles_judged(session: Session, partnership: Partnership, codes: Collection[str]) -> Sequence[Principle]:
    """Return the principles that were judged: those of the set that held then, where it is another one now."""
    principles = _principles_in(session, partnership.municipality_id)
    if set(codes) <= {principle.code for principle in principles}:
        return principles
    for other in session.scalars(select(PrincipleSet).order_by(PrincipleSet.code)):
        if set(codes) <= {principle.code for principle in other.principles}:
            return other.principles
    return principles


def _judged(grades: Sequence[int | None], given: Sequence[Evaluation | None]) -> Judgement:
    return Judgement(tuple(grades), answered=sum(one is not None for one in given))


def _counted(values: Iterable[str]) -> Counted:
    counts = Counter(values)
    n = counts.total()
    return Counted(n, counts if n >= LEAST_SHOWN else {})


def _known_about(session: Session, partnership: Partnership) -> frozenset[UUID]:
    """Put beside each party who it is, and return the parties that have answered, in one query."""
    rows = session.execute(
        select(Party.id, Participant, exists(select(Evaluation.id).where(Evaluation.party_id == Party.id)))
        .join(Participant, Party.participant_id == Participant.id)
        .where(Party.partnership_id == partnership.id)
        .options(lazyload(Participant.consents))
    ).all()
    participants = {row[1].id: row[1] for row in rows}
    for party in partnership.parties:
        set_committed_value(party, "participant", participants[party.participant_id])
    return frozenset(row[0] for row in rows if row[2])


def _giver() -> tuple[Any, ...]:
    return (joinedload(Evaluation.given_by).options(lazyload(Account.memberships), lazyload(Account.appointments)),)


def _ids_of(partnership: Partnership) -> list[UUID]:
    return [party.id for party in partnership.parties]


def _serializer(session: Session) -> URLSafeSerializer:
    return URLSafeSerializer(session.info["link_key"], salt=SURVEY_SALT)
