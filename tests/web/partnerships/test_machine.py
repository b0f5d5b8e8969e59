"""A partnership against a small picture of it: whatever people do in whatever order, the rules hold."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from models import (
    Again,
    AuditedSession,
    Ending,
    GoalReached,
    LedgerLine,
    LedgerMove,
    Party,
    Principle,
    PrincipleGate,
    PrincipleSet,
    Reply,
    RequestKind,
    ResourceKind,
    ReviewReason,
    Stage,
)
from models.business_days import add_business_days
from models.errors import DomainError
from models.lifecycle import OVER
from models.partnerships import EVALUATION_BUSINESS_DAYS, RELEASE_BUSINESS_DAYS
from models.years import town_day
from tests.factories import (
    make_account,
    make_agreement,
    make_appointment,
    make_district,
    make_membership,
    make_need,
    make_offer,
    make_participant,
    make_reason,
    make_slot,
    make_suggestion,
)
from web.agreements import queries as agreements
from web.agreements import services as agreeing
from web.carrying import services as carrying
from web.endings import services as endings
from web.evaluations import services as evaluations
from web.partnerships import services as partnerships

NOON = datetime.fromisoformat("2026-11-20T03:00:00+00:00")
PARTIES = 3
WHO = st.integers(0, PARTIES - 1)
"""Which party acts: the one with the need, or one of the two that help."""


@dataclass
class Picture:
    """What must be true, kept in a few plain values."""

    stage: Stage = Stage.PROPOSED
    said_yes: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    latest: int = 0
    signed: set[int] = field(default_factory=set)
    in_force: int | None = None
    out: int = 0
    evaluated: set[int] = field(default_factory=set)
    accepted_on: date | None = None
    term: tuple[date, date] | None = None

    @property
    def present(self) -> set[int]:
        return set(range(PARTIES)) - self.gone

    @property
    def is_over(self) -> bool:
        return self.stage in OVER


class Life(RuleBasedStateMachine):
    """One partnership, done to by its parties, its coordinator and the clock."""

    session: AuditedSession

    @initialize(ahead=st.integers(0, 4))
    def begin(self, ahead: int) -> None:
        """Propose it, and walk some of the way together, so that late stages are seen as often as early ones."""
        self._propose()
        everybody = range(PARTIES)
        ways: list[Callable[[], object]] = [
            lambda: [self.say_yes(who) for who in everybody],
            lambda: (self.write(0, whole=True, stale=False), [self.sign(who, old=False) for who in everybody]),
            lambda: self.lend(2),
            self.finish,
        ]
        for way in ways[:ahead]:
            way()

    def _propose(self) -> None:
        session, place = self.session, make_district()
        slots = [make_slot(), make_slot(ResourceKind.PLACE, "集まる場所", unit="室")]
        need = make_need(participant=make_participant(area=place), slots=slots)
        offers = [make_offer(participant=make_participant(area=place)) for _ in range(PARTIES - 1)]
        self.coordinator = make_appointment(place, account=make_account()).account
        suggestion = make_suggestion(need=need, offers=offers)
        session.add_all([suggestion, self.coordinator])
        suggestion.approve(by=self.coordinator, at=NOON)
        session.flush()
        self.at = NOON
        self.partnership = partnerships.propose(session, suggestion, by=self.coordinator, at=NOON)
        self.parties: list[Party] = list(self.partnership.parties)
        self.voices = [make_membership(party.participant).account for party in self.parties]
        session.add_all(self.voices)
        session.flush()
        self.reason = session.scalars(select(ReviewReason)).one()
        self.line: LedgerLine | None = None
        self.picture = Picture()

    def teardown(self) -> None:
        self.session.rollback()
        self.session.expunge_all()

    def attempt(self, allowed: bool, act: Callable[[], object]) -> bool:  # noqa: FBT001  # reads as a sentence
        """Do something; exactly what the picture allows succeeds, and what is refused changes nothing."""
        savepoint = self.session.begin_nested()
        try:
            act()
            self.session.flush()
        except DomainError:
            savepoint.rollback()
            if allowed:
                raise
            return False
        savepoint.commit()
        assert allowed, "this succeeded, though it should have been refused"
        return True

    @rule(who=WHO)
    def say_yes(self, who: int) -> None:
        picture, enquiry = self.picture, self.parties[who].enquiry
        may = picture.stage is Stage.PROPOSED and who not in picture.said_yes
        act = partnerships.answer
        if self.attempt(may, lambda: act(self.session, enquiry, Reply.YES, by=self.voices[who], at=self.at)):
            picture.said_yes.add(who)
            if picture.said_yes == picture.present:
                picture.stage = Stage.ACCEPTED
                picture.accepted_on = town_day(self.at)

    @precondition(lambda self: len(self.picture.said_yes) > 1)
    @rule(who=WHO)
    def say_no(self, who: int) -> None:
        picture, enquiry = self.picture, self.parties[who].enquiry
        may = picture.stage is Stage.PROPOSED and who not in picture.said_yes
        voice, reason = self.voices[who], self.reason
        answer = partnerships.answer
        if self.attempt(may, lambda: answer(self.session, enquiry, Reply.NO, by=voice, at=self.at, reason=reason)):
            picture.stage = Stage.DECLINED

    @precondition(lambda self: len(self.picture.said_yes) > 1)
    @rule()
    def take_back(self) -> None:
        may = self.picture.stage is Stage.PROPOSED
        withdraw = partnerships.withdraw
        if self.attempt(may, lambda: withdraw(self.session, self.partnership, by=self.coordinator, at=self.at)):
            self.picture.stage = Stage.WITHDRAWN

    @rule(what=st.sampled_from(["食堂", "草刈り"]))
    def settle(self, what: str) -> None:
        picture = self.picture
        may = picture.stage in {Stage.ACCEPTED, Stage.DRAFTING, Stage.AGREED, Stage.RUNNING}

        def act() -> None:
            agreeing.settle(
                self.session, self.partnership, what=what, how_long="", cost="", on=town_day(self.at),
                by=self.coordinator, at=self.at,
            )  # fmt: skip

        if self.attempt(may, act) and picture.stage is Stage.ACCEPTED:
            picture.stage = Stage.DRAFTING

    @rule(starts_in=st.sampled_from([0, 5]), whole=st.booleans(), stale=st.booleans())
    def write(self, starts_in: int, *, whole: bool, stale: bool) -> None:
        picture, today = self.picture, town_day(self.at)
        fresh = not stale or picture.latest == 0
        may = fresh and picture.stage in {Stage.ACCEPTED, Stage.DRAFTING, Stage.AGREED, Stage.RUNNING}
        said = self._said(today + timedelta(days=starts_in), whole=whole)

        def act() -> None:
            agreeing.write(
                self.session, self.partnership, clauses=said, of_parties=self._of_parties(),
                based_on=picture.latest if fresh else picture.latest - 1, by=self.voices[0], at=self.at,
            )  # fmt: skip

        if self.attempt(may, act):
            picture.latest += 1
            picture.signed.clear()
            picture.stage = Stage.DRAFTING if picture.stage is Stage.ACCEPTED else picture.stage

    def _said(self, starts_on: date, *, whole: bool) -> dict[str, Any]:
        made = make_agreement(self.partnership, terms=[])
        names = agreeing.writing.CLAUSES
        said = {name: getattr(made, name) for name in names if name != "title"}
        self.session.expunge(made) if made in self.session else None
        # The number of the version makes each one another, since writing the same again writes nothing.
        ends_on = starts_on + timedelta(days=60)
        said |= {
            "starts_on": starts_on,
            "ends_on": ends_on,
            "evaluation_on": ends_on,
            "cost": f"{self.picture.latest}",
            "goal": "食堂" if whole else "",
        }
        return said

    def _of_parties(self) -> dict[Any, dict[str, Any]]:
        whole = {"role": "役", "duty": "約束", "benefit": "得る", "may_change": "時", "to_keep": "場", "leads": True}
        return {party.id: whole for party in self.parties}

    @rule(who=WHO, old=st.booleans())
    def sign(self, who: int, *, old: bool) -> None:
        picture, party = self.picture, self.parties[who]
        number = max(1, picture.latest - old)
        version = agreements.numbered_version(self.session, self.partnership, number)
        if version is None:
            return
        may = (
            number == picture.latest
            and bool(version.goal)
            and version.ends_on is not None
            and (version.ends_on or date.min) >= town_day(self.at)
            and picture.stage in {Stage.DRAFTING, Stage.AGREED, Stage.RUNNING}
            and who in picture.present
            and who not in picture.signed
        )

        def act() -> None:
            agreeing.sign(self.session, version, party, name="署名", capacity="", by=self.voices[who], at=self.at)

        if self.attempt(may, act):
            picture.signed.add(who)
            if picture.present <= picture.signed:
                picture.in_force = number
                picture.term = (version.starts_on or date.max, version.ends_on or date.max)
                if picture.stage is Stage.DRAFTING:
                    picture.stage = Stage.AGREED
                if picture.stage is Stage.AGREED and (version.starts_on or date.max) <= town_day(self.at):
                    picture.stage = Stage.RUNNING

    @rule(quantity=st.integers(1, 3))
    def lend(self, quantity: int) -> None:
        picture = self.picture
        may = picture.stage in {Stage.AGREED, Stage.RUNNING, Stage.EVALUATING} and {0, 1} <= picture.present
        may = may or (self.line is not None and picture.stage in {Stage.AGREED, Stage.RUNNING, Stage.EVALUATING})
        moved = carrying.Moved(quantity=quantity, on=town_day(self.at))

        def act() -> None:
            if self.line is not None:
                carrying.note_entry(
                    self.session, self.line, LedgerMove.HANDED_OVER, moved, by=self.voices[0], at=self.at
                )
                return
            given = carrying.Given(
                kind=ResourceKind.GOODS, what="鍋", unit="個", giver=self.parties[1], receiver=self.parties[0],
                is_lent=True, due_back_on=None,
            )  # fmt: skip
            self.made = carrying.begin_line(self.session, self.partnership, given, moved, by=self.voices[1], at=self.at)

        if self.attempt(may, act):
            self.line = self.line or self.made
            picture.out += quantity

    @precondition(lambda self: self.line is not None)
    @rule(quantity=st.integers(1, 4), move=st.sampled_from([*LedgerMove][1:]))
    def give_back(self, quantity: int, move: LedgerMove) -> None:
        picture, line = self.picture, self.line
        assert line is not None
        may = picture.stage in {Stage.AGREED, Stage.RUNNING, Stage.EVALUATING} and quantity <= picture.out
        moved = carrying.Moved(quantity=quantity, on=town_day(self.at))
        act = carrying.note_entry
        if self.attempt(may, lambda: act(self.session, line, move, moved, by=self.voices[0], at=self.at)):
            picture.out -= quantity

    @precondition(lambda self: self.picture.in_force is not None)
    @rule(who=WHO)
    def leave(self, who: int) -> None:
        picture, party = self.picture, self.parties[who]
        may = picture.stage in {Stage.DRAFTING, Stage.AGREED, Stage.RUNNING} and who in picture.present
        holds = picture.out > 0 and who in {0, 1}

        def act() -> None:
            request = carrying.ask(
                self.session, party, RequestKind.LEAVE, "続けられない", by=self.voices[who], at=self.at
            )
            carrying.decide(self.session, request, granted=True, answer="承知しました", by=self.coordinator, at=self.at)

        if self.attempt(may and not holds, act):
            picture.gone.add(who)
            if who == 0 or len(picture.present) < 2:
                picture.stage = Stage.WITHDRAWN

    @precondition(lambda self: self.picture.in_force is not None)
    @rule()
    def finish(self) -> None:
        act, may = endings.finish, self.picture.stage is Stage.RUNNING
        if self.attempt(may, lambda: act(self.session, self.partnership, by=self.voices[0], at=self.at)):
            self._begin_to_look_back()

    def _begin_to_look_back(self) -> None:
        self.picture.stage = Stage.EVALUATING
        self.look_back_until = add_business_days(town_day(self.at), EVALUATION_BUSINESS_DAYS)

    @precondition(lambda self: self.picture.in_force is not None)
    @rule(who=WHO)
    def evaluate(self, who: int) -> None:
        picture, party = self.picture, self.parties[who]
        may = (
            picture.stage is Stage.EVALUATING
            and who in picture.present - picture.evaluated
            and town_day(self.at) <= self.look_back_until
        )
        said = evaluations.Said(goal=GoalReached.YES, again=Again.YES, principles={}, merits={})
        if self.attempt(may, lambda: evaluations.evaluate(self.session, party, said, by=self.voices[who], at=self.at)):
            picture.evaluated.add(who)

    @precondition(lambda self: self.picture.in_force is not None)
    @rule()
    def dissolve(self) -> None:
        picture = self.picture
        all_in = picture.present <= picture.evaluated
        may = picture.stage is Stage.EVALUATING and picture.out == 0
        may = may and (all_in or town_day(self.at) > self.look_back_until)
        decision = endings.Decision(Ending.DISSOLVED, "終わった")
        act = endings.end
        if self.attempt(may, lambda: act(self.session, self.partnership, decision, by=self.coordinator, at=self.at)):
            picture.stage = Stage.CLOSED

    @rule(days=st.sampled_from([1, 20, 45]))
    def pass_time(self, days: int) -> None:
        self.at += timedelta(days=days)
        today, picture = town_day(self.at), self.picture
        partnerships.keep_time(self.session, self.partnership, at=self.at)
        endings.keep_time(self.session, self.partnership, at=self.at)
        self.session.flush()
        if picture.stage is Stage.PROPOSED and today >= add_business_days(town_day(NOON), RELEASE_BUSINESS_DAYS):
            picture.stage = Stage.LAPSED
        elif picture.stage in {Stage.ACCEPTED, Stage.DRAFTING} and picture.accepted_on is not None:
            if today - picture.accepted_on >= timedelta(days=90):
                picture.stage = Stage.WITHDRAWN
        elif picture.term is not None:
            self._walk_the_term(*picture.term, today)

    def _walk_the_term(self, starts_on: date, ends_on: date, today: date) -> None:
        picture = self.picture
        if picture.stage is Stage.AGREED and starts_on <= today:
            picture.stage = Stage.RUNNING
        if picture.stage is Stage.RUNNING and ends_on < today:
            self._begin_to_look_back()
        if picture.stage is Stage.EVALUATING and today > ends_on + timedelta(days=30):
            picture.stage = Stage.CLOSED
            picture.out = 0

    @invariant()
    def the_picture_is_true(self) -> None:
        picture, partnership = self.picture, self.partnership
        assert partnership.stage is picture.stage
        assert partnership.agreed_version == picture.in_force
        assert {who for who, party in enumerate(self.parties) if party.left_at is not None} == picture.gone
        assert (self.line.outstanding if self.line else 0) == picture.out
        assert partnership.is_over == picture.is_over

    @invariant()
    def what_is_promised_is_held_as_long_as_it_lasts(self) -> None:
        for who, party in enumerate(self.parties[1:], start=1):
            held = int(not self.picture.is_over and who not in self.picture.gone)
            self.session.refresh(party.participant, ["engagements"])
            assert party.participant.engagements == held


@pytest.mark.timeout(300)
def test_whatever_is_done_the_small_picture_stays_true(session: AuditedSession) -> None:
    nine = PrincipleSet(code="nine", name_ja="九原則", name_en="Nine principles")
    Principle(code="goal", position=1, name_ja="目標", name_en="Goal", gates=[PrincipleGate.GOAL], principle_set=nine)
    session.add_all([make_reason(code="no_time"), nine])
    session.commit()
    Life.session = session

    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
