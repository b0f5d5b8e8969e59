"""Pages of administration; each file opens its doors on the one blueprint."""

from web.administration.views import areas, front, skills, weights
from web.administration.views.blueprint import bp

__all__ = ["areas", "bp", "front", "skills", "weights"]
