"""Changes on the desk: looking for partners, and deciding about what was found."""

from web.suggestions.services.refresh import Beat, Scope, refresh, refresh_now, request_run
from web.suggestions.services.review import approve, hold, refuse

__all__ = ["Beat", "Scope", "approve", "hold", "refresh", "refresh_now", "refuse", "request_run"]
