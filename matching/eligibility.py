"""Hard rules: which offers may be suggested for which need at all, and why the others may not."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import numpy as np

from matching.arrays import BoolMatrix, IntMatrix, MaskMatrix
from matching.geography import DISTRICT_DEPTH, MUNICIPALITY_DEPTH, PREFECTURE_DEPTH, apart
from matching.kinds import kind_worth, worth_of_kind
from matching.profiles import (
    CONDITIONS,
    COUNCIL_SEAT,
    KINDS,
    LECTURER,
    PURPOSES,
    NeedProfile,
    OfferProfile,
    SlotProfile,
)
from matching.reasons import Param, Reason

ENQUIRY_LIMIT: Final = 3
"""So many enquiries may wait for one recipient's reply at a time."""

PERSON: Final = "resident"
"""The kind of a participant that is a person; each purpose is asked of persons alone."""

_BLOCK: Final = 2_000
_REACH_DEPTH: Final = MappingProxyType(
    {"anywhere": 0, "prefecture": PREFECTURE_DEPTH, "municipality": MUNICIPALITY_DEPTH, "district": DISTRICT_DEPTH}
)


class Gate(StrEnum):
    """A rule that every suggested pair has passed."""

    NEED_CLOSED = "need_closed"
    OFFER_CLOSED = "offer_closed"
    SAME_PARTICIPANT = "same_participant"
    NO_CONSENT = "no_consent"
    AREA_NOT_SERVED = "area_not_served"
    ENGAGEMENT_LIMIT = "engagement_limit"
    YEARLY_LIMIT = "yearly_limit"
    HOURS_LIMIT = "hours_limit"
    DATES_APART = "dates_apart"
    CONDITION_REFUSED = "condition_refused"
    DECLINED_BEFORE = "declined_before"
    TOO_MANY_ENQUIRIES = "too_many_enquiries"
    NOTHING_IT_LACKS = "nothing_it_lacks"
    TOO_MANY_OFFICES = "too_many_offices"

    @property
    def can_be_lifted(self) -> bool:
        """Whether a person who knows more may pass over it, with a reason."""
        return self in {Gate.AREA_NOT_SERVED, Gate.DATES_APART, Gate.CONDITION_REFUSED}

    @property
    def bit(self) -> int:
        """The bit of this gate in the mask of a pair."""
        return 1 << list(Gate).index(self)


@dataclass(frozen=True, slots=True, eq=False)
class Exclusions:
    """Which gates every pair fails.

    Parameters
    ----------
    needs : tuple[NeedProfile, ...]
        The rows.
    offers : tuple[OfferProfile, ...]
        The columns.
    mask : numpy.ndarray of uint32, shape (n_needs, n_offers)
        The bits of the gates that each pair fails, 0 where it may be suggested.

    """

    needs: tuple[NeedProfile, ...]
    offers: tuple[OfferProfile, ...]
    mask: MaskMatrix

    @property
    def eligible(self) -> BoolMatrix:
        """Which pairs may be suggested, shape (n_needs, n_offers)."""
        eligible: BoolMatrix = self.mask == 0
        return eligible

    def gates(self, need: int, offer: int) -> tuple[Gate, ...]:
        """Return the gates that one pair fails, in the order of `Gate`."""
        return tuple(gate for gate in Gate if int(self.mask[need, offer]) & gate.bit)

    def reasons(self, need: int, offer: int) -> tuple[Reason, ...]:
        """Return why one pair may not be suggested; empty when it may."""
        return tuple(
            Reason(gate.value, _params(gate, self.needs[need], self.offers[offer])) for gate in self.gates(need, offer)
        )

    def counts(self, need: int) -> dict[Gate, int]:
        """Return how many offers each gate keeps from one need; gates that keep none are left out.

        An offer that fails several gates is counted at each of them.
        """
        found = {gate: int(np.count_nonzero(self.mask[need] & np.uint32(gate.bit))) for gate in Gate}
        return {gate: count for gate, count in found.items() if count}


def exclusions(needs: Sequence[NeedProfile], offers: Sequence[OfferProfile]) -> Exclusions:
    """Try every pair at every gate.

    Parameters
    ----------
    needs : Sequence[NeedProfile]
        The needs.
    offers : Sequence[OfferProfile]
        The offers.

    Returns
    -------
    Exclusions
        The gates that every pair fails.

    Notes
    -----
    What is not known excludes nobody. Neighbours are not served by a reach that ends at the district: they are what
    `matching.relaxation` proposes next. A pair fails `area_not_served` only when both places are known to the depth
    that decides and differ there: an offer that serves its municipality passes for a need of which only the
    prefecture is known, if it is the same prefecture. Reach `anywhere` always passes; an offer that can be given
    online passes unless the need says that it must be on the spot. A need without slots lacks nothing in
    particular, and an offer without items gives nothing in particular: neither fails `nothing_it_lacks`. A seat in a
    council is for persons who consented to being asked for one; a person who lectures consented to that beside
    projects.

    """
    mask = np.zeros((len(needs), len(offers)), dtype=np.uint32)
    for start in range(0, len(needs), _BLOCK):
        block = needs[start : start + _BLOCK]
        for gate, fails in _TESTS.items():
            mask[start : start + len(block)] |= np.where(fails(block, offers), np.uint32(gate.bit), np.uint32(0))
    return Exclusions(tuple(needs), tuple(offers), mask)


def fits_the_hours(slot: SlotProfile, offer: OfferProfile, *, already: float = 0.0) -> bool:
    """Say whether the owner's own limit leaves the hours that a slot takes.

    Parameters
    ----------
    slot : SlotProfile
        The slot; unknown hours take none.
    offer : OfferProfile
        The offer with its limit.
    already : float
        Hours that other slots of the same need take, at least 0.

    Returns
    -------
    bool
        True where there is no limit or it is kept.

    """
    takes = slot.hours_per_month or 0.0
    return offer.hours_limit is None or offer.hours_pledged + already + takes <= offer.hours_limit


def _need_closed(needs: Sequence[NeedProfile], offers: Sequence[OfferProfile]) -> BoolMatrix:
    return np.repeat(np.array([[not need.is_open] for need in needs], dtype=bool).reshape(-1, 1), len(offers), axis=1)


def _of_offers(rule: Callable[[OfferProfile], bool]) -> "Test":
    def fails(needs: Sequence[NeedProfile], offers: Sequence[OfferProfile]) -> BoolMatrix:
        return np.tile(np.array([rule(offer) for offer in offers], dtype=bool), (len(needs), 1))

    return fails


def _no_consent(needs: Sequence[NeedProfile], offers: Sequence[OfferProfile]) -> BoolMatrix:
    without = np.array([[_lacks_consent(offer, purpose) for offer in offers] for purpose in PURPOSES], dtype=bool)
    asked = np.array([PURPOSES.index(need.purpose) for need in needs], dtype=np.int64)
    lacking: BoolMatrix = without.reshape(len(PURPOSES), len(offers))[asked]
    return lacking


def _lacks_consent(offer: OfferProfile, purpose: str) -> bool:
    is_person = offer.owner_kind == PERSON
    if purpose == COUNCIL_SEAT:
        return not (is_person and COUNCIL_SEAT in offer.consents)
    return not offer.consented or (purpose == LECTURER and is_person and LECTURER not in offer.consents)


def _too_many_offices(needs: Sequence[NeedProfile], offers: Sequence[OfferProfile]) -> BoolMatrix:
    most = np.array([math.inf if need.most_offices is None else need.most_offices for need in needs], dtype=np.float64)
    held = np.array([offer.offices for offer in offers], dtype=np.float64)
    too_many: BoolMatrix = held >= most[:, None]
    return too_many


def _at_engagement_limit(offer: OfferProfile) -> bool:
    return offer.engagement_limit is not None and offer.engagements >= offer.engagement_limit


def _at_yearly_limit(offer: OfferProfile) -> bool:
    return offer.yearly_limit is not None and offer.yearly_engagements >= offer.yearly_limit


def _same_participant(needs: Sequence[NeedProfile], offers: Sequence[OfferProfile]) -> BoolMatrix:
    numbers: dict[str, int] = {}
    owners = np.array([numbers.setdefault(need.owner, len(numbers)) for need in needs], dtype=np.int64)
    givers = np.array([numbers.get(offer.owner, -1) for offer in offers], dtype=np.int64)
    same: BoolMatrix = owners[:, None] == givers
    return same


def _area_not_served(needs: Sequence[NeedProfile], offers: Sequence[OfferProfile]) -> BoolMatrix:
    need_areas = [need.area for need in needs]
    offer_areas = [offer.area for offer in offers]
    depths = np.array([_REACH_DEPTH[offer.reach] for offer in offers], dtype=np.int64)
    outside = np.zeros((len(needs), len(offers)), dtype=bool)
    for depth in (PREFECTURE_DEPTH, MUNICIPALITY_DEPTH, DISTRICT_DEPTH):
        outside |= apart(need_areas, offer_areas, depth) & (depths >= depth)
    on_the_spot = np.array([need.online is False for need in needs], dtype=bool)
    online = np.array([offer.online is True for offer in offers], dtype=bool)
    not_served: BoolMatrix = outside & ~(~on_the_spot[:, None] & online)
    return not_served


def _hours_limit(needs: Sequence[NeedProfile], offers: Sequence[OfferProfile]) -> BoolMatrix:
    limited = [column for column, offer in enumerate(offers) if offer.hours_limit is not None]
    least = np.zeros((len(needs), len(KINDS)))
    for row, need in enumerate(needs):
        for column, given in enumerate(KINDS):
            hours = [slot.hours_per_month or 0.0 for slot in need.open_slots if worth_of_kind(slot.kind, given) > 0.0]
            least[row, column] = min(hours, default=np.inf)
    least_for_offer = np.full((len(needs), len(limited)), np.inf)
    given_kinds = _given_kinds([offers[column] for column in limited])
    for column in range(len(KINDS)):
        usable = np.where(given_kinds[:, column], least[:, column, None], np.inf)
        least_for_offer = np.minimum(least_for_offer, usable)
    # A pair that has nothing to do with each other fails another gate, not this one.
    takes = np.where(np.isfinite(least_for_offer), least_for_offer, 0.0)
    pledged = np.array([offers[column].hours_pledged for column in limited], dtype=np.float64)
    limits = np.array([offers[column].hours_limit for column in limited], dtype=np.float64)
    too_many = np.zeros((len(needs), len(offers)), dtype=bool)
    too_many[:, limited] = pledged + takes > limits
    return too_many


def _dates_apart(needs: Sequence[NeedProfile], offers: Sequence[OfferProfile]) -> BoolMatrix:
    need_starts, need_ends = _days(needs)
    offer_starts, offer_ends = _days(offers)
    apart_in_time: BoolMatrix = (need_ends[:, None] < offer_starts) | (offer_ends < need_starts[:, None])
    return apart_in_time


def _condition_refused(needs: Sequence[NeedProfile], offers: Sequence[OfferProfile]) -> BoolMatrix:
    refuses = np.array(
        [[need.accepts is not None and condition not in need.accepts for condition in CONDITIONS] for need in needs],
        dtype=bool,
    ).reshape(len(needs), len(CONDITIONS))
    # Column of an unknown condition: nobody refuses it.
    refuses = np.hstack([refuses, np.zeros((len(needs), 1), dtype=bool)])
    columns = [-1 if offer.condition is None else CONDITIONS.index(offer.condition) for offer in offers]
    return refuses[:, columns].reshape(len(needs), len(offers))


def _declined_before(needs: Sequence[NeedProfile], offers: Sequence[OfferProfile]) -> BoolMatrix:
    columns: dict[str, list[int]] = {}
    for column, offer in enumerate(offers):
        for key in (offer.id, offer.owner):
            columns.setdefault(key, []).append(column)
    declined = np.zeros((len(needs), len(offers)), dtype=bool)
    for row, need in enumerate(needs):
        for key in need.declined_by:
            declined[row, columns.get(key, [])] = True
    return declined


def _nothing_it_lacks(needs: Sequence[NeedProfile], offers: Sequence[OfferProfile]) -> BoolMatrix:
    lacking = np.array([[_lacks(need, kind) for kind in KINDS] for need in needs], dtype=np.float64)
    useful = (lacking.reshape(len(needs), len(KINDS)) @ kind_worth()) @ _given_kinds(offers).T.astype(np.float64) > 0.0
    says_what_it_lacks = np.array([bool(need.slots) for need in needs], dtype=bool)
    says_what_it_gives = np.array([bool(offer.items) for offer in offers], dtype=bool)
    nothing: BoolMatrix = ~useful & says_what_it_lacks[:, None] & says_what_it_gives
    return nothing


def _lacks(need: NeedProfile, kind: str) -> bool:
    return any(slot.kind == kind for slot in need.open_slots)


def _given_kinds(offers: Sequence[OfferProfile]) -> BoolMatrix:
    given = [
        [any(item.kind == kind and item.quantity > 0 for item in offer.items) for kind in KINDS] for offer in offers
    ]
    return np.array(given, dtype=bool).reshape(len(offers), len(KINDS))


def _days(profiles: Sequence[NeedProfile] | Sequence[OfferProfile]) -> tuple[IntMatrix, IntMatrix]:
    starts = [(profile.starts_on or date.min).toordinal() for profile in profiles]
    ends = [(profile.ends_on or date.max).toordinal() for profile in profiles]
    return np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64)


Test = Callable[[Sequence[NeedProfile], Sequence[OfferProfile]], BoolMatrix]

_TESTS: Final[Mapping[Gate, Test]] = MappingProxyType(
    {
        Gate.NEED_CLOSED: _need_closed,
        Gate.OFFER_CLOSED: _of_offers(lambda offer: not offer.is_open),
        Gate.SAME_PARTICIPANT: _same_participant,
        Gate.NO_CONSENT: _no_consent,
        Gate.AREA_NOT_SERVED: _area_not_served,
        Gate.ENGAGEMENT_LIMIT: _of_offers(_at_engagement_limit),
        Gate.YEARLY_LIMIT: _of_offers(_at_yearly_limit),
        Gate.HOURS_LIMIT: _hours_limit,
        Gate.DATES_APART: _dates_apart,
        Gate.CONDITION_REFUSED: _condition_refused,
        Gate.DECLINED_BEFORE: _declined_before,
        Gate.TOO_MANY_ENQUIRIES: _of_offers(lambda offer: offer.open_enquiries >= ENQUIRY_LIMIT),
        Gate.NOTHING_IT_LACKS: _nothing_it_lacks,
        Gate.TOO_MANY_OFFICES: _too_many_offices,
    }
)


_PARAMS: Final[Mapping[Gate, Callable[[NeedProfile, OfferProfile], Mapping[str, Param]]]] = MappingProxyType(
    {
        Gate.AREA_NOT_SERVED: lambda need, offer: {
            "need_area": need.area or "",
            "offer_area": offer.area or "",
            "reach": offer.reach,
        },
        Gate.ENGAGEMENT_LIMIT: lambda _, offer: {
            "engagements": offer.engagements,
            "limit": offer.engagement_limit or 0,
        },
        Gate.YEARLY_LIMIT: lambda _, offer: {
            "engagements": offer.yearly_engagements,
            "limit": offer.yearly_limit or 0,
        },
        Gate.HOURS_LIMIT: lambda _, offer: {"pledged": offer.hours_pledged, "limit": offer.hours_limit or 0.0},
        Gate.CONDITION_REFUSED: lambda _, offer: {"condition": offer.condition or ""},
        Gate.TOO_MANY_ENQUIRIES: lambda _, offer: {"open": offer.open_enquiries},
        Gate.TOO_MANY_OFFICES: lambda need, offer: {"offices": offer.offices, "most": need.most_offices or 0},
    }
)


def _params(gate: Gate, need: NeedProfile, offer: OfferProfile) -> Mapping[str, Param]:
    return _PARAMS[gate](need, offer) if gate in _PARAMS else {}
