"""The cohort of a season laid out: every project with every professional, as the engine sees them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from matching import Composed, OfferProfile, Reason, Taxonomy, Weights, Workbench
from models import Need, Offer, Season, SeasonProfessional, SeasonProject
from web.suggestions.queries import profiles


class Bar(StrEnum):
    """Why a professional is in no team of a project, where no gate says it."""

    NOTHING_IT_LACKS = "nothing_it_lacks"
    OTHERS_FIT_BETTER = "others_fit_better"
    TEAM_IS_FULL = "team_is_full"
    NO_TASK_LEFT = "no_task_left"


@dataclass(frozen=True, slots=True)
class Missed:
    """Why a professional is not in the team of one project: gates in the engine's words, or one of the bars."""

    project: SeasonProject
    gates: Sequence[Reason]
    bar: Bar | None


@dataclass(frozen=True, slots=True)
class Laid:
    """All who entered a season, laid out for the engine."""

    season: Season
    benches: Mapping[UUID, Workbench]
    needs: Mapping[UUID, Need]
    offers: Mapping[UUID, Offer]
    told: Mapping[str, OfferProfile]
    weights: Weights
    taxonomy: Taxonomy

    def composed(self, project: SeasonProject, team: Sequence[SeasonProfessional]) -> Composed:
        """Return what a team achieves; what a coordinator put there by hand counts as going together."""
        bench = self.benches[project.need_id]
        offers = [str(one.offer_id) for one in team]
        claims = {offer: bench.could_give(offer) for offer in offers if not bench.is_relevant(offer)}
        return bench.compose(offers, rank=1, claims=claims)

    def why_not(self, professional: SeasonProfessional, project: SeasonProject) -> Missed | None:
        """Return why a professional cannot join the team of a project as it is, None where nothing is in the way."""
        gates = self.benches[project.need_id].gates(str(professional.offer_id))
        if gates:
            return Missed(project, gates, None)
        others = [one for one in project.team if one is not professional]
        if len(others) >= self.season.team_size:
            return Missed(project, (), Bar.TEAM_IS_FULL)
        if self.composed(project, [*others, professional]).result is None:
            return Missed(project, (), Bar.NO_TASK_LEFT)
        return None

    def why_alone(self, professional: SeasonProfessional) -> list[Missed]:
        """Return project by project why a professional is in no team."""
        return [self._why_alone(professional, project) for project in self.season.projects]

    def _why_alone(self, professional: SeasonProfessional, project: SeasonProject) -> Missed:
        bench, offer = self.benches[project.need_id], str(professional.offer_id)
        gates = bench.gates(offer)
        if gates:
            return Missed(project, gates, None)
        return Missed(project, (), Bar.OTHERS_FIT_BETTER if bench.is_relevant(offer) else Bar.NOTHING_IT_LACKS)

    def stands_in_the_way(self, project: SeasonProject) -> list[tuple[SeasonProfessional, Missed]]:
        """Return who is in the team of a project and could not be proposed now, with the reason."""
        bench = self.benches[project.need_id]
        barred = [
            (one, Missed(project, gates, None)) for one in project.team if (gates := bench.gates(str(one.offer_id)))
        ]
        if barred or not project.team:
            return barred
        composed = self.composed(project, project.team)
        if composed.result is not None:
            return []
        idle = [one for one in project.team if str(one.offer_id) in composed.idle]
        return [(one, Missed(project, (), Bar.NO_TASK_LEFT)) for one in idle or project.team]


def lay_out(session: Session, season: Season, *, at: datetime) -> Laid:
    """Lay out a season that was loaded as a whole."""
    needs = profiles.need_profiles(session, [project.need for project in season.projects], at=at)
    rows = [one.offer for one in season.professionals]
    offers = profiles.offer_profiles(session, rows, [row.participant_id for row in rows], at=at)
    told = {key: profile for key, (_, profile) in offers.items()}
    weights, taxonomy = profiles.weights(session), profiles.taxonomy(session)
    geography = profiles.geography(session, season.area)
    return Laid(
        season,
        {
            need.id: Workbench(profile, list(told.values()), weights=weights, geography=geography, taxonomy=taxonomy)
            for need, profile in needs.values()
        },
        {need.id: need for need, _ in needs.values()},
        {offer.id: offer for offer, _ in offers.values()},
        told,
        weights,
        taxonomy,
    )
