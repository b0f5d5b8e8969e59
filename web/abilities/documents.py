"""Needs that fit, put into words for the very person who could help."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from matching import Reason
from models import Account, Need, Skill, SmallRole, Times
from web.abilities.queries.answers import Answers
from web.abilities.queries.fitting import FittingNeed
from web.i18n import locale
from web.labels import label
from web.participants.queries import seen_by
from web.suggestions.documents import Lexicon, confidence_in_words, fit_in_words, part_names, sentence

MOST_REASONS: Final = 3

# The same reasons that a coordinator reads, said to the person they are about. What says nothing to
# somebody who stands before the choice, such as bridging, is left out.
SAID_TO_YOU: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "skill_exact": _l("They look for “%(what)s”: just what you can do."),
        "skill_alias": _l("They look for “%(what)s”. That is what you call “%(item)s”."),
        "skill_sibling": _l("They look for “%(what)s”. Your “%(item)s” is of the same kind."),
        "skill_parent": _l("They look for “%(what)s”. Your “%(item)s” is related to it."),
        "text_similar": _l("They look for “%(what)s”. Your “%(item)s” sounds near to it."),
        "area_same_district": _l("It is in your own district."),
        "area_neighbour": _l("It is next to you, in %(need_area)s."),
        "area_same_municipality": _l("It is in your town."),
        "area_same_prefecture": _l("It is in your prefecture."),
        "area_online": _l("You can do it from home."),
        "time_overlaps": _l("It suits your time: %(times)s."),
    }
)

# What is not known may be asked; it is neither for nor against.
NOT_KNOWN: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "time": _l("Whether the days and hours suit you."),
        "area": _l("How far it is from you."),
    }
)


@dataclass(frozen=True, slots=True)
class SeenReason:
    """One reason, and whether it speaks for the need or is only not known."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class SeenNeed:
    """A need that fits, as the page shows it."""

    row: Need
    owner: str | None
    what: str
    hours: str
    small_roles: Sequence[SmallRole]
    score: float | None
    confidence: float
    words: Mapping[str, str]
    reasons: Sequence[SeenReason]


def shown(one: FittingNeed, account: Account | None) -> SeenNeed:
    """Return a need with its reasons, as much of it as the reader may see."""
    score, slot = one.fit.score, one.slot
    lexicon = Lexicon.of(one.need)
    said = [_said(reason, lexicon) for reason in score.reasons if reason.code in SAID_TO_YOU]
    return SeenNeed(
        row=one.need,
        owner=seen_by(account, one.need.participant).name,
        what="" if slot is None else slot.what,
        hours="" if slot is None or slot.hours_per_month is None else _hours(slot.hours_per_month),
        small_roles=one.need.small_roles,
        score=score.score,
        confidence=score.confidence,
        words={"fit": fit_in_words(score.score), "confidence": confidence_in_words(score.confidence)},
        reasons=[SeenReason(text, "for") for text in said[:MOST_REASONS]]
        + [SeenReason(str(NOT_KNOWN[name]), "unknown") for name in score.unknown if name in NOT_KNOWN],
    )


def names(answers: Answers, skills: Iterable[Skill]) -> list[str]:
    """Return what somebody can do: the skills by their names, and the rest in their own words."""
    return [*(skill.name(locale()) for skill in skills), *answers.also]


def title_of(things: Sequence[str]) -> str:
    """Return what an offer of these things is called."""
    named = _(", ").join(things)
    return str(_("I can help with: %(things)s", things=named))[:120]


def _said(reason: Reason, lexicon: Lexicon) -> str:
    if reason.code == "time_overlaps":
        shared = set(str(reason.params["windows"]).split(","))
        times = [label(one) for one in Times if shared.intersection(one.windows)]
        return str(SAID_TO_YOU[reason.code]) % {"times": part_names(times) or _("the dates")}
    return sentence(reason, lexicon, sentences=SAID_TO_YOU)


def _hours(hours: float) -> str:
    return str(
        ngettext("About %(hours)s hour a month", "About %(hours)s hours a month", int(hours), hours=f"{hours:g}")
    )
