"""A ready-made kind is a whole need in both languages, in words that the rest of the reference data knows."""

import pytest

from models.listings import MOST_SLOTS
from seeds.ready_made import ReadyMadeNeed, ready_made_needs
from seeds.reference import REFERENCE
from seeds.sheets import read

KINDS = list(ready_made_needs().values())


def codes_of(sheet: str) -> set[str]:
    return {row.required("code") for row in read(REFERENCE / sheet)}


def test_about_twelve_kinds_are_offered() -> None:
    assert 10 <= len(KINDS) <= 14


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_a_kind_expands_into_what_a_need_can_hold(kind: ReadyMadeNeed) -> None:
    assert 1 <= len(kind.slots) <= MOST_SLOTS
    assert all(len(words.to(language)) <= 120 for words in (kind.title,) for language in ("ja", "en"))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_a_kind_speaks_of_skills_and_fields_that_are_known(kind: ReadyMadeNeed) -> None:
    assert {slot.skill for slot in kind.slots if slot.skill} <= codes_of("skills.csv")
    assert set(kind.fields) <= codes_of("activity_fields.csv")


def test_every_slot_belongs_to_a_kind() -> None:
    assert {row.required("need") for row in read(REFERENCE / "ready_made_slots.csv")} == {kind.code for kind in KINDS}
