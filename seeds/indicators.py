"""What the demo town measures: its pack, numbers from elsewhere, and a year of activities of its RMOs."""

from collections.abc import Mapping
from datetime import date, time
from itertools import count
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Activity, Area, Indicator, IndicatorChoice, IndicatorPack, IndicatorValue, Participant
from models.years import fiscal_year
from seeds.almanac import Almanac
from seeds.identity import identified
from seeds.people import Population

PACK: Final = "ichinoseki-3"
CHOSEN_ON: Final = date(2026, 4, 6)
WRITTEN_UNTIL: Final = date(2026, 11, 21)
MUNICIPALITY: Final = "jp.demo.hiyori"
BESIDE: Final = "jp.demo.tsukimi"
# Invented numbers of the last four fiscal years, the latest last.
IMPORTED: Final[Mapping[str, tuple[float, ...]]] = {
    "centre-visits": (3.41, 3.58, 3.79, 3.92),
    "web-accesses": (5210, 6034, 7480, 8126),
    "staff-awareness": (52, 61, 68, 74),
}
SOURCES: Final[Mapping[str, str]] = {
    "centre-visits": "市民センター利用統計（日和市 生涯学習課）",
    "web-accesses": "協働情報サイトのアクセス記録（日和市 地域協働課）",
    "staff-awareness": "市職員意識調査（日和市 総務課）",
}
# What the bodies did: month, day and people move a little from body to body, so that no two calendars are alike.
CALENDAR: Final[tuple[tuple[int, int, int, str, int], ...]] = (
    (2025, 10, 19, "秋の花壇の植え替え", 18),
    (2025, 11, 9, "地域文化祭", 140),
    (2025, 12, 7, "年末の防犯パトロール", 22),
    (2026, 1, 18, "小正月の集い", 46),
    (2026, 2, 15, "防災講座と炊き出し訓練", 38),
    (2026, 3, 8, "地域づくり計画の話し合い", 15),
    (2026, 4, 19, "春の一斉清掃", 64),
    (2026, 5, 17, "高齢者サロン", 21),
    (2026, 6, 14, "通学路の見守りと草刈り", 33),
    (2026, 7, 26, "夏まつり", 210),
    (2026, 8, 23, "子どもの体験教室", 27),
    (2026, 9, 13, "敬老のつどい", 58),
    (2026, 10, 18, "買い物ツアー", 14),
    (2026, 11, 8, "地域文化祭", 155),
)


def measure(session: Session, *, areas: Mapping[str, Area], people: Population, almanac: Almanac) -> int:
    """Choose the pack, write the imported numbers and the activities; return how many activities there are."""
    municipality = areas[MUNICIPALITY]
    pack = session.scalars(select(IndicatorPack).where(IndicatorPack.code == PACK)).one()
    for path in (MUNICIPALITY, BESIDE):
        choice = IndicatorChoice(municipality=areas[path], pack=pack, chosen_at=almanac.moment(CHOSEN_ON, time(10)))
        session.add(identified(choice, path))
    last_year = fiscal_year(almanac.day(WRITTEN_UNTIL)) - 1
    for indicator in pack.indicators:
        for year, value in zip(count(last_year, -1), reversed(IMPORTED.get(indicator.code, ())), strict=False):
            session.add(_value(indicator, municipality, year, value))
    return sum(_activities(session, body, place, almanac) for place, body in enumerate(_rmos(people)))


def _value(indicator: Indicator, municipality: Area, year: int, value: float) -> IndicatorValue:
    written = IndicatorValue(
        indicator=indicator,
        municipality=municipality,
        fiscal_year=year,
        value=value,
        source=f"{SOURCES[indicator.code]}・{year}年度",
    )
    return identified(written, municipality.path, indicator.code, str(year))


def _rmos(people: Population) -> list[tuple[str, Participant]]:
    return [(key, people.participants[key]) for key in sorted(people.participants) if key.startswith("rmo-")]


def _activities(session: Session, named: tuple[str, Participant], place: int, almanac: Almanac) -> int:
    key, body = named
    written = 0
    for number, (year, month, day, what, people) in enumerate(CALENDAR):
        if (number + place) % 4 == 0:
            continue  # nobody does everything
        done_on = almanac.day(date(year, month, day))
        row_key = f"{key}-{number:02}"
        activity = Activity(
            participant=body,
            done_on=done_on,
            what=what,
            people=people + (place * 7 + number * 3) % 11,
            sent_key=f"demo-{row_key}",
            written_at=almanac.moment(date(year, month, day), time(19)),
        )
        session.add(identified(activity, row_key))
        written += 1
    return written
