"""A simulated year in the demo town: how engagements are spread by the engine, and by the best fit alone."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from statistics import mean
from typing import Any, Final

from sqlalchemy import select

from bench.table import Row
from bench.town import TOWN, environment, run_flask
from matching import NeedProfile, OfferProfile, SlotProfile
from matching.simulation import by_engine, by_fit, simulate
from models import Area, ParticipantKind, utc_now
from seeds.ready_made import ReadyMadeNeed, ready_made_needs
from web.app import create_app
from web.config import Settings
from web.database import db, read_scope
from web.suggestions.queries import profiles

WEEKS: Final = 52
NEEDS_A_WEEK: Final = 4
SEEDS, SEEDS_FULL = 3, 6
LEAST_LOWER, MOST_FIT_LOST = 0.30, 0.08


def rows(*, full: bool) -> Iterator[Row]:
    """Simulate a year of four needs a week, half of them the town's own and half ready-made ones."""
    with tempfile.TemporaryDirectory(prefix="enishi-bench-") as name:
        instance = Path(name)
        run_flask(instance, "prepare", "--town")
        app = create_app(Settings.from_environment(environment(instance)))
        with read_scope(app) as session:
            town = session.scalars(select(Area).where(Area.path == TOWN)).one()
            market = profiles.market(session, town, at=utc_now())
        with app.app_context():
            db.engine.dispose()
    known: dict[str, Any] = {"weights": market.weights, "geography": market.geography, "taxonomy": market.taxonomy}
    offers = rested(market.offers)
    draws = range(1, (SEEDS_FULL if full else SEEDS) + 1)
    tops, fits = [], []
    for seed in draws:
        weeks = year(market.needs, Random(seed))  # noqa: S311  (a simulation)
        ours = simulate(weeks, offers, partial(by_engine, **known))
        fit = simulate(weeks, offers, partial(by_fit, **known))
        tops.append(ours.top_tenth / fit.top_tenth - 1)
        fits.append(ours.fit / fit.fit - 1)
        what = f"A year of {NEEDS_A_WEEK} needs a week in the demo town, draw {seed}"
        yield Row(
            f"{what}: share of the busiest tenth in {ours.engagements} engagements",
            f"{ours.top_tenth:.3f} ({tops[-1]:+.1%})",
            f"best fit first, {fit.engagements} engagements",
            f"{fit.top_tenth:.3f}",
        )
        yield Row(f"{what}: mean fit", f"{ours.fit:.3f} ({fits[-1]:+.1%})", "best fit first", f"{fit.fit:.3f}")
        yield Row(f"{what}: never engaged", f"{ours.never:.0%}", "best fit first", f"{fit.never:.0%}")
        yield Row(f"{what}: above their own limit", str(ours.above_limit), "allowed", "0")
    what = f"The same, on average over {len(draws)} draws"
    yield Row(f"{what}: share of the busiest tenth", f"{mean(tops):+.1%}", "wanted", f"{-LEAST_LOWER:+.0%}")
    yield Row(f"{what}: mean fit", f"{mean(fits):+.1%}", "allowed", f"{-MOST_FIT_LOST:+.0%}")


def rested(offers: Sequence[OfferProfile]) -> list[OfferProfile]:
    """Return the offers of people who have nothing to do yet."""
    return [replace(offer, hours_pledged=0.0, open_enquiries=0) for offer in offers]


def year(needs: Sequence[NeedProfile], chance: Random) -> list[list[NeedProfile]]:
    """Draw the needs of each week; they are for any day, so that a year of them can be compared."""
    areas = sorted({need.area for need in needs if need.area is not None})
    kinds = list(ready_made_needs().values())
    weeks = []
    for week in range(WEEKS):
        drawn = [
            chance.choice(needs) if number % 2 == 0 else _ready_made(chance.choice(kinds), chance.choice(areas))
            for number in range(NEEDS_A_WEEK)
        ]
        weeks.append(
            [
                replace(need, id=f"{week:02}-{number}-{need.id}", declined_by=frozenset(), starts_on=None, ends_on=None)
                for number, need in enumerate(drawn)
            ]
        )
    return weeks


def _ready_made(kind: ReadyMadeNeed, area: str) -> NeedProfile:
    return NeedProfile(
        id=kind.code,
        owner=f"owner of {kind.code}",
        owner_kind=ParticipantKind.NEIGHBORHOOD_ASSOCIATION.value,
        title=kind.title.ja,
        text=kind.body.ja,
        area=area,
        slots=tuple(
            SlotProfile(
                id=f"{kind.code}-{number}",
                kind=slot.kind.value,
                what=slot.what.ja,
                quantity=slot.quantity,
                skill=slot.skill or None,
                hours_per_month=slot.hours_per_month,
            )
            for number, slot in enumerate(kind.slots)
        ),
        fields=frozenset(kind.fields),
        windows=frozenset(window.value for window in kind.windows) or None,
    )
