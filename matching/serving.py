"""One offer that changed, and the needs that it could serve now."""

from collections.abc import Collection, Sequence

import numpy as np

from matching.eligibility import exclusions
from matching.pairs import Pairs
from matching.profiles import NeedProfile, OfferProfile, Taxonomy
from matching.signals import SkillFit
from matching.teams import FAINT_FLOOR, FIT_FLOOR


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
