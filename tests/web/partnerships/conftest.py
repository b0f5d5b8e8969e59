from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from models import Account, Area, AuditedSession, Need, OutboxMail, Participant, Partnership, ResourceKind, ReviewReason
from tests.factories import (
    make_account,
    make_appointment,
    make_district,
    make_membership,
    make_need,
    make_offer,
    make_participant,
    make_reason,
    make_resident,
    make_slot,
    make_suggestion,
)
from web.partnerships import services

FRIDAY_NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


@dataclass
class Town:
    """A need of an association, a company and a resident who could help, and their people."""

    session: AuditedSession
    district: Area
    association: Participant
    company: Participant
    resident: Participant
    need: Need
    chair: Account
    manager: Account
    person: Account
    coordinator: Account
    reason: ReviewReason

    def propose(self) -> Partnership:
        offers = [make_offer(participant=self.company), make_offer(participant=self.resident, title="手伝えます")]
        suggestion = make_suggestion(need=self.need, offers=offers)
        self.session.add(suggestion)
        suggestion.approve(by=self.coordinator, at=FRIDAY_NOON)
        self.session.flush()
        partnership = services.propose(self.session, suggestion, by=self.coordinator, at=FRIDAY_NOON)
        self.session.commit()
        return partnership

    def mails(self, template: str) -> list[OutboxMail]:
        statement = select(OutboxMail).where(OutboxMail.template == template).order_by(OutboxMail.to_address)
        return list(self.session.scalars(statement))


@pytest.fixture
def town(session: AuditedSession) -> Town:
    district = make_district()
    association = make_participant(name="北山町内会", area=district, contact_email="kitayama@hiyori.example")
    company = make_participant(name="日和印刷", area=district, contact_phone="0191-00-0001")
    resident = make_resident(name="佐藤 実", area=district, contact_email="minoru@hiyori.example")
    need = make_need(
        participant=association, slots=[make_slot(), make_slot(ResourceKind.PLACE, "集まる場所", unit="室")]
    )
    town = Town(
        session=session,
        district=district,
        association=association,
        company=company,
        resident=resident,
        need=need,
        chair=make_account(name="会長の利用者", email="chair@hiyori.example"),
        manager=make_account(name="社員の利用者", email="manager@hiyori.example", locale="en"),
        person=make_account(name="実の利用者", email="person@hiyori.example"),
        coordinator=make_account(name="調整 太郎", email="coordinator@hiyori.example"),
        reason=make_reason(code="no_time"),
    )
    session.add_all(
        [
            make_membership(association, account=town.chair),
            make_membership(company, account=town.manager),
            make_membership(resident, account=town.person),
            make_appointment(district, account=town.coordinator),
            need,
            town.reason,
        ]
    )
    session.commit()
    return town
