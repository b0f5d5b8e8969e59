"""The rows that a run writes for one need: its outcome, its suggestions, their partners and what each would give.

Whoever wants another order than that of the results changes the order of the suggestions that are handed in.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from matching import ItemProfile, NeedResult, OfferProfile, PartnerResult, Reason, Showing, SuggestionResult
from models import MatchingRun, Verdict, utc_now

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of five tables, parents before what refers to them."""

    outcomes: list[Row] = field(default_factory=list)
    suggestions: list[Row] = field(default_factory=list)
    partners: list[Row] = field(default_factory=list)
    shares: list[Row] = field(default_factory=list)
    showings: list[Row] = field(default_factory=list)

    @classmethod
    def joined(cls, several: Iterable["Rows"]) -> "Rows":
        """Return the rows of several needs together."""
        rows = cls()
        for one in several:
            rows.outcomes.extend(one.outcomes)
            rows.suggestions.extend(one.suggestions)
            rows.partners.extend(one.partners)
            rows.shares.extend(one.shares)
            rows.showings.extend(one.showings)
        return rows

    def add(
        self,
        run: MatchingRun,
        need_id: UUID,
        result: SuggestionResult,
        offers: Mapping[str, OfferProfile],
        *,
        rank: int,
        edited_from: UUID | None = None,
    ) -> UUID:
        """Add one suggestion with its partners and what each would give, and return its id.

        One that a coordinator put together stands before those that the engine made.
        """
        given = [item for partner in result.partners for item in offers[partner.offer_id].items]
        suggestion = _row(
            run_id=run.id,
            need_id=need_id,
            municipality_id=run.municipality_id,
            rank=rank,
            score=result.score,
            confidence=result.confidence,
            value=result.value,
            reasons=[reason.to_json() for reason in result.reasons],
            open_slots=list(result.open_slots),
            places=list(result.places),
            snapshot=_without_words(result.snapshot, given, rank=rank),
            verdict=Verdict.PENDING,
            review_note="",
            edited_from_id=edited_from,
            coordinators_place=None if edited_from is None else 1,
            version=1,
        )
        self.suggestions.append(suggestion)
        for position, one in enumerate(result.partners, start=1):
            partner = _partner(one, offers[one.offer_id], position=position) | {"suggestion_id": suggestion["id"]}
            self.partners.append(partner)
            self.shares.extend(
                _row(
                    partner_id=partner["id"],
                    slot_id=UUID(assignment.slot),
                    item_id=UUID(assignment.item),
                    quantity=assignment.quantity,
                )
                for assignment in one.assignments
            )
        suggestion_id: UUID = suggestion["id"]
        return suggestion_id


def rows_of(
    run: MatchingRun,
    result: NeedResult,
    suggestions: Sequence[SuggestionResult],
    offers: Mapping[str, OfferProfile],
) -> Rows:
    """Return what is written for one need: its outcome, and these of its suggestions in the order given."""
    rows = Rows()
    rows.outcomes.append(
        _row(
            run_id=run.id,
            need_id=UUID(result.need_id),
            municipality_id=run.municipality_id,
            candidates=result.candidates,
            excluded=dict(result.excluded),
            relaxations=[{**one.reason.to_json(), "count": one.count} for one in result.relaxations],
            questions=[question.to_json() for question in result.questions],
            found=list(result.found),
        )
    )
    for rank, suggestion in enumerate(suggestions, start=1):
        rows.add(run, UUID(result.need_id), suggestion, offers, rank=rank)
    return rows


def showings_of(run: MatchingRun, showings: Iterable[Showing]) -> Rows:
    """Return what is written for participants: the needs that each is shown, and their order in each round."""
    return Rows(
        showings=[
            _row(
                run_id=run.id,
                participant_id=UUID(showing.participant),
                needs=[[one.need_id, one.offer_id, one.score, one.confidence] for one in showing.needs],
                rounds=[list(order) for order in showing.rounds],
            )
            for showing in showings
        ]
    )


def _row(**values: Any) -> Row:
    return {"id": uuid4(), "created_at": utc_now(), **values}


def _partner(result: PartnerResult, offer: OfferProfile, *, position: int) -> Row:
    return _row(
        offer_id=UUID(offer.id),
        position=position,
        score=result.score,
        confidence=result.confidence,
        parts=dict(result.parts),
        reasons=[_by_ids(reason.to_json(), offer.items) for reason in result.reasons],
    )


def _without_words(snapshot: Mapping[str, Any], given: Sequence[ItemProfile], *, rank: int) -> dict[str, Any]:
    """Return the frozen input without the words of need and offers.

    What the words were worth is kept as figures, and those are what a replay computes from. So
    nothing that a person wrote is copied out of its row, and what is erased there is gone.
    """
    return {
        **snapshot,
        "rank": rank,
        "need": _mute(snapshot["need"], "slots"),
        "partners": [
            {
                **partner,
                "offer": _mute(partner["offer"], "items"),
                "said": {signal: _by_ids(reason, given) for signal, reason in partner["said"].items()},
            }
            for partner in snapshot["partners"]
        ],
    }


def _mute(profile: Mapping[str, Any], things: str) -> dict[str, Any]:
    return {**profile, "title": "", "text": "", things: [{**thing, "what": ""} for thing in profile[things]]}


def _by_ids(reason: Mapping[str, Any], given: Sequence[ItemProfile]) -> dict[str, Any]:
    """Return a reason in which the thing that is given is named by its id, and the slot by its id alone."""
    params = dict(reason["params"])
    if "item" in params:
        # Of two things of the same name the first is meant.
        called = {item.what: item.id for item in reversed(given)}
        params |= {"what": "", "item": called[params["item"]]}
    return Reason(reason["code"], params).to_json()
