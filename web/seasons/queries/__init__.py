"""Reads of pro-bono seasons."""

from web.seasons.queries.cohort import Bar, Laid, Missed, lay_out
from web.seasons.queries.entering import Choice, has_interest, may_withdraw, needs_to_enter, offers_to_enter, speaks_for
from web.seasons.queries.reminding import REMINDED_BEFORE, Due, reminders_due
from web.seasons.queries.seasons import (
    PAGE_SIZE,
    Coming,
    Page,
    Seen,
    SeenProject,
    Show,
    areas_of,
    entered_by,
    page_of,
    professional_of,
    project_of,
    seen,
    upcoming,
    whole,
)

__all__ = [
    "PAGE_SIZE",
    "REMINDED_BEFORE",
    "Bar",
    "Choice",
    "Coming",
    "Due",
    "Laid",
    "Missed",
    "Page",
    "Seen",
    "SeenProject",
    "Show",
    "areas_of",
    "entered_by",
    "has_interest",
    "lay_out",
    "may_withdraw",
    "needs_to_enter",
    "offers_to_enter",
    "page_of",
    "professional_of",
    "project_of",
    "reminders_due",
    "seen",
    "speaks_for",
    "upcoming",
    "whole",
]
