"""The pro-bono season that comes up in the demo town, with those who entered it so far."""

from datetime import date, time
from types import MappingProxyType
from typing import Final

from sqlalchemy.orm import Session

from models import Account, Area, Season, SeasonProfessional, SeasonProject
from models.seasons import proposed_dates
from seeds.almanac import Almanac
from seeds.identity import identified
from seeds.listings import Market

KEY: Final = "winter"
NAME: Final = "プロボノチャレンジ日和・冬"
SUMMARY: Final = (
    "仕事で身につけた力を、町の団体のために二か月だけ使ってみませんか。\n"
    "二、三人のチームで、会報や帳簿、ホームページの悩みにこたえます。はじめての方も歓迎です。"
)
KICK_OFF: Final = date(2027, 1, 25)
# Who entered, by the keys of the sheets of needs and offers, and on which day.
PROJECTS: Final = MappingProxyType({"need-11": 16, "need-09": 17, "need-51": 19})
PROFESSIONALS: Final = MappingProxyType(
    {
        "resident-01-1": 16,
        "resident-02-1": 17,
        "resident-03-2": 17,
        "resident-09-1": 18,
        "resident-19-1": 19,
        "co-networks-1": 20,
    }
)


def plan(session: Session, area: Area, *, market: Market, almanac: Almanac, by: Account) -> Season:
    """Plan the season, and let those enter it who did."""
    days = {f"{step.value}_on": day for step, day in proposed_dates(almanac.day(KICK_OFF)).items()}
    season = Season(name=NAME, summary=SUMMARY, area=area, planned_by=by, team_size=3, **days)
    session.add(identified(season, KEY, at=almanac.moment(date(2026, 11, 13), time(10))))
    for key, day in PROJECTS.items():
        at = almanac.moment(date(2026, 11, day), time(14))
        project = SeasonProject(entered_at=at, season=season, need=market.needs[key])
        session.add(identified(project, KEY, key, at=at))
    for key, day in PROFESSIONALS.items():
        at = almanac.moment(date(2026, 11, day), time(20))
        professional = SeasonProfessional(entered_at=at, season=season, offer=market.offers[key])
        session.add(identified(professional, KEY, key, at=at))
    return season
