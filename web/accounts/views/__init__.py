"""Pages of signing in and out, and of one's own account."""

from web.accounts.views import entering, links, own, passkeys, second_factor
from web.accounts.views.door import bp

__all__ = ["bp", "entering", "links", "own", "passkeys", "second_factor"]
