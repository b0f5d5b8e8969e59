"""Teams for several projects at once: each professional in at most one, with the greatest fit in all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from matching.assignment import greatest_total
from matching.composing import MOST_PARTNERS, Workbench
from matching.teams import FIT_FLOOR

# So little that it decides only between pairs of the same worth.
_OF_THE_SLOT: Final = 1e-6


@dataclass(frozen=True, slots=True)
class _Place:
    """A professional, by the offer, in one slot of a project."""

    project: int
    slot: str
    offer: str
    owner: str
    worth: float


def cohort(projects: Sequence[Workbench], *, team_size: int) -> Mapping[str, tuple[str, ...]]:
    """Build the teams of all projects at once.

    Parameters
    ----------
    projects : Sequence[Workbench]
        Each project with the offers of all professionals.
    team_size : int
        Greatest number of professionals in a team, 1 to 4.

    Returns
    -------
    Mapping[str, tuple[str, ...]]
        By the id of every need the ids of the offers of its team, none where nobody is left.

    Raises
    ------
    ValueError
        When a team would be larger than a partnership takes.

    Notes
    -----
    A pair counts with its score where it passes every gate and something that is offered counts for something that is
    lacking; a slot takes as many as it lacks. Whoever would have nothing to give in the team that came out, because
    somebody else fills the slot alone, is looked for another place: so it is solved again until everybody has a task.

    """
    if not 1 <= team_size <= MOST_PARTNERS:
        message = f"a team has 1 to {MOST_PARTNERS} professionals, not {team_size}"
        raise ValueError(message)
    order = sorted(projects, key=lambda project: project.need.id)
    places = [place for number, project in enumerate(order) for place in _places(number, project)]
    while True:
        teams = _teams(order, places, team_size)
        superfluous = {
            (number, offer) for number, project in enumerate(order) for offer in _superfluous(project, teams[number])
        }
        if not superfluous:
            return {project.need.id: teams[number] for number, project in enumerate(order)}
        places = [place for place in places if (place.project, place.offer) not in superfluous]


def _places(number: int, project: Workbench) -> list[_Place]:
    """Return where each professional could take part in a project, by the ids of the offers."""
    found = []
    for offer in sorted(project.offers, key=lambda offer: offer.id):
        worth = project.pair(offer.id).raw
        if worth is None or project.gates(offer.id):
            continue
        able = set(project.could_give(offer.id))
        fits: dict[str, float] = {}
        for (slot, item), fit in project.fits(offer.id).items():
            if fit >= FIT_FLOOR and (slot, item) in able:
                fits[slot] = max(fit, fits.get(slot, 0.0))
        found += [
            _Place(number, slot, offer.id, offer.owner, worth + _OF_THE_SLOT * fit)
            for slot, fit in sorted(fits.items())
        ]
    return found


def _teams(order: Sequence[Workbench], places: Sequence[_Place], team_size: int) -> list[tuple[str, ...]]:
    """Choose the places of the greatest total worth."""
    teams: list[tuple[str, ...]] = [()] * len(order)
    if not places:
        return teams
    slots = [(number, slot) for number, project in enumerate(order) for slot in project.need.open_slots]
    room = np.array([slot.quantity for _, slot in slots])
    slot_at = {(number, slot.id): position for position, (number, slot) in enumerate(slots)}
    owner_at = {owner: position for position, owner in enumerate(sorted({place.owner for place in places}))}
    taken = greatest_total(
        np.array([place.worth for place in places]),
        [
            (np.array([slot_at[place.project, place.slot] for place in places]), room),
            (np.array([place.project for place in places]), np.full(len(order), team_size)),
            (np.array([owner_at[place.owner] for place in places]), np.ones(len(owner_at), dtype=np.int64)),
        ],
    )
    for position in taken:
        teams[places[position].project] += (places[position].offer,)
    return [tuple(sorted(team)) for team in teams]


def _superfluous(project: Workbench, team: tuple[str, ...]) -> tuple[str, ...]:
    """Return who has nothing to give in a team, or more hours to give than the own limit leaves."""
    if not team:
        return ()
    composed = project.compose(team, rank=1)
    overworked = {offer.id for offer in project.offers if offer.owner in composed.overworked}
    return (*composed.idle, *(offer for offer in team if offer in overworked))
