"""Reference data are loaded once, however often they are loaded, and leave alone what people changed."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from matching import Weights
from models import (
    ActivityField,
    Area,
    AreaLevel,
    AreaNeighbour,
    AuditedSession,
    ReviewReason,
    ReviewStep,
    Skill,
    SkillAlias,
    WeightSet,
    Window,
)
from seeds import places, reference
from seeds.sheets import UnreadableSheet, read
from seeds.tally import Tally

Content = Callable[[AuditedSession], dict[str, list[dict[str, Any]]]]


@pytest.fixture
def loaded(empty: AuditedSession) -> AuditedSession:
    reference.load(empty)
    empty.commit()
    empty.expunge_all()
    return empty


def skill(session: AuditedSession, code: str) -> Skill:
    return session.scalars(select(Skill).where(Skill.code == code)).one()


def test_the_twenty_fields_of_the_law_are_there(loaded: AuditedSession) -> None:
    positions = loaded.scalars(select(ActivityField.position).order_by(ActivityField.position)).all()

    assert positions == list(range(1, 21))


def test_all_prefectures_are_there(loaded: AuditedSession) -> None:
    statement = select(func.count()).select_from(Area).where(Area.level == AreaLevel.PREFECTURE)

    assert loaded.scalar(statement) == 47


def test_every_step_of_a_decision_has_coded_reasons(loaded: AuditedSession) -> None:
    assert set(loaded.scalars(select(ReviewReason.step))) == set(ReviewStep)


def test_skills_have_parents_and_other_names(loaded: AuditedSession) -> None:
    newsletter = skill(loaded, "newsletter")

    assert newsletter.parent is skill(loaded, "publicity")
    assert "会報" in loaded.scalars(select(SkillAlias.text).where(SkillAlias.skill == newsletter)).all()


def test_every_neighbour_is_a_neighbour_of_its_neighbour(loaded: AuditedSession) -> None:
    borders = {(border.area_id, border.neighbour_id) for border in loaded.scalars(select(AreaNeighbour))}

    assert borders
    assert borders == {(neighbour, area) for area, neighbour in borders}


def test_the_first_weights_are_those_of_the_engine(loaded: AuditedSession) -> None:
    weight_set = loaded.scalars(select(WeightSet)).one()

    assert (weight_set.number, weight_set.is_active) == (1, True)
    assert Weights(version=weight_set.number, **weight_set.weights) == Weights()


def test_the_windows_of_the_sheet_are_those_of_the_model() -> None:
    assert [row.text("code") for row in read(reference.REFERENCE / "windows.csv")] == list(Window)


def test_loading_twice_doubles_and_changes_nothing(loaded: AuditedSession, content: Content) -> None:
    before = content(loaded)

    summary = reference.load(loaded)
    loaded.commit()

    assert (summary.added, summary.changed) == (0, 0)
    assert content(loaded) == before


def test_words_that_changed_are_brought_up_to_the_sheets(loaded: AuditedSession, content: Content) -> None:
    before = content(loaded)
    skill(loaded, "newsletter").name_ja = "べつの名"
    loaded.scalars(select(Area).where(Area.path == "jp.13.tama")).one().reading = ""
    loaded.scalars(select(ReviewReason).where(ReviewReason.code == "no_time")).one().name_en = "?"
    loaded.scalars(select(ActivityField).where(ActivityField.position == 1)).one().name_en = "?"
    loaded.commit()

    summary = reference.load(loaded)
    loaded.commit()

    assert (summary.added, summary.changed) == (0, 4)
    assert content(loaded) == before


def test_what_people_added_stays(loaded: AuditedSession) -> None:
    own = Skill(code="kite_flying", name_ja="凧あげ", name_en="Kite flying")
    loaded.add_all([own, SkillAlias(text="たこ", skill=own)])
    loaded.commit()

    reference.load(loaded)

    assert own in loaded
    assert loaded.scalar(select(SkillAlias.skill_id).where(SkillAlias.text == "たこ")) == own.id


def test_a_word_that_people_gave_to_another_skill_stays_there(loaded: AuditedSession) -> None:
    alias = loaded.scalars(select(SkillAlias).where(SkillAlias.text == "会報")).one()
    alias.skill = skill(loaded, "flyers")
    loaded.commit()

    reference.load(loaded)

    assert alias.skill is skill(loaded, "flyers")


def test_weights_that_somebody_switched_on_stay_on(empty: AuditedSession) -> None:
    empty.add(WeightSet(number=2, weights={}, is_active=True))
    empty.flush()

    reference.load(empty)

    assert empty.scalars(select(WeightSet.number).where(WeightSet.is_active)).all() == [2]


def test_a_place_without_a_place_above_is_refused(empty: AuditedSession, tmp_path: Any) -> None:
    (tmp_path / "areas.csv").write_text(
        "path,level,name_ja,name_en,reading\njp.99.nowhere,municipality,無,Nowhere,む\n", encoding="utf-8"
    )

    with pytest.raises(UnreadableSheet, match=r"areas\.csv, row 2, column path: the place above, jp\.99"):
        places.load_areas(empty, tmp_path, Tally())
