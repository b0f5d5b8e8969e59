"""Changes on the way to the signature: calling the first meeting, writing versions, signing."""

from web.agreements.services.meeting import answer_dates, call_meeting, fix_date, settle
from web.agreements.services.signing import Paper, sign, sign_on_paper
from web.agreements.services.writing import choose_principles, write

__all__ = [
    "Paper",
    "answer_dates",
    "call_meeting",
    "choose_principles",
    "fix_date",
    "settle",
    "sign",
    "sign_on_paper",
    "write",
]
