"""Kinds of need that come up everywhere, ready to be changed: each with a title, a text and what it lacks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from models import ResourceKind, Window
from seeds.reference import REFERENCE
from seeds.sheets import Row, read

ENGLISH: Final = "en"


@dataclass(frozen=True, slots=True)
class Words:
    """The same words in both languages."""

    ja: str
    en: str

    def to(self, language: str) -> str:
        """Return the words in the language of the reader."""
        return self.en if language == ENGLISH else self.ja


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyMadeSlot:
    """One thing that such a need usually lacks."""

    kind: ResourceKind
    what: Words
    quantity: int
    unit: Words
    hours_per_month: float | None
    skill: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyMadeNeed:
    """A kind of need, as a first version that somebody makes their own."""

    code: str
    name: Words
    about: Words
    title: Words
    body: Words
    fields: tuple[str, ...]
    windows: tuple[Window, ...]
    slots: tuple[ReadyMadeSlot, ...]


@cache
def ready_made_needs() -> Mapping[str, ReadyMadeNeed]:
    """Return the kinds by code, in the order in which they are offered."""
    slots = read(REFERENCE / "ready_made_slots.csv")
    needs = [_need(row, slots) for row in read(REFERENCE / "ready_made_needs.csv")]
    return MappingProxyType({need.code: need for need in needs})


def _need(row: Row, slots: Sequence[Row]) -> ReadyMadeNeed:
    code = row.required("code")
    return ReadyMadeNeed(
        code=code,
        name=_words(row, "name"),
        about=_words(row, "about"),
        title=_words(row, "title"),
        body=_words(row, "body"),
        fields=tuple(row.words("fields")),
        windows=tuple(row.choices("windows", Window) or ()),
        slots=tuple(_slot(slot) for slot in slots if slot.required("need") == code),
    )


def _slot(row: Row) -> ReadyMadeSlot:
    return ReadyMadeSlot(
        kind=row.choice("kind", ResourceKind),
        what=_words(row, "what"),
        quantity=row.whole("quantity"),
        unit=_words(row, "unit"),
        hours_per_month=row.number_or_none("hours_per_month"),
        skill=row.text("skill"),
    )


def _words(row: Row, column: str) -> Words:
    return Words(row.required(f"{column}_ja"), row.required(f"{column}_en"))
