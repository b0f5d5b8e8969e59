"""Changes to seasons: planning, entering, building the cohort, and what came of it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matching import cohort
from models import (
    Account,
    Area,
    Need,
    Offer,
    OutboxMail,
    Role,
    Season,
    SeasonProfessional,
    SeasonProject,
    SeasonStep,
)
from models.errors import AlreadyDecided, IllegalMove, InvalidValue, NotAllowed
from models.years import town_day
from web.participants.queries import accounts_of
from web.seasons import emails, queries
from web.suggestions import services as suggestions


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a coordinator planned."""

    name: str
    summary: str
    team_size: int
    dates: dict[SeasonStep, date]

    @property
    def days(self) -> dict[str, date]:
        """The days under the names that a season has for them."""
        return {f"{step.value}_on": day for step, day in self.dates.items()}


def plan(session: Session, area: Area, planned: Plan, *, by: Account) -> Season:
    """Plan a season in a place that the coordinator looks after."""
    if not by.covers(Role.COORDINATOR, area.path):
        raise NotAllowed("a season is planned by a coordinator of its place")
    season = Season(
        name=planned.name,
        summary=planned.summary,
        team_size=planned.team_size,
        area=area,
        planned_by=by,
        **planned.days,
    )
    session.add(season)
    session.flush()
    return season


def change(season: Season, planned: Plan) -> None:
    """Change what was planned; the size of the teams stays once they are approved."""
    if season.approved_at is not None and planned.team_size != season.team_size:
        raise AlreadyDecided("the teams of this season were approved already")
    season.name, season.summary, season.team_size = planned.name, planned.summary, planned.team_size
    for name, day in planned.days.items():
        setattr(season, name, day)
    season.check_dates()


def enter_project(session: Session, season: Season, need: Need, *, by: Account, at: datetime) -> SeasonProject:
    """Enter an open need into a season, for oneself or as a coordinator of its place."""
    _lock(session, season)
    _check_takes_entries(season, at=at)
    if not (by.represents(need.participant_id) or by.covers(Role.COORDINATOR, need.area.path)):
        raise NotAllowed("a need is entered by whose it is, or by a coordinator of its place")
    if not need.is_open:
        raise IllegalMove("nobody is sought for this need any more")
    project = SeasonProject(entered_at=at, season=season, need=need)
    session.add(project)
    session.flush()
    return project


def enter_offer(session: Session, season: Season, offer: Offer, *, by: Account, at: datetime) -> SeasonProfessional:
    """Enter a professional with an offer, once in a season, for oneself or as a coordinator of the place."""
    _lock(session, season)
    _check_takes_entries(season, at=at)
    owner = offer.participant
    if not (by.represents(owner.id) or by.covers(Role.COORDINATOR, owner.area.path)):
        raise NotAllowed("an offer is entered by whose it is, or by a coordinator of the place")
    if not (offer.is_open and owner.may_be_matched):
        raise IllegalMove("this offer may not be suggested to anybody now")
    entered = (
        select(SeasonProfessional.id)
        .join(Offer)
        .where(SeasonProfessional.season_id == season.id, Offer.participant_id == owner.id)
    )
    if session.scalar(entered.limit(1)) is not None:
        raise AlreadyDecided("this professional entered the season already")
    professional = SeasonProfessional(entered_at=at, season=season, offer=offer)
    session.add(professional)
    session.flush()
    return professional


def withdraw(session: Session, entry: SeasonProject | SeasonProfessional, *, by: Account, at: datetime) -> None:
    """Take an entry back while the season takes entries."""
    season = entry.season
    _lock(session, season)
    _check_takes_entries(season, at=at)
    if not queries.may_withdraw(by, entry):
        raise NotAllowed("an entry is taken back by who made it, or by a coordinator of the place")
    if isinstance(entry, SeasonProject):
        for professional in list(entry.team):
            professional.join(None)
        season.projects.remove(entry)
    else:
        season.professionals.remove(entry)


def match(session: Session, season: Season, *, at: datetime) -> None:
    """Build the teams of all projects at once; what was proposed before is built anew."""
    _lock(session, season)
    _check_undecided(season)
    queries.whole(session, season)
    if not season.projects or not season.professionals:
        raise InvalidValue("teams need projects and professionals")
    laid = queries.lay_out(session, season, at=at)
    found = cohort(list(laid.benches.values()), team_size=season.team_size)
    by_offer = {str(one.offer_id): one for one in season.professionals}
    for professional in season.professionals:
        professional.join(None)
    for project in season.projects:
        for offer in found[str(project.need_id)]:
            _join(laid, by_offer[offer], project)
    season.matched_at = at


def move(
    session: Session,
    season: Season,
    professional: SeasonProfessional,
    project: SeasonProject | None,
    *,
    at: datetime,
) -> queries.Missed | None:
    """Put a professional into another team, or into none; where a gate or the team is in the way, return that."""
    _lock(session, season)
    _check_undecided(season)
    if season.matched_at is None:
        raise InvalidValue("nobody has been matched yet")
    if project is None:
        professional.join(None)
        return None
    queries.whole(session, season)
    laid = queries.lay_out(session, season, at=at)
    missed = laid.why_not(professional, project)
    if missed is None:
        _join(laid, professional, project)
    return missed


def approve(session: Session, season: Season, *, by: Account, at: datetime) -> None:
    """Approve the cohort as a whole and ask every team in the usual way; who is in none hears of it.

    Raises
    ------
    AlreadyDecided
        Somebody approved it before.
    NotAllowed
        The coordinator speaks for somebody in one of the teams: another one approves.
    IllegalMove
        Something stands in the way of a team by now; the page of the cohort says what.
    ConsentMissing, CapacityExhausted, TooManyEnquiries
        One of the parties cannot be asked.

    """
    _lock(session, season)
    queries.whole(session, season)
    season.approve(by=by, at=at)
    taking_part = [project for project in season.projects if project.team]
    if not taking_part:
        raise InvalidValue("there is no team to approve")
    if queries.has_interest(by, season):
        raise NotAllowed("another coordinator approves what one takes part in oneself")
    laid = queries.lay_out(session, season, at=at)
    teams = []
    for project in taking_part:
        composed = laid.composed(project, project.team)
        if laid.stands_in_the_way(project) or composed.result is None:
            raise IllegalMove("something stands in the way of a team")
        teams.append((project.need, composed.result))
    written = suggestions.suggest_together(
        session, teams, laid.told, weights=laid.weights, taxonomy=laid.taxonomy, at=at
    )
    for project, suggestion in zip(taking_part, written, strict=True):
        project.partnership = suggestions.approve(session, suggestion, by=by)
    _tell_who_is_in_no_team(session, season)


def present(project: SeasonProject, text: str) -> None:
    """Note what a project presented."""
    if project.partnership is None:
        raise InvalidValue("a project without a team presents nothing")
    project.presented = text


def look_back(season: Season, text: str) -> None:
    """Note what is to be learnt from a season."""
    season.looked_back = text


def remind(session: Session, due: queries.Due) -> OutboxMail:
    """Remind one account of all that is in three days, in one mail."""
    return emails.reminder(session, due.coming, to=session.get_one(Account, due.account))


def _tell_who_is_in_no_team(session: Session, season: Season) -> None:
    """Write once to everybody who speaks for an organisation or professional that no team was found for."""
    left = [project.need.participant for project in season.projects if not project.team]
    left += [one.offer.participant for one in season.professionals if one.project is None]
    accounts = accounts_of(session, left)
    for account in {one.id: one for of_one in accounts.values() for one in of_one}.values():
        emails.in_no_team(session, season, to=account)


def _join(laid: queries.Laid, professional: SeasonProfessional, project: SeasonProject) -> None:
    pair = laid.benches[project.need_id].pair(str(professional.offer_id))
    professional.join(project, score=pair.score, confidence=pair.confidence)


def _lock(session: Session, season: Season) -> None:
    """Let others who enter, move or approve wait."""
    session.flush()
    session.refresh(season, with_for_update={"of": Season})


def _check_takes_entries(season: Season, *, at: datetime) -> None:
    if not season.takes_entries(town_day(at)):
        raise AlreadyDecided("the season takes no more entries")


def _check_undecided(season: Season) -> None:
    if season.approved_at is not None:
        raise AlreadyDecided("the teams of this season were approved already")
