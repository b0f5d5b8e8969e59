from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Indicator, IndicatorPack, IndicatorSource
from seeds import reference


def test_the_nine_indicators_of_the_plan_are_a_pack(memory_session: Session) -> None:
    reference.load(memory_session)

    pack = memory_session.scalars(select(IndicatorPack)).one()
    told = {one.code: (one.baseline, one.target, one.is_counted) for one in pack.indicators}

    assert told == {
        "centre-visits": (3.77, 4.23, False),
        "web-accesses": (7033, 10000, False),
        "staff-bank": (41, 61, True),
        "staff-awareness": (None, 90, False),
        "rmo-activities": (466, 486, True),
        "talks-supported": (138, 150, True),
        "team-meetings": (125, 170, True),
        "consultations": (2335, 2500, True),
        "rmos": (33, 34, True),
    }
    assert {(one.baseline_year, one.target_year) for one in pack.indicators} == {(2022, 2028)}


def test_loading_twice_adds_no_indicator(memory_session: Session) -> None:
    reference.load(memory_session)
    first = memory_session.scalars(select(Indicator)).first()
    assert first is not None
    first.target = 1

    again = reference.load(memory_session)

    assert (again.added, again.changed) == (0, 1)
    assert memory_session.scalar(select(func.count(Indicator.id))) == 9
    assert first.target != 1


def test_every_counted_source_says_what_is_counted(memory_session: Session) -> None:
    reference.load(memory_session)

    for indicator in memory_session.scalars(select(Indicator)):
        assert indicator.definition_ja.endswith("。")
        assert indicator.definition_en.endswith(".")
        assert (indicator.source is IndicatorSource.IMPORTED) == ("取り込みます" in indicator.definition_ja)
