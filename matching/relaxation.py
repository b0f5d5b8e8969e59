"""Never an empty page: what would have to give, and what to ask."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from matching.arrays import BoolMatrix
from matching.eligibility import Gate, exclusions
from matching.geography import Closeness, Geography
from matching.profiles import NeedProfile, OfferProfile
from matching.reasons import Reason

_WAIT_OR_LIFT: Final = (
    (Gate.DATES_APART, "relax_dates"),
    (Gate.HOURS_LIMIT, "relax_hours"),
    (Gate.TOO_MANY_ENQUIRIES, "relax_wait"),
)
_BY_CLOSENESS: Final = (
    (Closeness.NEIGHBOUR, "relax_area_neighbour"),
    (Closeness.SAME_MUNICIPALITY, "relax_area_municipality"),
    (Closeness.SAME_PREFECTURE, "relax_area_prefecture"),
    (Closeness.ELSEWHERE, "relax_area_anywhere"),
)


@dataclass(frozen=True, slots=True)
class Relaxation:
    """One thing that would have to give, and how many offers that would admit.

    Parameters
    ----------
    reason : Reason
        What would have to give.
    count : int
        How many more of the offers that were found could then be suggested, at least 1.

    """

    reason: Reason
    count: int

    @property
    def code(self) -> str:
        """The code of what would have to give."""
        return self.reason.code


def relax(
    need: NeedProfile,
    offers: Sequence[OfferProfile],
    *,
    geography: Geography,
    covered: frozenset[str] = frozenset(),
) -> tuple[Relaxation, ...]:
    """Return what would have to give so that somebody could help, the most effective first.

    Parameters
    ----------
    need : NeedProfile
        The need.
    offers : Sequence[OfferProfile]
        Offers that would be of use if they might be suggested.
    geography : Geography
        Which districts touch.
    covered : frozenset[str]
        Ids of the slots for which somebody was found.

    Returns
    -------
    tuple[Relaxation, ...]
        Each names one rule which, lifted alone, would admit the counted offers. Consent, a no, a limit of
        engagements and what is closed are never proposed to be lifted.

    """
    mask = exclusions([need], offers).mask[0]
    counts: Counter[Reason] = Counter()
    for gate, code in _WAIT_OR_LIFT:
        _count(counts, Reason(code), mask == gate.bit)
    outside = mask == Gate.AREA_NOT_SERVED.bit
    closeness = geography.closeness([need.area], [offer.area for offer in offers])[0]
    for level, code in _BY_CLOSENESS:
        _count(counts, Reason(code), outside & (closeness == level))
    refused = mask == Gate.CONDITION_REFUSED.bit
    for column in np.flatnonzero(refused).tolist():
        counts[Reason("relax_condition", {"condition": offers[column].condition or ""})] += 1
    _count(counts, Reason("relax_windows"), (mask == 0) & _windows_apart(need, offers))
    if 0 < len(covered) < len(need.open_slots):
        counts[Reason("relax_slots", {"covered": len(covered), "slots": len(need.open_slots)})] = len(covered)
    found = [Relaxation(reason, count) for reason, count in counts.items()]
    return tuple(sorted(found, key=lambda one: (-one.count, one.code, sorted(map(str, one.reason.params.values())))))


def questions(need: NeedProfile) -> tuple[Reason, ...]:
    """Return what to ask about a need, the heaviest part first.

    Parameters
    ----------
    need : NeedProfile
        The need.

    Returns
    -------
    tuple[Reason, ...]
        One question for each part that is not known.

    """
    unknown = {
        "ask_slots": not need.slots,
        "ask_area": Geography().closeness_of(need.area, need.area) is Closeness.UNKNOWN,
        "ask_fields": not need.fields,
        "ask_time": not need.windows and need.starts_on is None and need.ends_on is None,
        "ask_conditions": need.accepts is None,
    }
    return tuple(Reason(code) for code, is_unknown in unknown.items() if is_unknown)


def _windows_apart(need: NeedProfile, offers: Sequence[OfferProfile]) -> BoolMatrix:
    apart = [bool(need.windows and offer.windows and not need.windows & offer.windows) for offer in offers]
    return np.array(apart, dtype=bool)


def _count(counts: Counter[Reason], reason: Reason, admitted: BoolMatrix) -> None:
    count = int(np.count_nonzero(admitted))
    if count:
        counts[reason] = count
