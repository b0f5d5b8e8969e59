"""Lists of the desk: needs that wait, needs for which nobody was found, offers that were not suggested."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from flask_babel import gettext as _

from matching import Gate, PairExplanation, Reason
from models import Enquiry, Need, NeedOutcome, Offer
from models.business_days import business_days_between
from web.i18n import TOWN_TIME
from web.suggestions.documents.shown import Naming, SeenSlot, figure, is_faint, names_of, team_slots
from web.suggestions.documents.words import (
    GATES_IN_SHORT,
    Lexicon,
    confidence_in_words,
    fit_in_words,
    sentence,
    signal_name,
)
from web.suggestions.queries.cases import FAINT
from web.suggestions.queries.desk import Unmet, Waiting
from web.suggestions.queries.others import NotSuggested
from web.suggestions.queries.season import Assigned

NAMES_SHOWN: Final = 2


@dataclass(frozen=True, slots=True)
class Case:
    """A need on the desk in two lines: whose it is, the first team in short, and how well it fits."""

    need: Need
    owner: str
    best_id: str | None
    names: Sequence[str]
    more: int
    open_slots: Sequence[str]
    score: float | None
    words: Mapping[str, str]
    candidates: int | None
    teams: int
    held: int
    awaiting_second: int
    is_edited: bool
    opened_on: date | None


@dataclass(frozen=True, slots=True)
class Late:
    """An enquiry whose day for a reply has passed: who was asked, about what, and how long ago."""

    id: str
    name: str
    partnership_id: str
    title: str
    asked_on: date
    due_on: date
    days: int


@dataclass(frozen=True, slots=True)
class UnmetCard:
    """A need that nobody fits, what would have to give, and the names of who comes nearest."""

    need: Need
    owner: str
    opened_on: date | None
    nearest: Sequence[str]
    relaxations: Sequence[str]
    questions: Sequence[str]


@dataclass(frozen=True, slots=True)
class Found:
    """What the last run found for a need, in words."""

    at: datetime | None
    candidates: int
    excluded: Sequence[tuple[str, int]]
    relaxations: Sequence[str]
    questions: Sequence[str]


@dataclass(frozen=True, slots=True)
class SeenNotSuggested:
    """An offer that was not suggested, with its reasons."""

    id: str
    title: str
    name: str
    participant_id: str
    place: str
    against: Sequence[str]
    in_favour: Sequence[str]
    score: float | None
    confidence: float
    words: Mapping[str, str]


def case_of(waiting: Waiting, *, naming: Naming) -> Case:
    """Return a need as the desk shows it."""
    best = waiting.best
    names = names_of(best, naming) if best else []
    slots = team_slots(best, waiting.need, naming=naming) if best else []
    return Case(
        need=waiting.need,
        owner=naming(waiting.need.participant),
        best_id=str(best.id) if best else None,
        names=names[:NAMES_SHOWN],
        more=max(0, len(names) - NAMES_SHOWN),
        open_slots=[_with_note(slot) for slot in slots if slot.partner is None],
        score=figure(best) if best else None,
        words=_fit(figure(best), best.confidence, is_faint=is_faint(best)) if best else {},
        candidates=waiting.candidates,
        teams=waiting.teams,
        held=waiting.held,
        awaiting_second=waiting.awaiting_second,
        is_edited=best is not None and best.is_edited,
        opened_on=_opened_on(waiting.need),
    )


def late(enquiry: Enquiry, *, naming: Naming, at: datetime) -> Late:
    """Return an enquiry over its clock as the desk shows it, with the business days since it was due."""
    party = enquiry.party
    return Late(
        id=str(enquiry.id),
        name=naming(party.participant),
        partnership_id=str(party.partnership_id),
        title=party.partnership.title,
        asked_on=enquiry.sent_at.astimezone(TOWN_TIME).date(),
        due_on=enquiry.due_on,
        days=business_days_between(enquiry.due_on, at.astimezone(TOWN_TIME).date()),
    )


def assigned(row: Assigned, *, naming: Naming) -> dict[str, Any]:
    """Return one line of the assignment for a season: the need, whose it is, and who is to help with what."""
    return {
        "need": row.need,
        "owner": naming(row.need.participant),
        "helpers": [(naming(offer.participant), offer.title) for offer in row.offers],
    }


def unmet_card(unmet: Unmet, *, naming: Naming) -> UnmetCard:
    """Return a need for which nobody was found as the desk shows it."""
    return UnmetCard(
        need=unmet.need,
        owner=naming(unmet.need.participant),
        opened_on=_opened_on(unmet.need),
        nearest=names_of(unmet.nearest, naming) if unmet.nearest else (),
        relaxations=_relaxations(unmet.relaxations),
        questions=[sentence(question) for question in unmet.questions],
    )


def found(outcome: NeedOutcome | None) -> Found | None:
    """Return what the last run found for a need, or None where it has not looked at it yet."""
    if outcome is None:
        return None
    order = [gate.value for gate in Gate]
    return Found(
        at=outcome.run.finished_at,
        candidates=outcome.candidates,
        excluded=[
            (str(GATES_IN_SHORT[gate]), outcome.excluded[gate]) for gate in sorted(outcome.excluded, key=order.index)
        ],
        relaxations=_relaxations(outcome.relaxations),
        questions=[sentence(question) for question in outcome.questions],
    )


def not_suggested(one: NotSuggested, need: Need, *, naming: Naming) -> SeenNotSuggested:
    """Return an offer that was not suggested, with what speaks against it and what for it."""
    offer = one.offer
    lexicon = Lexicon.of(need, [offer])
    against = [sentence(reason, lexicon) for reason in one.gates]
    if not against and one.is_suggested:
        against.append(str(_("It is among the suggestions.")))
    elif not against:
        against.append(
            _why_not(was_refused=one.was_refused)
            if one.is_relevant
            else _("Nothing forbids it, but it gives nothing near to what is lacking.")
        )
    return SeenNotSuggested(
        id=str(offer.id),
        title=offer.title,
        name=naming(offer.participant),
        participant_id=str(offer.participant_id),
        place=offer.area.name(lexicon.language),
        against=against,
        in_favour=[sentence(reason, lexicon) for reason in one.score.reasons] if one.is_relevant else [],
        score=one.score.score,
        confidence=one.score.confidence,
        words=_fit(one.score.score, one.score.confidence),
    )


def _why_not(*, was_refused: bool) -> str:
    if was_refused:
        return str(_("A team with it was refused for this need."))
    return str(_("It may be suggested; other teams fit as well or better and were chosen."))


def explained(
    need: Need,
    offer: Offer,
    explanation: PairExplanation,
    *,
    is_faint: bool = False,
    is_suggested: bool = True,
    was_refused: bool = False,
) -> list[str]:
    """Return the gates that a pair fails, or why else it is not suggested and what its score is made of, line by line.

    Of an offer that only comes nearest that is said first, and no figure is given.
    """
    lexicon = Lexicon.of(need, [offer])
    pair = explanation.score
    lines = [_("%(need)s — %(offer)s", need=need.title, offer=offer.title)]
    if explanation.gates:
        return [*lines, *(f"× {sentence(gate, lexicon)}" for gate in explanation.gates)]
    for_it = [f"○ {sentence(reason, lexicon)}" for reason in pair.reasons]
    if explanation.is_relevant and not is_suggested:
        lines.append(_why_not(was_refused=was_refused))
    if is_faint:
        return [*lines, sentence(Reason(FAINT)), confidence_in_words(pair.confidence), *for_it]
    if not explanation.is_relevant:
        lines.append(_("Nothing forbids it, but it gives nothing near to what is lacking."))
    elif pair.score is None:
        lines += [_("We do not know enough to give a figure"), *(sentence(one) for one in explanation.questions)]
    else:
        lines.append(f"{fit_in_words(pair.score)} ({pair.score:.4f})")
    lines.append(f"{confidence_in_words(pair.confidence)} ({pair.confidence:.2f})")
    lines += [f"{part:+.4f}  {signal_name(name)}" for name, part in pair.parts.items()]
    lines += [f"     ?  {signal_name(name)}" for name in pair.unknown]
    return lines + for_it


def _with_note(slot: SeenSlot) -> str:
    return str(_("%(thing)s (%(amount)s)", thing=slot.title, amount=slot.note)) if slot.note else slot.title


def _opened_on(need: Need) -> date | None:
    return need.opened_at.astimezone(TOWN_TIME).date() if need.opened_at else None


def _fit(score: float | None, confidence: float, *, is_faint: bool = False) -> dict[str, str]:
    return {"fit": fit_in_words(score, is_faint=is_faint), "confidence": confidence_in_words(confidence)}


def _relaxations(relaxations: Sequence[Mapping[str, Any]]) -> list[str]:
    return [
        _("%(change)s: %(count)s more", change=sentence(one), count=one["count"])
        if one["code"] != "relax_slots"
        else sentence(one)
        for one in relaxations
    ]
