from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from models import (
    Account,
    Again,
    AuditedSession,
    ConsentChannel,
    Evaluation,
    GoalReached,
    LedgerLine,
    LedgerMove,
    Need,
    Offer,
    OutboxMail,
    Partnership,
    Party,
    ResourceKind,
    Slot,
    Stage,
    capacity,
)
from tests.factories import (
    make_account,
    make_appointment,
    make_district,
    make_membership,
    make_need,
    make_offer,
    make_participant,
    make_partnership,
    make_slot,
)

NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


@dataclass
class Town:
    """A need of an association, a company that helps, and their people."""

    session: AuditedSession
    need: Need
    offer: Offer
    chair: Account
    manager: Account
    coordinator: Account

    def partnership(self, stage: Stage = Stage.RUNNING, *further: Offer) -> Partnership:
        """Return a partnership that took what it promises, at a stage after the last yes."""
        found = make_partnership(stage=stage, need=self.need, offers=[self.offer, *further], by=self.coordinator)
        self.session.add(found)
        self.session.flush()
        capacity.take(self.session, found)
        for party in found.parties:
            capacity.answer_received(self.session, party.enquiry)
        self.session.commit()
        return found

    def lend(self, partnership: Partnership, quantity: int = 3) -> LedgerLine:
        giver, receiver = partnership.parties[1], partnership.parties[0]
        line = LedgerLine(
            kind=ResourceKind.GOODS,
            what="折りたたみ椅子",
            unit="脚",
            is_lent=True,
            partnership=partnership,
            giver=giver,
            receiver=receiver,
        )
        line.note(LedgerMove.HANDED_OVER, quantity, on=NOON.date(), by=None, at=NOON)
        self.session.add(line)
        self.session.commit()
        return line

    def evaluate(self, *parties: Party, helped: str = "月に一度会って話した") -> None:
        for party in parties:
            self.session.add(
                Evaluation(
                    goal=GoalReached.YES,
                    again=Again.YES,
                    principles={},
                    merits={},
                    helped=helped,
                    given_at=NOON,
                    channel=ConsentChannel.WEB,
                    party=party,
                    given_by=None,
                )
            )
        self.session.commit()

    def promised(self) -> tuple[int, int]:
        """Return what is taken: engagements of the offer, and what is promised of the slot."""
        self.session.expire_all()
        return self.offer.engagements, self.session.scalars(select(Slot.promised)).one()

    def mails(self, template: str) -> list[str]:
        statement = select(OutboxMail.to_address).where(OutboxMail.template == template)
        return sorted(self.session.scalars(statement))


@pytest.fixture
def town(session: AuditedSession) -> Town:
    district = make_district()
    association = make_participant(name="北山町内会", area=district)
    company = make_participant(name="日和印刷", area=district)
    town = Town(
        session=session,
        need=make_need(participant=association, slots=[make_slot(quantity=2)]),
        offer=make_offer(participant=company),
        chair=make_account(email="chair@hiyori.example"),
        manager=make_account(email="manager@hiyori.example", locale="en"),
        coordinator=make_account(name="調整 太郎", email="coordinator@hiyori.example"),
    )
    session.add_all(
        [
            make_membership(association, account=town.chair),
            make_membership(company, account=town.manager),
            make_appointment(district, account=town.coordinator),
            town.need,
            town.offer,
        ]
    )
    session.commit()
    return town
