"""A team on the workbench: what a coordinator wants changed, and what would become of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session, joinedload, lazyload

from matching import Composed, Weights
from matching.composing import MOST_PARTNERS
from models import (
    Account,
    EditKind,
    Need,
    NeedOutcome,
    Offer,
    Participant,
    Slot,
    Suggestion,
    SuggestionPartner,
    WeightSet,
)
from models.suggestions import published_runs
from web.suggestions.queries import profiles, workbench

CHOICES_SHOWN: Final = 8

Claim = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs from the team that somebody began with, by the ids of offers."""

    kind: EditKind
    incoming: str | None
    outgoing: str | None

    @property
    def key(self) -> str:
        """The change in one word, as a form names it."""
        return f"{self.incoming or ''}:{self.outgoing or ''}"


@dataclass(frozen=True, slots=True)
class Plan:
    """A team as somebody wants it: its offers, who came instead of whom, and what is said to go together."""

    original: tuple[str, ...]
    team: tuple[str, ...]
    instead: Mapping[str, str] = field(default_factory=dict)
    claims: frozenset[Claim] = frozenset()

    @property
    def changes(self) -> list[Change]:
        """What differs from the team that somebody began with."""
        gone = [offer for offer in self.original if offer not in self.team]
        changes = []
        for offer in self.team:
            if offer in self.original:
                continue
            former = self.instead.get(offer)
            if former in gone:
                gone.remove(former)
                changes.append(Change(EditKind.EXCHANGED, offer, former))
            else:
                changes.append(Change(EditKind.ADDED, offer, None))
        return [*changes, *(Change(EditKind.REMOVED, None, offer) for offer in gone)]

    def without(self, offer: str) -> "Plan":
        """Return the plan without one partner."""
        return replace(self, team=tuple(one for one in self.team if one != offer), claims=self._claims_without(offer))

    def with_(self, offer: str) -> "Plan":
        """Return the plan with one partner more."""
        return self if offer in self.team else replace(self, team=(*self.team, offer))

    def exchanged(self, outgoing: str, incoming: str) -> "Plan":
        """Return the plan with one partner in the place of another."""
        if outgoing not in self.team or incoming in self.team:
            return self
        # Who came for somebody and goes again leaves the place to the next one.
        former = self.instead.get(outgoing, outgoing)
        return replace(
            self,
            team=tuple(incoming if one == outgoing else one for one in self.team),
            instead={**self.instead, incoming: former},
            claims=self._claims_without(outgoing),
        )

    def taken_back(self, key: str) -> "Plan":
        """Return the plan as it was before one of its changes."""
        change = next((change for change in self.changes if change.key == key), None)
        if change is None:
            return self
        plan = self if change.incoming is None else self.without(change.incoming)
        return plan if change.outgoing is None else plan.with_(change.outgoing)

    def claiming(self, offer: str, slot: str, item: str) -> "Plan":
        """Return the plan in which an item of an offer is said to serve a slot."""
        return replace(self, claims=self.claims | {(offer, slot, item)})

    def _claims_without(self, offer: str) -> frozenset[Claim]:
        return frozenset(claim for claim in self.claims if claim[0] != offer)


@dataclass(frozen=True, slots=True)
class Sketch:
    """A plan laid out: what becomes of it, who else could take each place, and what was found by words."""

    suggestion: Suggestion
    plan: Plan
    bench: workbench.Bench
    composed: Composed | None
    choices: Mapping[str, Sequence[str]]
    for_open_slots: Mapping[str, Sequence[str]]
    found: Sequence[str]

    @property
    def barred(self) -> list[str]:
        """The partners who may not be in any team now."""
        return [one for one in self.plan.team if not self.bench.engine.may_join(one)]

    @property
    def may_be_saved(self) -> bool:
        """Tell whether the plan is another team that could be proposed."""
        return (
            bool(self.plan.changes)
            and not self.barred
            and self.composed is not None
            and self.composed.result is not None
        )

    @property
    def may_take_more(self) -> bool:
        """Tell whether the team has room for one more."""
        return len(self.plan.team) < MOST_PARTNERS


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the last run found for the need of a suggestion, and the weights that are switched on."""

    found: frozenset[UUID]
    weights: Weights


def load(session: Session, suggestion: Suggestion) -> Loaded:
    """Load all that laying out a suggestion needs, in one query."""
    found = (
        select(cast(NeedOutcome.found, Text))  # rows of a joined load are told apart by values that can be hashed
        .where(NeedOutcome.need_id == Suggestion.need_id, NeedOutcome.run_id.in_(published_runs()))
        .correlate(Suggestion)
        .limit(1)
        .scalar_subquery()
    )
    row = (
        session.execute(
            select(Suggestion, found, WeightSet)
            .select_from(Suggestion)
            .outerjoin(WeightSet, WeightSet.is_active.is_(True))
            .where(Suggestion.id == suggestion.id)
            .options(
                lazyload(Suggestion.approvals),
                joinedload(Suggestion.partners).joinedload(SuggestionPartner.shares),
                joinedload(Suggestion.need).options(
                    joinedload(Need.participant).joinedload(Participant.consents),
                    joinedload(Need.area),
                    joinedload(Need.municipality),
                    joinedload(Need.slots).joinedload(Slot.skill),
                    joinedload(Need.council_seat),
                    joinedload(Need.fields),
                ),
            )
        )
        .unique()
        .one()
    )
    return Loaded(
        found=frozenset(UUID(one) for one in json.loads(row[1] or "[]")),
        weights=Weights() if row[2] is None else profiles.as_weights(row[2]),
    )


def original_of(suggestion: Suggestion) -> tuple[str, ...]:
    """Return the offers of the team that a suggestion is."""
    return tuple(str(partner.offer_id) for partner in suggestion.partners)


def sketch(
    session: Session,
    account: Account,
    suggestion: Suggestion,
    plan: Plan,
    loaded: Loaded,
    *,
    at: datetime,
    rank: int = 1,
    words: str = "",
) -> Sketch:
    """Lay out a suggestion that `load` loaded, with what it gave, and the team that is wanted."""
    need = suggestion.need
    wanted = {UUID(one) for one in plan.team}
    kept = {UUID(one) for one in plan.original}
    statement = workbench.these(account, need, kept, also=loaded.found | wanted, words=words)
    alike = workbench.found_by(account, need, words)
    bench = workbench.bench(
        session, need, statement, at=at, weights=loaded.weights, alike=Offer.id.in_(alike) if words else None
    )
    known = replace(plan, team=tuple(one for one in plan.team if one in bench.offers))
    claims: dict[str, list[tuple[str, str]]] = {}
    for offer, slot, item in sorted(known.claims):
        claims.setdefault(offer, []).append((slot, item))
    composed = (
        bench.engine.compose(known.team, rank=rank, claims=claims) if 1 <= len(known.team) <= MOST_PARTNERS else None
    )
    ranked = {slot.id: bench.engine.ranked(slot.id) for slot in bench.engine.need.open_slots}
    return Sketch(
        suggestion=suggestion,
        plan=known,
        bench=bench,
        composed=composed,
        choices={one: _others(ranked, _slots_of(one, composed, suggestion), known) for one in known.team},
        for_open_slots={
            slot: _others(ranked, [slot], known)
            for slot in (composed.result.open_slots if composed and composed.result else ())
        },
        found=[key for key in bench.offers if key in bench.alike and key not in known.team],
    )


def _slots_of(offer: str, composed: Composed | None, suggestion: Suggestion) -> list[str]:
    """Return the slots that a partner fills in the team, or filled in the one that was suggested."""
    if composed and composed.result:
        return [
            one.slot for partner in composed.result.partners if partner.offer_id == offer for one in partner.assignments
        ]
    return [
        str(share.slot_id)
        for partner in suggestion.partners
        if str(partner.offer_id) == offer
        for share in partner.shares
    ]


def _others(ranked: Mapping[str, Sequence[str]], slots: Sequence[str], plan: Plan) -> list[str]:
    """Return who else could fill any of these slots, the best of each slot in turn."""
    places = [(place, one) for slot in slots for place, one in enumerate(ranked.get(slot, ())) if one not in plan.team]
    return list(dict.fromkeys(one for _, one in sorted(places, key=lambda pair: pair[0])))[:CHOICES_SHOWN]
