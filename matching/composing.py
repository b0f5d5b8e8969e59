"""A team that a person puts together: scored, divided and frozen by the very steps of a run."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Final, TypeAlias

from matching.candidates import Candidates
from matching.eligibility import Exclusions, Gate, exclusions, fits_the_hours
from matching.pairs import Pairs
from matching.profiles import Geography, NeedProfile, OfferProfile, Taxonomy, Weights
from matching.reasons import Reason
from matching.replay import FrozenPartner, freeze, replay
from matching.results import SuggestionResult
from matching.scoring import PairScore, Scores, score
from matching.snapshots import to_json
from matching.teams import FAINT_FLOOR, FIT_FLOOR, Candidate, Team, assemble, team_of

MOST_PARTNERS: Final = 4
"""Greatest size of a team."""

Claims: TypeAlias = Mapping[str, Collection[tuple[str, str]]]
NO_CLAIMS: Final[Claims] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Composed:
    """What became of a team that somebody wanted.

    Parameters
    ----------
    result : SuggestionResult or None
        The suggestion, None where the team cannot be one.
    idle : tuple[str, ...]
        Ids of the offers that would give nothing in it.
    overworked : tuple[str, ...]
        Ids of the participants who would give more hours a month than their own limit leaves.

    """

    result: SuggestionResult | None
    idle: tuple[str, ...] = ()
    overworked: tuple[str, ...] = ()


class Workbench:
    """One need and the offers out of which somebody puts together a team.

    Parameters
    ----------
    need : NeedProfile
        The need.
    offers : Sequence[OfferProfile]
        The offers, each once.
    weights : Weights
        How much each signal counts.
    geography : Geography
        Which districts touch.
    taxonomy : Taxonomy
        Skills and what they are called.

    Notes
    -----
    What a pair scores is a property of its need and its offer alone, so that the figures here are those of a run,
    whatever other offers there are. A team is what `matching.replay.replay` makes of its frozen input.

    """

    def __init__(
        self,
        need: NeedProfile,
        offers: Sequence[OfferProfile],
        *,
        weights: Weights,
        geography: Geography,
        taxonomy: Taxonomy,
    ) -> None:
        self.need = need
        self.offers = tuple(offers)
        self.weights = weights
        self.geography = geography
        self.taxonomy = taxonomy
        self._position = {offer.id: k for k, offer in enumerate(self.offers)}

    def gates(self, offer: str) -> tuple[Reason, ...]:
        """Return the gates that an offer fails; empty where it may be suggested."""
        return self._excluded.reasons(0, self._position[offer])

    def failed(self, offer: str) -> tuple[Gate, ...]:
        """Return the same gates without words."""
        return self._excluded.gates(0, self._position[offer])

    def may_join(self, offer: str) -> bool:
        """Say whether a person may add an offer: it fails no gate but such as can be lifted."""
        return all(gate.can_be_lifted for gate in self.failed(offer))

    def pair(self, offer: str) -> PairScore:
        """Return what an offer scores for the need, whether it passes the gates or not."""
        return self._scores.explain(self._position[offer])

    def is_relevant(self, offer: str) -> bool:
        """Say whether anything that is offered counts for anything that is lacking."""
        return self._scores.gives_something(self._position[offer], FIT_FLOOR)

    def fits(self, offer: str) -> Mapping[tuple[str, str], float]:
        """Return the fit in [0, 1] of each free item of an offer for each open slot of its kind, by slot and item."""
        return self._frozen(self._strict, offer).fits

    def could_give(self, offer: str) -> list[tuple[str, str]]:
        """Return the slots and items of an offer that a person could say go together, within its owner's hours."""
        profile = self.offers[self._position[offer]]
        takes = {slot.id for slot in self.need.open_slots if fits_the_hours(slot, profile)}
        return [(slot, item) for slot, item in self.fits(offer) if slot in takes]

    def ranked(self, slot: str) -> list[str]:
        """Return the offers that pass the gates and count for a slot, those of the best pairs first."""
        worth: dict[str, float] = {}
        for offer in self.offers:
            counts = any(of == slot and fit >= FIT_FLOOR for (of, _), fit in self.fits(offer.id).items())
            if counts and not self.gates(offer.id):
                worth[offer.id] = self.pair(offer.id).raw or 0.0
        return sorted(worth, key=lambda offer: (-worth[offer], offer))

    def compose(self, offers: Collection[str], *, rank: int, claims: Claims = NO_CLAIMS) -> Composed:
        """Return the suggestion that a team of exactly these offers is.

        Parameters
        ----------
        offers : Collection[str]
            Ids of the offers, one to four.
        rank : int
            Place among the suggestions for the need, from 1.
        claims : Mapping[str, Collection[tuple[str, str]]]
            By the id of an offer the slots and items of which a person says that they go together, though their words
            do not show it: they count from the least fit on. The score of the pair does not change by that.

        Returns
        -------
        Composed
            The suggestion with its snapshot; or who would give nothing, or more hours than the own limit leaves.

        Raises
        ------
        ValueError
            When there are no offers or too many.

        Notes
        -----
        As in a run, those who are only faintly near make a team where none of them fits.

        """
        chosen = sorted(set(offers))
        if not 1 <= len(chosen) <= MOST_PARTNERS:
            message = f"a team has 1 to {MOST_PARTNERS} partners, not {len(chosen)}"
            raise ValueError(message)
        composed = self._composed(self._strict, chosen, claims, rank)
        for found in (self._near, self._far):
            if len(composed.idle) < len(chosen):
                break
            composed = self._composed(found, chosen, claims, rank)
        return composed

    def best_with(self, offer: str) -> Team | None:
        """Return the most valuable team that holds an offer, None where it would better no team."""
        passing = [one.id for one in self.offers if one.id == offer or not self.gates(one.id)]
        frozen = [self._frozen(self._strict, one) for one in passing]
        teams = assemble(self.need, [self._candidate(one, FIT_FLOOR) for one in frozen], limit=1, holding=offer)
        return teams[0] if teams else None

    @cached_property
    def _excluded(self) -> Exclusions:
        return exclusions([self.need], self.offers)

    @cached_property
    def _scores(self) -> Scores:
        return self._strict.scores

    @cached_property
    def _strict(self) -> Candidates:
        return Candidates(self._score(nearest=0.0, strict=True), FIT_FLOOR)

    @cached_property
    def _near(self) -> Candidates:
        return Candidates(self._score(nearest=FAINT_FLOOR, strict=True), FAINT_FLOOR)

    @cached_property
    def _far(self) -> Candidates:
        return Candidates(self._score(nearest=FAINT_FLOOR, strict=False), FAINT_FLOOR)

    def _score(self, *, nearest: float, strict: bool) -> Scores:
        return score(
            Pairs.every([self.need], self.offers),
            weights=self.weights,
            geography=self.geography,
            taxonomy=self.taxonomy,
            nearest=nearest,
            strict=strict,
        )

    def _frozen(self, found: Candidates, offer: str) -> FrozenPartner:
        return found.frozen(self._position[offer])

    def _candidate(self, partner: FrozenPartner, floor: float) -> Candidate:
        return partner.candidate(partner.pair_score(self.weights), self.weights, floor)

    def _composed(self, found: Candidates, offers: Sequence[str], claims: Claims, rank: int) -> Composed:
        partners = [_claimed(self._frozen(found, offer), claims.get(offer, ()), found.floor) for offer in offers]
        team = team_of(self.need, [self._candidate(partner, found.floor) for partner in partners])
        giving = {assignment.offer for assignment in team.assignments}
        idle = tuple(offer for offer in offers if offer not in giving)
        overworked = _overworked(self.need, team)
        if idle or overworked:
            return Composed(None, idle, overworked)
        snapshot = freeze(
            to_json(self.need),
            [partner.to_json() for partner in partners],
            weights=to_json(self.weights),
            rank=rank,
            floor=found.floor,
        )
        return Composed(replay(snapshot))


def _claimed(partner: FrozenPartner, pairs: Collection[tuple[str, str]], floor: float) -> FrozenPartner:
    raised = {pair: max(fit, floor) for pair, fit in partner.fits.items() if pair in pairs}
    return replace(partner, fits={**partner.fits, **raised})


def _overworked(need: NeedProfile, team: Team) -> tuple[str, ...]:
    """Return the participants who would give more hours than their own limit leaves, with all of their offers."""
    hours = {slot.id: slot.hours_per_month or 0.0 for slot in need.open_slots}
    offers = {offer.id: offer for offer in team.partners}
    given: dict[str, set[str]] = {}
    for assignment in team.assignments:
        given.setdefault(offers[assignment.offer].owner, set()).add(assignment.slot)
    limits = {
        offer.owner: offer.hours_limit - offer.hours_pledged
        for offer in offers.values()
        if offer.hours_limit is not None
    }
    return tuple(
        owner
        for owner, slots in sorted(given.items())
        if owner in limits and sum(hours[slot] for slot in slots) > limits[owner]
    )
