"""Text folded so that a search finds a word however it was typed."""

import unicodedata
from typing import Final

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import InstrumentedAttribute

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
