"""What the desk and the first page tell of partnerships that need somebody."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from models import (
    Account,
    Again,
    AuditedSession,
    ChangeRequest,
    ConsentChannel,
    Evaluation,
    GoalReached,
    LedgerLine,
    LedgerMove,
    MatchingTable,
    MeetingDate,
    Need,
    Offer,
    Partnership,
    Party,
    RequestKind,
    ResourceKind,
    Stage,
)
from tests.factories import (
    make_account,
    make_agreement,
    make_appointment,
    make_membership,
    make_municipality,
    make_need,
    make_offer,
    make_participant,
    make_partnership,
    make_slot,
)
from web.partnerships.queries.due import Awaited, Due, awaited_of, due_in_partnerships

SignedIn = Callable[[Account], FlaskClient]
NOON = datetime(2026, 12, 10, 3, 0, tzinfo=UTC)


@dataclass
class Town:
    """A need of an association, a company that helps, and their people."""

    session: AuditedSession
    need: Need
    offer: Offer
    chair: Account
    manager: Account
    coordinator: Account

    def partnership(self, stage: Stage) -> Partnership:
        """Return a partnership that walked to the stage."""
        found = make_partnership(stage=stage, need=self.need, offers=[self.offer], by=self.coordinator)
        self.session.add(found)
        self.session.flush()
        return found

    def due(self, at: datetime = NOON) -> dict[Due, str | date | tuple[int | None, int | None] | None]:
        """Return what is due, each with the day or the numbers of the first."""
        self.session.flush()
        found = due_in_partnerships(self.session, self.coordinator, at=at)
        return {kind: some.rows[0].day or (some.rows[0].done, some.rows[0].of) for kind, some in found.items()}

    def awaited(self, account: Account, at: datetime = NOON) -> list[Awaited]:
        """Return what is awaited of those for whom the account speaks."""
        self.session.flush()
        return [one.what for one in awaited_of(self.session, account, at=at)]


@pytest.fixture
def town(session: AuditedSession) -> Town:
    municipality = make_municipality()
    association, company = make_participant(area=municipality), make_participant(area=municipality, name="ひより印刷")
    need = make_need(participant=association, title="集会所を直したい", slots=[make_slot()])
    chair, manager = make_membership(association).account, make_membership(company).account
    coordinator = make_appointment(municipality, account=make_account(name="和泉 担当")).account
    offer = make_offer(participant=company)
    session.add_all([need, offer, chair, manager, coordinator])
    session.commit()
    return Town(session, need, offer, chair, manager, coordinator)


def lend(partnership: Partnership, *, due_back_on: date) -> LedgerLine:
    giver, receiver = partnership.parties
    line = LedgerLine(
        kind=ResourceKind.GOODS,
        what="脚立",
        is_lent=True,
        due_back_on=due_back_on,
        partnership=partnership,
        giver=receiver,
        receiver=giver,
    )
    line.note(LedgerMove.HANDED_OVER, 2, on=date(2026, 12, 1), by=None, at=NOON)
    return line


def evaluate(party: Party, by: Account) -> Evaluation:
    return Evaluation(
        party=party,
        goal=GoalReached.YES,
        again=Again.YES,
        principles={},
        merits={},
        given_at=NOON,
        channel=ConsentChannel.WEB,
        given_by=by,
    )


def test_a_partnership_to_which_all_said_yes_waits_for_its_first_meeting(town: Town) -> None:
    town.partnership(Stage.ACCEPTED)

    assert town.due() == {Due.MEETING: date(2026, 11, 20)}


def test_a_meeting_that_was_held_waits_no_longer(town: Town) -> None:
    table = MatchingTable(partnership=town.partnership(Stage.ACCEPTED), called_by=town.coordinator)
    table.settle(what="会場", how_long="三か月", cost="なし", on=date(2026, 12, 1))
    town.session.add(table)

    assert not town.due()


@pytest.mark.parametrize(("days", "is_stalled"), [(29, False), (30, True)])
def test_a_partnership_without_an_agreement_is_stalled_after_thirty_days(
    town: Town, days: int, *, is_stalled: bool
) -> None:
    town.partnership(Stage.DRAFTING)

    assert (Due.STALLED in town.due(datetime(2026, 11, 20, 3, 0, tzinfo=UTC) + timedelta(days=days))) is is_stalled


def test_an_agreement_waits_for_the_signatures_that_it_lacks(town: Town) -> None:
    partnership = town.partnership(Stage.DRAFTING)
    version = make_agreement(partnership)
    version.sign(partnership.parties[0], name="会長", capacity="", by=town.chair, at=NOON, latest=1)
    town.session.add(version)

    assert town.due() == {Due.UNSIGNED: (1, 2)}
    assert not town.awaited(town.chair)
    assert town.awaited(town.manager) == [Awaited.SIGNATURE]


def test_an_agreement_in_force_waits_for_nobody_and_its_change_for_all(town: Town) -> None:
    partnership = town.partnership(Stage.RUNNING)
    town.session.add(make_agreement(partnership))

    assert not town.due()

    town.session.add(make_agreement(partnership, number=2))

    assert town.due() == {Due.UNSIGNED: (0, 2)}
    assert town.awaited(town.chair) == [Awaited.SIGNATURE]


@pytest.mark.parametrize(("day", "ends"), [(16, False), (17, True)])
def test_a_partnership_ends_soon_within_two_weeks(town: Town, day: int, *, ends: bool) -> None:
    town.partnership(Stage.RUNNING)

    assert (Due.ENDS in town.due(datetime(2027, 3, day, 3, 0, tzinfo=UTC))) is ends


def test_what_was_lent_is_late_on_the_day_after(town: Town) -> None:
    partnership = town.partnership(Stage.RUNNING)
    line = lend(partnership, due_back_on=date(2026, 12, 10))
    town.session.add(line)

    assert not town.due()
    assert town.due(NOON + timedelta(days=1)) == {Due.OVERDUE: date(2026, 12, 10)}
    assert town.awaited(town.chair) == [Awaited.RETURN]
    assert not town.awaited(town.manager)

    line.note(LedgerMove.RETURNED, 2, on=date(2026, 12, 11), by=None, at=NOON)

    assert not town.due(NOON + timedelta(days=1))


def test_a_request_waits_until_it_is_decided(town: Town) -> None:
    request = ChangeRequest(
        party=town.partnership(Stage.RUNNING).parties[1],
        kind=RequestKind.LEAVE,
        text="人が足りません",
        made_at=NOON,
        made_by=town.manager,
    )
    town.session.add(request)

    assert town.due() == {Due.REQUEST: date(2026, 12, 10)}

    request.decide(granted=False, answer="三月まで続けましょう", by=town.coordinator, at=NOON)

    assert not town.due()


def test_the_end_is_decided_once_all_have_looked_back(town: Town) -> None:
    partnership = town.partnership(Stage.EVALUATING)
    partnership.evaluated_until = date(2026, 12, 20)
    first, second = partnership.parties
    town.session.add(evaluate(first, town.chair))

    assert town.due() == {Due.EVALUATION: date(2026, 12, 20)}
    assert (town.awaited(town.chair), town.awaited(town.manager)) == ([], [Awaited.EVALUATION])

    town.session.add(evaluate(second, town.manager))

    assert town.due() == {Due.DECISION: date(2027, 3, 31)}
    assert not town.awaited(town.manager)


def test_the_end_is_decided_once_the_last_day_has_passed(town: Town) -> None:
    town.partnership(Stage.EVALUATING).evaluated_until = date(2026, 12, 9)

    assert town.due() == {Due.DECISION: date(2027, 3, 31)}
    assert not town.awaited(town.chair)


def test_dates_wait_for_who_has_not_answered_them(town: Town) -> None:
    partnership = town.partnership(Stage.ACCEPTED)
    proposed = MeetingDate(starts_at=NOON + timedelta(days=5), ends_at=NOON + timedelta(days=5, hours=1))
    town.session.add(MatchingTable(partnership=partnership, called_by=town.coordinator, dates=[proposed]))
    proposed.answer(partnership.parties[0], suits=True)

    assert not town.awaited(town.chair)
    assert town.awaited(town.manager) == [Awaited.DATES]
    assert not town.awaited(town.manager, NOON + timedelta(days=6))


def test_nothing_is_awaited_of_who_left(town: Town) -> None:
    partnership = town.partnership(Stage.EVALUATING)
    partnership.evaluated_until = date(2026, 12, 20)
    partnership.parties[1].left_at = NOON

    assert not town.awaited(town.manager)


def test_a_coordinator_of_another_place_is_told_nothing(town: Town) -> None:
    town.partnership(Stage.ACCEPTED)
    elsewhere = make_appointment(make_municipality()).account
    town.session.add(elsewhere)
    town.session.flush()

    assert not due_in_partnerships(town.session, elsewhere, at=NOON)


def test_the_desk_leads_to_what_is_due(town: Town, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENISHI_NOW", NOON.isoformat())
    partnership = town.partnership(Stage.ACCEPTED)
    town.session.commit()

    page = signed_in(town.coordinator).get("/desk").text

    assert f'href="/partnerships/{partnership.id}/meeting"' in page


def test_the_first_page_leads_to_what_is_awaited(
    town: Town, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENISHI_NOW", NOON.isoformat())
    partnership = town.partnership(Stage.DRAFTING)
    town.session.add(make_agreement(partnership))
    town.session.commit()

    assert f'href="/partnerships/{partnership.id}/agreement"' in signed_in(town.manager).get("/").text
    assert "/agreement" not in signed_in(make_account()).get("/").text
