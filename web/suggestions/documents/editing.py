"""A team on the workbench, and one offer explained in full, as pages show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from matching import Gate, SuggestionResult
from models import EditKind, Need, Offer, SuggestionEdit
from web.i18n import locale, moment
from web.labels import label
from web.suggestions.documents.lists import SeenNotSuggested, not_suggested
from web.suggestions.documents.shown import (
    POINTS,
    Naming,
    SeenPart,
    SeenPartner,
    SeenSlot,
    figure,
    points_that_add_up,
)
from web.suggestions.documents.words import (
    Lexicon,
    confidence_in_words,
    fit_in_words,
    part_names,
    sentence,
    signal_name,
)
from web.suggestions.queries.cases import FAINT
from web.suggestions.queries.editing import Change, Sketch
from web.suggestions.queries.others import Placing


@dataclass(frozen=True, slots=True)
class SeenChoice:
    """An offer that could come into a team: how well it fits, and what speaks against it."""

    id: str
    name: str
    offer: str
    place: str
    fit: str
    reason: str
    gates: Sequence[str]
    may_join: bool
    is_for_others_to_decide: bool
    is_relevant: bool
    things: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class SeenMember:
    """A partner on the workbench, what it gives, and who could come instead."""

    choice: SeenChoice
    gives: str
    is_new: bool
    choices: Sequence[SeenChoice]


@dataclass(frozen=True, slots=True)
class SeenChange:
    """One change in words, with the word by which a form names it."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class SeenEdit:
    """One change that was made, with why and by whom."""

    text: str
    why: str
    by: str


@dataclass(frozen=True, slots=True)
class SeenSketch:
    """A team on the workbench, with what would become of it."""

    members: Sequence[SeenMember]
    slots: Sequence[SeenSlot]
    score: float | None
    words: Mapping[str, str]
    is_faint: bool
    difference: str
    problems: Sequence[str]
    changes: Sequence[SeenChange]
    for_open_slots: Sequence[tuple[str, Sequence[SeenChoice]]]
    found: Sequence[SeenChoice]
    is_filled: bool
    may_be_saved: bool
    may_take_more: bool


@dataclass(frozen=True, slots=True)
class SeenPlacing:
    """One offer explained in full."""

    of: SeenNotSuggested
    is_suggested: bool
    parts: Sequence[SeenPart]
    load: int
    places: Sequence[str]
    standing: Sequence[str]


def sketched(sketch: Sketch, *, naming: Naming) -> SeenSketch:
    """Return a team on the workbench as the page shows it."""
    need, result = sketch.bench.need, sketch.composed.result if sketch.composed else None
    is_faint = result is not None and any(reason.code == FAINT for reason in result.reasons)
    score = None if result is None or is_faint else result.score
    choices = {key: _choice(key, sketch, naming) for key in sketch.bench.offers}
    names = {str(slot.id): slot.what for slot in need.slots}
    return SeenSketch(
        members=[
            SeenMember(
                choice=choices[key],
                gives=part_names(_given(key, result, names)),
                is_new=key not in sketch.plan.original,
                choices=[choices[other] for other in sketch.choices[key]],
            )
            for key in sketch.plan.team
        ],
        slots=_slots(sketch, result, naming) if result else [],
        score=score,
        words={
            "fit": fit_in_words(score, is_faint=is_faint),
            "confidence": confidence_in_words(result.confidence) if result else "",
        },
        is_faint=is_faint,
        difference=_difference(figure(sketch.suggestion), score) if sketch.plan.changes else "",
        problems=_problems(sketch, choices),
        changes=[SeenChange(change.key, _change(change, sketch, naming)) for change in sketch.plan.changes],
        for_open_slots=[
            (names[slot], [choices[key] for key in keys]) for slot, keys in sketch.for_open_slots.items() if keys
        ],
        found=[choices[key] for key in sketch.found],
        is_filled=result is not None and not result.open_slots,
        may_be_saved=sketch.may_be_saved,
        may_take_more=sketch.may_take_more,
    )


def placed(placing: Placing, need: Need, *, naming: Naming) -> SeenPlacing:
    """Return one offer explained in full as the page shows it."""
    score = placing.of.score
    names = {str(slot.id): slot.what for slot in need.slots}
    points = points_that_add_up(score.parts, round(score.score * POINTS)) if score.score is not None else {}
    return SeenPlacing(
        of=not_suggested(placing.of, need, naming=naming),
        is_suggested=placing.of.is_suggested,
        parts=[
            SeenPart(signal_name(name), points.get(name), max(points.get(name, 0), 1))
            for name in (*(name for name in score.parts if name != "load"), *score.unknown)
        ]
        if score.score is not None and placing.of.is_relevant
        else [],
        load=points.get("load", 0),
        places=[
            str(
                _(
                    "“%(slot)s”: place %(place)s of %(of)s that could give it.",
                    slot=names[one.slot],
                    place=one.place,
                    of=one.of,
                )
            )
            for one in placing.slots
            if one.place is not None
        ],
        standing=_standing(placing, naming),
    )


def _standing(placing: Placing, naming: Naming) -> list[str]:
    """Return where the best team with an offer would stand, or why there is none."""
    if placing.of.gates or not placing.of.is_relevant or placing.of.is_suggested:
        return []
    lines = []
    if placing.was_found is False:
        lines.append(str(_("When partners were looked for, others were nearer to the words, the skill and the place.")))
    if placing.rank is None:
        lines.append(str(_("It would make no team better: what it gives, others in the team give already or better.")))
    elif placing.team:
        team = part_names(dict.fromkeys(naming(participant) for participant in placing.team))
        lines.append(
            str(
                _(
                    "Its best team, with %(names)s, would be number %(rank)s; shown are %(count)s.",
                    names=team,
                    rank=placing.rank,
                    count=placing.suggestions,
                )
            )
        )
    else:
        lines.append(
            str(
                _(
                    "Alone it would be number %(rank)s; shown are %(count)s.",
                    rank=placing.rank,
                    count=placing.suggestions,
                )
            )
        )
    return lines


def _choice(key: str, sketch: Sketch, naming: Naming) -> SeenChoice:
    engine, offer = sketch.bench.engine, sketch.bench.offers[key]
    lexicon = Lexicon.of(sketch.bench.need, [offer])
    pair = engine.pair(key)
    is_relevant = engine.is_relevant(key)
    return SeenChoice(
        id=key,
        name=naming(offer.participant),
        offer=offer.title,
        place=offer.area.name(lexicon.language),
        fit=_fit(pair.score) if is_relevant else str(_("Its words do not show that it fits")),
        reason=sentence(pair.reasons[0], lexicon) if is_relevant and pair.reasons else "",
        gates=[sentence(reason, lexicon) for reason in engine.gates(key)],
        may_join=engine.may_join(key),
        is_for_others_to_decide=any(
            not gate.can_be_lifted and gate is not Gate.NOTHING_IT_LACKS for gate in engine.failed(key)
        ),
        is_relevant=is_relevant,
        things=[] if is_relevant else _things(key, sketch, offer),
    )


def _fit(score: float | None) -> str:
    if score is None:
        return str(_("We do not know enough to give a figure"))
    return str(_("%(fit)s (%(points)s points)", fit=fit_in_words(score), points=round(score * POINTS)))


def _things(key: str, sketch: Sketch, offer: Offer) -> list[tuple[str, str]]:
    """Return what of an offer could be said to serve which slot, as a form names it and in words; open ones first."""
    is_open = sketch.composed.result.open_slots if sketch.composed and sketch.composed.result else ()
    slots = {str(slot.id): slot.what for slot in sketch.bench.need.slots}
    items = {str(item.id): item.what for item in offer.items}
    return [
        (f"{slot}:{item}", str(_("“%(item)s” for “%(slot)s”", item=items[item], slot=slots[slot])))
        for slot, item in sorted(sketch.bench.engine.could_give(key), key=lambda pair: pair[0] not in is_open)
    ]


def _given(key: str, result: SuggestionResult | None, names: Mapping[str, str]) -> list[str]:
    given = [
        one.slot
        for partner in (result.partners if result else ())
        if partner.offer_id == key
        for one in partner.assignments
    ]
    return [names[slot] for slot in dict.fromkeys(given)]


def _slots(sketch: Sketch, result: SuggestionResult, naming: Naming) -> list[SeenSlot]:
    """Return the slots of the need, each with who would fill it, and what stays open."""
    rows = []
    for slot in sketch.bench.need.slots:
        given = [
            (sketch.bench.offers[partner.offer_id], one.quantity)
            for partner in result.partners
            for one in partner.assignments
            if one.slot == str(slot.id)
        ]
        unit = f" {slot.unit}".rstrip()
        for offer, quantity in given:
            note = "" if slot.quantity == 1 else f"{quantity}{unit}"
            rows.append(SeenSlot(str(slot.id), slot.what, label(slot.kind), _partner(offer, naming), note))
        lacking = slot.open_quantity - sum(quantity for _offer, quantity in given)
        if lacking > 0:
            note = "" if slot.quantity == 1 else f"{lacking}{unit}"
            rows.append(SeenSlot(str(slot.id), slot.what, label(slot.kind), None, note))
    return rows


def _partner(offer: Offer, naming: Naming) -> SeenPartner:
    return SeenPartner(
        id=str(offer.participant_id),
        name=naming(offer.participant),
        place="",
        offer_id=str(offer.id),
        offer=offer.title,
        share=POINTS,
        reasons=(),
        may_open=False,
    )


def _difference(before: float | None, now: float | None) -> str:
    """Return by how many points a team fits better or worse than the one it came from."""
    if before is None or now is None:
        return ""
    points = round(now * POINTS) - round(before * POINTS)
    if points > 0:
        return str(_("%(points)s points more than before.", points=points))
    return str(_("%(points)s points fewer than before.", points=-points) if points else _("As many points as before."))


def _problems(sketch: Sketch, choices: Mapping[str, SeenChoice]) -> list[str]:
    """Return what keeps a team from being proposed."""
    problems = [
        str(_("%(name)s cannot take part: %(why)s", name=choices[one].name, why=" ".join(choices[one].gates)))
        for one in sketch.barred
    ]
    if not sketch.plan.team:
        return [str(_("Nobody is in the team."))]
    composed = sketch.composed
    if composed is None:
        return [*problems, str(_("A team has at most four partners."))]
    problems += [
        str(
            _(
                "What %(name)s could give is filled by others already. Take out %(name)s, or whoever gives it now.",
                name=choices[one].name,
            )
        )
        for one in composed.idle
    ]
    owners = {str(offer.participant_id): choices[key].name for key, offer in sketch.bench.offers.items()}
    problems += [
        str(_("%(name)s would give more hours a month than they want to.", name=owners[one]))
        for one in composed.overworked
    ]
    return problems


def edited(edit: SuggestionEdit, *, naming: Naming) -> SeenEdit:
    """Return one change that was made, in words, with why and by whom."""
    why = [edit.reason.name(locale()) if edit.reason else "", edit.note]
    by = edit.edited_by.name if edit.edited_by else str(_("somebody who has left"))
    return SeenEdit(
        text=_changed(edit.kind, edit.offer, edit.former_offer, naming),
        why=("。" if locale() == "ja" else ". ").join(filter(None, why)),
        by=f"{by}, {moment(edit.edited_at)}",
    )


def _change(change: Change, sketch: Sketch, naming: Naming) -> str:
    offers = sketch.bench.offers
    incoming = offers[change.incoming] if change.incoming else None
    outgoing = offers[change.outgoing] if change.outgoing else None
    return _changed(change.kind, incoming, outgoing, naming)


def _changed(kind: EditKind, incoming: Offer | None, outgoing: Offer | None, naming: Naming) -> str:
    names = {
        "incoming": naming(incoming.participant) if incoming else "",
        "outgoing": naming(outgoing.participant) if outgoing else "",
    }
    if kind is EditKind.EXCHANGED:
        return str(_("%(incoming)s instead of %(outgoing)s", **names))
    if kind is EditKind.ADDED:
        return str(_("%(name)s comes in", name=names["incoming"]))
    if kind is EditKind.REMOVED:
        return str(_("%(name)s goes out", name=names["outgoing"]))
    return str(_("Put in another place"))
