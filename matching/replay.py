"""Suggestions from their frozen input, the first time as well as every later time."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from matching.profiles import NeedProfile, OfferProfile, Weights
from matching.reasons import Reason
from matching.results import PartnerResult, SuggestionResult
from matching.scoring import PairScore, pair_score
from matching.snapshots import need_from_json, offer_from_json, to_json, weights_from_json
from matching.teams import FIT_FLOOR, Assignment, Candidate, Team, team_of

SNAPSHOT_FORMAT: Final = 2


@dataclass(frozen=True, slots=True)
class FrozenPartner:
    """What a run knew of one partner.

    Parameters
    ----------
    offer : OfferProfile
        The offer.
    values : Mapping[str, float]
        What each signal said, in [0, 1] or NaN. They are kept instead of computed again, so that a later engine which
        reads words differently still gives what this one gave.
    load : float
        Softening of the offer, in (0, 1].
    fits : Mapping[tuple[str, str], float]
        Fit of each item for each slot.
    said : Mapping[str, Reason or None]
        The reason that each signal gave.

    """

    offer: OfferProfile
    values: Mapping[str, float]
    load: float
    fits: Mapping[tuple[str, str], float]
    said: Mapping[str, Reason | None]

    def pair_score(self, weights: Weights) -> PairScore:
        """Return the score of the partner for the need."""
        return pair_score(self.values, weights, self.load, self.said)

    def candidate(self, score: PairScore, weights: Weights, floor: float) -> Candidate:
        """Return what the partner is worth to each slot."""
        known = sum(score.parts.get(name, 0.0) for name in weights.as_mapping() if name != "skill")
        share = 0.0 if "skill" in score.unknown else weights.skill / score.confidence
        others, skill_share = self.load * known, self.load * share
        return Candidate(self.offer, self.fits, others=others, skill_share=skill_share, floor=floor, load=self.load)

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain JSON."""
        return {
            "offer": to_json(self.offer),
            "values": {name: None if math.isnan(value) else value for name, value in self.values.items()},
            "load": self.load,
            "fits": [[slot, item, fit] for (slot, item), fit in sorted(self.fits.items())],
            "said": {name: reason.to_json() for name, reason in self.said.items() if reason is not None},
        }

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> "FrozenPartner":
        """Return the partner that `to_json` wrote."""
        return cls(
            offer=offer_from_json(json["offer"]),
            values={name: float("nan") if value is None else float(value) for name, value in json["values"].items()},
            load=json["load"],
            fits={(slot, item): fit for slot, item, fit in json["fits"]},
            said={name: Reason.from_json(reason) for name, reason in json["said"].items()},
        )


def freeze(
    need: dict[str, Any],
    partners: Sequence[dict[str, Any]],
    *,
    weights: dict[str, Any],
    rank: int,
    floor: float = FIT_FLOOR,
) -> dict[str, Any]:
    """Return all that a suggestion follows from as plain JSON.

    Parameters
    ----------
    need : dict[str, Any]
        The need, as `matching.snapshots.to_json` gives it.
    partners : Sequence[dict[str, Any]]
        The partners of the team, as `FrozenPartner.to_json` gives them.
    weights : dict[str, Any]
        The weights of the run, as `matching.snapshots.to_json` gives them.
    rank : int
        Place among the suggestions for the need, from 1.
    floor : float
        From this fit on an item counted for a slot, in [0, 1].

    Returns
    -------
    dict[str, Any]
        The snapshot.

    """
    return {
        "format": SNAPSHOT_FORMAT,
        "rank": rank,
        "floor": floor,
        "weights": weights,
        "need": need,
        "partners": list(partners),
    }


def replay(snapshot: dict[str, Any]) -> SuggestionResult:
    """Return the suggestion that follows from a snapshot, bit for bit the one that the run gave.

    Parameters
    ----------
    snapshot : dict[str, Any]
        What `freeze` wrote, also after a journey through JSON.

    Returns
    -------
    SuggestionResult
        Scores, parts, division of the slots and value are computed again; the rank is the one kept, and the value
        of the suggestions of a need has to fall in its order.

    Raises
    ------
    ValueError
        When the snapshot has another format.

    """
    if snapshot.get("format") != SNAPSHOT_FORMAT:
        message = f"a snapshot has format {SNAPSHOT_FORMAT}, not {snapshot.get('format')!r}"
        raise ValueError(message)
    need = need_from_json(snapshot["need"])
    weights = weights_from_json(snapshot["weights"])
    frozen = sorted(map(FrozenPartner.from_json, snapshot["partners"]), key=lambda partner: partner.offer.id)
    floor = snapshot["floor"]
    scores = [partner.pair_score(weights) for partner in frozen]
    candidates = [partner.candidate(score, weights, floor) for partner, score in zip(frozen, scores, strict=True)]
    return suggest(need, team_of(need, candidates), scores, snapshot)


def suggest(need: NeedProfile, team: Team, scores: Sequence[PairScore], snapshot: dict[str, Any]) -> SuggestionResult:
    """Return what a run says about a team.

    Parameters
    ----------
    need : NeedProfile
        The need.
    team : Team
        The team.
    scores : Sequence[PairScore]
        The score of each partner, in the order of the team.
    snapshot : dict[str, Any]
        All that the suggestion follows from.

    Returns
    -------
    SuggestionResult
        The suggestion.

    """
    is_faint = snapshot["floor"] < FIT_FLOOR
    shares = _shares(need, team)
    partners = tuple(_partner(offer, score, team, shares) for offer, score in zip(team.partners, scores, strict=True))
    known = [partner.score for partner in partners if partner.score is not None]
    return SuggestionResult(
        rank=snapshot["rank"],
        score=None if is_faint or len(known) < len(partners) else _mean(known, partners),
        confidence=_mean([partner.confidence for partner in partners], partners),
        value=team.value,
        partners=partners,
        open_slots=team.open_slots,
        reasons=_team_reasons(need, team, is_faint=is_faint),
        snapshot=snapshot,
    )


def _partner(offer: OfferProfile, score: PairScore, team: Team, shares: Mapping[str, float]) -> PartnerResult:
    return PartnerResult(
        offer_id=offer.id,
        owner=offer.owner,
        score=score.score,
        confidence=score.confidence,
        parts=score.parts,
        reasons=score.reasons,
        assignments=_assignments_of(team, offer.id),
        share=shares[offer.id],
        unknown=score.unknown,
    )


def _assignments_of(team: Team, offer: str) -> tuple[Assignment, ...]:
    return tuple(assignment for assignment in team.assignments if assignment.offer == offer)


def _shares(need: NeedProfile, team: Team) -> dict[str, float]:
    """Return which share of what is covered each partner covers, by slot weight."""
    per_unit = {slot.id: slot.weight / slot.quantity for slot in need.open_slots}
    covered = {
        offer.id: sum(per_unit[one.slot] * one.quantity for one in _assignments_of(team, offer.id))
        for offer in team.partners
    }
    together = sum(covered.values())
    return {offer: part / together for offer, part in covered.items()}


def _mean(values: Sequence[float], partners: Sequence[PartnerResult]) -> float:
    if len(partners) == 1:
        return values[0]
    mean = sum(value * partner.share for value, partner in zip(values, partners, strict=True))
    return min(max(mean, 0.0), 1.0)


def _team_reasons(need: NeedProfile, team: Team, *, is_faint: bool) -> tuple[Reason, ...]:
    slots = need.open_slots
    reasons = [Reason("team_faint")] if is_faint else []
    reasons += [Reason("team_covers", {"covered": len(slots) - len(team.open_slots), "slots": len(slots)})]
    for slot in slots:
        partners = len({one.offer for one in team.assignments if one.slot == slot.id})
        if partners > 1:
            reasons.append(Reason("team_shares_slot", {"slot": slot.id, "partners": partners}))
    if team.bridges:
        reasons.append(Reason("team_bridges"))
    return tuple(reasons)
