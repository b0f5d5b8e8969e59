import itertools

import pytest

from models import Ending, Reply, ReviewStep, Stage
from models.errors import AlreadyDecided, IllegalMove, InvalidValue
from models.lifecycle import MAIN_WAY, NEXT, OVER, check_move
from tests.factories import accept, answer, make_account, make_partnership, make_reason
from tests.factories.partnerships import NOON

MOVES = [(current, following) for current in Stage for following in Stage]


def test_every_stage_is_listed() -> None:
    assert set(NEXT) == set(Stage)


@pytest.mark.parametrize(("current", "following"), MOVES)
def test_only_the_table_decides_which_stage_follows(current: Stage, following: Stage) -> None:
    if following in NEXT[current]:
        check_move(current, following)
    else:
        with pytest.raises(IllegalMove):
            check_move(current, following)


def test_the_main_way_can_be_walked() -> None:
    assert all(following in NEXT[current] for current, following in itertools.pairwise(MAIN_WAY))


def test_what_is_over_leads_nowhere() -> None:
    assert {Stage.CLOSED, Stage.DECLINED, Stage.LAPSED, Stage.WITHDRAWN} == OVER


def test_one_yes_is_not_enough() -> None:
    partnership = make_partnership()

    answer(partnership.parties[0])

    assert partnership.stage is Stage.PROPOSED


def test_the_last_yes_accepts() -> None:
    partnership = make_partnership()

    accept(partnership)

    assert partnership.stage is Stage.ACCEPTED


def test_one_no_declines() -> None:
    partnership = make_partnership()

    answer(partnership.parties[0], Reply.NO, reason=make_reason())

    assert partnership.stage is Stage.DECLINED


def test_a_no_without_a_reason_is_not_taken() -> None:
    partnership = make_partnership()

    with pytest.raises(InvalidValue):
        answer(partnership.parties[0], Reply.NO)


def test_a_reason_of_another_step_is_not_taken() -> None:
    partnership = make_partnership()

    with pytest.raises(InvalidValue):
        answer(partnership.parties[0], Reply.NO, reason=make_reason(ReviewStep.HOLD))


def test_a_party_answers_once() -> None:
    partnership = make_partnership()
    answer(partnership.parties[0])

    with pytest.raises(AlreadyDecided):
        answer(partnership.parties[0])


def test_nobody_answers_what_was_declined() -> None:
    partnership = make_partnership(stage=Stage.DECLINED)

    with pytest.raises(AlreadyDecided):
        answer(partnership.parties[0])


def test_contacts_are_hidden_until_all_said_yes() -> None:
    partnership = make_partnership()
    answer(partnership.parties[0])

    assert not partnership.shows_contacts


def test_contacts_are_shown_once_all_said_yes() -> None:
    assert make_partnership(stage=Stage.ACCEPTED).shows_contacts


def test_contacts_are_hidden_again_when_the_partnership_is_closed() -> None:
    assert not make_partnership(stage=Stage.CLOSED).shows_contacts


def test_a_partnership_is_not_accepted_by_moving_it() -> None:
    partnership = make_partnership()

    with pytest.raises(IllegalMove):
        partnership.move_to(Stage.ACCEPTED, by=make_account(), at=NOON)


def test_closing_names_the_ending() -> None:
    partnership = make_partnership(stage=Stage.EVALUATING)

    with pytest.raises(InvalidValue):
        partnership.move_to(Stage.CLOSED, by=make_account(), at=NOON)


def test_an_ending_is_named_only_when_closing() -> None:
    partnership = make_partnership(stage=Stage.ACCEPTED)

    with pytest.raises(InvalidValue):
        partnership.move_to(Stage.DRAFTING, by=make_account(), at=NOON, ending=Ending.CONTINUED)


def test_withdrawing_releases_open_enquiries() -> None:
    partnership = make_partnership(stage=Stage.WITHDRAWN)

    assert not any(party.enquiry.is_open for party in partnership.parties)


def test_each_stage_that_was_reached_is_kept() -> None:
    partnership = make_partnership(stage=Stage.CLOSED)

    assert [change.stage for change in partnership.changes] == list(MAIN_WAY)


@pytest.mark.parametrize("stage", [*Stage])
def test_the_builder_reaches_every_stage(stage: Stage) -> None:
    assert make_partnership(stage=stage).stage is stage
