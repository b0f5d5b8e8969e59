"""What the engine says, in words, and what the desk shows of a suggestion."""

from web.suggestions.documents.editing import edited, placed, sketched
from web.suggestions.documents.lists import assigned, case_of, explained, found, late, not_suggested, unmet_card
from web.suggestions.documents.shown import (
    Naming,
    SeenPart,
    SeenPartner,
    SeenSlot,
    SeenSuggestion,
    as_json,
    seen,
    shown_name,
)
from web.suggestions.documents.words import (
    Lexicon,
    confidence_in_words,
    fit_in_words,
    part_names,
    sentence,
    signal_name,
)

__all__ = [
    "Lexicon",
    "Naming",
    "SeenPart",
    "SeenPartner",
    "SeenSlot",
    "SeenSuggestion",
    "as_json",
    "assigned",
    "case_of",
    "confidence_in_words",
    "edited",
    "explained",
    "fit_in_words",
    "found",
    "late",
    "not_suggested",
    "part_names",
    "placed",
    "seen",
    "sentence",
    "shown_name",
    "signal_name",
    "sketched",
    "unmet_card",
]
