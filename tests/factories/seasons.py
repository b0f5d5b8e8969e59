from datetime import UTC, date, datetime

from models import Area, Need, Offer, Season, SeasonProfessional, SeasonProject
from models.seasons import proposed_dates

from .places import make_municipality

KICK_OFF = date(2027, 2, 1)
ENTERED = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)


def make_season(
    *, name: str = "プロボノ冬チャレンジ", area: Area | None = None, kick_off: date = KICK_OFF, team_size: int = 3
) -> Season:
    days = {f"{step.value}_on": day for step, day in proposed_dates(kick_off).items()}
    return Season(name=name, area=area or make_municipality(), team_size=team_size, summary="", planned_by=None, **days)


def enter_project(season: Season, need: Need) -> SeasonProject:
    return SeasonProject(entered_at=ENTERED, season=season, need=need)


def enter_professional(season: Season, offer: Offer) -> SeasonProfessional:
    return SeasonProfessional(entered_at=ENTERED, season=season, offer=offer)
