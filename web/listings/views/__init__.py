"""Pages of needs and offers; each file opens its doors on the one blueprint."""

from web.listings.views import begin, catalogue, listings, notices, renewal, search, together
from web.listings.views.blueprint import bp

__all__ = ["begin", "bp", "catalogue", "listings", "notices", "renewal", "search", "together"]
