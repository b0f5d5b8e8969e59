"""Pages of the desk; each file opens its doors on the one blueprint."""

from web.suggestions.views import cases, deciding, desk, editing
from web.suggestions.views.blueprint import bp

__all__ = ["bp", "cases", "deciding", "desk", "editing"]
