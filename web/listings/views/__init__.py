"""Pages of needs and offers; each file opens its doors on the one blueprint."""

from web.listings.views import catalogue, listings, search, together
from web.listings.views.blueprint import bp

__all__ = ["bp", "catalogue", "listings", "search", "together"]
