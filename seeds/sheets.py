"""Read the sheets of this package into typed values; an error names file, row and column."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

FOLDER: Final = Path(__file__).parent
JOINED_BY: Final = ";"
TRUTHS: Final[Mapping[str, bool]] = {"yes": True, "no": False}
UNKNOWN: Final = "unknown"

ChoiceT = TypeVar("ChoiceT", bound=StrEnum)
FoundT = TypeVar("FoundT")


class UnreadableSheet(ValueError):
    """A cell does not hold what its column promises."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a sheet, whose cells are asked for by column and type."""

    sheet: str
    line: int
    cells: Mapping[str, str]

    def refusal(self, column: str, why: str) -> UnreadableSheet:
        """Return the error that names the cell and what is wrong with it."""
        return UnreadableSheet(f"{self.sheet}, row {self.line}, column {column}: {why}")

    def text(self, column: str) -> str:
        """Return the cell, which may be empty."""
        if column not in self.cells:
            raise self.refusal(column, "the sheet has no such column")
        return self.cells[column].strip()

    def required(self, column: str) -> str:
        """Return the cell, which may not be empty."""
        text = self.text(column)
        if not text:
            raise self.refusal(column, "the cell is empty")
        return text

    def words(self, column: str) -> list[str]:
        """Return the parts of a joined cell in their order."""
        return [word.strip() for word in self.text(column).split(JOINED_BY) if word.strip()]

    def whole(self, column: str) -> int:
        """Return a whole number."""
        text = self.required(column)
        try:
            return int(text)
        except ValueError as error:
            raise self.refusal(column, f"{text!r} is not a whole number") from error

    def whole_or_none(self, column: str) -> int | None:
        """Return a whole number, or None where nobody said."""
        return self.whole(column) if self.text(column) else None

    def number_or_none(self, column: str) -> float | None:
        """Return a number, or None where nobody said."""
        return self.number(column) if self.text(column) else None

    def number(self, column: str) -> float:
        """Return a number."""
        text = self.required(column)
        try:
            return float(text)
        except ValueError as error:
            raise self.refusal(column, f"{text!r} is not a number") from error

    def day(self, column: str) -> date:
        """Return a day written as 2026-11-22."""
        text = self.required(column)
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise self.refusal(column, f"{text!r} is not a day") from error

    def day_or_none(self, column: str) -> date | None:
        """Return a day, or None where nobody said."""
        return self.day(column) if self.text(column) else None

    def truth(self, column: str) -> bool:
        """Return what yes or no says."""
        text = self.text(column)
        if text not in TRUTHS:
            raise self.refusal(column, f"{text!r} is neither yes nor no")
        return TRUTHS[text]

    def truth_or_none(self, column: str) -> bool | None:
        """Return what yes or no says, or None where it is unknown."""
        return None if self.text(column) == UNKNOWN else self.truth(column)

    def choice(self, column: str, choices: type[ChoiceT]) -> ChoiceT:
        """Return the member that the cell names."""
        return self._member(column, self.text(column), choices)

    def choices(self, column: str, choices: type[ChoiceT]) -> list[ChoiceT] | None:
        """Return the members that a joined cell names, or None where nobody said."""
        return [self._member(column, word, choices) for word in self.words(column)] or None

    def found(self, column: str, shelf: Mapping[str, FoundT]) -> FoundT:
        """Return what stands on the shelf under the word in the cell."""
        return self._taken(column, self.text(column), shelf)

    def found_or_none(self, column: str, shelf: Mapping[str, FoundT]) -> FoundT | None:
        """Return what stands on the shelf under the word in the cell, or None where the cell is empty."""
        return self.found(column, shelf) if self.text(column) else None

    def all_found(self, column: str, shelf: Mapping[str, FoundT]) -> list[FoundT]:
        """Return what stands on the shelf under each word of a joined cell."""
        return [self._taken(column, word, shelf) for word in self.words(column)]

    def _member(self, column: str, word: str, choices: type[ChoiceT]) -> ChoiceT:
        try:
            return choices(word)
        except ValueError as error:
            raise self.refusal(column, f"{word!r} is no {choices.__name__}") from error

    def _taken(self, column: str, word: str, shelf: Mapping[str, FoundT]) -> FoundT:
        if word not in shelf:
            raise self.refusal(column, f"nothing is known under {word!r}")
        return shelf[word]


def read(path: Path) -> list[Row]:
    """Return the rows of a sheet in their order; every row has a cell for every column."""
    rows: list[Row] = []
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines, strict=True)
        try:
            columns = next(reader, [])
            for cells in reader:
                if len(cells) != len(columns):
                    raise UnreadableSheet(
                        f"{path.name}, row {reader.line_num}: {len(cells)} cells stand under {len(columns)} columns"
                    )
                rows.append(Row(path.name, reader.line_num, dict(zip(columns, cells, strict=True))))
        except (csv.Error, UnicodeDecodeError) as error:
            raise UnreadableSheet(f"{path.name}, row {reader.line_num}: {error}") from error
    return rows
