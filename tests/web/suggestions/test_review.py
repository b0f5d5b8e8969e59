from typing import Any

import pytest
from sqlalchemy import func, select

from models import (
    Enquiry,
    Job,
    JobState,
    OutboxMail,
    Partnership,
    ReviewStep,
    Suggestion,
    SuggestionPartner,
    Verdict,
    utc_now,
)
from models.errors import AlreadyDecided, CapacityExhausted, IllegalMove, InvalidValue
from tests.factories import (
    make_account,
    make_appointment,
    make_membership,
    make_need,
    make_offer,
    make_participant,
    make_reason,
    make_slot,
    make_suggestion,
)
from web.suggestions import services


def found(town: Any) -> Suggestion:
    town.look_for_partners()
    best: Suggestion = town.suggestions()[0]
    return best


def count(town: Any, kind: Any) -> int:
    return int(town.session.scalar(select(func.count()).select_from(kind)) or 0)


def test_an_approval_asks_every_side(town: Any) -> None:
    partnership = services.approve(town.session, found(town), by=town.coordinator)

    assert partnership is not None
    assert partnership.parties[0].participant.name == "北山自治会"
    assert count(town, Enquiry) == 3


def test_an_approval_asks_for_a_new_run(town: Any) -> None:
    services.approve(town.session, found(town), by=town.coordinator)

    assert town.session.scalar(select(func.count()).select_from(Job).where(Job.state == JobState.QUEUED)) == 1


def test_an_approval_supersedes_what_can_no_longer_be_covered(town: Any) -> None:
    best = found(town)
    others = [suggestion for suggestion in town.suggestions() if suggestion is not best]

    services.approve(town.session, best, by=town.coordinator)

    assert others
    assert {suggestion.verdict for suggestion in others} == {Verdict.SUPERSEDED}


def test_an_approval_leaves_what_can_still_be_covered(town: Any) -> None:
    need = make_need(participant=town.association, slots=[make_slot(what="手伝い", quantity=5)])
    helpers = [make_offer(participant=make_participant(area=town.north)) for _ in range(2)]
    first, second = (make_suggestion(need=need, offers=[helper], rank=1) for helper in helpers)
    town.session.add_all([first, second])
    town.session.flush()

    services.approve(town.session, first, by=town.coordinator)

    assert second.verdict is Verdict.PENDING


def test_an_approval_supersedes_a_team_whose_offer_is_taken(town: Any) -> None:
    need = make_need(participant=town.association, slots=[make_slot(what="手伝い", quantity=5)])
    town.printing_offer.set_engagement_limit(1)
    first, second = (
        make_suggestion(need=need, offers=offers, rank=rank)
        for rank, offers in enumerate(([town.printing_offer], [town.writing_offer, town.printing_offer]), start=1)
    )
    town.session.add_all([first, second])
    town.session.flush()

    services.approve(town.session, first, by=town.coordinator)

    assert second.verdict is Verdict.SUPERSEDED


def test_a_coordinator_with_an_interest_is_not_enough(town: Any) -> None:
    best = found(town)
    town.session.add(make_membership(town.company, account=town.coordinator))
    town.session.flush()

    assert services.approve(town.session, best, by=town.coordinator) is None

    assert best.awaits_second_approval
    assert count(town, Partnership) == count(town, OutboxMail) == 0


def test_a_second_coordinator_completes_the_approval(town: Any) -> None:
    best = found(town)
    town.session.add(make_membership(town.company, account=town.coordinator))
    town.session.flush()
    services.approve(town.session, best, by=town.coordinator)
    second = make_appointment(town.municipality).account
    town.session.add(second)

    partnership = services.approve(town.session, best, by=second)

    assert partnership is not None
    assert best.reviewed_by is second


def test_the_same_coordinator_is_not_a_second_one(town: Any) -> None:
    best = found(town)
    town.session.add(make_membership(town.company, account=town.coordinator))
    town.session.flush()
    services.approve(town.session, best, by=town.coordinator)

    with pytest.raises(AlreadyDecided):
        services.approve(town.session, best, by=town.coordinator)


def test_what_was_decided_stays_decided(town: Any) -> None:
    best = found(town)
    services.approve(town.session, best, by=town.coordinator)

    with pytest.raises(AlreadyDecided):
        services.refuse(town.session, best, town.refuse_reason.code, note="", by=make_account())


def test_nobody_is_asked_for_a_need_that_was_withdrawn(town: Any) -> None:
    best = found(town)
    town.need.withdraw()

    with pytest.raises(IllegalMove):
        services.approve(town.session, best, by=town.coordinator)


def test_a_team_that_was_promised_elsewhere_is_refused(town: Any) -> None:
    best = found(town)
    town.printing_offer.set_engagement_limit(0)

    with pytest.raises(CapacityExhausted):
        services.approve(town.session, best, by=town.coordinator)


@pytest.mark.parametrize("verb", ["hold", "refuse"])
def test_a_no_needs_a_reason_of_its_own_step(town: Any, verb: str) -> None:
    best = found(town)
    other_step = {"hold": town.refuse_reason, "refuse": town.hold_reason}[verb]

    with pytest.raises(InvalidValue):
        getattr(services, verb)(town.session, best, other_step.code, note="", by=town.coordinator)

    assert best.verdict is Verdict.PENDING


def test_the_same_code_can_belong_to_two_steps(town: Any) -> None:
    town.session.add(make_reason(ReviewStep.DECLINE, code=town.refuse_reason.code))
    best = found(town)

    services.refuse(town.session, best, town.refuse_reason.code, note="遠い", by=town.coordinator)

    assert best.review_reason is town.refuse_reason
    assert best.review_note == "遠い"


def test_what_is_held_can_still_be_approved(town: Any) -> None:
    best = found(town)
    services.hold(town.session, best, town.hold_reason.code, note="", by=town.coordinator)

    assert services.approve(town.session, best, by=town.coordinator) is not None


def test_offers_of_a_team_are_asked_once_each(town: Any) -> None:
    best = found(town)
    partners = town.session.scalars(select(SuggestionPartner).where(SuggestionPartner.suggestion_id == best.id)).all()

    services.approve(town.session, best, by=town.coordinator)

    assert count(town, Enquiry) == 1 + len(partners)
    assert best.reviewed_at is not None
    assert best.reviewed_at <= utc_now()
