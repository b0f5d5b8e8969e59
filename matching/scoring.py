"""The honest score: known parts only, how much of it is known, and parts that add up to what is shown."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from matching.arrays import FloatMatrix
from matching.pairs import Pairs
from matching.profiles import Geography, OfferProfile, Taxonomy, Weights
from matching.reasons import Reason
from matching.signals import Signal, SkillFit, SlotFits, all_signals

CONFIDENCE_FLOOR: Final = 0.5
"""Below this share of known weight no number is shown."""

LOAD_PART: Final = "load"
"""The name of the part that a heavy load takes away; it is never positive."""

_DIGITS: Final = 12

OFTEN: Final = 3
"""More engagements than so many in a year are often."""

LEAST_LOAD: Final = 0.01
"""However busy somebody is, this much of a score stays."""


@dataclass(frozen=True, slots=True)
class PairScore:
    """What one pair scores, and why.

    Parameters
    ----------
    score : float or None
        The number to show in [0, 1], None where too little is known.
    raw : float or None
        The same number however little is known, None where nothing is; to order by, never to show.
    confidence : float
        Share of the weight that is known, in [0, 1].
    parts : Mapping[str, float]
        What each known signal adds to `raw`, and under `load` what the load takes away; they add up to it.
    unknown : tuple[str, ...]
        The signals of which nothing is known.
    reasons : tuple[Reason, ...]
        What speaks for the pair, the largest part first.

    """

    score: float | None
    raw: float | None
    confidence: float
    parts: Mapping[str, float]
    unknown: tuple[str, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Combined:
    """Signals put together, for any shape of pairs.

    Parameters
    ----------
    raw : numpy.ndarray, shape of pairs
        Σ known w·s / Σ known w, times the load; NaN where nothing is known.
    score : numpy.ndarray, shape of pairs
        `raw`, NaN where the confidence is below `CONFIDENCE_FLOOR`.
    confidence : numpy.ndarray, shape of pairs
        Σ known w, in [0, 1].
    parts : numpy.ndarray, shape (n_signals + 1, shape of pairs)
        What each signal adds, NaN where it is unknown, and last what the load takes away.

    """

    raw: FloatMatrix
    score: FloatMatrix
    confidence: FloatMatrix
    parts: FloatMatrix


def combine(values: FloatMatrix, weights: Sequence[float], load: FloatMatrix) -> Combined:
    """Put signals together.

    Parameters
    ----------
    values : numpy.ndarray, shape (n_signals, shape of pairs)
        Signals in [0, 1] or NaN.
    weights : Sequence[float]
        The weight of each signal, at least 0, together 1.
    load : numpy.ndarray, broadcastable to the shape of pairs
        Softening factors in (0, 1].

    Returns
    -------
    Combined
        Score, confidence and parts.

    Notes
    -----
    The sums run over the signals one after another, so that a single pair gives the same bits as a whole market.

    """
    confidence = np.zeros(values.shape[1:])
    for value, weight in zip(values, weights, strict=True):
        confidence = confidence + weight * ~np.isnan(value)
    confidence = np.minimum(np.round(confidence, _DIGITS), 1.0)
    divisor = np.where(confidence > 0.0, confidence, np.nan)
    base = np.zeros(values.shape[1:])
    parts = []
    for value, weight in zip(values, weights, strict=True):
        part = weight * value / divisor
        parts.append(part)
        base = base + np.where(np.isnan(part), 0.0, part)
    base = np.where(confidence > 0.0, np.minimum(base, 1.0), np.nan)
    lost = base * load - base
    raw = base + lost
    score = np.where(confidence >= CONFIDENCE_FLOOR, raw, np.nan)
    return Combined(raw=raw, score=score, confidence=confidence, parts=np.stack([*parts, lost]))


def load_of(offer: OfferProfile) -> float:
    """Return how much the load of an offer's owner softens its scores.

    Parameters
    ----------
    offer : OfferProfile
        The offer.

    Returns
    -------
    float
        exp(-0.5 · (engagements + offices held) / limit - 0.05 · n - 0.25 · max(0, n - 3)²), in [0.01, 1], where n
        counts the engagements of the past year; without a limit the first term is left out.

    Notes
    -----
    Three engagements a year count a little, each further one ever more: in a simulated year the first two terms alone
    took 14 to 20 % from the share of the busiest tenth, with the third one it is a third. Nobody is softened to
    nothing, so that who alone can help is still found.

    """
    year = offer.engagements_past_year
    active = (offer.engagements + offer.offices) / offer.engagement_limit if offer.engagement_limit else 0.0
    softened = math.exp(-0.5 * active - 0.05 * year - 0.25 * max(0, year - OFTEN) ** 2)
    return max(LEAST_LOAD, softened)


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """The scores of some pairs.

    Parameters
    ----------
    pairs : Pairs
        The pairs.
    weights : Weights
        The weights that were used.
    signals : tuple[Signal, ...]
        The signals, in the order of the weights.
    values : numpy.ndarray, shape (n_signals, n_pairs)
        What each signal says, in [0, 1] or NaN.
    loads : numpy.ndarray, shape (n_offers,)
        Softening of each offer, in (0, 1].
    combined : Combined
        Score, confidence and parts of each pair.
    fits : SlotFits
        How well each free item fills each open slot.

    """

    pairs: Pairs
    weights: Weights
    signals: tuple[Signal, ...]
    values: FloatMatrix
    loads: FloatMatrix
    combined: Combined
    fits: SlotFits

    @property
    def score(self) -> FloatMatrix:
        """The numbers to show, shape (n_pairs,), NaN where too little is known."""
        return self.combined.score

    @property
    def raw(self) -> FloatMatrix:
        """The numbers to order by, shape (n_pairs,), NaN where nothing is known."""
        return self.combined.raw

    @property
    def confidence(self) -> FloatMatrix:
        """The share of the weight that is known, shape (n_pairs,), in [0, 1]."""
        return self.combined.confidence

    @property
    def parts(self) -> FloatMatrix:
        """What each signal adds and the load takes away, shape (n_signals + 1, n_pairs)."""
        return self.combined.parts

    def values_of(self, pair: int) -> dict[str, float]:
        """Return what each signal says of one pair, in [0, 1] or NaN, by its name."""
        return {signal.name: float(self.values[k, pair]) for k, signal in enumerate(self.signals)}

    def load_of(self, pair: int) -> float:
        """Return the softening of the offer of one pair, in (0, 1]."""
        return float(self.loads[self.pairs.columns[pair]])

    def gives_something(self, pair: int, floor: float) -> bool:
        """Say whether an item of one pair counts for a slot, from this fit in [0, 1] on."""
        first, last = np.searchsorted(self.fits.pair, [pair, pair + 1])
        return bool(np.any(self.fits.fits[first:last] >= floor))

    def said_of(self, pair: int) -> dict[str, Reason | None]:
        """Return the reason that each signal gives for one pair, by its name."""
        need, offer = self.pairs.needs[self.pairs.rows[pair]], self.pairs.offers[self.pairs.columns[pair]]
        return {
            signal.name: signal.reason_of(self.fits, pair)
            if isinstance(signal, SkillFit)
            else signal.reason(need, offer, value)
            for signal, value in zip(self.signals, self.values[:, pair].tolist(), strict=True)
        }

    def explain(self, pair: int) -> PairScore:
        """Return the score of one pair with its parts and its reasons.

        Parameters
        ----------
        pair : int
            The position of the pair.

        Returns
        -------
        PairScore
            Numbers and reasons.

        """
        return self.scored(pair, self.said_of(pair))

    def scored(self, pair: int, said: Mapping[str, Reason | None]) -> PairScore:
        """Return the score of one pair with reasons that are known already.

        Parameters
        ----------
        pair : int
            The position of the pair.
        said : Mapping[str, Reason or None]
            What `said_of` gave for it.

        Returns
        -------
        PairScore
            Numbers and reasons, the very ones of `pair_score`.

        """
        names = [signal.name for signal in self.signals]
        parts = self.parts[:, pair].tolist()
        numbers = (float(one[pair]) for one in (self.score, self.raw, self.confidence))
        return _told(names, parts, numbers, self.load_of(pair), said)


def pair_score(
    values: Mapping[str, float], weights: Weights, load: float, said: Mapping[str, Reason | None]
) -> PairScore:
    """Score one pair from what its signals say.

    Parameters
    ----------
    values : Mapping[str, float]
        What each signal says, in [0, 1] or NaN.
    weights : Weights
        The weights.
    load : float
        Softening of the offer, in (0, 1].
    said : Mapping[str, Reason or None]
        The reason that each signal gives.

    Returns
    -------
    PairScore
        Numbers and reasons.

    """
    of_signals = weights.as_mapping()
    combined = combine(np.array([values[name] for name in of_signals]), list(of_signals.values()), np.array(load))
    numbers = (float(one) for one in (combined.score, combined.raw, combined.confidence))
    return _told(list(of_signals), combined.parts.tolist(), numbers, load, said)


def _told(
    names: Sequence[str],
    parts: Sequence[float],
    numbers: Iterable[float],
    load: float,
    said: Mapping[str, Reason | None],
) -> PairScore:
    """Return a score as it is told: what is known in numbers, what is not by its name."""
    score, raw, confidence = numbers
    known = {name: part for name, part in zip(names, parts, strict=False) if not math.isnan(part)}
    order = sorted(known, key=lambda name: -known[name])
    lost = {LOAD_PART: parts[-1]} if load < 1.0 and known else {}
    return PairScore(
        score=None if math.isnan(score) else score,
        raw=None if math.isnan(raw) else raw,
        confidence=confidence,
        parts=known | lost,
        unknown=tuple(name for name in names if name not in known),
        reasons=tuple(reason for name in order if (reason := said.get(name)) is not None),
    )


def score(
    pairs: Pairs,
    *,
    weights: Weights,
    geography: Geography,
    taxonomy: Taxonomy,
    nearest: float = 0.0,
    strict: bool = True,
) -> Scores:
    """Score pairs, each by its need and its offer alone.

    Parameters
    ----------
    pairs : Pairs
        The pairs.
    weights : Weights
        How much each signal counts.
    geography : Geography
        Which districts touch.
    taxonomy : Taxonomy
        Skills and what they are called.
    nearest : float
        See `matching.signals.SkillFit`: above 0 only for needs that nobody fits.
    strict : bool
        See `matching.signals.SkillFit`: false only for needs to which nobody is near by kind.

    Returns
    -------
    Scores
        Scores, confidences and parts; gates are not looked at here.

    """
    signals = all_signals(geography=geography, taxonomy=taxonomy, nearest=nearest, strict=strict)
    fits = next(signal for signal in signals if isinstance(signal, SkillFit)).slot_fits(pairs)
    values = np.stack(
        [
            signal.best_of(fits, pairs) if isinstance(signal, SkillFit) else signal.score_pairs(pairs)
            for signal in signals
        ]
    )
    loads = np.array([load_of(offer) for offer in pairs.offers], dtype=np.float64)
    return Scores(
        pairs=pairs,
        weights=weights,
        signals=signals,
        values=values,
        loads=loads,
        combined=combine(values, list(weights.as_mapping().values()), loads[pairs.columns]),
        fits=fits,
    )
