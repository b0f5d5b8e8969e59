from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from models import Account, AuditedSession, CaseStudy, Need, Partnership, Stage
from tests.factories import (
    make_account,
    make_appointment,
    make_district,
    make_field,
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
    """A closed partnership about a newsletter, its people, and what was learnt from it."""

    session: AuditedSession
    partnership: Partnership
    case: CaseStudy
    chair: Account
    coordinator: Account
    elsewhere: Account

    def publish(self) -> None:
        for party in self.partnership.parties:
            party.publish(at=NOON)
        self.session.commit()

    def need(self, title: str, body: str, what: str) -> Need:
        """Return a new need of somebody else in the same place."""
        area = self.partnership.need.area
        need = make_need(participant=make_participant(area=area), title=title, body=body, slots=[make_slot(what=what)])
        self.session.add(need)
        self.session.commit()
        return need


@pytest.fixture
def town(session: AuditedSession) -> Town:
    district = make_district()
    association = make_participant(name="北山町内会", area=district)
    need = make_need(
        participant=association,
        title="会報づくりを手伝ってほしい",
        body="町内会の会報を読みやすくしたい。",
        slots=[make_slot(what="会報のデザイン", quantity=2)],
    )
    need.fields = [make_field(code="community")]
    partnership = make_partnership(
        stage=Stage.CLOSED, need=need, offers=[make_offer(participant=make_participant(area=district))]
    )
    case = CaseStudy(
        title="会報づくり",
        problem="会報が読まれていなかった",
        team="自治会・町内会、NPO",
        form=None,
        cost="印刷代は町内会",
        helped="月に一度集まった",
        result="読む人が増えた",
        written_at=NOON,
        partnership=partnership,
    )
    town = Town(
        session=session,
        partnership=partnership,
        case=case,
        chair=make_membership(association).account,
        coordinator=make_account(email="coordinator@hiyori.example"),
        elsewhere=make_appointment(make_district()).account,
    )
    session.add_all(
        [partnership, case, town.chair, town.elsewhere, make_appointment(district, account=town.coordinator)]
    )
    session.commit()
    return town
