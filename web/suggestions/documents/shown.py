"""Rows of a suggestion turned into what is drawn on a page, answered by the API, and printed by a command."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from flask_babel import gettext as _

from matching.scoring import LOAD_PART
from matching.snapshots import weights_from_json
from models import Account, Need, Participant, Slot, Suggestion, SuggestionPartner
from models.suggestions import UNDECIDED
from web.i18n import locale
from web.labels import label
from web.participants.queries import seen_by
from web.suggestions.documents.words import (
    ASK_PARTNER,
    ASKED_OF_NEED,
    Lexicon,
    confidence_in_words,
    fit_in_words,
    sentence,
    signal_name,
)
from web.suggestions.queries.cases import FAINT
from web.suggestions.queries.replays import replayed

Naming: TypeAlias = Callable[[Participant], str]

POINTS: Final = 100


@dataclass(frozen=True, slots=True)
class SeenPartner:
    """A partner as the reader may see it."""

    id: str
    name: str
    place: str
    offer_id: str
    offer: str
    share: int
    reasons: Sequence[str]
    may_open: bool
    url: str | None = None


@dataclass(frozen=True, slots=True)
class SeenSlot:
    """One thing that is lacking, and who would give it."""

    slot_id: str
    title: str
    kind: str
    partner: SeenPartner | None
    note: str


@dataclass(frozen=True, slots=True)
class SeenPart:
    """What one signal adds, in points; None where it is not known."""

    label: str
    points: int | None
    of: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class SeenSuggestion:
    """A suggestion as the desk shows it: words first, and points that add up."""

    row: Suggestion
    fit: str
    confidence: str
    slots: Sequence[SeenSlot]
    partners: Sequence[SeenPartner]
    reasons: Sequence[str]
    parts: Sequence[SeenPart]
    load: int
    questions: Sequence[str]
    open_slots: Sequence[str]

    @property
    def is_faint(self) -> bool:
        """Tell whether the team is only the nearest there is."""
        return is_faint(self.row)

    @property
    def score(self) -> float | None:
        """The figure that may be shown, or None."""
        return figure(self.row)

    @property
    def names(self) -> list[str]:
        """The partners' names, each once."""
        return list(dict.fromkeys(partner.name for partner in self.partners))

    @property
    def is_undecided(self) -> bool:
        """Tell whether somebody can still decide."""
        return self.row.verdict in UNDECIDED


def is_faint(suggestion: Suggestion) -> bool:
    """Tell whether nobody is truly near, and the team only comes nearest."""
    return any(reason["code"] == FAINT for reason in suggestion.reasons)


def shown_name(account: Account | None, participant: Participant) -> str:
    """Return the name where the reader may see it, else what sort of participant it is and where."""
    seen = seen_by(account, participant)
    if seen.name is not None:
        return seen.name
    return str(_("%(kind)s, %(place)s", kind=label(seen.kind), place=seen.area.name(locale())))


def figure(suggestion: Suggestion) -> float | None:
    """Return the score that may be shown: none where too little is known, or where nobody is truly near."""
    return None if is_faint(suggestion) else suggestion.score


def names_of(suggestion: Suggestion, naming: Naming) -> list[str]:
    """Return the partners' names, each once."""
    return list(dict.fromkeys(naming(partner.offer.participant) for partner in suggestion.partners))


def seen(
    suggestion: Suggestion, need: Need, *, naming: Naming, questions: Sequence[Mapping[str, Any]] = ()
) -> SeenSuggestion:
    """Return all that can be shown of a suggestion that was loaded in full."""
    shares = _shares(suggestion)
    lexicon = Lexicon.of(
        need,
        (partner.offer for partner in suggestion.partners),
        {str(share.item_id): share.item.what for partner in suggestion.partners for share in partner.shares},
    )
    partners = [_partner(partner, shares, lexicon, naming) for partner in suggestion.partners]
    parts, load = _parts(suggestion, shares)
    return SeenSuggestion(
        row=suggestion,
        fit=fit_in_words(figure(suggestion), is_faint=is_faint(suggestion)),
        confidence=confidence_in_words(suggestion.confidence),
        slots=team_slots(suggestion, need, naming=naming),
        partners=partners,
        reasons=[sentence(reason, lexicon) for reason in suggestion.reasons if _is_said(reason, suggestion)],
        parts=parts,
        load=load,
        questions=[]
        if suggestion.score is not None or is_faint(suggestion)
        else _questions(questions, suggestion, partners),
        open_slots=[lexicon.things[slot] for slot in suggestion.open_slots if slot in lexicon.things],
    )


def team_slots(suggestion: Suggestion, need: Need, *, naming: Naming) -> list[SeenSlot]:
    """Return the slots of a need in their order, each with who would fill it, and what stays open."""
    rows: list[SeenSlot] = []
    for slot in need.slots:
        given = [
            (partner, share.quantity)
            for partner in suggestion.partners
            for share in partner.shares
            if share.slot_id == slot.id
        ]
        for partner in dict.fromkeys(one for one, quantity in given):
            quantity = sum(amount for other, amount in given if other is partner)
            rows.append(
                SeenSlot(
                    str(slot.id),
                    slot.what,
                    label(slot.kind),
                    _brief(partner, naming),
                    _amount(slot, quantity, slot.quantity),
                )
            )
        lacking = slot.open_quantity - sum(amount for _, amount in given)
        if suggestion.verdict in UNDECIDED and lacking > 0:
            rows.append(
                SeenSlot(str(slot.id), slot.what, label(slot.kind), None, _amount(slot, lacking, slot.quantity))
            )
    return rows


def as_json(shown: SeenSuggestion) -> dict[str, Any]:
    """Return a suggestion as one plain object, for commands and the API."""
    row, several = shown.row, len(shown.partners) > 1
    reasons = list(shown.reasons)
    for partner in shown.partners:
        reasons += [
            _("%(who)s: %(what)s", who=partner.name, what=reason) if several else reason for reason in partner.reasons
        ]
    return {
        "id": str(row.id),
        "need": row.need.title,
        "need_id": str(row.need_id),
        "municipality": row.municipality.name(locale()),
        "rank": row.rank,
        "partners": shown.names,
        "score": shown.score,
        "confidence": row.confidence,
        "open_slots": list(shown.open_slots),
        "reasons": reasons,
        "verdict": row.verdict.value,
    }


def points_that_add_up(parts: Mapping[str, float], total: int) -> dict[str, int]:
    """Return the parts in whole points whose sum is the total: the largest remainders are rounded up."""
    points = {name: math.floor(part * POINTS) for name, part in parts.items()}
    missing = total - sum(points.values())
    by_remainder = sorted(parts, key=lambda name: (points[name] - parts[name] * POINTS, name))
    for turn in range(abs(missing)):
        points[by_remainder[turn % len(by_remainder)]] += 1 if missing > 0 else -1
    return points


def _is_said(reason: Mapping[str, Any], suggestion: Suggestion) -> bool:
    """Tell whether a reason is for readers: of those who only come nearest nobody says what they cover."""
    return not is_faint(suggestion) or reason["code"] not in {"team_covers", "team_shares_slot"}


def _amount(slot: Slot, quantity: int, of: int) -> str:
    if of == 1:
        return ""
    return str(_("%(quantity)s of %(of)s %(unit)s", quantity=quantity, of=of, unit=slot.unit)).strip()


def _brief(partner: SuggestionPartner, naming: Naming) -> SeenPartner:
    offer = partner.offer
    name = naming(offer.participant)
    return SeenPartner(
        id=str(offer.participant_id),
        name=name,
        place=offer.participant.area.name(locale()),
        offer_id=str(offer.id),
        offer=offer.title,
        share=POINTS,
        reasons=(),
        # Whose name is not shown to a reader has no page for them either.
        may_open=name == offer.participant.name,
    )


def _partner(partner: SuggestionPartner, shares: Mapping[str, float], lexicon: Lexicon, naming: Naming) -> SeenPartner:
    brief = _brief(partner, naming)
    return replace(
        brief,
        share=round(shares.get(brief.offer_id, 1.0) * POINTS),
        reasons=[sentence(reason, lexicon) for reason in partner.reasons],
    )


def _shares(suggestion: Suggestion) -> dict[str, float]:
    """Return which share of what the team gives each partner gives; empty where that cannot be computed any more.

    What a run knew can be erased with a person's data, or be written for an older engine. The
    figures that it led to are still there.
    """
    if len(suggestion.partners) == 1:
        return {str(suggestion.partners[0].offer_id): 1.0}
    frozen = replayed(suggestion)
    return {} if frozen is None else {partner.offer_id: partner.share for partner in frozen.partners}


def _parts(suggestion: Suggestion, shares: Mapping[str, float]) -> tuple[list[SeenPart], int]:
    """Return what each signal adds to the score of the team, and what a heavy load takes away."""
    score = figure(suggestion)
    if score is None or not shares or not suggestion.snapshot:
        return [], 0
    weights = weights_from_json(suggestion.snapshot["weights"]).as_mapping()
    added: dict[str, float] = {}
    most = dict.fromkeys(weights, 0.0)
    for partner in suggestion.partners:
        share = shares[str(partner.offer_id)]
        for name, part in partner.parts.items():
            added[name] = added.get(name, 0.0) + part * share
            if name in weights:
                most[name] += share * weights[name] / partner.confidence
    points = points_that_add_up(added, round(score * POINTS))
    rows = [
        SeenPart(signal_name(name), points.get(name), max(round((most[name] or weight) * POINTS), points.get(name, 0)))
        for name, weight in weights.items()
    ]
    return rows, points.get(LOAD_PART, 0)


def _questions(
    of_need: Sequence[Mapping[str, Any]], suggestion: Suggestion, partners: Sequence[SeenPartner]
) -> list[str]:
    """Return what to ask: first about the need, then about each partner what only the partner can tell."""
    asked = {question["code"] for question in of_need}
    return [sentence(question) for question in of_need] + [
        str(ASK_PARTNER[signal]) % {"who": shown.name}
        for partner, shown in zip(suggestion.partners, partners, strict=True)
        for signal in ASK_PARTNER
        if signal not in partner.parts and ASKED_OF_NEED[signal] not in asked
    ]
