"""Who asks to change or to leave, who decides, and what becomes free."""

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from models import (
    Account,
    ChangeRequest,
    Job,
    LedgerLine,
    LedgerMove,
    NewsKind,
    Notice,
    OutboxMail,
    RequestKind,
    ResourceKind,
    Stage,
    capacity,
)
from models.errors import AlreadyDecided, CapacityExhausted, LedgerUnbalanced, NotAllowed
from tests.web.carrying.conftest import HANDED_OVER_ON, MORNING, Town
from web.carrying import services
from web.operations.queries import invariants
from web.participants.queries import seen_by
from web.participants.services import leave_for_good

SignedIn = Callable[[Account], FlaskClient]
YES = {"granted": "yes", "answer": "承知しました"}


def broken(town: Town) -> list[str]:
    town.session.commit()
    return [one.sentence for one in invariants.examine(town.session, at=MORNING) if not one.holds]


def decide(town: Town, request: ChangeRequest, *, granted: bool = True) -> None:
    services.decide(town.session, request, granted=granted, answer="承知しました", by=town.coordinator, at=MORNING)
    town.session.commit()


def asked(party: object, **typed: str) -> dict[str, str]:
    return {"party": str(party.id), "kind": "leave", "text": "人手が足りない"} | typed  # type: ignore[attr-defined]  # a party


def test_a_party_asks_to_leave_and_the_others_hear_of_it(town: Town, signed_in: SignedIn) -> None:
    answer = signed_in(town.manager).post(town.url("requests/new"), data=asked(town.company))

    request = town.session.scalars(select(ChangeRequest)).one()
    told = town.session.scalars(select(Notice.account_id).where(Notice.kind == NewsKind.REQUEST_MADE)).all()
    assert answer.status_code == 303
    assert (request.kind, request.party_id, request.made_by_id) == (
        RequestKind.LEAVE,
        town.company.id,
        town.manager.id,
    )
    assert set(told) == {town.chair.id, town.coordinator.id}


def test_one_request_waits_at_a_time_and_the_text_of_the_second_is_kept(town: Town, signed_in: SignedIn) -> None:
    town.ask(town.company)

    answer = signed_in(town.manager).post(town.url("requests/new"), data=asked(town.company, text="もう一つ"))

    assert answer.status_code == 422
    assert "もう一つ" in answer.text
    with pytest.raises(AlreadyDecided):
        services.ask(town.session, town.company, RequestKind.CHANGE, "もう", by=town.manager, at=MORNING)


def test_nobody_asks_for_a_party_that_has_an_account(town: Town, as_coordinator: FlaskClient) -> None:
    typed = asked(town.company, channel="telephone")

    assert as_coordinator.post(town.url("requests/new"), data=typed).status_code == 422
    with pytest.raises(NotAllowed):
        services.ask(town.session, town.company, RequestKind.LEAVE, "もう", by=town.coordinator, at=MORNING)


def test_a_coordinator_writes_down_what_a_party_without_an_account_asks_for(
    town: Town, as_coordinator: FlaskClient
) -> None:
    town.coordinator.locale = "en"

    as_coordinator.post(town.url("requests/new"), data=asked(town.resident, channel="paper"))

    assert town.session.scalars(select(ChangeRequest.text)).all() == ["On paper: 人手が足りない"]


@pytest.mark.parametrize("stage", [Stage.ACCEPTED, Stage.EVALUATING])
def test_requests_are_taken_while_there_is_something_to_change(
    town_at: Callable[[Stage], Town], signed_in: SignedIn, stage: Stage
) -> None:
    town = town_at(stage)

    assert signed_in(town.manager).post(town.url("requests/new"), data=asked(town.company)).status_code == 409


def test_a_party_does_not_decide(town: Town, as_chair: FlaskClient, signed_in: SignedIn) -> None:
    request = town.ask(town.company)

    for browser in (as_chair, signed_in(town.manager), signed_in(town.stranger)):
        assert browser.post(f"/requests/{request.id}/decide", data=YES).status_code == 404
    assert request.decided_at is None


def test_a_granted_change_leads_to_the_agreement(town: Town, as_coordinator: FlaskClient) -> None:
    request = town.ask(town.company, RequestKind.CHANGE)

    answer = as_coordinator.post(f"/requests/{request.id}/decide", data=YES)

    assert answer.location == f"/partnerships/{town.partnership.id}/agreement"
    assert (request.granted, request.answer) == (True, "承知しました")
    assert town.company.left_at is None


def test_a_decision_says_why(town: Town, as_coordinator: FlaskClient) -> None:
    request = town.ask(town.company)

    assert as_coordinator.post(f"/requests/{request.id}/decide", data={"granted": "no"}).status_code == 422
    assert request.decided_at is None


def test_a_request_is_decided_once(town: Town, as_coordinator: FlaskClient) -> None:
    request = town.ask(town.company)
    as_coordinator.post(f"/requests/{request.id}/decide", data={"granted": "no", "answer": "来月まで"})

    assert as_coordinator.post(f"/requests/{request.id}/decide", data=YES).status_code == 409
    assert as_coordinator.get(f"/requests/{request.id}/decide").status_code == 303
    assert (request.granted, town.company.left_at) == (False, None)


def test_who_is_let_go_gives_back_what_it_alone_had_promised(town: Town, as_coordinator: FlaskClient) -> None:
    request = town.ask(town.company)
    item, slot = town.company.commitments[0].item, town.company.commitments[0].slot
    before = slot.promised

    assert as_coordinator.get(f"/requests/{request.id}/decide").status_code == 200
    as_coordinator.post(f"/requests/{request.id}/decide", data=YES)

    assert (town.company.left_at, town.partnership.stage) == (MORNING, Stage.RUNNING)
    assert (town.company.participant.engagements, town.company.offer and town.company.offer.engagements) == (0, 0)
    assert (item.promised, slot.promised) == (0, before - 1)
    assert town.resident.participant.engagements == 1
    assert town.session.scalar(select(func.count()).select_from(Job)) == 1
    assert broken(town) == []


def test_who_left_no_longer_carries_it_nor_sees_how_to_reach_the_others(town: Town, signed_in: SignedIn) -> None:
    browser = signed_in(town.manager)
    assert browser.get(town.url()).status_code == 200

    decide(town, town.ask(town.company))

    assert browser.get(town.url()).status_code == 404
    assert seen_by(town.manager, town.association.participant, partnership=town.partnership).contact is None
    assert seen_by(town.chair, town.resident.participant, partnership=town.partnership).contact is not None


def test_when_the_side_with_the_need_leaves_all_ends_and_nothing_is_given_back_twice(town: Town) -> None:
    decide(town, town.ask(town.company))

    decide(town, town.ask(town.association))

    assert (town.partnership.stage, town.association.left_at) == (Stage.WITHDRAWN, MORNING)
    assert town.resident.participant.engagements == 0
    assert broken(town) == []


def test_the_end_is_told_to_who_is_still_in_and_does_not_know(town: Town) -> None:
    decide(town, town.ask(town.association))

    mails = select(OutboxMail.to_address).where(OutboxMail.template == "does-not-come-about")
    assert town.session.scalars(mails).all() == [town.manager.email]


def test_what_was_lent_holds_a_party_back_until_it_is_returned(town: Town, as_coordinator: FlaskClient) -> None:
    town.coordinator.locale = "en"
    line, request = town.lend(8), town.ask(town.company)

    answer = as_coordinator.post(f"/requests/{request.id}/decide", data=YES)

    assert answer.status_code == 422
    assert "This is still outstanding: 長机 8 台." in answer.text
    with pytest.raises(LedgerUnbalanced):
        decide(town, request)
    town.session.rollback()
    line.note(LedgerMove.RETURNED, 8, on=date(2026, 12, 5), by=town.chair, at=MORNING)
    decide(town, request)
    assert town.company.left_at == MORNING


def test_what_others_lent_each_other_holds_nobody_back_while_they_go_on(town: Town) -> None:
    town.lend(8)

    decide(town, town.ask(town.resident))

    assert town.resident.left_at == MORNING


def test_what_others_lent_each_other_comes_back_before_all_ends(town: Town) -> None:
    line = LedgerLine(
        kind=ResourceKind.MONEY,
        what="食材費",
        unit="円",
        is_lent=False,
        partnership=town.partnership,
        giver=town.company,
        receiver=town.resident,
    )
    line.note(LedgerMove.HANDED_OVER, 5000, on=HANDED_OVER_ON, by=town.manager, at=MORNING)
    town.session.add(line)

    with pytest.raises(LedgerUnbalanced):
        decide(town, town.ask(town.association))


def test_a_refusal_is_still_possible_when_the_work_is_over(town_at: Callable[[Stage], Town]) -> None:
    town = town_at(Stage.EVALUATING)

    decide(town, request := town.ask(town.company), granted=False)

    assert request.granted is False


def test_who_left_and_is_erased_does_not_end_what_the_others_carry_on(town: Town) -> None:
    decide(town, town.ask(town.resident))

    leave_for_good(town.session, town.resident.participant, by=town.coordinator, at=MORNING)

    assert town.partnership.stage is Stage.RUNNING


def test_a_party_that_did_not_hold_what_it_gives_back_is_refused(town: Town) -> None:
    capacity.release_party(town.session, town.company, at=MORNING)

    with pytest.raises(CapacityExhausted):
        capacity.release_party(town.session, town.company, at=MORNING)
