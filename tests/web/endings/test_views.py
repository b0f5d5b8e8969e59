"""Finishing early, and the decision how a partnership ends."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models import (
    Account,
    AuditedSession,
    CaseStudy,
    Continuation,
    EndDecision,
    Ending,
    LedgerMove,
    Partnership,
    Reply,
    Stage,
    Suggestion,
    capacity,
)
from tests.factories import make_account, make_membership, make_offer, make_participant
from tests.web.endings.conftest import NOON
from web.operations.queries.invariants import INVARIANTS
from web.partnerships import services as partnerships

SignedIn = Callable[[Account], FlaskClient]
STAGES = ("打診中", "全員が「はい」", "協定の準備中", "協定成立", "活動中", "評価中")
DONE = {"ending": "dissolved", "reason": "祭りが終わった"}


@pytest.fixture
def evaluated(town: Any) -> Partnership:
    """Return a partnership that every party has evaluated."""
    partnership: Partnership = town.partnership(Stage.EVALUATING)
    town.evaluate(*partnership.parties)
    return partnership


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENISHI_NOW", "2026-12-01T03:00:00+00:00")


def continued_by(session: AuditedSession, partnership: Partnership) -> Partnership | None:
    found = session.scalar(select(Continuation).where(Continuation.predecessor_id == partnership.id))
    return None if found is None else found.successor


def decide(browser: FlaskClient, partnership: Partnership, **typed: str) -> Any:
    return browser.post(f"/partnerships/{partnership.id}/end", data=DONE | typed)


def test_a_party_finishes_before_the_last_day(town: Any, signed_in: SignedIn) -> None:
    partnership, browser = town.partnership(), signed_in(town.manager)

    page = browser.get(f"/partnerships/{partnership.id}/finish")
    answer = browser.post(f"/partnerships/{partnership.id}/finish")

    assert (page.status_code, answer.status_code) == (200, 303)
    assert partnership.stage is Stage.EVALUATING
    assert len(town.mails("evaluation-asked")) == 3


def test_it_is_finished_once(town: Any, signed_in: SignedIn) -> None:
    partnership, browser = town.partnership(), signed_in(town.chair)

    answers = [browser.post(f"/partnerships/{partnership.id}/finish").status_code for _ in range(2)]

    assert answers == [303, 409]
    assert len(town.mails("evaluation-asked")) == 3


def test_a_stranger_finishes_nothing(town: Any, signed_in: SignedIn) -> None:
    partnership = town.partnership()

    assert signed_in(make_account()).post(f"/partnerships/{partnership.id}/finish").status_code == 404
    assert partnership.stage is Stage.RUNNING


def test_a_coordinator_dissolves_it_with_a_reason(town: Any, evaluated: Partnership, signed_in: SignedIn) -> None:
    browser = signed_in(town.coordinator)

    page = browser.get(f"/partnerships/{evaluated.id}/end").text
    answer = decide(browser, evaluated)

    decision = town.session.scalars(select(EndDecision)).one()
    assert f"/partnerships/{evaluated.id}/work" not in page
    assert answer.headers["Location"].endswith(f"/partnerships/{evaluated.id}/case")
    assert (evaluated.stage, evaluated.ending) == (Stage.CLOSED, Ending.DISSOLVED)
    assert (decision.reason, decision.decided_by_id) == ("祭りが終わった", town.coordinator.id)
    assert town.promised() == (0, 0)
    assert town.session.scalars(select(CaseStudy)).one().partnership_id == evaluated.id


def test_it_is_handed_over_to_somebody(town: Any, evaluated: Partnership, signed_in: SignedIn) -> None:
    decide(signed_in(town.coordinator), evaluated, ending="handed_over", handed_to="日和市公民館")

    assert town.session.scalars(select(EndDecision)).one().handed_to == "日和市公民館"
    assert evaluated.ending is Ending.HANDED_OVER


@pytest.mark.parametrize(
    "typed", [{"reason": ""}, {"reason": "　"}, {"ending": ""}, {"ending": "lapsed"}, {"ending": "handed_over"}]
)
def test_what_is_missing_is_named_and_changes_nothing(
    town: Any, evaluated: Partnership, signed_in: SignedIn, typed: dict[str, str]
) -> None:
    answer = decide(signed_in(town.coordinator), evaluated, **typed)

    assert answer.status_code == 422
    assert evaluated.stage is Stage.EVALUATING


def test_it_is_ended_once(town: Any, evaluated: Partnership, signed_in: SignedIn) -> None:
    browser = signed_in(town.coordinator)

    answers = [decide(browser, evaluated).status_code for _ in range(2)]

    assert answers == [303, 409]


def test_it_is_not_decided_before_its_evaluation(town: Any, signed_in: SignedIn) -> None:
    partnership, browser = town.partnership(), signed_in(town.coordinator)

    assert browser.get(f"/partnerships/{partnership.id}/end").status_code == 303
    assert decide(browser, partnership).status_code == 409
    assert partnership.stage is Stage.RUNNING


def test_who_takes_part_does_not_decide(town: Any, evaluated: Partnership, signed_in: SignedIn) -> None:
    assert decide(signed_in(town.chair), evaluated).status_code == 404


def test_it_waits_for_what_was_lent(town: Any, evaluated: Partnership, signed_in: SignedIn) -> None:
    line, browser = town.lend(evaluated), signed_in(town.coordinator)

    refused = decide(browser, evaluated)
    assert refused.status_code == 409
    assert "折りたたみ椅子" in refused.text
    assert f"/partnerships/{evaluated.id}/work" in refused.text
    assert "祭りが終わった" in refused.text

    line.note(LedgerMove.RETURNED, 3, on=NOON.date(), by=None, at=NOON)
    assert decide(browser, evaluated).status_code == 303


def test_it_waits_for_the_evaluations(town: Any, signed_in: SignedIn) -> None:
    partnership = town.partnership(Stage.EVALUATING)
    town.evaluate(partnership.parties[0])

    refused = decide(signed_in(town.coordinator), partnership)

    assert refused.status_code == 409
    assert "日和印刷" in refused.text
    assert partnership.stage is Stage.EVALUATING


def test_after_the_last_day_nobody_waits_for_evaluations(
    town: Any, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    partnership = town.partnership(Stage.EVALUATING)
    until = partnership.evaluated_until
    assert until is not None

    monkeypatch.setenv("ENISHI_NOW", f"{until}T23:00:00+09:00")
    assert decide(signed_in(town.coordinator), partnership).status_code == 409

    monkeypatch.setenv("ENISHI_NOW", f"{until.replace(day=until.day + 1)}T00:30:00+09:00")
    assert decide(signed_in(town.coordinator), partnership).status_code == 303


def test_to_continue_asks_the_same_parties_anew(town: Any, evaluated: Partnership, signed_in: SignedIn) -> None:
    town.need.fill()

    answer = decide(signed_in(town.coordinator), evaluated, ending="continued")

    successor = continued_by(town.session, evaluated)
    assert answer.status_code == 303
    assert successor is not None
    assert (evaluated.ending, successor.stage) == (Ending.CONTINUED, Stage.PROPOSED)
    assert [party.participant_id for party in successor.parties] == [one.participant_id for one in evaluated.parties]
    assert [party.enquiry.reply for party in successor.parties] == [None, None]
    assert town.promised() == (1, 1)
    assert town.mails("enquiry") == ["chair@hiyori.example", "manager@hiyori.example"]


def test_everybody_says_yes_for_itself_again(town: Any, evaluated: Partnership, signed_in: SignedIn) -> None:
    town.need.fill()
    decide(signed_in(town.coordinator), evaluated, ending="continued")
    successor = continued_by(town.session, evaluated)
    assert successor is not None

    for party, by in zip(successor.parties, (town.chair, town.manager), strict=True):
        partnerships.answer(town.session, party.enquiry, Reply.YES, by=by, at=NOON)

    assert successor.stage is Stage.ACCEPTED
    assert (successor.agreed_version, successor.ends_on) == (None, None)


def test_a_suggestion_of_the_same_team_stands_behind_it(town: Any, evaluated: Partnership, signed_in: SignedIn) -> None:
    decide(signed_in(town.coordinator), evaluated, ending="continued")

    successor = continued_by(town.session, evaluated)
    assert successor is not None
    suggestion = town.session.get_one(Suggestion, successor.suggestion_id)
    assert suggestion.edited_from_id == evaluated.suggestion_id
    assert suggestion.reviewed_by_id == town.coordinator.id


def test_nothing_changes_where_somebody_cannot_be_asked(town: Any, evaluated: Partnership, signed_in: SignedIn) -> None:
    town.offer.participant.pause(at=NOON)

    answer = decide(signed_in(town.coordinator), evaluated, ending="continued")

    assert answer.status_code == 409
    assert "日和印刷" in answer.text
    assert evaluated.stage is Stage.EVALUATING
    assert town.session.scalars(select(Continuation)).all() == []


def test_nothing_changes_where_too_much_was_promised(town: Any, evaluated: Partnership, signed_in: SignedIn) -> None:
    town.offer.participant.open_enquiries = 3

    answer = decide(signed_in(town.coordinator), evaluated, ending="continued")

    assert answer.status_code == 409
    assert evaluated.stage is Stage.EVALUATING
    assert town.session.scalars(select(CaseStudy)).all() == []


def test_a_coordinator_who_takes_part_leaves_it_to_another(
    town: Any, evaluated: Partnership, signed_in: SignedIn
) -> None:
    town.session.add(make_membership(town.offer.participant, account=town.coordinator))

    assert decide(signed_in(town.coordinator), evaluated, ending="continued").status_code == 403
    assert evaluated.stage is Stage.EVALUATING


def test_who_has_left_is_not_asked_again(town: Any, signed_in: SignedIn) -> None:
    further = make_offer(participant=make_participant(area=town.need.area))
    partnership = town.partnership(Stage.EVALUATING, further)
    stays, leaves = partnership.parties[:2], partnership.parties[2]
    capacity.release_party(town.session, leaves, at=NOON)
    partnership.leave(leaves, at=NOON)
    town.evaluate(*stays)

    answer = decide(signed_in(town.coordinator), partnership, ending="continued")

    successor = continued_by(town.session, partnership)
    assert answer.status_code == 303
    assert successor is not None
    assert [party.participant_id for party in successor.parties] == [party.participant_id for party in stays]
    assert town.promised() == (1, 1)


def test_what_is_counted_still_counts_after_it_is_continued(
    town: Any, evaluated: Partnership, signed_in: SignedIn
) -> None:
    decide(signed_in(town.coordinator), evaluated, ending="continued")

    counting = [rule for rule in INVARIANTS if "count" in rule.sentence or "promises" in rule.sentence]
    assert [problem for rule in counting for problem in rule.check(town.session, NOON)] == []


def test_the_parties_read_how_it_ended_and_the_case(town: Any, evaluated: Partnership, signed_in: SignedIn) -> None:
    decide(signed_in(town.coordinator), evaluated)
    case = town.session.scalars(select(CaseStudy)).one()

    page = signed_in(town.manager).get(f"/partnerships/{evaluated.id}").text

    assert "祭りが終わった" in page
    assert f"/cases/{case.id}" in page
    assert f"/partnerships/{evaluated.id}/case" not in page


def test_a_coordinator_is_led_to_the_report_that_nobody_wrote(
    town: Any, evaluated: Partnership, signed_in: SignedIn
) -> None:
    browser = signed_in(town.coordinator)
    decide(browser, evaluated)

    assert f"/partnerships/{evaluated.id}/case" in browser.get(f"/partnerships/{evaluated.id}").text


def test_what_is_continued_and_what_it_continues_lead_to_each_other(
    town: Any, evaluated: Partnership, signed_in: SignedIn
) -> None:
    decide(signed_in(town.coordinator), evaluated, ending="continued")
    successor = continued_by(town.session, evaluated)
    assert successor is not None
    browser = signed_in(town.chair)

    assert f"/partnerships/{successor.id}" in browser.get(f"/partnerships/{evaluated.id}").text
    assert f"/partnerships/{evaluated.id}" in browser.get(f"/partnerships/{successor.id}").text


def test_while_it_runs_its_page_leads_to_finishing_early(town: Any, signed_in: SignedIn) -> None:
    partnership = town.partnership()

    assert (
        f"/partnerships/{partnership.id}/finish" in signed_in(town.manager).get(f"/partnerships/{partnership.id}").text
    )


def test_steps_of_one_moment_stand_in_the_order_of_the_stages(
    town: Any, evaluated: Partnership, signed_in: SignedIn
) -> None:
    page = signed_in(town.chair).get(f"/partnerships/{evaluated.id}").text

    history = page[page.index('id="history"') :]
    places = [history.index(f"{stage}：") for stage in STAGES]
    assert places == sorted(places)
