from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from models import (
    Account,
    AgreementVersion,
    AuditedSession,
    Partnership,
    Party,
    Principle,
    PrincipleGate,
    PrincipleSet,
    Side,
    Stage,
)
from tests.factories import (
    make_account,
    make_agreement,
    make_appointment,
    make_district,
    make_membership,
    make_need,
    make_offer,
    make_participant,
    make_partnership,
    make_resident,
)

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
NINE_GATES = tuple(PrincipleGate)


@dataclass
class Drafting:
    """Three parties that all said yes: an association and a company with accounts, and a person without one."""

    session: AuditedSession
    signed_in: Callable[[Account], FlaskClient]
    partnership: Partnership
    chair: Account
    manager: Account
    coordinator: Account

    @property
    def association(self) -> Party:
        return self.partnership.parties[0]

    @property
    def company(self) -> Party:
        return self.partnership.parties[1]

    @property
    def person(self) -> Party:
        return self.partnership.parties[2]

    def browser(self, account: Account | None = None) -> FlaskClient:
        return self.signed_in(account or self.chair)

    def url(self, path: str = "") -> str:
        return f"/partnerships/{self.partnership.id}{path}"

    def write(self, **said: object) -> AgreementVersion:
        """Write a version that lacks nothing but what is passed in."""
        version = make_agreement(self.partnership, **said)  # type: ignore[arg-type]  # passed on as it is
        if self.partnership.stage is Stage.ACCEPTED:
            self.partnership.begin_drafting(by=self.coordinator, at=NOW)
        self.session.add(version)
        self.session.commit()
        return version


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENISHI_NOW", NOW.isoformat())


@pytest.fixture
def drafting(session: AuditedSession, signed_in: Callable[[Account], FlaskClient]) -> Drafting:
    district = make_district()
    association = make_participant(name="北山町内会", area=district)
    company = make_participant(name="日和印刷", area=district)
    person = make_resident(name="佐藤 実", area=district)
    nine = PrincipleSet(code="nine", name_ja="九原則", name_en="Nine principles")
    for position, gate in enumerate(NINE_GATES, start=1):
        Principle(
            code=gate.value, position=position, name_ja=gate.value, name_en=gate.value, gates=[gate], principle_set=nine
        )
    partnership = make_partnership(
        need=make_need(participant=association, title="子ども食堂を開きたい"),
        offers=[make_offer(participant=company), make_offer(participant=person, title="手伝えます")],
        stage=Stage.ACCEPTED,
    )
    chair, manager, coordinator = (make_account(email=f"{name}@hiyori.example") for name in ("chair", "m", "coord"))
    session.add_all(
        [
            make_membership(association, account=chair),
            make_membership(company, account=manager),
            make_appointment(district, account=coordinator),
            nine,
            partnership,
        ]
    )
    session.commit()
    assert [party.side for party in partnership.parties] == [Side.REQUESTER, Side.PROVIDER, Side.PROVIDER]
    return Drafting(session, signed_in, partnership, chair, manager, coordinator)
