"""Weights learnt from what coordinators decided: proposed with a back-test, and switched on by nobody but a person.

A weight says how much a signal counts beside the others, so the weights stay what they are: not negative, together 1.
They are fitted to verdicts as the score uses them, unknown values left out, and shrunk towards the present ones: a
handful of verdicts moves them little. Whether they are better is asked of verdicts that they were not fitted to.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import numpy as np

from matching.arrays import BoolMatrix, FloatMatrix, IntMatrix
from matching.hyperparameters import Tunable
from matching.profiles import Weights
from matching.replay import SNAPSHOT_FORMAT, FrozenPartner

__all__ = ["Judged", "Proposal", "Standing", "WeightLearner", "base_scores", "propose", "reordered"]

FEWEST: Final = 30
"""Below this many verdicts nothing is proposed."""

FOLDS: Final = 5
SHUFFLES: Final = 99
_PERCENT: Final = 100
_LEAST_WEIGHT: Final = 1e-3
_STEEPNESS: Final = 4.0
_MIDDLE: Final = 0.5
_LOOSE: Final = 0.02
_FEWEST_FOLDS: Final = 2


@dataclass(frozen=True, slots=True)
class Judged:
    """One suggestion that somebody decided about.

    Parameters
    ----------
    need : str
        Id of the need, since the verdicts on one need are told apart together.
    values : Mapping[str, float]
        What each signal said of it, in [0, 1] or NaN; of a team the mean by the shares of its partners.
    approved : bool
        Whether it was approved, else refused.
    load : float
        Softening of the score by the load of those who would help, in (0, 1].

    """

    need: str
    values: Mapping[str, float] = field(hash=False)
    approved: bool
    load: float = 1.0

    @classmethod
    def from_snapshot(cls, snapshot: Mapping[str, Any], *, need: str, approved: bool) -> "Judged | None":
        """Return the verdict on a suggestion from its frozen input, None where that was erased or is of another format.

        Parameters
        ----------
        snapshot : Mapping[str, Any]
            What `matching.replay.freeze` wrote.
        need : str
            Id of the need.
        approved : bool
            Whether it was approved, else refused.

        Returns
        -------
        Judged or None
            The means of the known values and of the load of its partners.

        """
        if snapshot.get("format") != SNAPSHOT_FORMAT or not snapshot["partners"]:
            return None
        partners = [FrozenPartner.from_json(partner) for partner in snapshot["partners"]]
        names = dict.fromkeys(name for partner in partners for name in partner.values)
        said = {name: [partner.values.get(name, math.nan) for partner in partners] for name in names}
        return cls(
            need=need,
            values={name: _mean_of_known(values) for name, values in said.items()},
            approved=approved,
            load=sum(partner.load for partner in partners) / len(partners),
        )


def _mean_of_known(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan


class Standing(StrEnum):
    """Why there is a proposal or none."""

    TOO_FEW = "too_few"
    ONE_SIDED = "one_sided"
    NO_BETTER = "no_better"
    BETTER = "better"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the verdicts say about the weights.

    Parameters
    ----------
    standing : Standing
        Why there is a proposal or none.
    present : Weights
        The weights as they are.
    proposed : Weights or None
        Weights in hundredths with the next version, only where they are better.
    verdicts, approvals : int
        How many verdicts there were, and how many of them approved.
    present_auc, proposed_auc : float or None
        How often an approved suggestion stands before a refused one, in [0, 1], by the present weights and by weights
        that were fitted without the verdicts that they are asked about; None where that was not looked at.
    noise : float or None
        The largest gain that weights fitted to shuffled verdicts had over the present ones.

    """

    standing: Standing
    present: Weights
    proposed: Weights | None
    verdicts: int
    approvals: int
    present_auc: float | None = None
    proposed_auc: float | None = None
    noise: float | None = None

    @property
    def differences(self) -> Mapping[str, float]:
        """What would change in each weight; empty without a proposal."""
        if self.proposed is None:
            return {}
        now = self.present.as_mapping()
        return {name: round(weight - now[name], 4) for name, weight in self.proposed.as_mapping().items()}


class WeightLearner(Tunable):
    """Weights under which approved suggestions score above refused ones.

    Parameters
    ----------
    present : Sequence[float]
        The weights to start from and to stay near, at least 0, together 1.
    shrinkage : float
        How strongly they stay, more than 0: about how many verdicts it takes to move a weight by half.

    Attributes
    ----------
    weights_ : numpy.ndarray, shape (n_signals,)
        The weights, more than 0, together 1.

    Notes
    -----
    A logistic regression of the verdict on the score itself, Σ known w·s / Σ known w times the load, with w the softmax
    of log(present) + θ and a penalty shrinkage · Σ θ²; by L-BFGS with the exact gradient. scikit-learn's
    `LogisticRegression` knows neither the quotient nor weights that are not negative and together 1; it serves for
    what surrounds this: folds and figures of the back-test.

    """

    def __init__(self, *, present: Sequence[float], shrinkage: float = 4.0) -> None:
        self.present = present
        self.shrinkage = shrinkage

    def fit(self, values: FloatMatrix, approved: BoolMatrix, loads: FloatMatrix) -> "WeightLearner":
        """Fit the weights.

        Parameters
        ----------
        values : numpy.ndarray, shape (n_verdicts, n_signals)
            What the signals said, in [0, 1] or NaN, at least one known in each row.
        approved : numpy.ndarray of bool, shape (n_verdicts,)
            The verdicts.
        loads : numpy.ndarray, shape (n_verdicts,)
            Softening of each score, in (0, 1].

        Returns
        -------
        WeightLearner
            Itself.

        """
        from scipy.optimize import minimize

        start = np.log(np.maximum(np.asarray(self.present, dtype=np.float64), _LEAST_WEIGHT))
        known, filled = ~np.isnan(values), np.nan_to_num(values)
        sides = np.where(approved, 1.0, -1.0)

        def loss(parameters: FloatMatrix) -> tuple[float, FloatMatrix]:
            moves, steep, middle = parameters[:-2], np.exp(parameters[-2]), parameters[-1]
            weights = _softmax(start + moves)
            total = known @ weights
            base = filled @ weights / total
            margin = sides * steep * (loads * base - middle)
            # How much each verdict pulls: the slope of log(1 + exp(-margin)).
            pull = -sides / (1.0 + np.exp(np.minimum(margin, 500.0)))
            by_score = pull * steep * loads / total
            by_weight = by_score @ filled - (by_score * base) @ known
            by_move = weights * (by_weight - weights @ by_weight)
            slack = parameters[-2] - np.log(_STEEPNESS), middle - _MIDDLE
            value = np.logaddexp(0.0, -margin).sum() + self.shrinkage * moves @ moves
            value += _LOOSE * (slack[0] ** 2 + slack[1] ** 2)
            gradient = np.concatenate(
                [
                    by_move + 2.0 * self.shrinkage * moves,
                    [
                        (pull * steep * (loads * base - middle)).sum() + 2.0 * _LOOSE * slack[0],
                        -(pull * steep).sum() + 2.0 * _LOOSE * slack[1],
                    ],
                ]
            )
            return float(value), gradient

        begin = np.concatenate([np.zeros_like(start), [np.log(_STEEPNESS), _MIDDLE]])
        found = minimize(loss, begin, jac=True, method="L-BFGS-B")
        self.weights_ = _softmax(start + found.x[:-2])
        return self


def base_scores(values: FloatMatrix, weights: Sequence[float] | FloatMatrix, loads: FloatMatrix) -> FloatMatrix:
    """Return the scores as the engine gives them, to order by.

    Parameters
    ----------
    values : numpy.ndarray, shape (n, n_signals)
        What the signals said, in [0, 1] or NaN, at least one known in each row.
    weights : Sequence[float]
        The weights, at least 0, together 1.
    loads : numpy.ndarray, shape (n,)
        Softening of each, in (0, 1].

    Returns
    -------
    numpy.ndarray, shape (n,)
        Σ known w·s / Σ known w, times the load; 0 where all that is known has no weight.

    """
    of_signals = np.asarray(weights, dtype=np.float64)
    total = ~np.isnan(values) @ of_signals
    scores: FloatMatrix = loads * (np.nan_to_num(values) @ of_signals) / np.where(total > 0.0, total, 1.0)
    return scores


def propose(
    verdicts: Sequence[Judged], *, present: Weights, shrinkage: float = 4.0, shuffles: int = SHUFFLES, seed: int = 0
) -> Proposal:
    """Propose weights that verdicts speak for, or say why there is nothing to propose.

    Parameters
    ----------
    verdicts : Sequence[Judged]
        Suggestions that were approved or refused; those of which no signal is known tell nothing and are left out.
    present : Weights
        The weights as they are.
    shrinkage : float
        See `WeightLearner`.
    shuffles : int
        How often the back-test is repeated with shuffled verdicts, at least 1.
    seed : int
        Where the shuffling starts; the same seed gives the same proposal.

    Returns
    -------
    Proposal
        Weights only where there are at least `FEWEST` verdicts of both sorts, and where weights fitted without a need
        tell its approved suggestions from its refused ones better than the present weights do, by more than weights
        fitted to shuffled verdicts ever did.

    """
    told = [verdict for verdict in verdicts if not all(map(math.isnan, verdict.values.values()))]
    names = list(present.as_mapping())
    approved = np.array([verdict.approved for verdict in told], dtype=np.bool_)
    approvals = int(approved.sum())
    if len(told) < FEWEST:
        return Proposal(Standing.TOO_FEW, present, None, len(told), approvals)
    needs = _numbered([verdict.need for verdict in told])
    folds = min(FOLDS, approvals, len(told) - approvals, int(needs.max()) + 1)
    if folds < _FEWEST_FOLDS:
        return Proposal(Standing.ONE_SIDED, present, None, len(told), approvals)
    values, loads = _arrays(told, names)
    learner = WeightLearner(present=tuple(present.as_mapping().values()), shrinkage=shrinkage)
    test = _BackTest(values, loads, needs, folds, learner, seed)
    before, after = test.figures(approved)
    chance = np.random.default_rng(seed)
    shuffled = [test.figures(chance.permutation(approved)) for _ in range(shuffles)]
    noise = max(new - old for old, new in shuffled)
    is_better = after - before > max(noise, 0.0) and after > max(new for _, new in shuffled)
    found = _in_hundredths(learner.fit(values, approved, loads).weights_, names, version=present.version + 1)
    return Proposal(
        Standing.BETTER if is_better else Standing.NO_BETTER,
        present,
        found if is_better else None,
        len(told),
        approvals,
        present_auc=before,
        proposed_auc=after,
        noise=noise,
    )


def reordered(suggestions: Sequence[Judged], *, old: Weights, new: Weights) -> int:
    """Count the suggestions that would stand at another place among those of their need.

    Parameters
    ----------
    suggestions : Sequence[Judged]
        Suggestions, whatever was decided about them.
    old, new : Weights
        The weights before and after.

    Returns
    -------
    int
        How many of them move; ties keep the order in which they are given.

    """
    if not suggestions:
        return 0
    values, loads = _arrays(suggestions, list(old.as_mapping()))
    needs = _numbered([suggestion.need for suggestion in suggestions])
    before, after = (
        np.lexsort((-base_scores(values, tuple(weights.as_mapping().values()), loads), needs)) for weights in (old, new)
    )
    return int((before != after).sum())


def _arrays(suggestions: Sequence[Judged], names: Sequence[str]) -> tuple[FloatMatrix, FloatMatrix]:
    values = [[suggestion.values.get(name, math.nan) for name in names] for suggestion in suggestions]
    loads = [suggestion.load for suggestion in suggestions]
    return np.array(values, dtype=np.float64), np.array(loads, dtype=np.float64)


def _numbered(needs: Sequence[str]) -> IntMatrix:
    return np.unique(np.array(needs), return_inverse=True)[1].astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class _BackTest:
    """Verdicts told apart by weights that were fitted to the verdicts on other needs."""

    values: FloatMatrix
    loads: FloatMatrix
    needs: IntMatrix
    folds: int
    learner: WeightLearner
    seed: int

    def figures(self, approved: BoolMatrix) -> tuple[float, float]:
        """Return how well the present and the fitted weights tell approved from refused, as areas under the curve."""
        from sklearn.metrics import roc_auc_score

        old = base_scores(self.values, self.learner.present, self.loads)
        new = np.empty(len(approved))
        for fitted, asked in self._parts(approved):
            weights = self.learner.fit(self.values[fitted], approved[fitted], self.loads[fitted]).weights_
            new[asked] = base_scores(self.values[asked], weights, self.loads[asked])
        return float(roc_auc_score(approved, old)), float(roc_auc_score(approved, new))

    def _parts(self, approved: BoolMatrix) -> Any:
        from sklearn.model_selection import GroupKFold

        # The verdicts on one need stay together: else what is asked about would have been seen.
        return GroupKFold(n_splits=self.folds, shuffle=True, random_state=self.seed).split(
            self.values, approved, self.needs
        )


def _softmax(logs: FloatMatrix) -> FloatMatrix:
    weights = np.exp(logs - logs.max())
    share: FloatMatrix = weights / weights.sum()
    return share


def _in_hundredths(weights: FloatMatrix, names: Sequence[str], *, version: int) -> Weights:
    """Round weights to hundredths that still add up to 1, by the largest remainders."""
    hundredths = np.floor(weights * _PERCENT)
    missing = round(_PERCENT - hundredths.sum())
    largest = np.argsort(-(weights * _PERCENT - hundredths), kind="stable")[:missing]
    hundredths[largest] += 1.0
    return Weights(version=version, **dict(zip(names, (hundredths / _PERCENT).tolist(), strict=True)))
