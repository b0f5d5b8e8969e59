"""How old the people of the demo town are, and which platforms its places chose, from its sheets."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from models import AgeGroup, Area, Pillar, Platform, PlatformKind
from seeds.almanac import Almanac
from seeds.identity import identified
from seeds.sheets import read

SOURCE: Final = "住民基本台帳（架空）"


def describe(session: Session, folder: Path, *, areas: Mapping[str, Area], almanac: Almanac) -> int:
    """Tell of the places what the sheets say; return how many rows that are."""
    ages = read(folder / "ages.csv")
    for row in ages:
        group = AgeGroup(
            area=row.found("area", areas),
            counted_on=almanac.day(row.day("counted_on")),
            youngest=row.whole("youngest"),
            oldest=row.whole_or_none("oldest"),
            people=row.whole("people"),
            source=SOURCE,
        )
        session.add(identified(group, group.area.path, row.required("counted_on"), str(group.youngest)))
    platforms = read(folder / "platforms.csv")
    for row in platforms:
        platform = Platform(
            kind=row.choice("kind", PlatformKind),
            pillars=[pillar.value for pillar in Pillar if pillar.value in row.required("pillars").split()],
            since=almanac.day(row.day("since")),
            area=row.found("area", areas),
        )
        platform.until = almanac.day_or_none(row.day_or_none("until"))
        session.add(identified(platform, platform.area.path, row.required("since")))
    return len(ages) + len(platforms)
