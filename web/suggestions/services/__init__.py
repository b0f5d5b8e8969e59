"""Changes on the desk: looking for partners, and deciding about what was found."""

from web.suggestions.services.again import again
from web.suggestions.services.claims import Scope
from web.suggestions.services.editing import Why, edit, next_rank, place
from web.suggestions.services.heartbeat import Beat, heartbeat
from web.suggestions.services.indexing import reindex_all
from web.suggestions.services.publish import tidy
from web.suggestions.services.refresh import refresh, refresh_now, request_run, request_run_for
from web.suggestions.services.review import approve, hold, refuse
from web.suggestions.services.seek import seek
from web.suggestions.services.together import suggest_together

__all__ = [
    "Beat",
    "Scope",
    "Why",
    "again",
    "approve",
    "edit",
    "heartbeat",
    "hold",
    "next_rank",
    "place",
    "refresh",
    "refresh_now",
    "refuse",
    "reindex_all",
    "request_run",
    "request_run_for",
    "seek",
    "suggest_together",
    "tidy",
]
