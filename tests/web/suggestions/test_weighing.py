"""`flask suggestions weigh` says what the verdicts speak for, and switches nothing on."""

from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from matching.profiles import Weights
from matching.replay import SNAPSHOT_FORMAT, FrozenPartner
from models import (
    Again,
    AuditedSession,
    ConsentChannel,
    Ending,
    Evaluation,
    GoalReached,
    Need,
    Partnership,
    ReviewStep,
    Stage,
    Suggestion,
    Verdict,
    WeightSet,
)
from tests.factories import accept, make_account, make_need, make_participant, make_reason, make_run, make_suggestion
from tests.factories.profiles import make_offer as make_offer_profile
from tests.factories.suggestions import NOON

NAMES = list(Weights().as_mapping())


@pytest.fixture
def weigh(app: Flask, session: AuditedSession) -> Any:
    def invoke() -> Result:
        session.commit()
        return app.test_cli_runner().invoke(args=["suggestions", "weigh"], catch_exceptions=False)

    return invoke


def frozen(skill: float, time: float) -> dict[str, Any]:
    values = dict.fromkeys(NAMES, float("nan")) | {"skill": skill, "time": time}
    partner = FrozenPartner(offer=make_offer_profile(), values=values, load=1.0, fits={}, said={})
    return {"format": SNAPSHOT_FORMAT, "partners": [partner.to_json()]}


def decide(session: AuditedSession, *, count: int, by_time: bool = True) -> list[Suggestion]:
    """Write verdicts of somebody who looks at the time alone, or who approves everything."""
    area = make_participant().area
    run, by, reason = make_run(area), make_account(), make_reason(ReviewStep.REFUSE)
    suggestions = []
    for number in range(count):
        need: Need = make_need(participant=make_participant(area=area))
        suggestion = make_suggestion(need=need, offers=[], run=run)
        # The skill runs in circles, the time up and down, so that the present weights see no order in it.
        time = (number % 2) * 0.8 + 0.1
        suggestion.snapshot = frozen((number * 7 % 10) / 10, time)
        if time > 0.5 or not by_time:
            suggestion.approve(by=by, at=NOON)
        else:
            suggestion.refuse(reason, note="", by=by, at=NOON)
        suggestions.append(suggestion)
    session.add_all(suggestions)
    session.flush()
    return suggestions


def test_without_verdicts_nothing_is_proposed(weigh: Any) -> None:
    output = weigh().output

    assert "verdicts: 0" in output
    assert "fewer than 30 verdicts" in output
    assert "skill       0.30\n" in output


def end(session: AuditedSession, suggestion: Suggestion, goal: GoalReached, again: Again) -> None:
    """Let an approved suggestion become a partnership that ended, and its parties say how it was."""
    by = make_account()
    session.refresh(suggestion, ["partners"])
    partnership = Partnership.propose(suggestion, by=by, at=NOON, reply_due_on=NOON.date())
    accept(partnership)
    partnership.begin_drafting(by=by, at=NOON)
    partnership.agree(1, starts_on=NOON.date(), ends_on=NOON.date(), evaluation_on=NOON.date(), by=by, at=NOON)
    partnership.move_to(Stage.RUNNING, by=by, at=NOON)
    partnership.begin_evaluation(by=by, at=NOON)
    partnership.move_to(Stage.CLOSED, by=by, at=NOON, ending=Ending.DISSOLVED)
    said = Evaluation(
        goal=goal, again=again, principles={}, merits={}, given_at=NOON, channel=ConsentChannel.WEB,
        party=partnership.parties[0], given_by=by,
    )  # fmt: skip
    session.add_all([partnership, said])


def test_how_partnerships_ended_counts_like_a_verdict(session: AuditedSession, weigh: Any) -> None:
    good, bad, unclear = [one for one in decide(session, count=36) if one.verdict is Verdict.APPROVED][:3]
    end(session, good, GoalReached.YES, Again.YES)
    end(session, bad, GoalReached.NO, Again.NO)
    end(session, unclear, GoalReached.PARTLY, Again.PERHAPS)

    assert "verdicts: 38, of which 19 approved" in weigh().output


def test_verdicts_of_one_sort_propose_nothing(session: AuditedSession, weigh: Any) -> None:
    decide(session, count=32, by_time=False)

    assert "it takes approvals and refusals" in weigh().output


def test_what_the_verdicts_speak_for_is_shown_as_a_difference(session: AuditedSession, weigh: Any) -> None:
    first, *_ = decide(session, count=36)
    first.run.publish(needs=1, offers=1, at=NOON)
    for rank, (skill, time) in enumerate([(0.9, 0.1), (0.3, 0.9)], start=1000):
        waiting = make_suggestion(need=first.need, offers=[], run=first.run, rank=rank)
        waiting.snapshot = frozen(skill, time)
        session.add(waiting)

    output = weigh().output

    assert "verdicts: 36, of which 18 approved" in output
    assert "back-test (approved before refused): present" in output
    assert "time        0.15  ->" in output
    assert "of 2 suggestions that wait for a decision would change their place" in output
    assert session.scalar(select(func.count()).select_from(WeightSet).where(WeightSet.number == 2)) == 0


def test_verdicts_whose_input_was_erased_do_not_count(session: AuditedSession, weigh: Any) -> None:
    for suggestion in decide(session, count=31)[:2]:
        suggestion.snapshot = {}

    assert "verdicts: 29" in weigh().output
