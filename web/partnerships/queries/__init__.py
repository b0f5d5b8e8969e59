"""Reads of partnerships and enquiries, what they ask of whom, the locks of answers, and the link in a mail."""

from web.partnerships.queries.by_link import AskedByLink, answer_token, asked_by_link
from web.partnerships.queries.due import awaited_of, due_in_partnerships
from web.partnerships.queries.ends import Outcome, outcome_of
from web.partnerships.queries.locks import is_covered, load_team, lock_partnership, lock_proposal, proposals_due
from web.partnerships.queries.seen import (
    Page,
    SeenPartnership,
    SeenParty,
    awaiting_answer_of,
    decline_reason,
    decline_reasons,
    open_slots,
    page_of,
    parties_without_account,
    seen_partnership,
    seen_question,
    visible_to,
)

__all__ = [
    "AskedByLink",
    "Outcome",
    "Page",
    "SeenPartnership",
    "SeenParty",
    "answer_token",
    "asked_by_link",
    "awaited_of",
    "awaiting_answer_of",
    "decline_reason",
    "decline_reasons",
    "due_in_partnerships",
    "is_covered",
    "load_team",
    "lock_partnership",
    "lock_proposal",
    "open_slots",
    "outcome_of",
    "page_of",
    "parties_without_account",
    "proposals_due",
    "seen_partnership",
    "seen_question",
    "visible_to",
]
