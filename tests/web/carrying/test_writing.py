"""What is written down while the work runs: milestones, the ledger, and hours."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models import Account, LedgerEntry, LedgerLine, LedgerMove, Milestone, NewsKind, Notice, Stage, WorkedHours
from models.errors import InvalidValue, NotAllowed, NotInHand
from tests.factories import make_membership
from tests.web.carrying.conftest import MORNING, Town
from web.carrying import services

SignedIn = Callable[[Account], FlaskClient]


def news(town: Town) -> list[tuple[NewsKind, Account]]:
    return [(one.kind, one.account) for one in town.session.scalars(select(Notice))]


def milestone(town: Town) -> Milestone:
    planned = Milestone(title="ちらしを配る", due_on=date(2026, 12, 20), partnership=town.partnership)
    town.session.add(planned)
    town.session.commit()
    return planned


def lent(town: Town, **typed: str) -> dict[str, str]:
    return {
        "kind": "goods",
        "what": "長机",
        "unit": "台",
        "giver": str(town.company.id),
        "receiver": str(town.association.id),
        "terms": "lent",
        "due_back_on": "令和9年3月31日",
        "quantity": "８",
        "on": "2026/12/2",
        "note": "",
    } | typed


def moved(**typed: str) -> dict[str, str]:
    return {"move": "returned", "quantity": "3", "on": "2026-12-05", "note": "雨でぬれた"} | typed


def worked(party: Any, **typed: str) -> dict[str, str]:
    return {"party": str(party.id), "on": "2026-12-05", "hours": "２.５", "people": "2", "what": "会場の準備"} | typed


def test_a_party_adds_a_milestone(town: Town, as_chair: FlaskClient) -> None:
    answer = as_chair.post(town.url("milestones/new"), data={"title": "ちらしを配る", "due_on": "令和8年12月20日"})

    assert answer.status_code == 303
    assert town.session.scalars(select(Milestone.due_on)).all() == [date(2026, 12, 20)]


@pytest.mark.parametrize("due_on", ["2026-11-01", "2027-04-01", "2026-02-30", ""])
def test_a_milestone_lies_in_the_time_of_the_partnership(town: Town, as_chair: FlaskClient, due_on: str) -> None:
    answer = as_chair.post(town.url("milestones/new"), data={"title": "ちらしを配る", "due_on": due_on})

    assert answer.status_code == 422
    assert "ちらしを配る" in answer.text
    assert town.session.scalars(select(Milestone)).all() == []


def test_reaching_a_milestone_is_news_for_the_others_and_told_once(town: Town, as_chair: FlaskClient) -> None:
    planned = milestone(town)
    for _ in range(2):
        as_chair.post(town.url(f"milestones/{planned.id}/reached"))

    assert planned.reached_at == MORNING
    assert sorted(account.id for _, account in news(town)) == sorted([town.manager.id, town.coordinator.id])


def test_a_milestone_can_turn_out_not_to_be_reached(town: Town, as_chair: FlaskClient) -> None:
    planned = milestone(town)
    as_chair.post(town.url(f"milestones/{planned.id}/reached"))

    as_chair.post(town.url(f"milestones/{planned.id}/not-reached"))

    assert planned.reached_at is None


def test_a_milestone_of_another_partnership_is_not_found_here(
    town_at: Callable[[Stage], Town], signed_in: SignedIn
) -> None:
    here, there = town_at(Stage.RUNNING), town_at(Stage.RUNNING)

    answer = signed_in(here.chair).post(here.url(f"milestones/{milestone(there).id}/reached"))

    assert answer.status_code == 404


def test_what_is_lent_is_written_with_what_was_handed_over_first(town: Town, as_chair: FlaskClient) -> None:
    answer = as_chair.post(town.url("ledger/new"), data=lent(town))

    line = town.session.scalars(select(LedgerLine)).one()
    assert answer.status_code == 303
    assert (line.what, line.is_lent, line.due_back_on) == ("長机", True, date(2027, 3, 31))
    assert (line.handed_over, line.outstanding, line.entries[0].on) == (8, 8, date(2026, 12, 2))
    assert (NewsKind.LEDGER_WRITTEN, town.manager) in news(town)


@pytest.mark.parametrize(
    "typed",
    [
        {"on": "2026-12-11"},  # tomorrow
        {"on": "2026-11-19"},  # the day before all had said yes
        {"quantity": "0"},
        {"quantity": "沢山"},
        {"quantity": "99999999999"},
        {"what": " "},
        {"terms": ""},
        {"terms": "given"},  # and due back all the same
        {"due_back_on": "2026-12-01"},
        {"kind": "people"},
        {"giver": "x"},
    ],
)
def test_a_line_that_cannot_be_is_refused_and_nothing_typed_is_lost(
    town: Town, as_chair: FlaskClient, typed: dict[str, str]
) -> None:
    answer = as_chair.post(town.url("ledger/new"), data=lent(town, note="二階の倉庫から", **typed))

    assert answer.status_code == 422
    assert "二階の倉庫から" in answer.text
    assert town.session.scalars(select(LedgerLine)).all() == []


def test_nobody_gives_to_itself(town: Town, as_chair: FlaskClient) -> None:
    answer = as_chair.post(town.url("ledger/new"), data=lent(town, receiver=str(town.company.id)))

    assert answer.status_code == 422


def test_what_comes_back_is_no_longer_outstanding(town: Town, as_chair: FlaskClient) -> None:
    line = town.lend(8)

    assert as_chair.post(town.url(f"ledger/{line.id}"), data=moved()).status_code == 303
    assert (line.returned, line.outstanding) == (3, 5)


def test_a_return_of_more_than_was_lent_names_what_is_outstanding(town: Town, as_chair: FlaskClient) -> None:
    town.chair.locale = "en"
    line = town.lend(8)

    answer = as_chair.post(town.url(f"ledger/{line.id}"), data=moved(quantity="9"))

    assert answer.status_code == 422
    assert "Only 8 台 are outstanding" in answer.text
    assert 'value="9"' in answer.text
    assert "雨でぬれた" in answer.text
    assert line.outstanding == 8


def test_more_may_be_handed_over_again(town: Town, as_chair: FlaskClient) -> None:
    line = town.lend(8)

    as_chair.post(town.url(f"ledger/{line.id}"), data=moved(move="handed_over", quantity="20"))

    assert (line.handed_over, line.outstanding) == (28, 28)


@pytest.mark.parametrize("on", ["2026-12-01", "2026-12-11", "2026-11-01"])
def test_nothing_comes_back_before_it_was_handed_over_or_in_the_future(
    town: Town, as_chair: FlaskClient, on: str
) -> None:
    line = town.lend(8)

    assert as_chair.post(town.url(f"ledger/{line.id}"), data=moved(on=on)).status_code == 422
    assert line.outstanding == 8


def test_of_two_who_return_the_same_the_second_is_refused(town: Town) -> None:
    line, back = town.lend(8), services.Moved(quantity=5, on=date(2026, 12, 5))
    services.note_entry(town.session, line, LedgerMove.RETURNED, back, by=town.chair, at=MORNING)

    with pytest.raises(NotInHand):
        services.note_entry(town.session, line, LedgerMove.RETURNED, back, by=town.manager, at=MORNING)


def test_the_service_refuses_a_day_in_the_future_too(town: Town) -> None:
    tomorrow = services.Moved(quantity=5, on=date(2026, 12, 11))

    with pytest.raises(InvalidValue):
        services.note_entry(town.session, town.lend(), LedgerMove.RETURNED, tomorrow, by=town.chair, at=MORNING)


@pytest.mark.parametrize(("stage", "status"), [(Stage.DRAFTING, 409), (Stage.AGREED, 303), (Stage.EVALUATING, 303)])
def test_the_ledger_is_written_from_the_agreement_until_the_end(
    town_at: Callable[[Stage], Town], signed_in: SignedIn, stage: Stage, status: int
) -> None:
    town = town_at(stage)

    assert signed_in(town.chair).post(town.url("ledger/new"), data=lent(town)).status_code == status


def test_while_the_parties_look_back_things_still_come_back(
    town_at: Callable[[Stage], Town], signed_in: SignedIn
) -> None:
    town = town_at(Stage.EVALUATING)
    line = town.lend(8)

    signed_in(town.chair).post(town.url(f"ledger/{line.id}"), data=moved(quantity="8"))

    assert line.is_balanced


def test_a_line_of_another_partnership_is_not_found_here(town_at: Callable[[Stage], Town], signed_in: SignedIn) -> None:
    here, there = town_at(Stage.RUNNING), town_at(Stage.RUNNING)

    assert signed_in(here.chair).post(here.url(f"ledger/{there.lend().id}"), data=moved()).status_code == 404
    assert len(there.session.scalars(select(LedgerEntry)).all()) == 1


def test_a_party_notes_its_own_hours(town: Town, as_chair: FlaskClient) -> None:
    answer = as_chair.post(town.url("hours/new"), data=worked(town.association))

    noted = town.session.scalars(select(WorkedHours)).one()
    assert answer.status_code == 303
    assert (noted.party_id, noted.total, noted.noted_by_id) == (town.association.id, 5.0, town.chair.id)


@pytest.mark.parametrize(
    "typed", [{"hours": "25"}, {"hours": "0"}, {"people": "0"}, {"on": "2026-12-11"}, {"on": "2026-11-01"}]
)
def test_hours_that_no_day_has_are_refused(town: Town, as_chair: FlaskClient, typed: dict[str, str]) -> None:
    answer = as_chair.post(town.url("hours/new"), data=worked(town.association, **typed))

    assert answer.status_code == 422
    assert "会場の準備" in answer.text


def test_nobody_notes_hours_for_a_party_that_has_an_account(
    town: Town, as_chair: FlaskClient, as_coordinator: FlaskClient
) -> None:
    for browser in (as_chair, as_coordinator):
        typed = worked(town.company, channel="telephone")
        assert browser.post(town.url("hours/new"), data=typed).status_code == 422
    with pytest.raises(NotAllowed):
        services.note_hours(
            town.session, town.company, on=date(2026, 12, 5), hours=1, people=1, what="", by=town.chair, at=MORNING
        )


def test_a_coordinator_notes_what_a_party_without_an_account_told_and_how(
    town: Town, as_coordinator: FlaskClient
) -> None:
    town.coordinator.locale = "en"
    assert as_coordinator.post(town.url("hours/new"), data=worked(town.resident)).status_code == 422

    answer = as_coordinator.post(town.url("hours/new"), data=worked(town.resident, channel="telephone"))

    assert answer.status_code == 303
    assert town.session.scalars(select(WorkedHours.what)).all() == ["By telephone: 会場の準備"]


def test_who_has_an_account_meanwhile_notes_hours_themselves(town: Town, as_coordinator: FlaskClient) -> None:
    town.session.add(make_membership(town.resident.participant))

    assert as_coordinator.post(town.url("hours/new"), data=worked(town.resident)).status_code == 422
    assert as_coordinator.get(town.url("hours/new")).status_code == 303


def test_hours_are_noted_only_while_there_is_work(town_at: Callable[[Stage], Town], signed_in: SignedIn) -> None:
    town = town_at(Stage.AGREED)

    assert signed_in(town.chair).post(town.url("hours/new"), data=worked(town.association)).status_code == 409


@pytest.mark.parametrize("page", ["milestones/new", "ledger/new", "hours/new", "requests/new"])
def test_a_form_opens(town: Town, as_coordinator: FlaskClient, page: str) -> None:
    assert as_coordinator.get(town.url(page)).status_code == 200
