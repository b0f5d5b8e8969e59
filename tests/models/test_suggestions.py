import pytest

from models import Partnership, ReviewStep, Verdict
from models.errors import AlreadyDecided, IllegalMove, InvalidValue
from tests.factories import make_account, make_membership, make_reason, make_suggestion
from tests.factories.partnerships import DUE, NOON


def test_one_coordinator_without_an_interest_is_enough() -> None:
    suggestion = make_suggestion()

    assert suggestion.approve(by=make_account(), at=NOON)
    assert suggestion.verdict is Verdict.APPROVED


def test_a_coordinator_who_speaks_for_a_party_is_not_enough() -> None:
    suggestion = make_suggestion()
    membership = make_membership(suggestion.need.participant)
    membership.participant_id = suggestion.need.participant_id = suggestion.need.participant.id

    assert not suggestion.approve(by=membership.account, at=NOON)
    assert suggestion.verdict is Verdict.PENDING
    assert suggestion.awaits_second_approval


def test_a_second_coordinator_decides_where_the_first_has_an_interest() -> None:
    suggestion = make_suggestion()
    membership = make_membership(suggestion.need.participant)
    membership.participant_id = suggestion.need.participant_id = suggestion.need.participant.id
    suggestion.approve(by=membership.account, at=NOON)

    assert suggestion.approve(by=make_account(), at=NOON)


def test_nobody_approves_twice() -> None:
    suggestion = make_suggestion()
    membership = make_membership(suggestion.need.participant)
    membership.participant_id = suggestion.need.participant_id = suggestion.need.participant.id
    suggestion.approve(by=membership.account, at=NOON)

    with pytest.raises(AlreadyDecided):
        suggestion.approve(by=membership.account, at=NOON)


def test_what_is_decided_is_not_decided_again() -> None:
    suggestion = make_suggestion()
    suggestion.approve(by=make_account(), at=NOON)

    with pytest.raises(AlreadyDecided):
        suggestion.refuse(make_reason(ReviewStep.REFUSE), note="", by=make_account(), at=NOON)


def test_what_is_held_can_still_be_approved() -> None:
    suggestion = make_suggestion()
    suggestion.hold(make_reason(ReviewStep.HOLD), note="夏のあとで", by=make_account(), at=NOON)

    assert suggestion.approve(by=make_account(), at=NOON)


def test_refusing_takes_a_reason_to_refuse() -> None:
    with pytest.raises(InvalidValue):
        make_suggestion().refuse(make_reason(ReviewStep.HOLD), note="", by=make_account(), at=NOON)


def test_an_approved_suggestion_is_not_superseded() -> None:
    suggestion = make_suggestion()
    suggestion.approve(by=make_account(), at=NOON)

    suggestion.supersede()

    assert suggestion.verdict is Verdict.APPROVED


def test_only_an_approved_suggestion_becomes_a_partnership() -> None:
    with pytest.raises(IllegalMove):
        Partnership.propose(make_suggestion(), by=make_account(), at=NOON, reply_due_on=DUE)


def test_every_side_gets_an_enquiry() -> None:
    suggestion = make_suggestion()
    suggestion.approve(by=make_account(), at=NOON)

    partnership = Partnership.propose(suggestion, by=make_account(), at=NOON, reply_due_on=DUE)

    assert [party.enquiry.due_on for party in partnership.parties] == [DUE, DUE]


def test_a_superseded_suggestion_that_was_held_keeps_no_review_time() -> None:
    suggestion = make_suggestion()
    suggestion.hold(make_reason(ReviewStep.HOLD), note="", by=make_account(), at=NOON)

    suggestion.supersede()

    assert suggestion.reviewed_at is None
