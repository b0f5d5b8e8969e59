"""Text folded so that a search finds a word however it was typed, and the columns by which offers are found."""

import unicodedata
from array import array
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Dialect, Integer, LargeBinary, Text, and_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeDecorator, TypeEngine

# The two kana blocks run in parallel: ァ (U+30A1) … ヶ (U+30F6) lie 0x60 above ぁ … ゖ.
HIRAGANA_OF: Final = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
MOST_WORDS: Final = 8


def fold(text: str) -> str:
    """Return the text with widths, case, kana and white space made one."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(HIRAGANA_OF)
    return " ".join(folded.split())


def contains_words(column: InstrumentedAttribute[str], query: str) -> ColumnElement[bool]:
    """Return the condition that the folded column holds every word of the query, two characters or more alike."""
    words = fold(query).split()[:MOST_WORDS]
    return and_(True, *(column.contains(word, autoescape=True) for word in words))  # noqa: FBT003  # no word, no condition


class Terms(TypeDecorator[Sequence[str]]):
    """Words, as an array that PostgreSQL can index, and as lines of text on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type of the column."""
        return dialect.type_descriptor(ARRAY(Text()) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> Any:
        """Write the words."""
        if value is None:
            return None
        return list(value) if dialect.name == "postgresql" else "\n".join(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Sequence[str] | None:
        """Read the words."""
        if value is None:
            return None
        return tuple(value) if dialect.name == "postgresql" else tuple(value.split("\n") if value else ())


class SmallVector(TypeDecorator[bytes]):
    """A vector of whole numbers of 8 bits, one a byte; an array on PostgreSQL, which extensions understand."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type of the column."""
        return dialect.type_descriptor(ARRAY(Integer()) if dialect.name == "postgresql" else LargeBinary())

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> Any:
        """Write the numbers."""
        return array("b", value).tolist() if value is not None and dialect.name == "postgresql" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes | None:
        """Read the numbers as bytes."""
        return array("b", value).tobytes() if value is not None and dialect.name == "postgresql" else value
