"""Reads of indicators: the board, the counting, the rows behind a number, the activities of bodies."""

from web.indicators.queries.activities import bodies_for, page_of, same_as, sent_before, visible_to
from web.indicators.queries.board import (
    Board,
    Headline,
    Measured,
    board,
    chosen_pack,
    headline,
    headline_of,
    measured,
    municipalities,
    packs,
    values_of,
    years_until,
)
from web.indicators.queries.counting import COUNTED, Span, counted
from web.indicators.queries.rows import Behind, Row, all_behind, behind, indicator_of, value_of

__all__ = [
    "COUNTED",
    "Behind",
    "Board",
    "Headline",
    "Measured",
    "Row",
    "Span",
    "all_behind",
    "behind",
    "board",
    "bodies_for",
    "chosen_pack",
    "counted",
    "headline",
    "headline_of",
    "indicator_of",
    "measured",
    "municipalities",
    "packs",
    "page_of",
    "same_as",
    "sent_before",
    "value_of",
    "values_of",
    "visible_to",
    "years_until",
]
