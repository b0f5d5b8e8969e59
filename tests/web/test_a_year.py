"""A fiscal year of a town, day by day: whatever people do or leave undone, every clock, limit and count keeps."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from random import Random
from typing import Any, Final
from uuid import UUID

import pytest
from sqlalchemy import ColumnElement, Executable, Select, and_, case, distinct, func, not_, or_, select
from sqlalchemy.orm import selectinload

from models import (
    Account,
    Again,
    AgreementVersion,
    AuditedSession,
    Base,
    CaseStudy,
    ChangeRequest,
    ConsentChannel,
    ConsentPurpose,
    EndDecision,
    Ending,
    Enquiry,
    Evaluation,
    GoalReached,
    LedgerEntry,
    LedgerLine,
    LedgerMove,
    Need,
    NeedStatus,
    Offer,
    Participant,
    Partnership,
    Party,
    Principle,
    PrincipleGate,
    PrincipleSet,
    Reply,
    RequestKind,
    ResourceKind,
    Side,
    Stage,
    StageChange,
    Suggestion,
    WorkedHours,
)
from models.agreements import DRAFTED_IN, SIGNED_IN
from models.base import FIXED_NOW
from models.business_days import is_business_day
from models.errors import CapacityExhausted, DomainError, LedgerUnbalanced, NotInHand, TooManyEnquiries
from models.lifecycle import MAIN_WAY, OVER
from models.participants import OPEN_ENQUIRY_LIMIT
from models.partnerships import GRACE, LEAST_PARTIES, RELEASE_BUSINESS_DAYS
from models.years import TOWN_TIME, first_day
from tests.factories import (
    make_account,
    make_appointment,
    make_district,
    make_item,
    make_membership,
    make_need,
    make_offer,
    make_participant,
    make_reason,
    make_resident,
    make_run,
    make_slot,
    make_suggestion,
)
from web.acts import services as acts
from web.agreements import services as agreements
from web.agreements.queries import latest_number
from web.agreements.services import Paper
from web.carrying import services as carrying
from web.carrying.queries import NOTES_HOURS, TAKES_REQUESTS, WRITES_LEDGER, waiting_requests
from web.carrying.services import Given, Moved
from web.charges import queries as charges_queries
from web.charges import services as charges
from web.endings import queries as endings_queries
from web.endings import services as endings
from web.endings.services import Decision
from web.evaluations import queries as evaluations_queries
from web.evaluations import services as evaluations
from web.evaluations.services import Said
from web.operations.queries.invariants import examine
from web.participants import services as participants
from web.partnerships import queries as partnerships_queries
from web.partnerships import services as partnerships
from web.partnerships.queries.due import WITHDRAWN_WITHOUT_AGREEMENT, WITHOUT_AGREEMENT
from web.suggestions import services as suggestions

FIRST: Final = first_day(2026)
YEAR_ENDS: Final = first_day(2027) - timedelta(days=1)
# The same code on both; a quarter is enough to see that the other database answers alike.
LAST: Final = {"sqlite": YEAR_ENDS, "postgresql": date(2026, 6, 30)}
RESIDENTS: Final = 41
BODIES: Final = 9
NEEDS_A_WEEK: Final = 4
SILENT: Final = 4
LOOKED_AFTER: Final = 3
CANDIDATES: Final = 2
WELL_KNOWN: Final = 5
MORNING: Final = time(9)
NOON: Final = time(12)
MONDAY, SUNDAY = range(0, 7, 6)
DAY: Final = timedelta(days=1)
QUARTERS: Final = {date(2026, 6, 30), date(2026, 9, 30), date(2026, 12, 31)}
GIVEN: Final = ((ResourceKind.GOODS, True), (ResourceKind.GOODS, False), (ResourceKind.MONEY, False))
COMES_BACK: Final = (LedgerMove.RETURNED, LedgerMove.USED_UP, LedgerMove.MISSING)
REFUSALS: Final = (CapacityExhausted, TooManyEnquiries, LedgerUnbalanced, NotInHand)
# Every stage a partnership can reach lies behind the one that led to it.
ORDER: Final = {stage: place for place, stage in enumerate((*MAIN_WAY, *sorted(OVER - {Stage.CLOSED})))}
WHOLE: Final = {
    "problem": "人手が足りない",
    "goal": "広報紙を作る",
    "goal_measure": "月に一度",
    "public_summary": "ともに広報紙を作ります。",
    "opportunity": "町に公開した",
    "cost": "実費は町内会が負担する",
    "evaluation_measure": "読んだ人の声",
}
OF_EACH: Final = {
    "role": "編集",
    "duty": "締切を守る",
    "benefit": "知り合いが増える",
    "may_change": "日時",
    "to_keep": "無理はしない",
}


class Year:
    """A town of people and bodies, and the diary of what they have in mind to do."""

    def __init__(self, session: AuditedSession, set_clock: Callable[[datetime], None]) -> None:
        self.session = session
        self.set_clock = set_clock
        self.chance = Random(41)  # noqa: S311  # the same year each time
        self.diary: defaultdict[date, list[Callable[[], None]]] = defaultdict(list)
        self.refusals: Counter[str] = Counter()
        self.speaking: dict[UUID, Account] = {}
        self.looking_back: set[UUID] = set()
        self.opened = 0
        self.today = FIRST
        self.at = self._moment(MORNING)
        set_clock(self.at)
        self._settle_the_town()

    # The town

    def _settle_the_town(self) -> None:
        self.district = make_district()
        self.run = make_run(self.district.tenant)
        self.reason = make_reason()
        self.coordinator = make_account(name="調整 太郎")
        self.bodies = [
            make_participant(name=f"北山の会{number}", area=self.district, engagement_limit=1 + number % 3)
            for number in range(BODIES)
        ]
        self.residents = [
            make_resident(
                name=f"日和 住人{number}",
                area=self.district,
                engagement_limit=2 + number % 3,
                hours_per_month=4.0 + number % 4,
            )
            for number in range(RESIDENTS)
        ]
        offers = [
            make_offer(participant=participant, items=[make_item(quantity=5)])
            for participant in (*self.residents, *self.bodies[BODIES // 2 :])
        ]
        nine = PrincipleSet(code="nine", name_ja="九原則", name_en="Nine principles")
        for position, gate in enumerate(PrincipleGate, start=1):
            name = gate.value
            Principle(code=name, position=position, name_ja=name, name_en=name, gates=[gate], principle_set=nine)
        # Nobody speaks here for every third resident: a coordinator writes down what they say.
        members = [make_membership(one) for one in (*self.bodies, *self.residents) if one not in self.residents[::3]]
        self.session.add_all([*members, *offers, self.reason, nine])
        self.session.add(make_appointment(self.district, account=self.coordinator))
        self.session.commit()
        self.offers = {offer.id: offer.participant_id for offer in offers}
        self.speaking = {member.participant_id: member.account for member in members}
        self._on(150, self._thinks_better_of_it, self.residents[1])
        self.silent = self.residents[SILENT].id

    # How time passes

    def day(self, day: date) -> None:
        """Let the clocks act in the morning, then everybody who has something in mind for the day."""
        self.today = day
        self.at = self._moment(MORNING)
        self.set_clock(self.at)
        self._clocks_act()
        self.at = self._moment(NOON)
        if day.weekday() == MONDAY:
            self._a_week_begins()
        for act in self.diary.pop(day, []):
            self._tick()
            act()
        if day.weekday() == SUNDAY:
            self.session.commit()

    def _clocks_act(self) -> None:
        by_the_day = [(endings_queries.partnerships_due, endings.keep_time)]
        in_office_hours = [
            (partnerships_queries.proposals_due, partnerships.keep_time),
            (evaluations_queries.evaluations_due, evaluations.keep_time),
        ]
        for due, keep_time in (by_the_day + in_office_hours) if is_business_day(self.today) else by_the_day:
            for identity in due(self.session, on=self.today):
                keep_time(self.session, self.session.get_one(Partnership, identity), at=self.at)
        charges.settle_all(self.session, charges_queries.out_of_order(self.session), at=self.at)

    def _moment(self, clock: time) -> datetime:
        return datetime.combine(self.today, clock, TOWN_TIME).astimezone(UTC)

    def _tick(self) -> None:
        self.at += timedelta(seconds=1)
        self.set_clock(self.at)

    def _on(self, days: int, act: Callable[..., None], *about: Any, since: date | None = None) -> None:
        """Write into the diary that somebody does something so many days from a day on, or from today."""
        self.diary[max((since or self.today) + timedelta(days=days), self.today + DAY)].append(partial(act, *about))

    def _within(self, least: int, most: int) -> int:
        return self.chance.randint(least, most)

    def _happens(self, share: float) -> bool:
        return self.chance.random() < share

    def _dares(self, act: Callable[[], Any]) -> bool:
        """Do what may be refused, and leave nothing of it behind where it is; tell whether it was done."""
        try:
            with self.session.begin_nested():
                act()
        except DomainError as refusal:
            self.refusals[type(refusal).__name__] += 1
            return False
        return True

    def _voice_of(self, party: Party) -> tuple[Account, ConsentChannel]:
        """Return who writes down what a party says, and how it was heard."""
        own = self.speaking.get(party.participant_id)
        return (own, ConsentChannel.WEB) if own else (self.coordinator, ConsentChannel.TELEPHONE)

    # What people do: the way to the yes

    def _a_week_begins(self) -> None:
        """Let needs be posted, most by the busiest body; a coordinator has time to look after the oldest."""
        for _ in range(NEEDS_A_WEEK):
            self._tick()
            asker = self.bodies[min(self._within(0, BODIES - 1), self._within(0, BODIES - 1))]
            need = make_need(participant=asker, slots=[make_slot(quantity=2)], status=NeedStatus.DRAFT)
            need.open(at=self.at)
            self.session.add(need)
            charges.settle(self.session, [need], at=self.at)
            self.opened += 1
        for identity in self.session.scalars(unanswered_needs().limit(LOOKED_AFTER)).all():
            self._seek(self.session.get_one(Need, identity))

    def _seek(self, need: Need) -> None:
        """Suggest one or two who could help, and where they cannot be asked, the next."""
        for _ in range(CANDIDATES):
            self.session.refresh(need, ["slots"])
            suggestion = make_suggestion(need=need, offers=self._who_could_help(need), run=self.run)
            self.session.add(suggestion)
            self._tick()
            if self._dares(partial(self._approve, suggestion)):
                return

    def _who_could_help(self, need: Need) -> list[Offer]:
        """Choose among all, or among the few whom everybody knows: they are asked most often."""
        others = [offer for offer, giver in self.offers.items() if giver != need.participant_id]
        chosen = self.chance.sample(
            others[:WELL_KNOWN] if self._happens(0.5) else others, self.chance.choice((1, 1, 2))
        )
        loaded = select(Offer).where(Offer.id.in_(chosen)).options(selectinload(Offer.items))
        return sorted(self.session.scalars(loaded), key=lambda offer: chosen.index(offer.id))

    def _approve(self, suggestion: Suggestion) -> None:
        partnership = suggestions.approve(self.session, suggestion, by=self.coordinator)
        assert partnership is not None
        self._await_answers(partnership)

    def _await_answers(self, partnership: Partnership) -> None:
        if self._happens(0.04):
            self._on(2, self._take_back, partnership)
        for party in partnership.parties:
            if party.participant_id != self.silent and self._happens(0.98):
                reply = Reply.YES if self._happens(0.85) else Reply.NO
                self._on(self._within(1, 7), self._answer, party, reply)

    def _take_back(self, partnership: Partnership) -> None:
        if partnership.stage is Stage.PROPOSED:
            partnerships.withdraw(self.session, partnership, by=self.coordinator, at=self.at)

    def _answer(self, party: Party, reply: Reply) -> None:
        if not party.enquiry.is_open:
            return
        by, channel = self._voice_of(party)
        reason = self.reason if reply is Reply.NO else None
        say: dict[str, Any] = {"by": by, "at": self.at, "reason": reason, "note": ""}
        if channel is ConsentChannel.WEB:
            partnership = partnerships.answer(self.session, party.enquiry, reply, **say)
        else:
            said = acts.Said(channel, party.participant.name, self.today)
            partnership = partnerships.note_answer(self.session, party.enquiry, reply, said=said, **say)
        if partnership.stage is Stage.ACCEPTED and self._happens(0.97):
            self._on(self._within(2, 30), self._meet, partnership)

    def _thinks_better_of_it(self, person: Participant) -> None:
        participants.withdraw_consent(self.session, person, ConsentPurpose.PROJECTS, by=self.coordinator, at=self.at)

    # From the yes to the signatures

    def _meet(self, partnership: Partnership) -> None:
        agreements.settle(
            self.session,
            partnership,
            what="月に一度",
            how_long="半年",
            cost="実費",
            on=self.today,
            by=self.coordinator,
            at=self.at,
        )
        if self._happens(0.98):
            self._on(self._within(1, 14), self._draft, partnership, self._within(10, 100))

    def _draft(self, partnership: Partnership, lasts: int) -> None:
        """Write a version that begins soon or begins with its signatures, and let the parties sign."""
        if partnership.stage not in DRAFTED_IN:
            return
        starts_on = partnership.starts_on or self.today + timedelta(days=self._within(0, 20))
        ends_on = (partnership.ends_on or starts_on) + timedelta(days=lasts)
        version = agreements.write(
            self.session,
            partnership,
            clauses=WHOLE
            | dict.fromkeys(("goal_due_on", "ends_on", "evaluation_on"), ends_on)
            | {"starts_on": starts_on},
            of_parties={party.id: OF_EACH for party in partnership.present},
            based_on=latest_number(self.session, partnership),
            by=self.coordinator,
            at=self.at,
        )
        for party in partnership.present:
            if self._happens(0.99):
                self._on(self._within(1, 7), self._sign, version, party)

    def _sign(self, version: AgreementVersion, party: Party) -> None:
        partnership, starts_on, ends_on = version.partnership, version.starts_on, version.ends_on
        assert starts_on is not None
        assert ends_on is not None
        may_sign = partnership.stage in SIGNED_IN and party.left_at is None and ends_on >= self.today
        if not may_sign or version.number != latest_number(self.session, partnership):
            return
        was = partnership.stage
        by, channel = self._voice_of(party)
        who: dict[str, Any] = {"name": party.participant.name, "capacity": "本人", "by": by, "at": self.at}
        if channel is ConsentChannel.WEB:
            agreements.sign(self.session, version, party, **who)
        else:
            agreements.sign_on_paper(self.session, version, party, paper=Paper(b"%PDF-1.7"), **who)
        if was is Stage.DRAFTING and partnership.stage is not was:
            self._plan(partnership, starts_on, ends_on)

    # While it runs

    def _plan(self, partnership: Partnership, starts_on: date, ends_on: date) -> None:
        middle = (ends_on - starts_on).days // 2
        provider = partnership.parties[-1]
        self._on(0, self._lend, provider, since=starts_on)
        self._on(middle, self._work, provider, since=starts_on)
        if self._happens(0.1):
            self._on(middle, self._ask, provider, RequestKind.CHANGE, since=starts_on)
        if self._happens(0.5 if len(partnership.present) > LEAST_PARTIES else 0.05):
            self._on(middle, self._ask, provider, RequestKind.LEAVE, since=starts_on)
        if self._happens(0.05):
            self._on(middle, self._ask, partnership.parties[0], RequestKind.LEAVE, since=starts_on)
        if self._happens(0.1):
            self._on(middle, self._finish, partnership, since=starts_on)
        self._on(1, self._look_back, partnership, since=ends_on)

    def _lend(self, giver: Party) -> None:
        partnership = giver.partnership
        if partnership.stage not in WRITES_LEDGER or giver.left_at is not None:
            return
        kind, is_lent = self.chance.choice(GIVEN)
        given = Given(
            kind=kind,
            what="折りたたみ椅子",
            unit="脚",
            giver=giver,
            receiver=partnership.parties[0],
            is_lent=is_lent,
            due_back_on=partnership.ends_on if is_lent else None,
        )
        first = Moved(quantity=self._within(1, 9), on=self.today)
        line = carrying.begin_line(self.session, partnership, given, first, by=self.coordinator, at=self.at)
        for move in self.chance.sample(COMES_BACK, self._within(0, 3)):
            self._on(self._within(1, 60), self._move, line, move)

    def _move(self, line: LedgerLine, move: LedgerMove) -> None:
        """Write down what happened to some or all of it; more than is there cannot come back."""
        if line.partnership.stage in WRITES_LEDGER:
            moved = Moved(quantity=self._within(1, 9), on=self.today)
            self._dares(lambda: carrying.note_entry(self.session, line, move, moved, by=self.coordinator, at=self.at))

    def _work(self, party: Party) -> None:
        if party.partnership.stage in NOTES_HOURS and party.left_at is None:
            by, _ = self._voice_of(party)
            carrying.note_hours(self.session, party, on=self.today, hours=2.0, people=1, what="編集", by=by, at=self.at)

    def _ask(self, party: Party, kind: RequestKind) -> None:
        if party.partnership.stage not in TAKES_REQUESTS or party.left_at is not None:
            return
        by, _ = self._voice_of(party)
        if not any(one.party_id == party.id for one in waiting_requests(self.session, party.partnership)):
            asked = carrying.ask(self.session, party, kind, "仕事が忙しい", by=by, at=self.at)
            self._on(self._within(1, 5), self._decide, asked)

    def _decide(self, request: ChangeRequest) -> None:
        """Grant what a party asks for; who holds what was lent is asked to settle that first."""
        say: dict[str, Any] = {"answer": "承知しました", "by": self.coordinator, "at": self.at}
        if not self._dares(lambda: carrying.decide(self.session, request, granted=True, **say)):
            self._dares(lambda: carrying.decide(self.session, request, granted=False, **say))
        elif request.kind is RequestKind.CHANGE:
            self._draft(request.party.partnership, 14)

    def _finish(self, partnership: Partnership) -> None:
        if partnership.stage is Stage.RUNNING:
            endings.finish(self.session, partnership, by=self.coordinator, at=self.at)
            self._look_back(partnership)

    # How it ends

    def _look_back(self, partnership: Partnership) -> None:
        if partnership.stage is Stage.RUNNING:
            self._on(1, self._look_back, partnership, since=partnership.ends_on)
        if partnership.stage is not Stage.EVALUATING or partnership.id in self.looking_back:
            return
        self.looking_back.add(partnership.id)
        for party in partnership.present:
            if self._happens(0.9):
                self._on(self._within(1, 14), self._evaluate, party)
        if self._happens(0.9):
            self._on(self._within(14, 28), self._end, partnership)

    def _evaluate(self, party: Party) -> None:
        by, channel = self._voice_of(party)
        said = Said(GoalReached.PARTLY, Again.YES, {}, {}, helped="月に一度会った")
        self._dares(lambda: evaluations.evaluate(self.session, party, said, by=by, at=self.at, channel=channel))

    def _end(self, partnership: Partnership) -> None:
        """Decide how it ends; where that is refused, try again a few days later."""
        if partnership.stage is not Stage.EVALUATING:
            return
        decision = Decision(self.chance.choice(list(Ending)), "やりとげた", handed_to="北山町内会")
        if not self._dares(lambda: self._close(partnership, decision)):
            self._bring_back(partnership)
            self._on(self._within(2, 5), self._end, partnership)

    def _bring_back(self, partnership: Partnership) -> None:
        """Write down that what was lent came back after all, mostly."""
        for line in endings_queries.unbalanced(self.session, partnership):
            if self._happens(0.8):
                moved = Moved(quantity=line.outstanding, on=self.today)
                carrying.note_entry(self.session, line, LedgerMove.RETURNED, moved, by=self.coordinator, at=self.at)

    def _close(self, partnership: Partnership, decision: Decision) -> None:
        successor = endings.end(self.session, partnership, decision, by=self.coordinator, at=self.at)
        if successor is not None:
            self._await_answers(successor)


def unanswered_needs() -> Select[Any]:
    """Return the needs that are open and about which nobody is asked or works, the oldest first."""
    alive = select(Partnership.id).where(Partnership.need_id == Need.id, Partnership.stage.not_in(OVER))
    return select(Need.id).where(Need.status == NeedStatus.OPEN, not_(alive.exists())).order_by(Need.opened_at)


def past_their_limit(today: date) -> Executable:
    """Select what stands in a stage although its clock has struck."""
    asked, days = today, RELEASE_BUSINESS_DAYS
    while days:
        days -= is_business_day(asked)
        asked -= DAY
    without_agreement = today - WITHDRAWN_WITHOUT_AGREEMENT
    return select(Partnership.stage, Partnership.proposed_at, Partnership.accepted_at, Partnership.ends_on).where(
        or_(
            and_(Partnership.stage == Stage.PROPOSED, Partnership.proposed_at < ends_at(asked)),
            and_(Partnership.stage.in_(WITHOUT_AGREEMENT), Partnership.accepted_at < ends_at(without_agreement)),
            and_(Partnership.stage == Stage.AGREED, Partnership.starts_on <= today),
            and_(Partnership.stage == Stage.RUNNING, Partnership.ends_on < today),
            and_(Partnership.stage == Stage.EVALUATING, Partnership.ends_on < today - GRACE),
        )
    )


def above_their_limit(today: date) -> Executable:
    """Select who carries more than they said they can, counted in what they carry and not in a counter."""
    del today
    return (
        select(Participant.name, func.count(Party.id), Participant.engagement_limit)
        .join(Party, Party.participant_id == Participant.id)
        .join(Partnership, Party.partnership_id == Partnership.id)
        .where(Party.side == Side.PROVIDER, Party.left_at.is_(None), Partnership.stage.not_in(OVER))
        .group_by(Participant.id, Participant.name, Participant.engagement_limit, Participant.engagements)
        .having(
            or_(func.count(Party.id) > Participant.engagement_limit, func.count(Party.id) != Participant.engagements)
        )
    )


def asked_too_often(today: date) -> Executable:
    """Select who has more open enquiries than one may have, or is asked about what is over."""
    del today
    return (
        select(Party.participant_id)
        .join(Enquiry, Enquiry.party_id == Party.id)
        .join(Partnership, Party.partnership_id == Partnership.id)
        .where(Enquiry.reply.is_(None), Enquiry.released_at.is_(None))
        .group_by(Party.participant_id)
        .having(
            or_(
                func.count(Enquiry.id) > OPEN_ENQUIRY_LIMIT,
                func.sum(case((Partnership.stage == Stage.PROPOSED, 0), else_=1)) > 0,
            )
        )
    )


def unbalanced(today: date) -> Executable:
    """Select the lines of the ledger that their entries do not add up to, or that are open where all is over."""
    del today
    counters = [LedgerLine.handed_over, LedgerLine.returned, LedgerLine.used_up, LedgerLine.missing]
    sums = [func.sum(case((LedgerEntry.move == move, LedgerEntry.quantity), else_=0)) for move in LedgerMove]
    must_balance = or_(LedgerLine.is_lent, LedgerLine.kind == ResourceKind.MONEY)
    handed_over, *gone = sums
    return (
        select(LedgerLine.id, LedgerLine.outstanding, Partnership.stage)
        .join(Partnership, LedgerLine.partnership_id == Partnership.id)
        .outerjoin(LedgerEntry, LedgerEntry.line_id == LedgerLine.id)
        .group_by(LedgerLine.id, Partnership.stage)
        .having(
            or_(
                *(counter != total for counter, total in zip(counters, sums, strict=True)),
                LedgerLine.outstanding != handed_over - sum(gone),
                LedgerLine.outstanding < 0,
                and_(Partnership.stage.in_(OVER), must_balance, LedgerLine.outstanding > 0),
            )
        )
    )


def elsewhere_than_told(today: date) -> Executable:
    """Select the partnerships whose stage is not the last that was recorded, or that reached one twice."""
    del today
    place = partial(case, ORDER)
    return (
        select(Partnership.stage, func.count(StageChange.id))
        .outerjoin(StageChange, StageChange.partnership_id == Partnership.id)
        .group_by(Partnership.id, Partnership.stage)
        .having(
            or_(
                func.max(place(value=StageChange.stage)) != place(value=Partnership.stage),
                func.count(StageChange.id) != func.count(distinct(StageChange.stage)),
            )
        )
    )


def ended_otherwise_than_decided(today: date) -> Executable:
    """Select what is closed without a decision or a case, and what has one and is not closed."""
    del today
    return (
        select(Partnership.stage, Partnership.ending, EndDecision.ending, CaseStudy.id)
        .outerjoin(EndDecision, EndDecision.partnership_id == Partnership.id)
        .outerjoin(CaseStudy, CaseStudy.partnership_id == Partnership.id)
        .where(
            or_(
                (Partnership.stage == Stage.CLOSED) != EndDecision.id.is_not(None),
                (Partnership.stage == Stage.CLOSED) != CaseStudy.id.is_not(None),
                Partnership.ending != EndDecision.ending,
            )
        )
    )


def ends_at(day: date) -> datetime:
    """Return the moment at which a day of the town is over."""
    return datetime.combine(day + DAY, time(), TOWN_TIME).astimezone(UTC)


RULES: Final[Sequence[Callable[[date], Executable]]] = (
    past_their_limit,
    above_their_limit,
    asked_too_often,
    unbalanced,
    elsewhere_than_told,
    ended_otherwise_than_decided,
)


def what_is_wrong(session: AuditedSession, today: date) -> dict[str, Any]:
    """Return the rules that do not hold on a day, each with what was found."""
    found = {rule.__name__: session.execute(rule(today)).all() for rule in RULES}
    return {name: rows for name, rows in found.items() if rows}


def what_the_doctor_finds(session: AuditedSession, at: datetime) -> list[Any]:
    session.commit()
    return [finding for finding in examine(session, at=at) if not finding.holds]


def everything_that_happened(year: Year) -> dict[str, int]:
    """Count each way in which something can go, as the rows tell it."""

    def count(model: type[Base], *wanted: ColumnElement[bool]) -> int:
        return year.session.scalar(select(func.count(model.id)).where(*wanted)) or 0

    by_the_clock = StageChange.by_id.is_(None)
    nobody, somebody = EndDecision.decided_by_id.is_(None), EndDecision.decided_by_id.is_not(None)
    withdrawn = StageChange.stage == Stage.WITHDRAWN
    alone = select(Partnership.id).where(Partnership.stage != Stage.WITHDRAWN)
    return {
        "reminded": count(Enquiry, Enquiry.reminded_at.is_not(None)),
        "coordinator told": count(Enquiry, Enquiry.alerted_at.is_not(None)),
        "declined": count(Partnership, Partnership.stage == Stage.DECLINED),
        "lapsed": count(Partnership, Partnership.stage == Stage.LAPSED),
        "withdrawn by somebody": count(StageChange, withdrawn, not_(by_the_clock)),
        "never agreed": count(StageChange, withdrawn, by_the_clock),
        "begun by the clock": count(StageChange, StageChange.stage == Stage.RUNNING, by_the_clock),
        "finished early": count(StageChange, StageChange.stage == Stage.EVALUATING, not_(by_the_clock)),
        "evaluated": count(Evaluation),
        "left": count(Party, Party.left_at.is_not(None), Party.partnership_id.in_(alone)),
        "agreed anew": count(Partnership, Partnership.agreed_version > 1),
        "hours noted": count(WorkedHours),
        "written down as missing by the clock": count(
            LedgerEntry, LedgerEntry.move == LedgerMove.MISSING, LedgerEntry.noted_by_id.is_(None)
        ),
        "dissolved by decision": count(EndDecision, EndDecision.ending == Ending.DISSOLVED, somebody),
        "dissolved by the clock": count(EndDecision, EndDecision.ending == Ending.DISSOLVED, nobody),
        "continued": count(EndDecision, EndDecision.ending == Ending.CONTINUED),
        "handed over": count(EndDecision, EndDecision.ending == Ending.HANDED_OVER),
    } | {refusal.__name__: year.refusals[refusal.__name__] for refusal in REFUSALS}


@pytest.mark.timeout(600)
def test_over_a_year_every_clock_limit_and_count_keeps(
    session: AuditedSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    year = Year(session, lambda at: monkeypatch.setenv(FIXED_NOW, at.isoformat()))
    last = LAST[session.get_bind().dialect.name]

    for passed in range((last - FIRST).days + 1):
        year.day(FIRST + passed * DAY)
        assert what_is_wrong(session, year.today) == {}, year.today
        if year.today in QUARTERS:
            assert what_the_doctor_finds(session, year.at) == []

    assert what_the_doctor_finds(session, year.at) == []
    assert session.scalar(select(func.count(Need.id))) == year.opened
    happened = everything_that_happened(year)
    assert year.today < YEAR_ENDS or all(happened.values()), happened
