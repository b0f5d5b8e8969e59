"""One offer, and the needs that it could serve: after it changed, or before it is even written down."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from matching.eligibility import Gate, exclusions
from matching.pairs import Pairs
from matching.profiles import Geography, NeedProfile, OfferProfile, Taxonomy, Weights
from matching.scoring import PairScore, score
from matching.signals import SkillFit
from matching.teams import FAINT_FLOOR, FIT_FLOOR


@dataclass(frozen=True, slots=True)
class Fit:
    """A need that an offer counts for.

    Parameters
    ----------
    need_id : str
        Id of the need.
    gates : tuple[Gate, ...]
        The gates that the pair fails; empty where it may be suggested.
    score : PairScore
        Its score with parts and reasons, whether it passes the gates or not.

    """

    need_id: str
    gates: tuple[Gate, ...]
    score: PairScore


def fits_of(
    offer: OfferProfile,
    needs: Sequence[NeedProfile],
    *,
    weights: Weights,
    geography: Geography,
    taxonomy: Taxonomy,
) -> list[Fit]:
    """Return the needs of which an offer fills a slot, with the very figures that a run gives them.

    Parameters
    ----------
    offer : OfferProfile
        The offer; it need not be kept anywhere.
    needs : Sequence[NeedProfile]
        The needs.
    weights : Weights
        How much each signal counts.
    geography : Geography
        Which districts touch.
    taxonomy : Taxonomy
        Skills and what they are called.

    Returns
    -------
    list[Fit]
        The best first, those that fail a gate among them; ties in the order of their ids.

    """
    scores = score(Pairs.every(needs, [offer]), weights=weights, geography=geography, taxonomy=taxonomy)
    excluded = exclusions(needs, [offer])
    found = [
        Fit(need.id, excluded.gates(row, 0), scores.explain(row))
        for row, need in enumerate(needs)
        if scores.gives_something(row, FIT_FLOOR)
    ]
    return sorted(found, key=lambda fit: (-(fit.score.raw or 0.0), fit.need_id))


def served(
    offer: OfferProfile,
    needs: Sequence[NeedProfile],
    *,
    taxonomy: Taxonomy,
    unmet: Collection[str] = (),
) -> list[NeedProfile]:
    """Return the needs for which an offer passes the gates and counts for a slot.

    Parameters
    ----------
    offer : OfferProfile
        The offer.
    needs : Sequence[NeedProfile]
        The needs.
    taxonomy : Taxonomy
        Skills and what they are called.
    unmet : Collection[str]
        The ids of needs that nobody fits; for these it is enough to be faintly near.

    Returns
    -------
    list[NeedProfile]
        Those of the needs that a run could suggest the offer for, in the order given.

    Notes
    -----
    What a pair scores is a property of its need and its offer alone, so that this is one column of a run's scores.

    """
    eligible = exclusions(needs, [offer]).eligible
    passed = [need for need, is_eligible in zip(needs, eligible[:, 0].tolist(), strict=True) if is_eligible]
    pairs = Pairs.every(passed, [offer])
    fits = SkillFit(taxonomy=taxonomy).slot_fits(pairs)
    counting = set(fits.pair[fits.fits >= FIT_FLOOR].tolist())
    if any(need.id in unmet for need in passed):
        faint = SkillFit(taxonomy=taxonomy, nearest=FAINT_FLOOR, strict=False).slot_fits(pairs)
        near = np.unique(faint.pair[faint.fits >= FAINT_FLOOR]).tolist()
        counting |= {row for row in near if passed[row].id in unmet}
    return [passed[row] for row in sorted(counting)]
