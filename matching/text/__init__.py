"""Japanese text: one spelling and one form for one word, likeness of two texts, retrieval of many."""

from matching.text.index import WORDS_OF_INTENT, TextIndex, grams, without_intent
from matching.text.likeness import EncodedTexts, encode, likeness
from matching.text.spelling import normalise
from matching.text.words import words

__all__ = [
    "WORDS_OF_INTENT",
    "EncodedTexts",
    "TextIndex",
    "encode",
    "grams",
    "likeness",
    "normalise",
    "without_intent",
    "words",
]
