"""Pages of matching tables and agreements; each file adds its doors to one blueprint."""

from web.agreements.views import agreement, meeting, principles, signing
from web.agreements.views.blueprint import bp

__all__ = ["agreement", "bp", "meeting", "principles", "signing"]
