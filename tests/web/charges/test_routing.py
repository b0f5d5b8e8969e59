from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models import (
    Account,
    Appointment,
    Area,
    AuditContext,
    AuditedSession,
    Charge,
    ChargeCause,
    HandOver,
    Need,
    NeedStatus,
    Office,
    ResourceKind,
    Role,
    Stage,
)
from models.errors import DomainError
from tests.factories import (
    make_account,
    make_appointment,
    make_charge,
    make_district,
    make_field,
    make_need,
    make_offer,
    make_participant,
    make_partnership,
    make_rule,
)
from web.accounts.services import erase
from web.charges import jobs, services
from web.inbox import services as inbox
from web.listings.services import needs as listings
from web.listings.services import renewal
from web.listings.services.pieces import Piece
from web.operations.queries.invariants import examine
from web.people.services import end_appointment

NOON = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
NEXT_HOUR = "2026-12-01T04:00:00+00:00"
IN_ONE_INBOX = "every need that waits is in exactly one inbox"


@dataclass
class Town:
    """A municipality with two districts, who works there, and a body that needs something."""

    session: AuditedSession
    municipality: Area
    district: Area
    officer: Appointment
    welfare: Appointment
    administrator: Account
    need: Need

    def keepers(self, need: Need | None = None) -> list[Account | None]:
        self.session.commit()
        self.session.expire_all()
        charges = self.session.scalars(
            select(Charge).where(Charge.need_id == (need or self.need).id, Charge.until.is_(None))
        )
        return [charge.keeper for charge in charges]

    def settle(self, *needs: Need) -> None:
        services.settle(self.session, needs or [self.need], at=NOON)

    def problems(self) -> list[str]:
        self.session.commit()
        return next(list(one.problems) for one in examine(self.session, at=NOON) if one.sentence == IN_ONE_INBOX)


def appoint(area: Area, name: str, office: Office | None, role: Role = Role.COORDINATOR) -> Appointment:
    appointment = make_appointment(area, account=make_account(name=name), role=role)
    appointment.office = office
    return appointment


@pytest.fixture
def town(session: AuditedSession, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setenv("ENISHI_NOW", NOON.isoformat())
    district = make_district()
    assert district.parent is not None
    officer = appoint(district.parent, "担当 一郎", Office.AREA_OFFICER)
    welfare = appoint(district.parent, "福祉 花子", Office.WELFARE_COORDINATOR)
    administrator = appoint(district.parent, "市役所", None, Role.ADMINISTRATOR)
    need = make_need(participant=make_participant(area=district))
    session.add_all([officer, welfare, administrator, need])
    session.flush()
    return Town(session, district.parent, district, officer, welfare, administrator.account, need)


def test_a_need_goes_to_the_office_that_its_first_field_names(town: Town) -> None:
    later, first = make_field(), make_field()
    later.position, first.position = 9, 1
    need = make_need(participant=town.need.participant)
    need.fields = [later, first]
    town.session.add_all(
        [
            need,
            make_rule(town.municipality, Office.AREA_OFFICER, field=later),
            make_rule(town.municipality, Office.WELFARE_COORDINATOR, field=first),
        ]
    )

    town.settle(need)

    assert town.keepers(need) == [town.welfare.account]


def test_where_nobody_holds_the_office_the_rule_for_the_rest_counts(town: Town) -> None:
    field, need = make_field(), make_need(participant=town.need.participant)
    need.fields = [field]
    town.session.add_all(
        [
            need,
            make_rule(town.municipality, Office.INTERMEDIARY, field=field),
            make_rule(town.municipality, Office.WELFARE_COORDINATOR),
        ]
    )

    town.settle(need)

    assert town.keepers(need) == [town.welfare.account]


def test_a_municipality_without_rules_follows_the_sheet(town: Town) -> None:
    health = make_field(code="health_welfare")
    other = make_need(participant=town.need.participant)
    other.fields = [health]
    town.session.add(other)

    town.settle(town.need, other)

    assert town.keepers() == [town.officer.account]
    assert town.keepers(other) == [town.welfare.account]


def test_the_closest_place_goes_before_fewer_needs(town: Town) -> None:
    close = appoint(town.district, "地区 次郎", Office.AREA_OFFICER)
    others = [make_need(participant=town.need.participant) for _ in range(2)]
    town.session.add_all([close, *others, *(make_charge(one, close.account) for one in others)])

    town.settle()

    assert town.keepers() == [close.account]


def test_needs_opened_together_are_shared_out_evenly(town: Town) -> None:
    second = appoint(town.municipality, "担当 二郎", Office.AREA_OFFICER)
    others = [make_need(participant=town.need.participant) for _ in range(3)]
    town.session.add_all([second, *others])

    town.settle(town.need, *others)

    keepers = [town.keepers(need)[0] for need in (town.need, *others)]
    assert keepers.count(town.officer.account) == keepers.count(second.account) == 2


def test_where_nobody_coordinates_an_administrator_is_in_charge(town: Town) -> None:
    town.session.delete(town.officer)
    town.session.delete(town.welfare)

    town.settle()

    assert town.keepers() == [town.administrator]
    assert town.problems() == []


def test_where_nobody_looks_after_the_place_the_doctor_names_the_need(town: Town) -> None:
    elsewhere = make_need()
    town.session.add(elsewhere)

    town.settle(town.need, elsewhere)

    assert town.keepers(elsewhere) == []
    assert [str(elsewhere.id) in problem for problem in town.problems()] == [True]


def test_posting_a_need_puts_somebody_in_charge_and_withdrawing_it_ends_that(town: Town) -> None:
    draft = listings.NeedDraft(
        title="机が足りない", slots=[Piece(position=1, kind=ResourceKind.GOODS, what="机", quantity=3, unit="台")]
    )
    account = town.officer.account

    need = listings.post_need(town.session, draft, participant=town.need.participant, by=account, opened=True)
    assert town.keepers(need) == [account]
    listings.withdraw_need(town.session, need, by=account)

    assert town.keepers(need) == []


def test_a_draft_is_in_nobodys_inbox(town: Town) -> None:
    draft = listings.NeedDraft(title="机が足りない")

    need = listings.post_need(
        town.session, draft, participant=town.need.participant, by=town.officer.account, opened=False
    )

    assert town.keepers(need) == []


def test_a_need_that_nobody_renewed_leaves_the_inbox(town: Town) -> None:
    town.settle()
    town.need.expires_on = date(2026, 11, 30)
    town.session.flush()

    renewal.keep_time(town.session, town.need.participant_id, at=NOON)

    assert town.need.status is NeedStatus.EXPIRED
    assert town.keepers() == []


def test_while_a_partnership_is_under_way_somebody_stays_in_charge(town: Town) -> None:
    partnership = make_partnership(stage=Stage.PROPOSED, need=town.need, offers=[make_offer()])
    town.session.add(partnership)
    town.settle()
    town.need.fill()

    town.settle()
    assert town.keepers() == [town.officer.account]
    town.session.refresh(partnership, ["changes"])
    partnership.move_to(Stage.WITHDRAWN, by=None, at=NOON)
    town.settle()

    assert town.keepers() == []


def test_the_end_of_an_appointment_passes_its_needs_on_at_once(town: Town) -> None:
    town.settle()

    end_appointment(town.session, town.officer, at=NOON)

    assert town.keepers() == [town.welfare.account]
    cause = town.session.scalar(select(Charge.cause).where(Charge.until.is_(None)))
    assert cause is ChargeCause.KEEPER_GONE


def test_an_erased_account_is_in_charge_of_nothing(town: Town) -> None:
    town.settle()

    erase(town.session, town.officer.account, at=NOON)

    assert town.keepers() == [town.welfare.account]


def test_the_hourly_work_finds_others_where_an_account_was_suspended(
    town: Town, work_at: Callable[[Callable[[Flask], None], str], None]
) -> None:
    town.settle()
    town.officer.account.suspend(at=NOON)
    assert town.problems() != []

    work_at(jobs.tidy, NEXT_HOUR)

    assert town.keepers() == [town.welfare.account]
    assert town.problems() == []


def test_a_need_that_moves_to_another_place_goes_to_who_looks_after_that(town: Town) -> None:
    close = appoint(town.district, "地区 次郎", Office.AREA_OFFICER)
    town.session.add(close)
    town.settle()
    town.need.area = town.municipality

    town.settle()

    assert town.keepers() == [town.officer.account]


@pytest.mark.parametrize("attempt", range(3))
def test_two_who_bring_it_in_order_at_once_leave_one_in_charge(town: Town, engine: Engine, attempt: int) -> None:
    del attempt
    question = _asked(town)
    identity, need = question, town.need.id
    town.session.commit()

    def accept(session: Session) -> None:
        inbox.accept(session, session.get_one(HandOver, identity), at=NOON)

    def leave(session: Session) -> None:
        end_appointment(session, session.get_one(Appointment, town.officer.id), at=NOON)

    def settle(session: Session) -> None:
        services.settle_all(session, [need], at=NOON)

    refusals = _at_once(engine, accept, leave, settle, accept)

    assert len(town.keepers()) == 1
    assert town.keepers() == [town.welfare.account]
    assert set(refusals) <= {"AlreadyDecided"}


def _asked(town: Town) -> Any:
    town.settle()
    charge = town.session.scalars(select(Charge)).one()
    return inbox.ask(town.session, charge, town.welfare.account, note="", by=town.officer.account, at=NOON).id


def _at_once(engine: Engine, *works: Callable[[Session], None]) -> list[str]:
    barrier, refusals = Barrier(len(works)), []

    def work(one: Callable[[Session], None]) -> None:
        barrier.wait()
        try:
            with AuditedSession(engine) as session, session.begin():
                session.info["audit"] = AuditContext(key=b"a key for tests", via="test")
                one(session)
        except DomainError as refusal:
            refusals.append(type(refusal).__name__)

    threads = [Thread(target=work, args=(one,)) for one in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refusals
