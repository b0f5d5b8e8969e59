from datetime import UTC, date, datetime
from itertools import count

from models import Activity, Area, Indicator, IndicatorChoice, IndicatorPack, IndicatorSource, Participant

_numbers = count(1)
CHOSEN = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)


def make_indicator(
    pack: IndicatorPack,
    source: IndicatorSource,
    *,
    code: str | None = None,
    baseline: float | None = 1,
    target: float = 3,
) -> Indicator:
    number = len(pack.indicators) + 1
    return Indicator(
        code=code or source.value,
        position=number,
        name_ja=f"指標 {source.value}",
        name_en=f"Indicator {source.value}",
        definition_ja="数え方",
        definition_en="What is counted",
        unit_ja="件",
        unit_en="pieces",
        source=source,
        baseline_year=2022,
        baseline=baseline,
        target_year=2028,
        target=target,
        pack=pack,
    )


def make_pack(*, sources: tuple[IndicatorSource, ...] = tuple(IndicatorSource)) -> IndicatorPack:
    pack = IndicatorPack(code=f"pack-{next(_numbers)}", name_ja="計画の成果指標", name_en="Indicators of the plan")
    for source in sources:
        make_indicator(pack, source)
    return pack


def make_choice(municipality: Area, *, pack: IndicatorPack | None = None) -> IndicatorChoice:
    return IndicatorChoice(municipality=municipality, pack=pack or make_pack(), chosen_at=CHOSEN)


def make_activity(
    participant: Participant, *, done_on: date = date(2026, 11, 8), what: str = "川辺の清掃", people: int | None = None
) -> Activity:
    return Activity(
        participant=participant,
        done_on=done_on,
        what=what,
        people=people,
        sent_key=f"activity-{next(_numbers):010}",
        written_at=CHOSEN,
    )
