from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from flask.testing import FlaskClient

from models import (
    Account,
    AuditedSession,
    ChangeRequest,
    LedgerLine,
    LedgerMove,
    Participant,
    Partnership,
    Party,
    RequestKind,
    ResourceKind,
    Stage,
    capacity,
)
from models.lifecycle import MAIN_WAY
from tests.factories import (
    answer,
    make_account,
    make_appointment,
    make_district,
    make_membership,
    make_need,
    make_offer,
    make_participant,
    make_partnership,
    make_resident,
    make_slot,
)
from tests.factories.partnerships import ENDS_ON, NOON, STARTS_ON

MORNING = datetime(2026, 12, 10, 1, 0, tzinfo=UTC)
HANDED_OVER_ON = date(2026, 12, 2)


@dataclass
class Town:
    """An association, a company and a resident without an account, who work together, and their people."""

    session: AuditedSession
    partnership: Partnership
    association: Party
    company: Party
    resident: Party
    chair: Account
    manager: Account
    coordinator: Account
    stranger: Account

    def lend(self, quantity: int = 8) -> LedgerLine:
        line = LedgerLine(
            kind=ResourceKind.GOODS,
            what="長机",
            unit="台",
            is_lent=True,
            due_back_on=date(2026, 12, 9),
            partnership=self.partnership,
            giver=self.company,
            receiver=self.association,
        )
        line.note(LedgerMove.HANDED_OVER, quantity, on=HANDED_OVER_ON, by=self.manager, at=MORNING)
        self.session.add(line)
        self.session.commit()
        return line

    def ask(self, party: Party, kind: RequestKind = RequestKind.LEAVE) -> ChangeRequest:
        request = ChangeRequest(kind=kind, text="人手が足りない", made_at=MORNING, party=party, made_by=self.manager)
        self.session.add(request)
        self.session.commit()
        return request

    def url(self, rest: str = "work") -> str:
        return f"/partnerships/{self.partnership.id}/{rest}"


@pytest.fixture
def town_at(session: AuditedSession, monkeypatch: pytest.MonkeyPatch) -> Callable[[Stage], Town]:
    """Return a function that brings three parties to a stage, on a day in December."""
    monkeypatch.setenv("ENISHI_NOW", "2026-12-10T01:00:00+00:00")

    def build(stage: Stage) -> Town:
        district = make_district()
        association: Participant = make_participant(name="北山町内会", area=district)
        company = make_participant(name="日和印刷", area=district)
        resident = make_resident(name="佐藤 実", area=district, hours_per_month=4.0)
        need = make_need(
            participant=association, slots=[make_slot(), make_slot(ResourceKind.PLACE, "集まる場所", unit="室")]
        )
        coordinator = make_account(name="調整 太郎")
        offers = [make_offer(participant=company), make_offer(participant=resident, title="手伝えます")]
        partnership = make_partnership(stage=Stage.PROPOSED, need=need, offers=offers, by=coordinator)
        chair, manager, stranger = make_account(), make_account(), make_account()
        session.add_all(
            [
                partnership,
                make_membership(association, account=chair),
                make_membership(company, account=manager),
                make_membership(make_participant(area=district), account=stranger),
                make_appointment(district, account=coordinator),
            ]
        )
        session.flush()
        capacity.take(session, partnership)
        session.commit()
        _walk(session, partnership, stage, coordinator)
        first, second, third = partnership.parties
        return Town(session, partnership, first, second, third, chair, manager, coordinator, stranger)

    return build


def _walk(session: AuditedSession, partnership: Partnership, stage: Stage, by: Account) -> None:
    """Go the rest of the way as the services do, with every open enquiry given back."""
    for party in partnership.parties:
        answer(party, by=by)
        capacity.answer_received(session, party.enquiry)
    for following in MAIN_WAY[2 : MAIN_WAY.index(stage) + 1]:
        if following is Stage.AGREED:
            partnership.agree(1, starts_on=STARTS_ON, ends_on=ENDS_ON, evaluation_on=ENDS_ON, by=by, at=NOON)
        elif following is Stage.EVALUATING:
            partnership.begin_evaluation(by=by, at=NOON)
        else:
            partnership.move_to(following, by=by, at=NOON)
    session.commit()


@pytest.fixture
def town(town_at: Callable[[Stage], Town]) -> Town:
    """Return the town while the work runs."""
    return town_at(Stage.RUNNING)


@pytest.fixture
def as_chair(town: Town, signed_in: Callable[[Account], FlaskClient]) -> FlaskClient:
    return signed_in(town.chair)


@pytest.fixture
def as_coordinator(town: Town, signed_in: Callable[[Account], FlaskClient]) -> FlaskClient:
    return signed_in(town.coordinator)
