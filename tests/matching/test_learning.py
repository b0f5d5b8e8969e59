"""Weights are learnt from verdicts only where they are enough, two-sided, and say more than chance."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.learning import Judged, Standing, WeightLearner, base_scores, propose, reordered
from matching.profiles import Weights
from matching.replay import SNAPSHOT_FORMAT, FrozenPartner
from matching.scoring import pair_score
from tests.factories.profiles import make_offer

NAMES = list(Weights().as_mapping())
PRESENT = Weights()
PLANTED = (0.05, 0.05, 0.05, 0.5, 0.05, 0.2, 0.05, 0.05)


def judged(count: int, *, seed: int, steepness: float, missing: float = 0.3) -> list[Judged]:
    """Return verdicts that follow the planted weights, the more closely the steeper; by chance at steepness 0."""
    chance = np.random.default_rng(seed)
    values = chance.random((count, len(NAMES)))
    values[chance.random(values.shape) < missing] = np.nan
    values[:, 0] = np.where(np.isnan(values).all(axis=1), 0.5, values[:, 0])
    scores = base_scores(values, PLANTED, np.ones(count))
    approved = chance.random(count) < 1.0 / (1.0 + np.exp(-steepness * (scores - np.median(scores))))
    return [
        Judged(str(k // 3), dict(zip(NAMES, values[k].tolist(), strict=True)), approved=bool(approved[k]))
        for k in range(count)
    ]


def test_planted_weights_are_found() -> None:
    proposal = propose(judged(150, seed=1, steepness=15.0), present=PRESENT, shuffles=19)

    assert proposal.standing is Standing.BETTER
    assert proposal.proposed is not None
    assert proposal.proposed.version == PRESENT.version + 1
    assert proposal.proposed_auc is not None
    assert proposal.present_auc is not None
    assert proposal.proposed_auc > proposal.present_auc + 0.05
    largest = sorted(NAMES, key=lambda name: -proposal.proposed.as_mapping()[name])  # type: ignore[union-attr]
    assert largest[0] == "time"
    assert proposal.differences["time"] > 0.1
    assert proposal.differences["skill"] < 0.0


@pytest.mark.parametrize("seed", range(6))
def test_shuffled_verdicts_propose_nothing(seed: int) -> None:
    proposal = propose(judged(60, seed=seed, steepness=0.0), present=PRESENT, shuffles=39)

    assert (proposal.standing, proposal.proposed, dict(proposal.differences)) == (Standing.NO_BETTER, None, {})


@pytest.mark.parametrize("seed", range(2))
def test_verdicts_that_follow_the_present_weights_propose_nothing(seed: int) -> None:
    chance = np.random.default_rng(seed)
    values = chance.random((90, len(NAMES)))
    scores = base_scores(values, tuple(PRESENT.as_mapping().values()), np.ones(90))
    verdicts = [
        Judged(str(k), dict(zip(NAMES, values[k].tolist(), strict=True)), approved=bool(scores[k] > np.median(scores)))
        for k in range(90)
    ]

    assert propose(verdicts, present=PRESENT, shuffles=19).standing is Standing.NO_BETTER


def test_few_verdicts_propose_nothing() -> None:
    proposal = propose(judged(29, seed=1, steepness=15.0), present=PRESENT)

    assert (proposal.standing, proposal.verdicts, proposal.present_auc) == (Standing.TOO_FEW, 29, None)


def test_verdicts_of_which_nothing_is_known_do_not_count() -> None:
    unknown = [Judged("n", dict.fromkeys(NAMES, math.nan), approved=True) for _ in range(40)]

    assert propose(unknown, present=PRESENT).verdicts == 0


@pytest.mark.parametrize("change", [{"approved": True}, {"approved": False}, {"need": "the only one"}])
def test_verdicts_of_one_sort_or_on_one_need_propose_nothing(change: dict[str, Any]) -> None:
    verdicts = [replace(one, **change) for one in judged(60, seed=1, steepness=15.0)]

    assert propose(verdicts, present=PRESENT).standing is Standing.ONE_SIDED


def test_the_same_verdicts_give_the_same_proposal() -> None:
    verdicts = judged(60, seed=2, steepness=15.0)

    assert propose(verdicts, present=PRESENT, shuffles=3) == propose(verdicts, present=PRESENT, shuffles=3)


def test_strong_shrinkage_keeps_the_present_weights() -> None:
    verdicts = judged(60, seed=2, steepness=15.0)
    values = np.array([list(one.values.values()) for one in verdicts])
    approved = np.array([one.approved for one in verdicts])
    present = tuple(PRESENT.as_mapping().values())

    found = WeightLearner(present=present, shrinkage=1e6).fit(values, approved, np.ones(60)).weights_

    assert found == pytest.approx(present, abs=1e-3)


@given(
    count=st.integers(4, 12),
    seed=st.integers(0, 1000),
    present=st.lists(st.floats(0.0, 1.0), min_size=8, max_size=8).filter(lambda some: sum(some) > 0.1),
)
def test_learnt_weights_are_positive_and_add_up_to_one(count: int, seed: int, present: list[float]) -> None:
    verdicts = judged(count, seed=seed, steepness=5.0)
    values = np.array([list(one.values.values()) for one in verdicts])
    approved = np.array([one.approved for one in verdicts])

    found = (
        WeightLearner(present=[one / sum(present) for one in present]).fit(values, approved, np.ones(count)).weights_
    )

    assert (found > 0.0).all()
    assert found.sum() == pytest.approx(1.0)


def test_the_scores_are_those_of_the_engine() -> None:
    verdicts = judged(20, seed=3, steepness=5.0)
    values = np.array([list(one.values.values()) for one in verdicts])
    loads = np.linspace(0.5, 1.0, 20)

    scores = base_scores(values, tuple(PRESENT.as_mapping().values()), loads)

    of_engine = [
        pair_score(one.values, PRESENT, float(load), {}).raw for one, load in zip(verdicts, loads, strict=True)
    ]
    assert scores == pytest.approx(of_engine)


def test_what_is_known_but_has_no_weight_scores_nothing() -> None:
    values = np.array([[1.0, np.nan]])

    assert base_scores(values, (0.0, 1.0), np.ones(1)) == pytest.approx([0.0])


def frozen(values: dict[str, float], load: float) -> dict[str, Any]:
    return FrozenPartner(offer=make_offer(), values=values, load=load, fits={}, said={}).to_json()


def test_a_team_is_judged_by_what_is_known_of_its_partners() -> None:
    partners = [
        frozen({"skill": 1.0, "time": math.nan, "area": math.nan}, 1.0),
        frozen({"skill": 0.5, "time": 0.4, "area": math.nan}, 0.5),
    ]

    found = Judged.from_snapshot({"format": SNAPSHOT_FORMAT, "partners": partners}, need="n", approved=True)

    assert found is not None
    assert (found.values["skill"], found.values["time"], found.load) == (0.75, 0.4, 0.75)
    assert math.isnan(found.values["area"])


@pytest.mark.parametrize("snapshot", [{}, {"format": 1}, {"format": SNAPSHOT_FORMAT, "partners": []}])
def test_what_was_erased_or_is_of_another_format_tells_nothing(snapshot: dict[str, Any]) -> None:
    assert Judged.from_snapshot(snapshot, need="n", approved=True) is None


def test_suggestions_that_change_places_are_counted_within_their_need() -> None:
    skilled = {"skill": 1.0, "time": 0.0}
    free = {"skill": 0.0, "time": 1.0}
    suggestions = [Judged(need, values, approved=False) for need in "ab" for values in (skilled, free)]
    suggestions.append(Judged("c", free, approved=False))
    by_time = Weights(skill=0.05, time=0.40)

    assert reordered(suggestions, old=PRESENT, new=by_time) == 4
    assert reordered(suggestions, old=PRESENT, new=PRESENT) == 0
    assert reordered([], old=PRESENT, new=by_time) == 0
