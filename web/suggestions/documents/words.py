"""One sentence for every code of the engine, in both languages, for pages, API and commands alike."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from flask_babel import lazy_gettext as _l

from matching import Gate, Reason
from models import Area, Condition, Need, Offer, ParticipantKind, Reach, Window
from web.i18n import locale
from web.labels import label

SENTENCES: Final[Mapping[str, Any]] = MappingProxyType(
    {
        # Gates: why a pair was not suggested.
        Gate.NEED_CLOSED.value: _l("Nobody is sought for this need now."),
        Gate.OFFER_CLOSED.value: _l("The offer is closed or paused now."),
        Gate.SAME_PARTICIPANT.value: _l("Need and offer are from the same side."),
        Gate.NO_CONSENT.value: _l("No consent to being suggested stands, or they are taking a break."),
        Gate.AREA_NOT_SERVED.value: _l("It serves: %(reach)s (%(offer_area)s). The need is in %(need_area)s."),
        Gate.ENGAGEMENT_LIMIT.value: _l("They take no more engagements now: %(engagements)s of %(limit)s."),
        Gate.YEARLY_LIMIT.value: _l(
            "They give no more of this in this fiscal year: %(engagements)s of %(limit)s. From 1 April they can again."
        ),
        Gate.HOURS_LIMIT.value: _l(
            "It would exceed their hours a month: %(pledged)s of %(limit)s are promised already."
        ),
        Gate.DATES_APART.value: _l("The dates do not meet."),
        Gate.CONDITION_REFUSED.value: _l("The need cannot take the condition “%(condition)s”."),
        Gate.DECLINED_BEFORE.value: _l("They said no to this need before."),
        Gate.TOO_MANY_ENQUIRIES.value: _l("Enquiries to them that wait for a reply: %(open)s. No more are sent."),
        Gate.NOTHING_IT_LACKS.value: _l("It gives no kind of thing that the need lacks."),
        Gate.TOO_MANY_OFFICES.value: _l(
            "They hold %(offices)s offices now. Who holds %(most)s or more is not asked for this seat."
        ),
        # Signals: why a pair fits.
        "skill_exact": _l("“%(what)s” is lacking, and they give just that: “%(item)s”."),
        "skill_alias": _l("“%(what)s” is lacking, and they give the same by another name: “%(item)s”."),
        "skill_sibling": _l("“%(what)s” is lacking, and they give something of the same kind: “%(item)s”."),
        "skill_parent": _l("“%(what)s” is lacking, and they give something related: “%(item)s”."),
        "text_similar": _l("“%(what)s” is lacking, and in its words “%(item)s” is near to it."),
        "fields_shared": _l("Both work in the same field: %(fields)s."),
        "area_same_district": _l("Both are in %(area)s."),
        "area_neighbour": _l("%(offer_area)s is next to %(need_area)s."),
        "area_same_municipality": _l("Both are in the same municipality."),
        "area_same_prefecture": _l("Both are in the same prefecture."),
        "area_online": _l("It can be done from a distance."),
        "area_reaches_anywhere": _l("They come from farther away, but serve any place."),
        "time_overlaps": _l("They have time in common: %(windows)s."),
        "quantity_covered": _l("They can give %(share)s of what is lacking."),
        "condition_fits": _l("The need can take the condition “%(condition)s”."),
        "record_good": _l("Their earlier partnerships went well."),
        "bridges_place_and_purpose": _l(
            "It joins a body of the neighbourhood and a body with a purpose: %(need_kind)s and %(offer_kind)s."
        ),
        "bridges_through_public_body": _l("A public body takes part: %(need_kind)s and %(offer_kind)s."),
        # Teams: what a suggestion achieves as a whole.
        "team_covers": _l("Together they cover %(covered)s of %(slots)s things that are lacking."),
        "team_faint": _l("Nobody is truly near to this need; these come nearest."),
        "team_bridges": _l("The team joins bodies of the neighbourhood and bodies with a purpose."),
        "team_shares_slot": _l("“%(slot)s” is shared between partners: %(partners)s."),
        # Questions: what to ask where nothing is known.
        "ask_slots": _l("What exactly is lacking, and how much of it?"),
        "ask_area": _l("Where is it to be?"),
        "ask_fields": _l("In which field of activity is it?"),
        "ask_time": _l("On which days and at what time of the week?"),
        "ask_conditions": _l("Which conditions can be taken: free of charge, at cost, paid, on loan?"),
        # Relaxations: what would have to give.
        "relax_area_neighbour": _l("If somebody from a neighbouring district may come"),
        "relax_area_municipality": _l("If somebody from another district of the municipality may come"),
        "relax_area_prefecture": _l("If somebody from another municipality of the prefecture may come"),
        "relax_area_anywhere": _l("If somebody from farther away may come"),
        "relax_dates": _l("If the dates can be moved"),
        "relax_windows": _l("If another part of the week will do"),
        "relax_condition": _l("If the condition “%(condition)s” can be taken"),
        "relax_hours": _l("If it takes fewer hours a month"),
        "relax_wait": _l("If you wait until they have answered other enquiries"),
        "relax_slots": _l("If a part will do for now: %(covered)s of %(slots)s things can be covered"),
    }
)

GATES_IN_SHORT: Final[Mapping[str, Any]] = MappingProxyType(
    {
        Gate.NEED_CLOSED.value: _l("The need is closed"),
        Gate.OFFER_CLOSED.value: _l("The offer is closed or paused"),
        Gate.SAME_PARTICIPANT.value: _l("From the same side"),
        Gate.NO_CONSENT.value: _l("No consent to being suggested"),
        Gate.AREA_NOT_SERVED.value: _l("Does not serve the place"),
        Gate.ENGAGEMENT_LIMIT.value: _l("Takes no more engagements"),
        Gate.YEARLY_LIMIT.value: _l("Has given all of this fiscal year"),
        Gate.HOURS_LIMIT.value: _l("Has no hours left"),
        Gate.DATES_APART.value: _l("The dates do not meet"),
        Gate.CONDITION_REFUSED.value: _l("The conditions do not go together"),
        Gate.DECLINED_BEFORE.value: _l("Said no before"),
        Gate.TOO_MANY_ENQUIRIES.value: _l("Waits with too many enquiries"),
        Gate.NOTHING_IT_LACKS.value: _l("Gives nothing of the kind that is lacking"),
        Gate.TOO_MANY_OFFICES.value: _l("Holds too many offices"),
    }
)

SIGNALS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "skill": _l("What is lacking and what is given"),
        "field": _l("Field of activity"),
        "area": _l("Place"),
        "time": _l("Days and hours"),
        "quantity": _l("Amount"),
        "conditions": _l("Conditions"),
        "record": _l("Earlier partnerships"),
        "bridging": _l("Joining neighbourhood and purpose"),
        "load": _l("Already busy"),
    }
)

# What to ask a partner where the need is known and the partner is not.
ASK_PARTNER: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "skill": _l("Ask %(who)s: what exactly can you give?"),
        "field": _l("Ask %(who)s: in which field are you active?"),
        "area": _l("Ask %(who)s: where can you come to?"),
        "time": _l("Ask %(who)s: on which days and at what time of the week?"),
        "conditions": _l("Ask %(who)s: on which conditions?"),
    }
)
ASKED_OF_NEED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "skill": "ask_slots",
        "field": "ask_fields",
        "area": "ask_area",
        "time": "ask_time",
        "conditions": "ask_conditions",
    }
)

VERY_GOOD, GOOD, PARTLY = 0.75, 0.5, 0.25
NEARLY_ALL, MOST, HALF = 0.9, 0.7, 0.5
WHOLE: Final = 0.995


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What the ids, paths and codes in a reason are called in the reader's language."""

    areas: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    things: Mapping[str, str] = field(default_factory=dict)
    language: str = "ja"

    @classmethod
    def of(cls, need: Need, offers: Iterable[Offer] = (), things: Mapping[str, str] | None = None) -> "Lexicon":
        """Return the names that the rows of a need, with its slots and fields, and of offers hold."""
        language = locale()
        areas: list[Area] = [need.area, *(offer.area for offer in offers)]
        slots = {str(slot.id): slot.what for slot in need.slots}
        return cls(
            areas={area.path: area.name(language) for area in areas},
            fields={one.code: one.name(language) for one in need.fields},
            things=slots | dict(things or {}),
            language=language,
        )


def sentence(
    reason: Reason | Mapping[str, Any],
    lexicon: Lexicon | None = None,
    *,
    sentences: Mapping[str, Any] = SENTENCES,
) -> str:
    """Return what a reason says, in the reader's language; `sentences` may be put in other words."""
    said = reason if isinstance(reason, Reason) else Reason(reason["code"], reason["params"])
    words = lexicon or Lexicon()
    params = {name: WORDINGS[name](value, words) if name in WORDINGS else value for name, value in said.params.items()}
    if "what" in params and not params["what"]:
        params["what"] = params["slot"]
    if said.code == "team_covers" and not params["covered"]:
        return str(_l("Together they cover a part of what is lacking."))
    return str(sentences[said.code]) % params


def part_names(names: Iterable[str]) -> str:
    """Return names as an enumeration."""
    return ("、" if locale() == "ja" else ", ").join(names)


def signal_name(signal: str) -> str:
    """Return what a signal is called."""
    return str(SIGNALS[signal])


def fit_in_words(score: float | None, *, is_faint: bool = False) -> str:
    """Return how well things fit; without a number nothing is said.

    Where nobody is truly near, place and hours can still agree; that alone is not called a fit.
    """
    if is_faint:
        return str(_l("Only the nearest, not what is lacking"))
    if score is None:
        return ""
    if score >= VERY_GOOD:
        return str(_l("Fits very well"))
    if score >= GOOD:
        return str(_l("Fits"))
    return str(_l("Fits in part") if score >= PARTLY else _l("Fits a little"))


def confidence_in_words(confidence: float) -> str:
    """Return how much is known of what counts."""
    if confidence >= NEARLY_ALL:
        return str(_l("We know nearly everything that counts."))
    if confidence >= MOST:
        return str(_l("We know most of what counts."))
    return str(_l("We know about half of what counts.") if confidence >= HALF else _l("We know little yet."))


def _enumerated(enumeration: type[StrEnum]) -> "Wording":
    def word(value: Any, lexicon: Lexicon) -> str:
        del lexicon
        return label(enumeration(value)) if value else ""

    return word


def _area(value: Any, lexicon: Lexicon) -> str:
    return lexicon.areas.get(value, value)


def _thing(value: Any, lexicon: Lexicon) -> str:
    return lexicon.things.get(value, str(value))


def _figure(value: Any, lexicon: Lexicon) -> str:
    del lexicon
    return f"{value:g}"


def _share(value: Any, lexicon: Lexicon) -> str:
    del lexicon
    return str(_l("all")) if value >= WHOLE else f"{value:.0%}"


def _fields(value: Any, lexicon: Lexicon) -> str:
    return part_names(lexicon.fields.get(code, code) for code in value.split(","))


def _windows(value: Any, lexicon: Lexicon) -> str:
    del lexicon
    return part_names(label(Window(code)) for code in value.split(",")) if value else str(_l("the dates"))


Wording: TypeAlias = Callable[[Any, Lexicon], str]

WORDINGS: Final[Mapping[str, Wording]] = MappingProxyType(
    {
        "area": _area,
        "need_area": _area,
        "offer_area": _area,
        "fields": _fields,
        "windows": _windows,
        "condition": _enumerated(Condition),
        "reach": _enumerated(Reach),
        "need_kind": _enumerated(ParticipantKind),
        "offer_kind": _enumerated(ParticipantKind),
        "slot": _thing,
        "item": _thing,
        "share": _share,
        "record": _share,
        "pledged": _figure,
        "limit": _figure,
    }
)
