from dataclasses import dataclass

import pytest

from models import Account, Area, AuditedSession, Participant, ParticipantKind, Role
from tests.factories import (
    make_account,
    make_appointment,
    make_district,
    make_field,
    make_membership,
    make_participant,
    make_resident,
)


@dataclass
class Town:
    """A person of the staff bank, a company, their accounts, and a coordinator of their district."""

    session: AuditedSession
    district: Area
    resident: Participant
    company: Participant
    person: Account
    manager: Account
    member: Account
    coordinator: Account


@pytest.fixture
def town(session: AuditedSession) -> Town:
    district = make_district()
    resident = make_resident(name="佐藤 実", area=district, contact_email="minoru@hiyori.example", engagement_limit=2)
    company = make_participant(
        kind=ParticipantKind.COMPANY, name="日和印刷", area=district, contact_phone="0191-00-0001"
    )
    town = Town(
        session=session,
        district=district,
        resident=resident,
        company=company,
        person=make_account(name="実の利用者"),
        manager=make_account(name="社員の利用者"),
        member=make_account(name="社員その二"),
        coordinator=make_account(name="調整 太郎"),
    )
    session.add_all(
        [
            make_membership(resident, account=town.person),
            make_membership(company, account=town.manager),
            make_membership(company, account=town.member, role=Role.MEMBER),
            make_appointment(district, account=town.coordinator),
            make_field(code="community", name="まちづくり"),
            make_field(code="culture", name="文化"),
        ]
    )
    session.commit()
    return town
