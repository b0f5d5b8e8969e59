"""A partnership that looks back: an association and a company with accounts, a resident without one."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from models import (
    Account,
    Again,
    AuditedSession,
    Evaluation,
    GoalReached,
    Partnership,
    Party,
    Principle,
    PrincipleSet,
    Stage,
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
    make_resident,
)
from web.evaluations import services
from web.evaluations.services import Said

MONDAY_NOON = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
IN_TIME = "2026-11-24T03:00:00+00:00"
LAST_MOMENT = "2026-12-11T23:59:00+09:00"
DAY_AFTER = "2026-12-12T00:01:00+09:00"


@dataclass
class Town:
    """The partnership, who speaks for whom, and how to answer by the service."""

    session: AuditedSession
    partnership: Partnership
    chair: Account
    manager: Account
    coordinator: Account
    typed: dict[str, str] = field(default_factory=dict)

    @property
    def parties(self) -> list[Party]:
        return self.partnership.parties

    @property
    def page(self) -> str:
        return f"/partnerships/{self.partnership.id}"

    def evaluate(self, party: Party, by: Account, **said: object) -> Evaluation:
        whole = {"goal": GoalReached.PARTLY, "again": Again.YES, "principles": {"equality": 3}, "merits": {}}
        answer = Said(**(whole | said))  # type: ignore[arg-type]  # kept short
        evaluation = services.evaluate(self.session, party, answer, by=by, at=MONDAY_NOON)
        self.session.commit()
        return evaluation


@pytest.fixture
def town(session: AuditedSession, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setenv("ENISHI_NOW", IN_TIME)
    district = make_district()
    association = make_participant(name="北山町内会", area=district)
    company = make_participant(name="日和印刷", area=district)
    resident = make_resident(name="佐藤 実", area=district)
    coordinator = make_account(name="調整 太郎", email="coordinator@hiyori.example")
    nine = PrincipleSet(code="nine", name_ja="九原則", name_en="Nine principles")
    for position, (code, name) in enumerate([("equality", "対等な関係"), ("openness", "情報公開")], start=1):
        Principle(code=code, position=position, name_ja=name, name_en=code, gates=[], principle_set=nine)
    partnership = make_partnership(
        stage=Stage.RUNNING,
        need=make_need(participant=association, title="子ども食堂"),
        offers=[make_offer(participant=company), make_offer(participant=resident)],
        by=coordinator,
    )
    partnership.begin_evaluation(by=coordinator, at=datetime(2026, 11, 20, 3, 0, tzinfo=UTC))
    town = Town(
        session=session,
        partnership=partnership,
        chair=make_account(name="会長の利用者", email="chair@hiyori.example"),
        manager=make_account(name="社員の利用者", email="manager@hiyori.example", locale="en"),
        coordinator=coordinator,
        typed={
            "goal": "partly",
            "again": "perhaps",
            "principle_equality": "4",
            "principle_openness": "cannot_say",
            "merit_needs_met": "3",
            "merit_new_structure": "2",
            "merit_efficiency": "cannot_say",
            "merit_synergy": "1",
            "helped": "毎週の電話",
            "hindered": "鍵の受け渡し",
        },
    )
    session.add_all(
        [
            nine,
            partnership,
            make_membership(association, account=town.chair),
            make_membership(company, account=town.manager),
            make_appointment(district, account=coordinator),
        ]
    )
    session.commit()
    return town
