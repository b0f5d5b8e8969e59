"""A simulated year: who is engaged how often when a coordinator follows the engine, or the best fit alone."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final, TypeAlias

from matching.engine import run, run_market
from matching.profiles import Geography, NeedProfile, OfferProfile, Taxonomy, Weights
from matching.results import NeedResult, PartnerResult, SuggestionResult
from matching.showing import ROUNDS

SHORTEST, LONGEST = 4, 12
"""Weeks that an engagement lasts."""

_DAYS: Final = 7

Order: TypeAlias = Callable[[Sequence[NeedProfile], Sequence[OfferProfile], int], Sequence[Sequence[SuggestionResult]]]


@dataclass(frozen=True, slots=True)
class Engagement:
    """Somebody who works for a need.

    Parameters
    ----------
    offer : str
        Id of the offer.
    owner : str
        Id of the participant.
    fit : float
        How well the offer fits the need in [0, 1], whatever the load of its owner.
    hours : float
        Hours a month that it takes.
    until : int
        The first week in which it is over.

    """

    offer: str
    owner: str
    fit: float
    hours: float
    until: int


@dataclass(frozen=True, slots=True)
class Spread:
    """What became of a year.

    Parameters
    ----------
    engagements : int
        How many there were.
    top_tenth : float
        Share of them that the busiest tenth of all participants had, in [0, 1].
    fit : float
        Mean of their fits, in [0, 1].
    never : float
        Share of the participants that had none, in [0, 1].
    above_limit : int
        How many participants were in any week above a limit of their own.

    """

    engagements: int
    top_tenth: float
    fit: float
    never: float
    above_limit: int


class _Town:
    """Who works for whom, week by week.

    The limit that an offer names is the tighter of its own and its owner's. So an owner has no more engagements in all
    than the widest of its offers allows, and none of them more than its own limit.
    """

    def __init__(self, offers: Sequence[OfferProfile]) -> None:
        self.offers = {offer.id: offer for offer in sorted(offers, key=lambda offer: offer.id)}
        self.active: list[Engagement] = []
        self.past: list[Engagement] = []
        self.above_limit: set[str] = set()
        limits: dict[str, list[int | None]] = {}
        for offer in offers:
            limits.setdefault(offer.owner, []).append(offer.engagement_limit)
        self.owner_limits = {
            owner: max(limit for limit in of_owner if limit is not None)
            for owner, of_owner in limits.items()
            if None not in of_owner
        }

    def begin_week(self, week: int) -> None:
        self.active = [one for one in self.active if one.until > week]

    def as_they_stand(self, *, also: Sequence[Engagement] = ()) -> dict[str, OfferProfile]:
        """Return the offers with what their owners do now, and with what they would do in addition."""
        active, past = [*self.active, *also], [*self.past, *also]
        now_of, now_by = Counter(one.offer for one in active), Counter(one.owner for one in active)
        year_of, year_by = Counter(one.offer for one in past), Counter(one.owner for one in past)
        hours = dict.fromkeys(now_by, 0.0)
        for one in active:
            hours[one.owner] += one.hours
        return {
            identity: replace(
                offer,
                **self._tightest(offer, now_of[identity], now_by[offer.owner]),
                yearly_engagements=year_of[identity],
                engagements_past_year=year_by[offer.owner],
                hours_pledged=hours.get(offer.owner, 0.0),
            )
            for identity, offer in self.offers.items()
        }

    def engage(self, engagements: Sequence[Engagement]) -> None:
        self.active += engagements
        self.past += engagements
        after = self.as_they_stand() if engagements else {}
        self.above_limit |= {one.owner for one in engagements if _is_above(after[one.offer])}

    def can_take(self, engagements: Sequence[Engagement]) -> bool:
        """Tell whether everybody's limits leave room for these engagements."""
        after = self.as_they_stand(also=engagements)
        return not any(_is_above(after[one.offer]) for one in engagements)

    def _tightest(self, offer: OfferProfile, by_offer: int, by_owner: int) -> dict[str, Any]:
        limits = [(by_owner, self.owner_limits.get(offer.owner)), (by_offer, offer.engagement_limit)]
        known = [(count, limit) for count, limit in limits if limit is not None]
        count, limit = min(known, key=lambda pair: pair[1] - pair[0], default=(by_owner, None))
        return {"engagements": count, "engagement_limit": limit}


def by_engine(
    needs: Sequence[NeedProfile],
    offers: Sequence[OfferProfile],
    round_: int,
    *,
    weights: Weights,
    geography: Geography,
    taxonomy: Taxonomy,
) -> list[list[SuggestionResult]]:
    """Return the suggestions for each need as the desk shows them in a round."""
    found = run_market(needs, offers, weights=weights, geography=geography, taxonomy=taxonomy)
    return [sorted(result.suggestions, key=lambda one: one.places[round_ % ROUNDS]) for result in found.needs]


def by_fit(
    needs: Sequence[NeedProfile],
    offers: Sequence[OfferProfile],
    round_: int,
    *,
    weights: Weights,
    geography: Geography,
    taxonomy: Taxonomy,
) -> list[tuple[SuggestionResult, ...]]:
    """Return the suggestions for each need, the best fit first, whoever was asked how often; limits are kept."""
    del round_
    free = [
        replace(offer, engagements=0, engagement_limit=None, engagements_past_year=0)
        for offer in offers
        if offer.room is None or offer.room > 0
    ]
    results: list[NeedResult] = run(needs, free, weights=weights, geography=geography, taxonomy=taxonomy)
    return [result.suggestions for result in results]


def simulate(weeks: Sequence[Sequence[NeedProfile]], offers: Sequence[OfferProfile], order: Order) -> Spread:
    """Let needs come up week by week, and coordinators approve what comes first and is accepted by all.

    Parameters
    ----------
    weeks : Sequence[Sequence[NeedProfile]]
        The needs that come up in each week, each with an id of its own.
    offers : Sequence[OfferProfile]
        The offers of everybody, who begin without any engagement.
    order : Callable
        In which order suggestions are tried: `by_engine` or `by_fit` with what else they need.

    Returns
    -------
    Spread
        What became of the year.

    Notes
    -----
    Whoever is asked says yes with the probability of the fit, drawn from the ids of need and participant: the answer to
    the same question is the same whatever the order. Who said no to a need is not asked again for it. Nobody is asked
    for more than the own limits leave.

    """
    town = _Town(offers)
    for week, needs in enumerate(weeks):
        town.begin_week(week)
        tried = order(needs, list(town.as_they_stand().values()), week * _DAYS) if needs else []
        for need, suggestions in zip(needs, tried, strict=True):
            town.engage(_first_accepted(town, need, suggestions, week))
    owners = {offer.owner for offer in offers}
    counts = sorted(Counter(one.owner for one in town.past).values(), reverse=True)
    total = len(town.past)
    return Spread(
        engagements=total,
        top_tenth=sum(counts[: max(1, round(len(owners) / 10))]) / max(total, 1),
        fit=sum(one.fit for one in town.past) / max(total, 1),
        never=1.0 - len(counts) / max(len(owners), 1),
        above_limit=len(town.above_limit),
    )


def _first_accepted(
    town: _Town, need: NeedProfile, suggestions: Sequence[SuggestionResult], week: int
) -> list[Engagement]:
    until = week + Random(need.id).randint(SHORTEST, LONGEST)  # noqa: S311  (a simulation)
    for suggestion in suggestions:
        engagements = [
            Engagement(partner.offer_id, partner.owner, _fit(partner), _hours(need, partner), until)
            for partner in suggestion.partners
        ]
        if town.can_take(engagements) and all(_says_yes(need, one) for one in engagements):
            return engagements
    return []


def _says_yes(need: NeedProfile, one: Engagement) -> bool:
    return Random(f"{need.id}/{one.owner}").random() < one.fit  # noqa: S311  (a simulation)


def _fit(partner: PartnerResult) -> float:
    """Return the score without what the load takes away."""
    return sum(value for name, value in partner.parts.items() if name != "load")


def _hours(need: NeedProfile, partner: PartnerResult) -> float:
    hours = {slot.id: slot.hours_per_month or 0.0 for slot in need.slots}
    return sum(hours[slot] for slot in {assignment.slot for assignment in partner.assignments})


def _is_above(offer: OfferProfile) -> bool:
    return (
        (offer.engagement_limit is not None and offer.engagements > offer.engagement_limit)
        or (offer.yearly_limit is not None and offer.yearly_engagements > offer.yearly_limit)
        or (offer.hours_limit is not None and offer.hours_pledged > offer.hours_limit)
    )
