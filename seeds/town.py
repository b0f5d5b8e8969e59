"""The invented towns of Hiyori and Tsukimi: people, needs, offers and a year of partnerships to try everything in."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import ActivityField, Area, ReviewReason, ReviewStep, Skill, WeightSet
from models.errors import DomainError
from seeds import (
    area_profiles,
    endorsements,
    history,
    indicators,
    listings,
    meetings,
    people,
    plans,
    reference,
    referrals,
    routing,
    seasons,
    staff_bank,
    visits,
)
from seeds.almanac import Almanac
from seeds.places import load_areas
from seeds.sheets import FOLDER
from seeds.tally import Tally

TOWN: Final[Path] = FOLDER / "town"
DEMO_PASSWORD: Final = "enishi-demo"  # noqa: S105  # opens the invented town only, and stands in the README


class TownExists(DomainError):
    """The invented town was built in this database before."""

    code = "town_exists"


@dataclass(frozen=True, slots=True)
class Summary:
    """How much was built."""

    accounts: int
    participants: int
    offers: int
    needs: int
    partnerships: int


def exists(session: Session) -> bool:
    """Tell whether the invented town stands in this database."""
    return session.scalar(select(Area.id).where(Area.is_demo).limit(1)) is not None


def build(session: Session, *, at: datetime, password_hash: str) -> Summary:
    """Build the town as it stands at this moment, on top of the reference data, which is loaded first.

    The same sheets give the same rows with the same ids on every machine. The days of the sheets
    move by whole weeks, so that the town is never older than the week of its building.

    Raises
    ------
    TownExists
        When the town was built before.

    """
    if exists(session):
        raise TownExists("the invented town stands in this database already")
    reference.load(session)
    almanac = Almanac.of(at)
    words = listings.Vocabulary(
        areas=load_areas(session, TOWN, Tally(), is_demo=True),
        fields={field.code: field for field in session.scalars(select(ActivityField))},
        skills={skill.code: skill for skill in session.scalars(select(Skill))},
    )
    population = people.settle(
        session, TOWN, areas=words.areas, fields=words.fields, almanac=almanac, password_hash=password_hash
    )
    market = listings.post(session, TOWN, words=words, people=population, almanac=almanac)
    declining = select(ReviewReason).where(ReviewReason.step == ReviewStep.DECLINE)
    partnerships = history.play(
        session,
        TOWN,
        people=population,
        market=market,
        almanac=almanac,
        reasons={reason.code: reason for reason in session.scalars(declining)},
        weights=session.scalars(select(WeightSet).order_by(WeightSet.number).limit(1)).one(),
    )
    endorsements.endorse(session, TOWN, people=population, almanac=almanac)
    visits.write_down(session, TOWN, areas=words.areas, needs=market.needs, people=population, almanac=almanac)
    meetings.hold(session, TOWN, areas=words.areas, needs=market.needs, people=population, almanac=almanac)
    meetings.ask(session, TOWN, people=population, almanac=almanac)
    staff_bank.hold_offices(session, TOWN, people=population, almanac=almanac)
    staff_bank.hold_courses(session, TOWN, words=words, people=population, almanac=almanac)
    seats = staff_bank.seek_members(session, TOWN, words=words, people=population, almanac=almanac)
    referrals.pass_on(session, TOWN, words=words, people=population, market=market, almanac=almanac)
    referrals.gather(session, TOWN, areas=words.areas, people=population, almanac=almanac)
    referrals.enter(session, TOWN, people=population, market=market, almanac=almanac)
    indicators.measure(session, areas=words.areas, people=population, almanac=almanac)
    plans.write(session, areas=words.areas, people=population, market=market, almanac=almanac)
    area_profiles.describe(session, TOWN, areas=words.areas, almanac=almanac)
    market.settle()
    needs = {**market.needs, **seats}
    routing.take_charge(session, people=population, needs=needs)
    seasons.plan(
        session,
        words.areas["jp.demo.hiyori"],
        market=market,
        almanac=almanac,
        by=population.accounts["coordinator@hiyori.example"],
    )
    session.flush()
    return Summary(
        accounts=len(population.accounts),
        participants=len(population.participants),
        offers=len(market.offers),
        needs=len(needs),
        partnerships=partnerships,
    )
