"""Reads of cases; every list starts from `visible_to`, and what a case names are kinds of participants, not people."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from matching.geography import Geography
from matching.grouping import companions
from matching.profiles import NeedProfile, SlotProfile
from models import (
    Account,
    ActivityField,
    AgreementVersion,
    CaseStudy,
    CollaborationForm,
    Evaluation,
    FormChoice,
    GoalReached,
    LedgerLine,
    Need,
    Participant,
    ParticipantKind,
    Partnership,
    Party,
    Role,
    Slot,
    Stage,
)
from models.listings import need_fields
from models.search import contains_words

PAGE_SIZE: Final = 20
MOST_COMPARED: Final = 60
LONGEST_QUERY: Final = 100
# A case is written in the language of the town, whoever reads it later.
KIND_NAMES: Final[Mapping[ParticipantKind, str]] = {
    ParticipantKind.NEIGHBORHOOD_ASSOCIATION: "自治会・町内会",
    ParticipantKind.RMO: "地域協働体",
    ParticipantKind.NPO: "NPO",
    ParticipantKind.COMPANY: "企業",
    ParticipantKind.UNIVERSITY: "大学・学校",
    ParticipantKind.GOVERNMENT: "行政",
    ParticipantKind.INTERMEDIARY: "中間支援組織",
    ParticipantKind.RESIDENT: "住民",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a case says."""

    title: str
    problem: str
    team: str
    form: CollaborationForm | None
    cost: str
    helped: str
    result: str


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the list of cases is narrowed down to."""

    words: str = ""
    field: str = ""
    form: str = ""

    def active(self) -> dict[str, str]:
        """Return the parts that narrow the list, as the parameters of its address."""
        parts = {"q": self.words, "field": self.field, "form": self.form}
        return {name: value for name, value in parts.items() if value}


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list of cases."""

    cases: Sequence[CaseStudy]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """Return how many pages the list has, at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


def visible_to(account: Account | None) -> Select[CaseStudy]:
    """Return the cases that the account may read: public ones, its own; a coordinator learns from all."""
    statement = (
        select(CaseStudy)
        .join(Partnership, CaseStudy.partnership_id == Partnership.id)
        .join(Need, Partnership.need_id == Need.id)
    )
    if account is None:
        return statement.where(_is_public())
    if account.paths(Role.COORDINATOR):
        return statement
    own = [membership.participant_id for membership in account.memberships]
    takes_part = Partnership.id.in_(select(Party.partnership_id).where(Party.participant_id.in_(own)))
    return statement.where(or_(_is_public(), takes_part))


def page_of(session: Session, account: Account | None, narrowing: Narrowing, *, number: int) -> Page:
    """Return one page of the cases that the account may read, the newest first."""
    found = _narrowed(visible_to(account), narrowing)
    total = session.scalar(select(func.count()).select_from(found.with_only_columns(CaseStudy.id).subquery())) or 0
    number = min(max(number, 1), max(1, -(-total // PAGE_SIZE)))
    cases = session.scalars(
        found.options(_of_a_card())
        .order_by(CaseStudy.written_at.desc(), CaseStudy.id)
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    return Page(cases, total, number)


def fields_of(session: Session, account: Account | None) -> Sequence[ActivityField]:
    """Return the fields of the cases that the account may read, in their order."""
    needs = visible_to(account).with_only_columns(Need.id)
    of_cases = select(need_fields.c.activity_field_id).where(need_fields.c.need_id.in_(needs))
    return session.scalars(
        select(ActivityField).where(ActivityField.id.in_(of_cases)).order_by(ActivityField.position, ActivityField.id)
    ).all()


def similar_cases(session: Session, need: Need, account: Account | None, limit: int = 3) -> Sequence[CaseStudy]:
    """Return the cases of needs that are like this one, the most alike first, of those that the account may read.

    They are compared as open needs are compared with each other, but for the place: one learns from any place.
    """
    if not need.slots:
        return []
    # All in one go: few rows, and a page that is read often.
    newest = (
        session.scalars(
            visible_to(account)
            .where(Partnership.need_id != need.id)
            .options(
                joinedload(CaseStudy.partnership).options(
                    lazyload(Partnership.parties),
                    joinedload(Partnership.need).options(
                        lazyload(Need.participant), joinedload(Need.slots), joinedload(Need.fields)
                    ),
                )
            )
            .order_by(CaseStudy.written_at.desc(), CaseStudy.id)
            .limit(MOST_COMPARED)
        )
        .unique()
        .all()
    )
    by_need = {str(case.partnership.need_id): case for case in reversed(newest)}
    profiles = [_profile(case.partnership.need, area=need.area.path) for case in by_need.values()]
    wanted = _profile(need, area=need.area.path)
    return [by_need[identity] for identity in companions(wanted, profiles, geography=Geography(), most=limit)]


def case_of(session: Session, partnership: Partnership) -> CaseStudy | None:
    """Return the case that a partnership became, if it did."""
    return session.scalar(select(CaseStudy).where(CaseStudy.partnership_id == partnership.id))


def whole_case(session: Session, case: CaseStudy) -> None:
    """Load what the page of a case shows: the need with what it lacked."""
    session.scalars(
        select(Need)
        .where(Need.id == case.partnership.need_id)
        .options(
            joinedload(Need.area),
            lazyload(Need.participant),
            selectinload(Need.fields),
            selectinload(Need.slots).joinedload(Slot.skill),
        )
        .execution_options(populate_existing=True)
    ).all()


def goals_of(session: Session, partnership: Partnership) -> Mapping[GoalReached, int]:
    """Return how many parties said what about the goal, once the partnership is over and all may read it."""
    if partnership.stage is not Stage.CLOSED:
        return {}
    said = Counter(evaluation.goal for evaluation in _evaluations(session, partnership))
    return {goal: said[goal] for goal in GoalReached if said[goal]}


def team_of(session: Session, partnership: Partnership) -> str:
    """Return the kinds of those who took part, bodies before people, and how many there were of each."""
    identities = [party.participant_id for party in partnership.parties]
    counts = Counter(session.scalars(select(Participant.kind).where(Participant.id.in_(identities))))
    return "、".join(_counted(kind, counts[kind]) for kind in KIND_NAMES if counts[kind])


def what_is_known(session: Session, partnership: Partnership) -> Report:
    """Return what can be told of a partnership before anybody wrote its report."""
    agreement = session.scalar(
        select(AgreementVersion)
        .where(AgreementVersion.partnership_id == partnership.id, AgreementVersion.number == partnership.agreed_version)
        .options(lazyload(AgreementVersion.terms), lazyload(AgreementVersion.signatures))
    )
    form = None if agreement is None else agreement.form
    if form is None:
        form = session.scalar(select(FormChoice.form).where(FormChoice.partnership_id == partnership.id))
    helped = [evaluation.helped.strip() for evaluation in _evaluations(session, partnership)]
    return Report(
        title=partnership.title,
        problem=partnership.need.body,
        team=team_of(session, partnership),
        form=form,
        cost="" if agreement is None else agreement.cost,
        helped="\n".join(words for words in helped if words),
        result=_what_is_missing(session, partnership),
    )


def _counted(kind: ParticipantKind, number: int) -> str:
    if kind is ParticipantKind.RESIDENT:
        return f"{KIND_NAMES[kind]}{number}人"
    return KIND_NAMES[kind] if number == 1 else f"{KIND_NAMES[kind]}{number}団体"


def _what_is_missing(session: Session, partnership: Partnership) -> str:
    """Name what was written down as missing: a report that was silent about it would not be honest."""
    rows = session.execute(
        select(LedgerLine.what, LedgerLine.missing, LedgerLine.unit)
        .where(LedgerLine.partnership_id == partnership.id, LedgerLine.missing > 0)
        .order_by(LedgerLine.created_at, LedgerLine.id)
    )
    missing = "、".join(f"{what} {number:,}{unit}" for what, number, unit in rows)
    return f"戻らなかったもの：{missing}" if missing else ""


def _evaluations(session: Session, partnership: Partnership) -> Sequence[Evaluation]:
    return session.scalars(
        select(Evaluation)
        .join(Party, Evaluation.party_id == Party.id)
        .where(Party.partnership_id == partnership.id)
        .options(lazyload(Evaluation.party), lazyload(Evaluation.given_by))
        .order_by(Party.position, Evaluation.id)
    ).all()


def _narrowed(statement: Select[CaseStudy], narrowing: Narrowing) -> Select[CaseStudy]:
    if narrowing.words:
        words = narrowing.words.replace("\0", " ")[:LONGEST_QUERY]
        statement = statement.where(contains_words(CaseStudy.search_text, words))
    if narrowing.field:
        statement = statement.where(Need.fields.any(ActivityField.code == narrowing.field))
    if narrowing.form:
        known = [form for form in CollaborationForm if form == narrowing.form]
        statement = statement.where(CaseStudy.form.in_(known))
    return statement


def _is_public() -> ColumnElement[bool]:
    """Return what `Partnership.is_public` tells, for the database."""
    keeps_private = exists().where(Party.partnership_id == Partnership.id, Party.publishes_at.is_(None))
    return and_(Partnership.accepted_at.is_not(None), Partnership.stage != Stage.WITHDRAWN, ~keeps_private)


def _of_a_card() -> ORMOption:
    return joinedload(CaseStudy.partnership).options(
        lazyload(Partnership.parties),
        joinedload(Partnership.need).options(joinedload(Need.area), lazyload(Need.participant)),
    )


def _profile(need: Need, *, area: str) -> NeedProfile:
    """Return what decides whether needs are alike; who has them does not."""
    return NeedProfile(
        id=str(need.id),
        owner="",
        owner_kind="",
        title=need.title,
        text=need.body,
        area=area,
        slots=tuple(SlotProfile(str(slot.id), slot.kind.value, slot.what, slot.quantity) for slot in need.slots),
        fields=frozenset(field.code for field in need.fields),
    )


def lock_case(session: Session, partnership: Partnership) -> CaseStudy | None:
    """Make others wait who want to write the case of a partnership, and read it anew."""
    session.execute(select(Partnership.id).where(Partnership.id == partnership.id).with_for_update(key_share=True))
    return session.scalar(
        select(CaseStudy).where(CaseStudy.partnership_id == partnership.id).execution_options(populate_existing=True)
    )
