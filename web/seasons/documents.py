"""The dates of a season as a calendar file, and its cohort in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from flask_babel import lazy_gettext as _l
from icalendar import Calendar, Event

from models import Account, Season, SeasonProfessional, SeasonProject
from web.labels import label
from web.participants.queries import SeenParticipant, seen_by
from web.seasons.queries import Bar, Laid, Missed
from web.suggestions.documents.words import Lexicon, confidence_in_words, fit_in_words, sentence

PRODUCT: Final = "-//Enishi//Seasons//JA"
BARS: Final[Mapping[Bar, Any]] = MappingProxyType(
    {
        Bar.NOTHING_IT_LACKS: _l("Nothing that they give counts for what this project lacks."),
        Bar.OTHERS_FIT_BETTER: _l("It would fit, but in all the fit is greater with others there."),
        Bar.TEAM_IS_FULL: _l("The team has as many people as a team of this season may have."),
        Bar.NO_TASK_LEFT: _l("There would be no task left for somebody in the team."),
    }
)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a team: how well it fits, how much is known, and why."""

    entry: SeasonProfessional
    who: SeenParticipant
    fit: str
    percent: int | None
    confidence: str
    reasons: Sequence[str]


@dataclass(frozen=True, slots=True)
class Team:
    """A project with its team."""

    entry: SeasonProject
    organisation: SeenParticipant
    members: Sequence[Member]
    open_slots: Sequence[str]
    problems: Sequence[str]


@dataclass(frozen=True, slots=True)
class Alone:
    """Somebody without a team, with the reasons by project, those of the same reason together."""

    entry: SeasonProfessional
    who: SeenParticipant
    reasons: Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Cohort:
    """The whole cohort in words."""

    teams: Sequence[Team]
    alone: Sequence[Alone]

    @property
    def has_problems(self) -> bool:
        """Tell whether something stands in the way of a team."""
        return any(team.problems for team in self.teams)

    @property
    def filled(self) -> int:
        """How many projects have a team."""
        return sum(bool(team.members) for team in self.teams)


def name_of(who: SeenParticipant) -> str:
    """Return what a participant is called on a page; who may not be named is called by the kind."""
    return who.name or label(who.kind)


def calendar(season: Season, *, url: str) -> bytes:
    """Return the dates of a season as a calendar file (RFC 5545), one whole day each."""
    found = Calendar()
    found.add("prodid", PRODUCT)
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    for step, day in season.dates.items():
        event = Event()
        event.add("uid", f"{season.id.hex}-{step.value}@enishi.invalid")
        event.add("dtstamp", season.created_at)
        event.add("sequence", season.version)
        event.add("summary", f"{label(step)}: {season.name}")
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
        event.add("url", url)
        found.add_component(event)
    return bytes(found.to_ical())


def cohort_in_words(laid: Laid, account: Account) -> Cohort:
    """Return every team with fit, confidence and reasons, and who stays without one and why."""
    teams = [_team(laid, project, account) for project in laid.season.projects]
    alone = [
        Alone(one, seen_by(account, one.offer.participant), _grouped(laid, laid.why_alone(one)))
        for one in laid.season.professionals
        if one.project_id is None
    ]
    return Cohort(teams, alone)


def missed_in_words(laid: Laid, missed: Missed, lexicons: Mapping[UUID, Lexicon] | None = None) -> str:
    """Return why somebody is not in a team."""
    if missed.bar is not None:
        return str(BARS[missed.bar])
    lexicon = (lexicons or {}).get(missed.project.need_id) or _lexicon(laid, missed.project)
    return " ".join(sentence(reason, lexicon) for reason in missed.gates)


def _team(laid: Laid, project: SeasonProject, account: Account) -> Team:
    lexicon = _lexicon(laid, project)
    result = laid.composed(project, project.team).result if project.team else None
    is_left_open = result.open_slots if result else [slot.id for slot in laid.benches[project.need_id].need.open_slots]
    slots = {str(slot.id): slot.what for slot in laid.needs[project.need_id].slots}
    problems = [
        f"{name_of(seen_by(account, one.offer.participant))}: {missed_in_words(laid, missed)}"
        for one, missed in laid.stands_in_the_way(project)
    ]
    return Team(
        project,
        seen_by(account, project.need.participant),
        [_member(laid, one, project, lexicon, account) for one in project.team],
        [slots[slot] for slot in is_left_open if slot in slots],
        problems,
    )


def _member(
    laid: Laid, professional: SeasonProfessional, project: SeasonProject, lexicon: Lexicon, account: Account
) -> Member:
    pair = laid.benches[project.need_id].pair(str(professional.offer_id))
    return Member(
        professional,
        seen_by(account, professional.offer.participant),
        fit_in_words(pair.score),
        None if pair.score is None else round(pair.score * 100),
        confidence_in_words(pair.confidence),
        [sentence(reason, lexicon) for reason in pair.reasons],
    )


def _grouped(laid: Laid, missed: Iterable[Missed]) -> list[tuple[str, list[str]]]:
    """Return each reason once, with the projects for which it holds."""
    lexicons = {project.need_id: _lexicon(laid, project) for project in laid.season.projects}
    found: dict[str, list[str]] = {}
    for one in missed:
        found.setdefault(missed_in_words(laid, one, lexicons), []).append(one.project.need.title)
    return list(found.items())


def _lexicon(laid: Laid, project: SeasonProject) -> Lexicon:
    things = {item.id: item.what for profile in laid.told.values() for item in profile.items}
    return Lexicon.of(laid.needs[project.need_id], laid.offers.values(), things)
