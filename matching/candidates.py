"""Candidates for some needs: what was found and scored, ready to be put together."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from matching.arrays import FloatMatrix, IntMatrix
from matching.profiles import OfferProfile
from matching.replay import FrozenPartner, freeze, suggest
from matching.results import SuggestionResult
from matching.scoring import Scores
from matching.snapshots import to_json
from matching.teams import Candidate, Team
from matching.turns import lots

CANDIDATES: Final = 32
"""Candidates that are handed on to `matching.teams`, the best for each slot in turn; it combines 30 of them."""


class Candidates:
    """The scored candidates of some needs, and what each is worth to each slot from a floor on.

    Parameters
    ----------
    scores : Scores
        The scores of the pairs that retrieval found, need by need.
    floor : float
        From this fit on an item counts for a slot, in [0, 1].

    """

    def __init__(self, scores: Scores, floor: float) -> None:
        self.scores = scores
        self.pairs = scores.pairs
        self.floor = floor
        skill = [signal.name for signal in scores.signals].index("skill")
        loads = scores.loads[self.pairs.columns]
        # As `FrozenPartner.candidate` adds them up, in the order of the signals.
        others = np.zeros(len(self.pairs))
        for k, part in enumerate(scores.parts[:-1]):
            if k != skill:
                others = others + np.where(np.isnan(part), 0.0, part)
        known = ~np.isnan(scores.values[skill])
        shares = np.divide(scores.weights.skill, scores.confidence, out=np.zeros(len(self.pairs)), where=known)
        self.others = loads * others
        self.shares = loads * shares
        fits = scores.fits
        self.slot_rows = np.array([row for row, _ in fits.slots], dtype=np.int64)
        counts = np.flatnonzero(fits.fits >= floor)
        self.kept_pair, self.kept_slot = fits.pair[counts], fits.slot[counts]
        self._supply = np.array([item.quantity for _, item in fits.items], dtype=np.int64)
        supply = self._supply[fits.item[counts]].astype(np.float64)
        demand = np.array([slot.quantity for _, slot in fits.slots], dtype=np.float64)[self.kept_slot]
        worth = self.others[self.kept_pair] + self.shares[self.kept_pair] * fits.fits[counts]
        self.gains: FloatMatrix = worth * np.minimum(supply / demand, 1.0)
        takes = np.array([slot.hours_per_month or 0.0 for _, slot in fits.slots], dtype=np.float64)[self.kept_slot]
        left = np.array([_hours_left(offer) for offer in self.pairs.offers], dtype=np.float64)
        self.within_hours = takes <= left[self.pairs.columns[self.kept_pair]]
        self.turns = lots(
            [need.id for need in self.pairs.needs],
            [offer.id for offer in self.pairs.offers],
            self.pairs.rows,
            self.pairs.columns,
        ).astype(np.int64)

    def lacking(self, row: int) -> frozenset[str]:
        """Return the ids of the open slots of a need that no candidate counts for with the hours it has left."""
        first, last = self._kept(row)
        covered = set(self.kept_slot[first:last][self.within_hours[first:last]].tolist())
        first, last = np.searchsorted(self.slot_rows, [row, row + 1]).tolist()
        return frozenset(self.scores.fits.slots[slot][1].id for slot in range(first, last) if slot not in covered)

    def of_use(self, row: int, slots: frozenset[str]) -> list[OfferProfile]:
        """Return the offers that count for any of these slots of a need."""
        first, last = self._kept(row)
        of_slots = [self.scores.fits.slots[slot][1].id in slots for slot in self.kept_slot[first:last].tolist()]
        pairs = self.kept_pair[first:last][np.array(of_slots, dtype=bool)]
        return [self.pairs.offers[column] for column in np.unique(self.pairs.columns[pairs]).tolist()]

    def count(self, row: int) -> int:
        """Return how many offers count for any slot of a need."""
        return len(np.unique(self.kept_pair[slice(*self._kept(row))]))

    def helpers(self) -> IntMatrix:
        """Return how many helpers each need can take, at least 1, shape (n_needs,).

        For each slot as many as it takes of what those who count for it give in the middle.
        """
        fits = self.scores.fits
        counts = fits.fits >= self.floor
        of_slot, supply = fits.slot[counts], self._supply[fits.item[counts]]
        order = np.lexsort((supply, of_slot))
        slots, starts = np.unique(of_slot[order], return_index=True)
        ends = np.append(starts[1:], len(order))
        middle = supply[order][(starts + ends) // 2]
        demand = np.array([slot.quantity for _, slot in fits.slots], dtype=np.int64)[slots]
        taken = np.zeros(len(self.pairs.needs), dtype=np.int64)
        np.add.at(taken, self.slot_rows[slots], -(-demand // np.maximum(middle, 1)))
        helpers: IntMatrix = np.maximum(taken, 1)
        return helpers

    def candidates(self, row: int) -> list[Candidate]:
        """Return the best offers for each slot of a need in turn, in the order of their ids."""
        first, last = self._kept(row)
        within = np.flatnonzero(self.within_hours[first:last]) + first
        pair, slot, gains = self.kept_pair[within], self.kept_slot[within], self.gains[within]
        best = np.lexsort((pair, self.turns[pair], -gains, slot))
        # Of several items of an offer for a slot the best one stands for it.
        _, once = np.unique(slot[best] * len(self.pairs) + pair[best], return_index=True)
        best = best[np.sort(once)]
        starts = np.searchsorted(slot[best], slot[best])
        turns = np.arange(len(best)) - starts
        in_turn = pair[best][np.lexsort((slot[best], turns))]
        chosen = sorted(list(dict.fromkeys(in_turn.tolist()))[:CANDIDATES])
        return [self._candidate(one) for one in chosen]

    def suggestions(self, row: int, teams: Sequence[Team]) -> tuple[SuggestionResult, ...]:
        """Return teams with scores, reasons and their frozen input."""
        if not teams:
            return ()
        need = self.pairs.needs[row]
        first, last = np.searchsorted(self.pairs.rows, [row, row + 1])
        position = {
            self.pairs.offers[column].id: int(first) + k for k, column in enumerate(self.pairs.columns[first:last])
        }
        members = {offer.id: self.frozen(position[offer.id]) for team in teams for offer in team.partners}
        scores = {offer: self.scores.scored(position[offer], partner.said) for offer, partner in members.items()}
        partners = {offer: partner.to_json() for offer, partner in members.items()}
        frozen_need = to_json(need)
        return tuple(
            suggest(
                need,
                team,
                [scores[offer.id] for offer in team.partners],
                freeze(
                    frozen_need,
                    [partners[offer.id] for offer in team.partners],
                    weights=to_json(self.scores.weights),
                    rank=rank,
                    floor=self.floor,
                ),
            )
            for rank, team in enumerate(teams, start=1)
        )

    def _kept(self, row: int) -> tuple[int, int]:
        """Return where the fits of a need that count begin and end."""
        first, last = np.searchsorted(self.pairs.rows, [row, row + 1])
        begin, end = np.searchsorted(self.kept_pair, [first, last])
        return int(begin), int(end)

    def _candidate(self, pair: int) -> Candidate:
        return Candidate(
            self.pairs.offers[self.pairs.columns[pair]],
            self._fits(pair),
            others=float(self.others[pair]),
            skill_share=float(self.shares[pair]),
            floor=self.floor,
            load=self.scores.load_of(pair),
            turn=int(self.turns[pair]),
        )

    def _fits(self, pair: int) -> dict[tuple[str, str], float]:
        fits = self.scores.fits
        first, last = np.searchsorted(fits.pair, [pair, pair + 1])
        return {
            (fits.slots[slot][1].id, fits.items[item][1].id): fit
            for slot, item, fit in zip(
                fits.slot[first:last].tolist(),
                fits.item[first:last].tolist(),
                fits.fits[first:last].tolist(),
                strict=True,
            )
        }

    def frozen(self, pair: int) -> FrozenPartner:
        """Return all that is known of the partner in one pair."""
        return FrozenPartner(
            offer=self.pairs.offers[self.pairs.columns[pair]],
            values=self.scores.values_of(pair),
            load=self.scores.load_of(pair),
            fits=self._fits(pair),
            said=self.scores.said_of(pair),
        )


def _hours_left(offer: OfferProfile) -> float:
    """Return how many more hours a month the owner of an offer wants to give."""
    return np.inf if offer.hours_limit is None else offer.hours_limit - offer.hours_pledged
