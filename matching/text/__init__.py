"""Japanese text: one spelling and one form for one word, likeness of two texts, retrieval of many."""

from matching.text.comparison import EncodedTexts, encode, likeness
from matching.text.index import TextIndex
from matching.text.memory import remembered_words
from matching.text.spelling import normalise
from matching.text.words import words

__all__ = [
    "EncodedTexts",
    "TextIndex",
    "encode",
    "likeness",
    "normalise",
    "remembered_words",
    "words",
]
